from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from common import clock
from common.duplicates.declaring import MINIMUM, SURE, Alike, Likeness
from common.duplicates.models import Pair
from common.kinds.errors import NotVisible
from common.kinds.models import RecordModel
from common.policy import selectors as policy
from common.records import registry
from common.records.declaring import RecordType, Viewer

SIZE = 50
AHEAD = 20
"""How many pairs are read to find the next one."""


@dataclass(frozen=True)
class Proposal:
    """Two records that may be the same, as a person may know it. `pair`: None where nothing is stored of them."""

    pair: Pair | None
    one: RecordModel
    other: RecordModel
    alike: Alike

    @property
    def is_sure(self) -> bool:
        """Whether there is little doubt."""
        return self.alike.score >= SURE


def pairs(viewer: Viewer, likeness: Likeness, sign: str = "", *, different: bool = False) -> QuerySet[Pair]:
    """The pairs of a type that the person may change both of, the surest first: the open ones, or those told apart."""
    rows = registry.get(likeness.key).model.objects.for_user(viewer.principal, "change").order_by().values("pk")
    found = Pair.objects.filter(type=likeness.key, one__in=rows, other__in=rows, different_at__isnull=not different)
    if not different:
        found = found.filter(Q(later_until=None) | Q(later_until__lte=clock.now()))
    if sign in likeness.signs:
        found = found.filter(signs__contains=f" {sign} ")
    return found.order_by("-score", "pk")


def first_with_pairs(viewer: Viewer, able: Sequence[Likeness]) -> Likeness:
    """The first of these types with an open pair; without one, the first."""
    return next((one for one in able if pairs(viewer, one).exists()), able[0])


def proposals(viewer: Viewer, likeness: Likeness, found: Sequence[Pair]) -> list[Proposal]:
    """The pairs weighed anew, as the person may see the records: what is no longer alike, or only by what is hidden
    from them, is left out.
    """
    rows = registry.get(likeness.key).model.objects.for_user(viewer.principal).select_related(*likeness.related)
    known: dict[int, Any] = rows.in_bulk({pk for pair in found for pk in (pair.one_id, pair.other_id)})
    told = []
    for pair in found:
        one, other = known.get(pair.one_id), known.get(pair.other_id)
        if one is not None and other is not None:
            alike = likeness.compare(one, other)
            if alike is not None and alike.score >= MINIMUM:
                told.append(Proposal(pair, one, other, alike))
    return told


def page(rows: QuerySet[Pair], after: tuple[int, int] | None) -> list[Pair]:
    """The pairs from a place on, one more than a page."""
    if after is not None:
        score, pk = after
        rows = rows.filter(Q(score__lt=score) | Q(score=score, pk__gt=pk))
    return list(rows[: SIZE + 1])


def next_one(viewer: Viewer, likeness: Likeness, sign: str, without: int) -> Pair | None:
    """The surest open pair besides this one."""
    found = pairs(viewer, likeness, sign).exclude(pk=without)[:AHEAD]
    return next((told.pair for told in proposals(viewer, likeness, list(found))), None)


def get_pair(viewer: Viewer, pk: int) -> Pair:
    """A pair of records the person sees both of. Raises `NotVisible`."""
    pair = Pair.objects.filter(pk=pk).first()
    if pair is None:
        raise NotVisible
    model = registry.get(pair.type).model
    if len(policy.visible_keys(viewer.principal, [(model, pair.one_id), (model, pair.other_id)])) < 2:
        raise NotVisible
    return pair


def get_record(viewer: Viewer, likeness: Likeness, pk: int) -> Any:
    """A record whose duplicates are asked for. Raises `NotVisible`."""
    rows = registry.get(likeness.key).model.objects.get_queryset().select_related(*likeness.related)
    return policy.get_visible(rows, viewer.principal, pk)


def others(viewer: Viewer, kind: RecordType, obj: RecordModel) -> QuerySet[Any]:
    """What a record may be compared with."""
    rows: QuerySet[Any] = kind.model.objects.for_user(viewer.principal).exclude(pk=obj.pk)
    return rows


def seen(viewer: Viewer, kind: RecordType, keys: Sequence[int]) -> list[Any]:
    """The records of these keys that the person sees, in their order."""
    found = kind.model.objects.for_user(viewer.principal).select_related("owner").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def alike_to(viewer: Viewer, likeness: Likeness, obj: Any) -> list[Proposal]:
    """What may be the same as one record, as it is now, the surest first."""
    found = []
    for other in likeness.near(viewer.principal, obj):
        alike = likeness.compare(obj, other) if other.pk != obj.pk else None
        if alike is not None and alike.score >= MINIMUM:
            found.append(Proposal(None, obj, other, alike))
    return sorted(found, key=lambda told: (-told.alike.score, told.other.pk))
