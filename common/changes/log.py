"""Writing events: the only place that does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from common import clock
from common.changes.context import OpenSet, asked_operation, person, system_name
from common.events import hooks
from common.events import services as dispatching
from common.events.models import Event, EventDispatch, EventLink
from common.jobs import services as jobs
from common.kinds.guard import door
from common.kinds.models import RecordModel
from common.spine.models import Record


def noun(model: type[RecordModel]) -> str:
    """The first word of this type's event kinds: `deal` in `deal.closed`."""
    return str(model._meta.model_name)


def event_for(opened: OpenSet, kind: str, obj: RecordModel, data: dict[str, Any]) -> Event:
    """An unsaved event about a record."""
    now, operation = clock.now(), asked_operation()
    if operation is not None:
        data = {**data, "_operation": list(operation)}
    return Event(
        at=now, recorded_at=now, actor=person(opened.by), system=system_name(opened.by), via=opened.via, kind=kind,
        subject_id=obj.pk, version=obj.version, change_set=opened.stored(), data=data,
    )  # fmt: skip


def links_of(event: Event, obj: RecordModel, also: Iterable[int] = ()) -> list[EventLink]:
    """The event on the timelines of its subject, its parent, the records it belongs with and those of `also`."""
    places = {obj.pk, *obj.linked_records(), *also}
    if obj.parent_field is not None:
        places.add(getattr(obj, f"{obj.parent_field}_id"))
    return [EventLink(record_id=pk, at=event.at, event=event) for pk in sorted(p for p in places if p)]


def write(opened: OpenSet, kind: str, obj: RecordModel, data: dict[str, Any], also: Iterable[int] = ()) -> Event:
    """Store an event, place it, ask the guards, run the projectors, owe the reactions."""
    event = event_for(opened, kind, obj, data)
    with door():
        event.save(force_insert=True)
        EventLink.objects.bulk_create(links_of(event, obj, also))
    touch(opened, obj)
    announce(opened, event, obj)
    return event


def announce(opened: OpenSet, event: Event, obj: RecordModel) -> None:
    """Guards, projectors and owed reactions of a stored event."""
    for hook in hooks.guards_of(event.kind):
        hook(event, obj)
    for hook in hooks.projectors_of(event.kind):
        hook(event, obj)
    for receiver in hooks.receivers_of(event.kind, event):
        if opened.bulk:
            opened.receivers.add(receiver)
            continue
        dispatch = EventDispatch.objects.create(event=event, receiver=receiver, due_at=clock.now())
        jobs.nudge(dispatching.QUEUE, dispatch.pk)


def touch(opened: OpenSet, obj: RecordModel) -> None:
    """Mark the parent as touched, once per change set (the record itself is mirrored by the door)."""
    parent = getattr(obj, f"{obj.parent_field}_id") if obj.parent_field else None
    if parent and parent not in opened.touched:
        opened.touched.add(parent)
        with door():
            Record.objects.filter(pk=parent).update(touched_at=clock.now())


def write_reference(opened: OpenSet, kind: str, ref: str, data: dict[str, Any]) -> Event:
    """Store an event about a dictionary row; `ref` is its key, as in `deals.stage:3`."""
    now = clock.now()
    event = Event(
        at=now, recorded_at=now, actor=person(opened.by), system=system_name(opened.by), via=opened.via, kind=kind,
        ref=ref, change_set=opened.stored(), data=data,
    )  # fmt: skip
    with door():
        event.save(force_insert=True)
    for receiver in hooks.receivers_of(kind, event):
        dispatch = EventDispatch.objects.create(event=event, receiver=receiver, due_at=now)
        jobs.nudge(dispatching.QUEUE, dispatch.pk)
    return event
