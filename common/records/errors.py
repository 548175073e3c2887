from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


class BadFilter(DomainError):
    """The address names a filter, order or page that does not exist (400)."""

    status: ClassVar[int] = 400
    message = _("This list cannot be filtered like that: “%(part)s”.")


class NothingSelected(DomainError):
    """A bulk action without rows."""

    message = _("Select at least one row first.")


class EmptyNote(DomainError):
    """A note without words and files."""

    message = _("Write something first.")
