"""Which rows a figure counts, as a condition and as the address of a list.

Deals: the named filters `funnel` (`f=funnel.is:still,<pipeline>,<position>`) and `cohort`
(`f=cohort.is:<first day>,<last day>`), with the fields `department`, `owner` and `closing_reason`.
Payments: the fields `certainty`, `on`, `department` and `owner`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import and_
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q

from common import clock
from common.money.rates import Converted
from common.organisation.models import Department
from common.organisation.selectors import company_zone, subtree
from common.people.models import User
from deals.models import Certainty, Outcome, Stage, StageTransition
from deals.selectors import pipelines

FUNNEL, COHORT = "funnel", "cohort"
KINDS = ("reached", "still", "lost", "passed", "won", "now")
ANYWHERE = 0


@dataclass(frozen=True)
class Figure:
    """How many rows, what they are worth in base currency, and the query string of the list of just these rows."""

    count: int
    money: Converted
    address: str


@dataclass(frozen=True)
class Positions:
    """The positions of a pipeline's funnel, 1 for its first open stage; one no longer used counts as that before it."""

    stages: tuple[Stage, ...]
    of: Mapping[int, int]
    won: frozenset[int]
    lost: frozenset[int]

    @property
    def last(self) -> int:
        return len(self.stages)

    def from_stages(self, position: int) -> list[int]:
        """The stages in which a deal has come to `position` or further; the won ones always."""
        return sorted({pk for pk, at in self.of.items() if at >= position} | self.won)

    def at_stages(self, position: int) -> list[int]:
        """The open stages that count as `position`."""
        return sorted(pk for pk, at in self.of.items() if at == position)


def positions(pipeline_id: int) -> Positions:
    """The positions of a pipeline's funnel."""
    stages, shown, of = pipelines().stages.get(pipeline_id, ()), [], {}
    for stage in stages:
        if stage.is_open:
            if stage.archived_at is None:
                shown.append(stage)
            of[stage.pk] = max(len(shown), 1)
    ends = {end: frozenset(s.pk for s in stages if s.outcome == end) for end in (Outcome.WON, Outcome.LOST)}
    return Positions(tuple(shown), of, ends[Outcome.WON], ends[Outcome.LOST])


def funnel_condition(kind: str, position: int, *, pipeline: int) -> Q:
    """The deals of a pipeline behind a figure of its funnel.

    The highest position of a deal is that of the furthest stage it was in since it was made or came to the
    pipeline; a won stage is as far as the last open one. `reached`: it is at least `position`. `still`, `lost`:
    it is `position` and the deal is open, lost; position 0: whatever it is. `passed`: the next position was
    reached, for the last one: won. `won`: the deal is won. `now`: an open deal stands there.
    Raises `ValueError` for an unknown kind or position.
    """
    known = positions(pipeline)
    if kind not in KINDS or not 0 <= position <= max(known.last, 1):
        raise ValueError(f"no such figure: {kind} {position}")
    here = Q(pipeline_id=pipeline)
    won, lost = Q(stage__in=sorted(known.won)), Q(stage__in=sorted(known.lost))
    if kind == "now":
        return here & Q(closed_on=None, stage__in=known.at_stages(position))
    if kind == "won" or (kind == "passed" and position >= known.last):
        return here & won
    if kind == "reached":
        return here & _at_least(known, position)
    if kind == "passed":
        return here & _at_least(known, position + 1)
    state = lost if kind == "lost" else Q(closed_on=None)
    if position == ANYWHERE:
        return here & state
    further = _at_least(known, position + 1) if position < known.last else Q(pk__in=[])
    return here & state & _at_least(known, position) & ~further


def _at_least(known: Positions, position: int) -> Q:
    """Deals that have come to `position` or further."""
    if position <= 1:
        return Q()
    stages = known.from_stages(position)
    stays = StageTransition.objects.filter(deal=OuterRef("pk"), current=True, stage__in=stages)
    return Q(Exists(stays))


def cohort_condition(start: date, end: date) -> Q:
    """The deals created from `start` to `end`, both included, in the company's time zone."""
    zone = company_zone()
    first, after = clock.start_of_day(start, zone), clock.start_of_day(end + timedelta(days=1), zone)
    return Q(created_at__gte=first, created_at__lt=after)


def holder_condition(department: Department | None, owner: User | None) -> Q:
    """The records of an owner, of a department with those below it."""
    parts = [Q()]
    if department is not None:
        parts.append(Q(department__in=sorted(subtree(frozenset({department.pk})))))
    if owner is not None:
        parts.append(Q(owner=owner))
    return reduce(and_, parts)


def _holder_filters(department: Department | None, owner: User | None) -> list[str]:
    found = []
    if department is not None:
        found.append("department.in:" + ",".join(map(str, sorted(subtree(frozenset({department.pk}))))))
    if owner is not None:
        found.append(f"owner.in:{owner.pk}")
    return found


def _query(filters: Iterable[str]) -> str:
    return urlencode([("f", text) for text in filters], safe=":,")


def cohort_address(
    kind: str, position: int, *, pipeline: int, start: date, end: date, department: Department | None = None,
    owner: User | None = None, reason: int | None = None,
) -> str:  # fmt: skip
    """The query string of the deals list behind a figure of the funnel."""
    filters = [
        f"{FUNNEL}.is:{kind},{pipeline},{position}", f"{COHORT}.is:{start.isoformat()},{end.isoformat()}",
        *_holder_filters(department, owner),
    ]  # fmt: skip
    if reason is not None:
        filters.append(f"closing_reason.in:{reason}")
    return _query(filters)


def funnel_from_values(values: Sequence[str]) -> Q:
    """The condition of `funnel.is:kind,pipeline,position`. Raises `ValueError`."""
    kind, pipeline, position = values
    return funnel_condition(kind, int(position), pipeline=int(pipeline))


def cohort_from_values(values: Sequence[str]) -> Q:
    """The condition of `cohort.is:first,last`. Raises `ValueError`."""
    start, end = values
    return cohort_condition(date.fromisoformat(start), date.fromisoformat(end))


def payment_condition(certainties: Sequence[str], first: date | None, last: date) -> Q:
    """The payments of these certainties from `first` (None: ever) to `last`, both included."""
    found = Q(certainty__in=certainties, on__lte=last)
    return found & Q(on__gte=first) if first is not None else found


def payment_address(
    certainties: Sequence[str], first: date | None, last: date, *, department: Department | None = None,
    owner: User | None = None,
) -> str:  # fmt: skip
    """The query string of the payments list of these certainties between two days, both included."""
    days = f"on.is:{first.isoformat()},{last.isoformat()}" if first else f"on.lte:{last.isoformat()}"
    return _query([f"certainty.in:{','.join(certainties)}", days, *_holder_filters(department, owner)])


NOT_RECEIVED = (Certainty.GUARANTEED, Certainty.HIGH, Certainty.LOW)
