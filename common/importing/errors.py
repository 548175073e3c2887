from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


class Unreadable(DomainError):
    """The file is no table that can be read; the text says why and what helps."""

    message = _("This file cannot be read as a table.")


class MayNotImport(DomainError):
    """The right to import records of this type is missing, or was taken away meanwhile."""

    status: ClassVar[int] = 403
    message = _("You may not import these records.")


class Outdated(DomainError):
    """The import was changed in another window, or has gone on since the page was shown."""

    status: ClassVar[int] = 409
    message = _("This import was changed in another window meanwhile. This is how it stands now.")


class NotReady(DomainError):
    """A step was asked for before the ones it needs."""

    message = _("Finish the steps before this one first.")


class ColumnTwice(DomainError):
    """Two columns of the file fill the same field."""

    message = _("Two columns fill “%(name)s”: “%(first)s” and “%(second)s”. Keep one of them.")


class FieldMissing(DomainError):
    """New records need a field that no column fills."""

    message = _("New records need “%(name)s”: choose the column that holds it, or create no new records.")


class NothingChosen(DomainError):
    """No column of the file fills anything."""

    message = _("Choose at least one column.")


class NoFileChosen(DomainError):
    """No file of the archive is to be imported."""

    message = _("Choose at least one file.")


class CannotCompare(DomainError):
    """The rule that finds known records needs a column that is not there."""

    message = _("“%(rule)s” compares a field that no column fills.")


class NotKnown(DomainError):
    """The text of a cell stands for nothing that can be chosen."""

    message = _("“%(text)s” is not known.")


class SeveralAlike(DomainError):
    """The text of a cell, or a row, fits several records."""

    message = _("“%(text)s” fits several: %(names)s.")
