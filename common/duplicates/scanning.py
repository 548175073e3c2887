"""Looks for duplicates among all records of a type: what shares something is compared, what is alike is kept.

Memory is that of one batch of pairs, however many records there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from typing import Any

from django.db.models import Q

from common import clock
from common.duplicates.declaring import MINIMUM, Alike, Likeness
from common.duplicates.models import Pair
from common.jobs import services as jobs
from common.records import registry

BATCH = 500
JOB = "duplicates.scan"
Keys = tuple[int, int]


def scan(likeness: Likeness) -> int:
    """Look through a type anew; how many pairs are alike. What is not alike any more goes, unless called different."""
    began, found = clock.now(), 0
    pairs = _pairs(likeness)
    while batch := set(islice(pairs, BATCH)):
        found += _weigh(likeness, batch)
        jobs.progress(jobs.current(), found)
    Pair.objects.filter(type=likeness.key, seen_at__lt=began, different_at=None).delete()
    return found


def _pairs(likeness: Likeness) -> Iterator[Keys]:
    for group in likeness.groups():
        yield from combinations(sorted(set(group)), 2)


def _weigh(likeness: Likeness, batch: set[Keys]) -> int:
    rows = registry.get(likeness.key).model.objects.select_related(*likeness.related)
    known: dict[int, Any] = rows.in_bulk({pk for pair in batch for pk in pair})
    alike: dict[Keys, Alike] = {}
    for one, other in batch:
        if one in known and other in known:
            weighed = likeness.compare(known[one], known[other])
            if weighed is not None and weighed.score >= MINIMUM:
                alike[one, other] = weighed
    now = clock.now()
    Pair.objects.bulk_create(
        (
            Pair(type=likeness.key, one_id=one, other_id=other, score=found.score, signs=_stored(found), seen_at=now)
            for (one, other), found in alike.items()
        ),
        update_conflicts=True, unique_fields=["one", "other"], update_fields=["score", "signs", "seen_at"],
    )  # fmt: skip
    return len(alike)


def _stored(found: Alike) -> str:
    return f" {' '.join(sorted(found.signs))} "


def forget(record_id: int) -> None:
    """A record is deleted for good."""
    Pair.objects.filter(Q(one=record_id) | Q(other=record_id)).delete()
