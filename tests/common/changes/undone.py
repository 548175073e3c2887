"""Undoing the newest change set, and what it left."""

from __future__ import annotations

from typing import Any

from common.changes import undoing
from common.changes.models import Undo, UndoNote
from common.events.models import ChangeSet
from common.kinds.models import RecordModel
from tests.factories import common

Why = UndoNote.Why


def last() -> ChangeSet:
    """The newest change set."""
    return ChangeSet.objects.latest("pk")


def undo(by: Any = common.SETUP) -> Undo:
    """Undo the newest change set."""
    return undoing.undo(last(), by=by)


def notes(row: Undo) -> set[tuple[int, str, str]]:
    """(record, field, why) of what it left."""
    return set(row.notes.values_list("record_id", "field", "why"))


def fresh(obj: RecordModel) -> Any:
    """The record as it is stored now, in the bin or not."""
    return type(obj).everything.get(pk=obj.pk)
