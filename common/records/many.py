"""Acts on many records at once: what would change and what would not, and the doing of it piece by piece.

What was selected is fixed when the person says yes; up to `CHUNK` records are done while they wait, more by a job
that goes on with one change set after a kill. A record that is refused is kept with the reason; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from common.changes import bulk
from common.changes import services as changes
from common.changes.context import change_set
from common.changes.values import encode, link_fields
from common.events.models import Via
from common.jobs import services as jobs
from common.kinds.errors import Forbidden
from common.kinds.models import RecordModel
from common.organisation.models import Department
from common.people.models import User
from common.policy import scopes
from common.policy.principal import principal_of
from common.records import registry, services, taking
from common.records.declaring import RecordType, Viewer, Words
from common.records.errors import MayNotAct, NothingSelected, TooManySelected
from common.records.models import BulkRefusal, BulkRun
from common.records.state import ListState
from common.records.timeline import field_label

CHUNK = 500
MOST = 100_000
SHOWN = 50
JOB = "records.many"
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Act:
    """An act on many: the right it needs on each record, what it does to one, and `why_not` beyond the right."""

    name: str
    label: Words
    icon: str
    right: str
    run: Callable[[RecordType, Any, Values, User], object]
    applies: Callable[[RecordType], bool]
    danger: bool = False
    for_administrators: bool = False
    why_not: Callable[[RecordType, Any, Viewer, scopes.Relations], str] = lambda kind, row, viewer, related: ""


def _links(name: str, keep: Callable[[set[int], set[int]], set[int]]) -> Callable[..., object]:
    def run(kind: RecordType, row: Any, values: Values, by: User) -> object:
        have = set(link_fields[name].ids(row.pk))
        return changes.edit(row, {name: sorted(keep(have, set(values["keys"])))}, by=by)

    return run


def _has(link: str) -> Callable[[RecordType], bool]:
    return lambda kind: link in kind.model.link_fields


def _transfer(kind: RecordType, row: Any, values: Values, by: User) -> object:
    owner = User.objects.filter(pk=values["owner"]).first() if values["owner"] else None
    place = Department.objects.filter(pk=values["department"]).first() if values["department"] else None
    return services.transfer(row, owner=owner, department=place, by=by)


ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act("edit", gettext_lazy("Change a field"), "pencil", "change",
            lambda kind, row, values, by: kind.save_edit(row, values, by, None), lambda kind: bool(kind.sections)),
        Act("take", gettext_lazy("Assign to me"), "hand-grab", taking.NAME,
            lambda kind, row, values, by: taking.take(kind, row, by),
            lambda kind: taking.action_of(kind) is not None, why_not=taking.why_not),
        Act("assign", gettext_lazy("Assign people"), "user", "change", _links("assignees", set.union),
            _has("assignees")),
        Act("tag", gettext_lazy("Add tags"), "tag", "change", _links("tags", set.union), _has("tags")),
        Act("untag", gettext_lazy("Take tags off"), "tags", "change", _links("tags", set.difference), _has("tags")),
        Act("transfer", gettext_lazy("Give to somebody else"), "users", "transfer", _transfer,
            lambda kind: kind.model.parent_field is None, for_administrators=True),
        Act("bin", gettext_lazy("Delete"), "trash", "delete", lambda kind, row, values, by: kind.remove(row, by),
            lambda kind: True, danger=True),
    )
}  # fmt: skip


def offered(kind: RecordType, viewer: Viewer) -> list[Act]:
    """The acts on many of this type that the person may do."""
    principal = viewer.principal
    if not principal.may(kind.key, "bulk"):
        return []
    found = [act for act in ACTS.values() if act.applies(kind) and principal.may(kind.key, act.right)]
    return [act for act in found if principal.is_administrator or not act.for_administrators]


def selected(kind: RecordType, viewer: Viewer, keys: Sequence[int], state: ListState | None) -> list[int]:
    """The selected records this person sees, or with `state` all that match; unknown ids are simply not there.

    Raises `NothingSelected`, `TooManySelected`.
    """
    rows = kind.model.objects.for_user(viewer.principal).filter(pk__in=keys) if state is None else state.visible()
    found = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not found:
        raise NothingSelected
    if len(found) > MOST:
        raise TooManySelected(most=MOST)
    return found


@dataclass
class Preview:
    """What an act would do: to how many, and to which not, with the reason (the first ones of them)."""

    allowed: int
    refused: list[tuple[RecordModel, str]]
    refused_count: int


def preview(kind: RecordType, act: Act, viewer: Viewer, keys: Sequence[int], fields: Sequence[str]) -> Preview:
    """Ask the policy about every record; `fields`: those that would be written."""
    found = Preview(0, [], 0)
    for start in range(0, len(keys), CHUNK):
        rows = list(kind.model.objects.for_user(viewer.principal).filter(pk__in=keys[start : start + CHUNK]))
        related = scopes.relations(viewer.principal, rows)
        for row in rows:
            reason = _why_not(kind, act, viewer, related[row.pk], fields) or act.why_not(
                kind, row, viewer, related[row.pk]
            )
            if not reason:
                found.allowed += 1
                continue
            found.refused_count += 1
            if len(found.refused) < SHOWN:
                found.refused.append((row, reason))
    return found


def _why_not(kind: RecordType, act: Act, viewer: Viewer, related: scopes.Relations, fields: Sequence[str]) -> str:
    if not scopes.allows(viewer.principal, kind.model, act.right, related):
        return str(Forbidden())
    rights = scopes.fields(viewer.principal, kind.model, related)
    closed = [field_label(kind.model, name) for name in fields if not rights.writable(name)]
    return _("You may not change here: %(fields)s") % {"fields": ", ".join(closed)} if closed else ""


def begin(kind: RecordType, act: Act, keys: Sequence[int], values: Values, label: str, *, by: User) -> BulkRun:
    """Do an act on these records: at once, or by a job where they are many."""
    stored = {name: encode(value) for name, value in values.items()}
    run = BulkRun.objects.create(
        by=by, type=kind.key, act=act.name, values=stored, keys=list(keys), label=label, started_at=clock.now()
    )
    if len(keys) <= CHUNK:
        go_on(run.pk)
        run.refresh_from_db()
    else:
        jobs.enqueue(JOB, run.pk, by=by)
    return run


def go_on(pk: int) -> None:
    """Do what is left of an act, piece by piece. Safe to run twice. Raises `MayNotAct` where the right is gone."""
    while True:
        with transaction.atomic():
            run = BulkRun.objects.select_for_update(of=("self",)).select_related("by", "made").get(pk=pk)
            if run.done_at is not None:
                return
            _piece(run)
        jobs.progress(jobs.current(), run.cursor, len(run.keys))


def _piece(run: BulkRun) -> None:
    kind, act = registry.get(run.type), ACTS[run.act]
    viewer = Viewer(run.by, principal_of(run.by))
    if act not in offered(kind, viewer):
        raise MayNotAct
    piece = run.keys[run.cursor : run.cursor + CHUNK]
    is_last = run.cursor + len(piece) >= len(run.keys)
    with change_set(run.label, by=run.by, via=Via.BULK, bulk=True, row=run.made, owes=is_last) as opened:
        rows = kind.model.objects.for_user(viewer.principal).filter(pk__in=piece).order_by("pk")
        outcome = bulk.each(opened, rows, lambda row: act.run(kind, row, run.values, run.by))
        refused = [BulkRefusal(run=run, record_id=row.pk, text=text) for row, text in outcome.refused]
        BulkRefusal.objects.bulk_create(refused)
        run.changed += len(outcome.changed)
        run.made, run.cursor = opened.row, run.cursor + len(piece)
        run.done_at = clock.now() if is_last else None
        run.save()


def of_person(pk: int, user: User) -> BulkRun | None:
    """An act of this person; an administrator's are everybody's."""
    rows = BulkRun.objects.select_related("by", "made").filter(pk=pk)
    return (rows if principal_of(user).is_administrator else rows.filter(by=user)).first()


def refusals(run: BulkRun, viewer: Viewer) -> list[tuple[RecordModel, str]]:
    """The refused records that the viewer sees, with the reasons; the first thousand."""
    texts = dict(run.refusals.order_by("pk").values_list("record_id", "text")[:1000])
    rows = registry.get(run.type).model.everything.get_queryset().filter(pk__in=texts).for_user(viewer.principal)
    return [(row, texts[row.pk]) for row in rows.order_by("title_sort")]


def forget(record_id: int) -> None:
    """Nothing is left of why a record that was deleted for good had been refused."""
    BulkRefusal.objects.filter(record=record_id).delete()
