"""The bin: records leave every list, keep their history, and come back whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common import clock
from common.changes import log, writing
from common.changes.context import Actor, change_set, consequences, is_consequence, person
from common.changes.errors import InUse, NameTaken
from common.changes.services import lock
from common.kinds.guard import door
from common.kinds.models import RecordModel
from common.policy import selectors as policy


def remove(obj: RecordModel, *, by: Actor) -> None:
    """Put a record and the parts that follow it into the bin. Raises `InUse`, naming who needs it."""
    with change_set(_("Moved to the bin: %(title)s") % {"title": obj.title}, by=by):
        row = lock(obj)
        _require(row, by, "delete")
        if row.deleted_at is None:
            _bin(row, clock.now(), by)


def restore(obj: RecordModel, *, by: Actor) -> None:
    """Bring a record and what went with it back. Raises `NameTaken` where a unique rule forbids it."""
    with change_set(_("Restored: %(title)s") % {"title": obj.title}, by=by):
        row = lock(obj)
        _require(row, by, "delete")
        if row.deleted_at is not None:
            _restore(row, row.deleted_at, by)


def _require(row: RecordModel, by: Actor, action: str) -> None:
    user = person(by)
    if user is not None and not is_consequence():
        policy.require(user, row, action)


def _title(row: RecordModel, by: Actor) -> str:
    """The title as the actor may read it."""
    user = person(by)
    return row.title if user is None else policy.as_seen(user, row).title


def _pointing(row: RecordModel, rule: str) -> Iterator[RecordModel]:
    """The records that point to this one by keys with this bin rule ("follow", "refuse")."""
    for model, key in writing.model_links(type(row)):
        if model.bin.get(key.name) == rule:
            yield from model.everything.filter(**{key.name: row.pk})


def _bin(row: RecordModel, moment: datetime, by: Actor) -> None:
    used_by = [_title(other, by) for other in _pointing(row, "refuse") if other.deleted_at is None]
    if used_by:
        names = ", ".join(used_by[:5]) + ("…" if len(used_by) > 5 else "")
        raise InUse(title=_title(row, by), used_by=names)
    for part in _pointing(row, "follow"):
        if part.deleted_at is None:
            _bin(part, moment, by)
    _write(row, moment, "removed", by)


def _restore(row: RecordModel, moment: datetime, by: Actor) -> None:
    try:
        with transaction.atomic():
            _write(row, None, "restored", by)
    except IntegrityError as clash:
        raise NameTaken(title=_title(row, by)) from clash
    for part in _pointing(row, "follow"):
        if part.deleted_at == moment:
            _restore(part, moment, by)


def _write(row: RecordModel, moment: datetime | None, verb: str, by: Actor) -> None:
    with change_set(by=by) as opened, consequences():
        row.deleted_at = moment
        row.version += 1
        with door():
            row.save(update_fields=["deleted_at", "version"])
        writing.mirror(row)
        log.write(opened, f"{log.noun(type(row))}.{verb}", row, {})
