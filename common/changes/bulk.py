"""Many records at once through the same door."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import ValidationError

from common import clock
from common.changes import conditions, log, writing
from common.changes.context import Actor, OpenSet, change_set, person
from common.events.models import Event, EventLink, Via
from common.kinds.errors import DomainError
from common.kinds.guard import door
from common.kinds.models import RecordModel
from common.spine.models import Record, SearchText

R = TypeVar("R", bound=RecordModel)
CHUNK = 500


@dataclass
class Outcome:
    """What a bulk act did: changed records, and refused ones with the reason in words."""

    changed: list[RecordModel] = field(default_factory=list)
    refused: list[tuple[RecordModel, str]] = field(default_factory=list)


def for_each(rows: Iterable[R], act: Callable[[R], object], *, by: Actor, label: object) -> Outcome:
    """Run `act` on every record as one change set; a refused record is listed, the others go on."""
    with change_set(label, by=by, via=Via.BULK, bulk=True) as opened:
        return each(opened, rows, act)


def each(opened: OpenSet, rows: Iterable[R], act: Callable[[R], object]) -> Outcome:
    """Run `act` on every record within an open change set; a refused record leaves nothing behind."""
    outcome = Outcome()
    for row in rows:
        try:
            with opened.part():
                act(row)
        except DomainError as refusal:
            outcome.refused.append((row, str(refusal)))
        except ValidationError as refusal:
            outcome.refused.append((row, " ".join(refusal.messages)))
        else:
            outcome.changed.append(row)
    return outcome


def bulk_create(
    model: type[R], rows: Iterable[Mapping[str, Any]], *, by: Actor, label: object, places: Sequence[Any] = ()
) -> list[R]:
    """Many new records, 500 a statement. `places` gives (owner, department, created_at) for each row.

    Rights are not asked: `by` is the product, or a person whose right to the whole act was checked before.
    """
    made: list[R] = []
    feed, moves = iter(rows), iter(places)
    while chunk := list(islice(feed, CHUNK)):
        with change_set(label, by=by, bulk=True):
            made.extend(_create_chunk(model, chunk, list(islice(moves, len(chunk))), by))
    return made


def check(obj: RecordModel, given: Mapping[str, Any], known: Collection[str], *, constraints: bool = True) -> None:
    """Raise `ValidationError` for values that the door or the database would refuse; nothing is written.

    `obj` takes the values: a new record, or a copy of one. Rules about columns of a new one that nobody names in
    `known` are left to the database, and all of them without `constraints`.
    """
    fields, others = writing.split(type(obj), given)
    for name, value in fields.items():
        setattr(obj, name, value)
    obj.before_save()
    writing.check_values(obj, fields, others)
    if not constraints or not conditions.has_open(obj):
        return
    unknown = []
    if obj._state.adding:
        named = {*known, "title_sort", "deleted_at"}
        unknown = [f.name for f in obj._meta.concrete_fields if f.name not in named and not f.has_default()]
    obj.validate_constraints(exclude=unknown)


def _create_chunk(model: type[R], chunk: list[Mapping[str, Any]], places: list[Any], by: Actor) -> list[R]:
    objs: list[R] = []
    linked: list[dict[str, Any]] = []
    for index, given in enumerate(chunk):
        fields, links = writing.split(model, given)
        obj = model(**fields)
        owner, department, created = places[index] if places else (None, None, clock.now())
        writing.place(obj, by=by, owner=owner, department=department)
        obj.created_at, obj.created_by = created, person(by)
        obj.before_save()
        objs.append(obj)
        linked.append(links)
    first = writing.next_numbers(model._meta.label_lower, len(objs))
    with door():
        records = Record.objects.bulk_create(writing.spine_row(obj) for obj in objs)
        for offset, (obj, record) in enumerate(zip(objs, records, strict=True)):
            obj.record, obj.number = record, first + offset
        model._base_manager.bulk_create(objs)
        writing.insert_links(model, objs, linked)
    SearchText.objects.bulk_create(SearchText(record_id=o.pk, **writing.search_texts(o)) for o in objs)
    _log_chunk(model, objs, linked, by)
    return objs


def _log_chunk(model: type[R], objs: list[R], linked: list[dict[str, Any]], by: Actor) -> None:
    kind = f"{log.noun(model)}.created"
    named: writing.Names = {}
    with change_set(by=by) as opened:
        events = []
        for obj, links in zip(objs, linked, strict=True):
            event = log.event_for(opened, kind, obj, writing.initial_data(obj, links, named))
            event.at = obj.created_at
            events.append(event)
        with door():
            Event.objects.bulk_create(events)
            links_rows = [link for event, obj in zip(events, objs, strict=True) for link in log.links_of(event, obj)]
            EventLink.objects.bulk_create(links_rows)
        for event, obj in zip(events, objs, strict=True):
            log.announce(opened, event, obj)
