"""Merging duplicates: one record stays, the others go to the bin, and what pointed to them points to it.

One act with one change set, so undoing takes it back. Un-merging is that undoing without its window of 30 days, its
rights asked for the records that were merged. What hangs on the spine rows of the others (timeline, files, keys in
other systems) stays with them and is read through `joined_to`. From 500 references on a job moves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from common import clock
from common.changes import binning, log, services, undoing, values, writing
from common.changes.context import System, asked, change_set, consequences
from common.changes.deciding import Decision
from common.changes.errors import (
    ChangedMeanwhile,
    FieldForbidden,
    MergedFurther,
    NameTaken,
    NothingToMerge,
    TooManyToMerge,
)
from common.changes.models import Merge, Merged, Undo
from common.events.models import ChangeSet
from common.jobs import services as jobs
from common.kinds.errors import NotVisible
from common.kinds.models import RecordModel
from common.people.models import User
from common.policy import scopes
from common.policy import selectors as policy
from common.policy.principal import principal_of

MOST = 5
CHUNK = 500
JOB = "changes.merge"
NOT_JOINED = writing.TRANSFERRED
Pointing = tuple[RecordModel, str]


def merge(
    keeper: RecordModel, others: Sequence[RecordModel], chosen: Mapping[str, int], versions: Mapping[int, int], *,
    by: User,
) -> Merge:  # fmt: skip
    """Merge `others` into `keeper`: at once, or by a job where 500 records or more point to them.

    `chosen` says by key whose value a field takes; else the keeper's stays, an empty one is filled, sets are united
    and long texts joined. `versions` are those the person looked at. Raises `Forbidden` unless they may change the
    keeper and delete the others, `ChangedMeanwhile`, `NothingToMerge`, `TooManyToMerge`, `FieldForbidden`, `NameTaken`.
    """
    if not others or not keeper.can_merge:
        raise NothingToMerge
    if len(others) >= MOST:
        raise TooManyToMerge(most=MOST)
    with transaction.atomic():
        rows = _locked(keeper, others)
        _require(by, keeper, others)
        if any(versions.get(row.pk) != row.version for row in rows.values()):
            raise ChangedMeanwhile
        fields = scopes.fields(principal_of(by), type(keeper), scopes.relations(principal_of(by), [keeper])[keeper.pk])
        for name, key in chosen.items():
            if not fields.writable(name) or name in NOT_JOINED:
                raise FieldForbidden(name=name)
            if key not in rows:
                raise NothingToMerge
        act = Merge.objects.create(
            by=by, keeper_id=keeper.pk, others=[row.pk for row in others], chosen=dict(chosen), started_at=clock.now()
        )
        if len(list(islice(_pointing(others), CHUNK))) < CHUNK:
            _piece(act)
        else:
            jobs.enqueue(JOB, act.pk, by=by)
    return act


def go_on(pk: int) -> None:
    """Do what is left of a merge, piece by piece. Safe to run twice."""
    while True:
        with transaction.atomic():
            act = Merge.objects.select_for_update(of=("self",)).select_related("by", "made").get(pk=pk)
            if act.done_at is not None:
                return
            _piece(act)
        jobs.progress(jobs.current(), act.moved)


def _locked(keeper: RecordModel, others: Sequence[RecordModel]) -> dict[int, RecordModel]:
    rows = type(keeper).objects.select_for_update().filter(pk__in=[keeper.pk, *(row.pk for row in others)])
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) != len(others) + 1:
        raise NothingToMerge
    return found


def _piece(act: Merge) -> None:
    model: Any = type_of(act)
    rows = {row.pk: row for row in model.everything.filter(pk__in=[act.keeper_id, *act.others])}
    keeper, others = rows[act.keeper_id], [rows[pk] for pk in act.others]
    _require(act.by, keeper, others)
    label = _("Merged: %(others)s → %(title)s") % {
        "others": ", ".join(row.title for row in others), "title": keeper.title
    }  # fmt: skip
    with change_set(label, by=act.by, bulk=True, row=act.made) as opened, consequences(), asked("change", keeper.pk):
        moved = 0
        for other, name in islice(_pointing(others), CHUNK):
            _point_to(keeper, other, name, act)
            moved += 1
        opened.owes = moved < CHUNK
        if opened.owes:
            _join(act, keeper, others)
            act.done_at = clock.now()
        act.made, act.moved = opened.row, act.moved + moved
        act.save()
        if act.done_at:
            _remember(act)


def _require(by: User, keeper: RecordModel, others: Iterable[RecordModel]) -> None:
    policy.require(by, keeper, "change")
    for row in others:
        policy.require(by, row, "delete")


def get_act(pk: int) -> Merge:
    """The merge of this key. Raises `NotVisible`; whether a person may see it is asked of its records."""
    act = Merge.objects.select_related("keeper", "made", "by").filter(pk=pk).first()
    if act is None:
        raise NotVisible
    return act


def type_of(act: Merge) -> type[RecordModel]:
    """The model of the records of a merge."""
    found: Any = apps.get_model(act.keeper.type)
    return found  # type: ignore[no-any-return]


def _pointing(others: Sequence[RecordModel]) -> Iterator[Pointing]:
    """The records, in the bin or not, that point to one of these, and by which field."""
    keys = [row.pk for row in others]
    for model, key in writing.model_links(type(others[0])):
        for other in model.everything.filter(**{f"{key.name}__in": keys}).order_by("pk")[:CHUNK]:
            yield other, key.name


def counted(row: RecordModel, by: User) -> list[tuple[type[RecordModel], int, int]]:
    """How many records of each type point to this one: those the person sees, and all."""
    found: dict[type[RecordModel], tuple[int, int]] = {}
    for model, key in writing.model_links(type(row)):
        wanted = {key.name: row.pk}
        seen, everything = found.get(model, (0, 0))
        rows = model.objects.filter(**wanted)
        found[model] = (seen + rows.for_user(by).count(), everything + rows.count())
    return [(model, seen, everything) for model, (seen, everything) in found.items() if everything]


def _point_to(keeper: RecordModel, other: RecordModel, name: str, act: Merge) -> None:
    now = values.current(other, name)
    kept = sorted({keeper.pk, *now} - set(act.others)) if isinstance(now, list) else keeper.pk
    services.edit(other, {name: kept}, by=act.by)


def _join(act: Merge, keeper: RecordModel, others: Sequence[RecordModel]) -> None:
    joined = joined_values(keeper, others, act.chosen)
    moment = clock.now()
    for row in others:
        if row.deleted_at is None:
            binning.put_in(row, moment, act.by)
    try:
        with transaction.atomic():
            services.edit(
                keeper, joined, by=act.by, kind=f"{log.noun(type(keeper))}.merged", details={"_merged": act.others}
            )
    except IntegrityError as clash:
        raise NameTaken(title=keeper.title) from clash


def joined_values(keeper: RecordModel, others: Sequence[RecordModel], chosen: Mapping[str, int]) -> dict[str, Any]:
    """What the keeper becomes, encoded, by field; only what changes."""
    rows, found = [keeper, *others], {}
    for name in values.field_names(type(keeper)):
        if name in NOT_JOINED:
            continue
        mine, *theirs = (values.current(row, name) for row in rows)
        if name in chosen:
            value = next(values.current(row, name) for row in rows if row.pk == chosen[name])
        else:
            value = _both(type(keeper), name, mine, theirs)
        if value != mine:
            found[name] = value
    return {**found, **keeper.absorbed(others, found)}


def _both(model: type[RecordModel], name: str, mine: Any, theirs: Sequence[Any]) -> Any:
    if values.is_set(model, name) or isinstance(mine, list):
        return sorted({key for one in (mine, *theirs) for key in one or ()})
    known = [value for value in dict.fromkeys((mine, *theirs)) if value not in (None, "")]
    if is_long(model, name):
        return "\n\n".join(known)
    return known[0] if known else mine


def is_long(model: type[RecordModel], name: str) -> bool:
    """Whether a field holds long text, which is joined instead of chosen from."""
    return not values.is_set(model, name) and isinstance(values.field_of(model, name), models.TextField)


def _remember(act: Merge) -> None:
    earlier = standing().filter(into__in=act.others).values_list("record_id", flat=True)
    keys = [*act.others, *earlier]
    Merged.objects.bulk_create(Merged(merge=act, record_id=pk, into_id=act.keeper_id) for pk in keys)


def standing() -> QuerySet[Merged]:
    """Which record was merged into which, of merges that are not undone."""
    undone = Undo.objects.filter(of=OuterRef("merge__made"), holds=True)
    return Merged.objects.filter(~Exists(undone), record__deleted_at__isnull=False)


def joined_to(obj: RecordModel) -> list[int]:
    """The record and those that were merged into it: on whose spine rows its timeline and files hang."""
    return joined_keys(obj.pk) if obj.can_merge else [obj.pk]


def joined_keys(pk: int) -> list[int]:
    """The key of a record of any type and those of what was merged into it."""
    return [pk, *standing().filter(into=pk).values_list("record_id", flat=True)]


def kept_as(keys: Iterable[int]) -> dict[int, int]:
    """Of these records those that were merged, and which stand for them now."""
    pairs = standing().filter(record__in=list(keys), into__deleted_at=None).order_by("pk")
    return dict(pairs.values_list("record_id", "into_id"))


def merges_of(obj: RecordModel) -> list[Merge]:
    """The merges a record came out of that stand, newest first."""
    acts = Merge.objects.filter(pk__in=standing().filter(into=obj.pk).values("merge")).select_related("by", "made")
    return list(acts.order_by("-pk")) if obj.can_merge else []


def require_separating(act: Merge, by: User) -> list[RecordModel]:
    """The records that come back, if the person may un-merge them.

    Raises `Forbidden`, `NotVisible`, and `MergedFurther` where the keeper was itself merged into another.
    """
    model: Any = type_of(act)
    keeper = policy.get_visible(model.everything.get_queryset(), by, act.keeper_id)
    if keeper.deleted_at is not None:
        raise MergedFurther(title=keeper.title)
    rows = list(model.everything.filter(pk__in=act.others).order_by("pk"))
    _require(by, keeper, rows)
    return rows


def separate(act: Merge, *, by: User) -> Undo:
    """Un-merge, however long ago: the others come back, with what pointed to them then and still points to the keeper.

    Raises what `require_separating` raises, `AlreadyUndone`, `NothingToUndo`.
    """
    require_separating(act, by)
    return undoing.undo(act_of(act), by=by, on_behalf=True)


def preview(act: Merge, *, by: User, most: int) -> tuple[list[Decision], int]:
    """What un-merging would do now to the first `most` records, and to how many in all."""
    require_separating(act, by)
    return undoing.preview(act_of(act), by=System("merging"), most=most)


def act_of(act: Merge) -> ChangeSet:
    """The change set of a merge that is done. Raises `NothingToMerge` while it runs."""
    if act.made is None or act.done_at is None:
        raise NothingToMerge
    return act.made


def forget(record_id: int) -> None:
    """A record is deleted for good."""
    Merged.objects.filter(models.Q(record=record_id) | models.Q(into=record_id)).delete()
