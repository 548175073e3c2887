"""Deleting for good: the row, its links, words and files go; the log keeps that there was something, and no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from common import clock
from common.changes import binning, bulk, log, services, values, writing
from common.changes.context import Actor, change_set, consequences, person
from common.changes.errors import NotInBin, PurgeOthersFirst
from common.changes.models import UndoNote
from common.events.models import EventLink
from common.events.redacting import redact
from common.jobs import services as jobs
from common.kinds.guard import door
from common.kinds.models import RecordModel
from common.people.models import User
from common.policy import selectors as policy
from common.spine.models import Record, RecordMark, RecordMember, SearchText

CHUNK = 500
JOB = "changes.empty_bin"
_followers: list[Callable[[int], None]] = []


def with_record(remove: Callable[[int], None]) -> None:
    """Register what else goes with a record: `remove(record_id)` runs with the door open, in the transaction."""
    _followers.append(remove)


def purge(obj: RecordModel, *, by: Actor) -> None:
    """Delete a record of the bin and the parts that followed it for good. For administrators; no undo brings it back.

    Raises `NotInBin`, and `PurgeOthersFirst` where others in the bin cannot be without it.
    """
    label = _("Deleted for good: %(type)s") % {"type": obj._meta.verbose_name}
    with change_set(label, by=by):
        row = services.lock(obj)
        user = person(by)
        if user is not None:
            policy.require(user, row, "purge")
        if row.deleted_at is None:
            raise NotInBin(title=binning.title_for(by, row))
        with consequences():
            _purge(row, by)


def _purge(row: RecordModel, by: Actor) -> None:
    needing = list(binning.pointing(row, "refuse"))
    if needing:
        raise PurgeOthersFirst(title=binning.title_for(by, row), used_by=binning.named(needing, by))
    for part in binning.pointing(row, "follow"):
        _purge(part, by)
    links = writing.model_links(type(row))
    for model, key in links:
        for other in model.everything.filter(**{key.name: row.pk}):
            _let_go(other, key.name, row.pk, by)
    with change_set(by=by) as opened:
        log.write(opened, f"{log.noun(type(row))}.purged", row, {})
    _erase(row)
    redact(row.pk, [(log.noun(model), key.name, bool(key.many_to_many)) for model, key in links])


def _let_go(other: RecordModel, name: str, pk: int, by: Actor) -> None:
    """Cut what may stay without the record off from it."""
    now = values.current(other, name)
    rest = [key for key in now if key != pk] if isinstance(now, list) else None
    services.edit(other, {name: rest}, by=by, kind=f"{log.noun(type(other))}.cut_off")


def _erase(row: RecordModel) -> None:
    pk = row.pk
    with door():
        for remove in _followers:
            remove(pk)
        for link in values.link_fields.values():
            link.model._base_manager.filter(record_id=pk, **link.fixed).delete()
        RecordMember.objects.filter(record=pk).delete()
        EventLink.objects.filter(record=pk).delete()
        type(row).everything.filter(pk=pk).delete()
        Record.objects.filter(pk=pk).update(title="", owner=None, department=None, parent=None)
    SearchText.objects.filter(pk=pk).delete()
    RecordMark.objects.filter(record=pk).delete()
    UndoNote.objects.filter(record=pk).delete()


def empty(model: type[RecordModel], *, by: User) -> bulk.Outcome | None:
    """Delete everything in the bin of a type for good; None: it is more than 500, a job does it."""
    policy.require_type(by, model, "purge")
    until = clock.now()
    if _in_bin(model, until).count() <= CHUNK:
        return _some(model, until, set(), by)
    jobs.enqueue(JOB, model._meta.label_lower, by.pk, until.isoformat(), by=by)
    return None


def run(type_key: str, user_id: int, until: datetime) -> None:
    """Empty a bin piece by piece; safe to run twice."""
    model, by = apps.get_model(type_key), User.objects.get(pk=user_id)
    if not issubclass(model, RecordModel):
        raise LookupError(type_key)
    refused: set[int] = set()
    while _in_bin(model, until).exclude(pk__in=refused).exists():
        outcome = _some(model, until, refused, by)
        refused |= {row.pk for row, _reason in outcome.refused}


def _in_bin(model: type[RecordModel], until: datetime) -> Any:
    return model.everything.filter(deleted_at__lte=until).order_by("pk")


def _some(model: type[RecordModel], until: datetime, without: set[int], by: User) -> bulk.Outcome:
    label = _("Bin emptied: %(type)s") % {"type": model._meta.verbose_name_plural}
    with transaction.atomic():
        rows = list(_in_bin(model, until).exclude(pk__in=without)[:CHUNK])
        return bulk.for_each(rows, lambda row: purge(row, by=by), by=by, label=label)
