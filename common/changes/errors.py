from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that two people changed: what it was, what the other made it, what this one wants."""

    was: Any
    theirs: Any
    yours: Any


class Conflict(DomainError):
    """Somebody else changed the same fields meanwhile; nothing was written (409)."""

    status: ClassVar[int] = 409
    message = _("Somebody changed the same fields while you had the form open. Nothing was saved yet.")

    def __init__(self, clashes: dict[str, Clash], merged: dict[str, Clash], version: int, who: str, at: Any) -> None:
        super().__init__()
        self.clashes = clashes
        self.merged = merged
        self.version = version
        self.who = who
        self.at = at


class FieldForbidden(DomainError):
    """The person's role may not write this field."""

    status: ClassVar[int] = 403
    message = _("Your role may not change “%(name)s”.")


class ForeignRecord(DomainError):
    """The chosen record is not visible to the person who chose it."""

    message = _("Choose one of the offered entries.")


class InUse(DomainError):
    """The record is needed by others and cannot go to the bin."""

    message = _("“%(title)s” is still used by: %(used_by)s.")


class NameTaken(DomainError):
    """Restoring would break a rule of uniqueness."""

    message = _("“%(title)s” cannot come back: another entry has taken its place.")


class WholeInBin(DomainError):
    """What the record belongs to is in the bin."""

    message = _("“%(title)s” cannot come back: what it belongs to is in the bin. Restore that first.")


class AlreadyUndone(DomainError):
    """The change set was taken back already."""

    message = _("This is undone already.")


class TooLateToUndo(DomainError):
    """The change set is older than the window of undo."""

    message = _("Changes can be undone for 30 days; this one is older.")


class NothingToUndo(DomainError):
    """The change set changed no record."""

    message = _("There is nothing here that can be undone.")


class NotInBin(DomainError):
    """Only what is in the bin is deleted for good."""

    message = _("“%(title)s” is not in the bin.")


class PurgeOthersFirst(DomainError):
    """Others in the bin cannot be without the record."""

    message = _("“%(title)s” is still needed in the bin by: %(used_by)s. Delete them for good first.")


class NothingToMerge(DomainError):
    """Fewer than two records of one type that are there, or one that is no duplicate to choose from."""

    message = _("There is nothing to merge here: choose at least two records that are not in the bin.")


class TooManyToMerge(DomainError):
    """More records than one looks at side by side."""

    message = _("At most %(most)s records are merged at once.")


class ChangedMeanwhile(DomainError):
    """One of the records was changed after the person looked at it (409)."""

    status: ClassVar[int] = 409
    message = _("Somebody changed one of these records meanwhile. Nothing was merged; look at them again.")


class MergedFurther(DomainError):
    """The record that was kept was itself merged into another."""

    message = _("“%(title)s” is not there any more itself. Un-merge or restore it first.")
