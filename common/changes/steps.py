"""What a change set did to each record, read from the log, in the order in which it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps

from common.changes import values
from common.events.models import ChangeSet, Event
from common.kinds.models import RecordModel
from common.spine.models import Record

ARRIVALS, REMOVAL, MERGED = ("created", "restored"), "removed", "merged"
LASTING = frozenset({"noted", "called", "file_added", "file_removed", "rerated", "purged"})
"""What happened without changing a field: it stays."""


@dataclass
class Step:
    """What one change set did to one record.

    `changes` maps fields to (old, new). `bin`: undoing takes the record "out" of the bin, puts it "in", or neither.
    `version`: what the record had after it. `operation`: the action and record the policy was asked for.
    """

    record: int
    model: type[RecordModel]
    bin: str = ""
    created: bool = False
    version: int = 0
    operation: tuple[str, int] | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def verb_of(kind: str) -> str:
    """`closed` of `deal.closed`."""
    return kind.rpartition(".")[2]


def _way(verbs: Sequence[str]) -> str:
    """Where undoing these moves to and from the bin leads."""
    moves = [verb for verb in verbs if verb in (*ARRIVALS, REMOVAL)]
    if not moves:
        return ""
    if moves[-1] == REMOVAL:
        return "out" if moves[0] == REMOVAL else "nowhere"
    return "in" if moves[0] in ARRIVALS else ""


def order(change_set: ChangeSet) -> list[int]:
    """The records in the order of taking back: out of the bin (wholes first), fields, into the bin (parts first).

    What others were merged into comes before all: it may hold the name that they come back under.
    """
    verbs: dict[int, list[str]] = {}
    moved: dict[int, int] = {}
    rows = Event.objects.filter(change_set=change_set, subject__isnull=False).order_by("id")
    for pk, subject, kind in rows.values_list("id", "subject_id", "kind").iterator():
        verb = verb_of(kind)
        if verb not in LASTING and subject is not None:
            verbs.setdefault(subject, []).append(verb)
            if verb in (*ARRIVALS, REMOVAL) or subject not in moved:
                moved[subject] = pk
    phases = {subject: -1 if MERGED in found else ("out", "", "in").index(way) for subject, found in verbs.items()
              if (way := _way(found)) != "nowhere"}  # fmt: skip
    return sorted(phases, key=lambda subject: (phases[subject], -moved[subject]))


def load(change_set: ChangeSet, records: Sequence[int]) -> list[Step]:
    """The steps of these records, in their order."""
    types = dict(Record.objects.filter(pk__in=records).values_list("pk", "type"))
    found: dict[int, list[Event]] = {pk: [] for pk in records}
    for event in Event.objects.filter(change_set=change_set, subject__in=records).order_by("id"):
        if verb_of(event.kind) not in LASTING and event.subject_id is not None:
            found[event.subject_id].append(event)
    return [_step(pk, apps.get_model(types[pk]), events) for pk, events in found.items()]


def _step(pk: int, model: type[Any], events: Sequence[Event]) -> Step:
    verbs = [verb_of(event.kind) for event in events]
    step = Step(pk, model, _way(verbs), created="created" in verbs)
    known = set(values.field_names(model))
    for event in events:
        step.version = max(step.version, event.version)
        if "_operation" in event.data:
            action, record = event.data["_operation"]
            step.operation = (action, record)
        for name, (old, new) in event.changes().items():
            if name in known:
                step.changes[name] = (step.changes.get(name, (old,))[0], new)
    step.changes = {name: pair for name, pair in step.changes.items() if pair[0] != pair[1]}
    return step
