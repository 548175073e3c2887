from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


class BadFilter(DomainError):
    """The address names a filter, order or page that does not exist (400)."""

    status: ClassVar[int] = 400
    message = _("This list cannot be filtered like that: “%(part)s”.")


class ViewBeyondRights(DomainError):
    """A saved view filters by a field its reader may not read: other rows than it means are not shown."""

    status: ClassVar[int] = 403
    message = _("The view “%(view)s” filters by something that is gone or that you may not read. Ask who made it.")


class MayNotExport(DomainError):
    """The right to export was taken away before the file was made."""

    status: ClassVar[int] = 403
    message = _("You may not export these rows any more.")


class NothingSelected(DomainError):
    """A bulk action without rows."""

    message = _("Select at least one row first.")


class TooManySelected(DomainError):
    """More than one act takes."""

    message = _("These are more than %(most)s rows: filter the list first.")


class MayNotAct(DomainError):
    """The right to act on many was taken away before all was done."""

    status: ClassVar[int] = 403
    message = _("You may not do this to many rows any more.")


class UnknownOutcome(DomainError):
    """A call that ended in no way there is, or in neither direction."""

    message = _("Say how the call ended: reached, no answer or call back.")


class AlreadyTaken(DomainError):
    """Somebody else has the record, and it is not theirs to take who asks."""

    message = _("%(owner)s works on it.")


class AlreadyYours(DomainError):
    """There is nothing to take."""

    message = _("It is yours already.")


class EmptyNote(DomainError):
    """A note without words and files."""

    message = _("Write something first.")
