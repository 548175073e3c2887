from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

from analytics.selectors.conditions import (
    ANYWHERE,
    Figure,
    Positions,
    cohort_address,
    cohort_condition,
    funnel_condition,
    holder_condition,
    positions,
)
from common.kinds.models import RecordQuerySet
from common.money.aggregates import ExactSum
from common.organisation.models import Department
from common.organisation.selectors import company_today
from common.people.models import User
from common.policy.principal import Principal, principal_of
from deals.models import ClosingReason, Deal, Outcome, Pipeline, Stage, StageTransition
from deals.selectors import money_of_groups

ONE_DAY = timedelta(days=1)
Group = dict[str, Any]


@dataclass(frozen=True)
class FunnelRow:
    """A stage of the funnel. Rates are parts of one: of the stage before, of all that entered."""

    position: int
    stage: Stage
    reached: Figure
    still: Figure
    lost: Figure
    passed: Figure
    now: Figure
    previous: int
    step_rate: Decimal | None
    previous_step_rate: Decimal | None
    overall: Decimal | None
    median_days: float | None


@dataclass(frozen=True)
class LostReason:
    """Why deals were lost."""

    reason: ClosingReason
    lost: Figure


@dataclass(frozen=True)
class FunnelReport:
    """The way of the deals created from `start` to `end` through a pipeline, beside that of the period before."""

    pipeline: Pipeline
    department: Department | None
    owner: User | None
    start: date
    end: date
    previous_start: date
    previous_end: date
    rows: tuple[FunnelRow, ...]
    entered: Figure
    won: Figure
    lost: Figure
    still_open: Figure
    previous_entered: int
    previous_won: int
    win_rate: Decimal | None
    previous_win_rate: Decimal | None
    won_step_rate: Decimal | None
    median_days_to_win: float | None
    reasons: tuple[LostReason, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The currencies that are in no sum because a rate is missing."""
        return self.entered.money.missing


def funnel(
    user: User | Principal, *, start: date, end: date, pipeline: Pipeline, department: Department | None = None,
    owner: User | None = None,
) -> FunnelReport:  # fmt: skip
    """The sales funnel of the deals created in the period that the person may see.

    Counts are of deals; money is today's amount of a deal: closed ones at their closing day's rate, open ones
    at today's. `analytics.selectors.funnel_condition` says which deals are behind each figure.
    """
    known, length = positions(pipeline.pk), end - start + ONE_DAY
    rows: RecordQuerySet[Any] = Deal.objects.for_user(principal_of(user)).filter(
        holder_condition(department, owner), pipeline=pipeline
    )
    now = rows.filter(cohort_condition(start, end))
    groups = _groups(now, known)
    before = _groups(rows.filter(cohort_condition(start - length, start - ONE_DAY)), known)
    address = partial(cohort_address, pipeline=pipeline.pk, start=start, end=end, department=department, owner=owner)
    report = _Report(known, groups, before, address, _medians(now))
    return FunnelReport(
        pipeline=pipeline,
        department=department,
        owner=owner,
        start=start,
        end=end,
        previous_start=start - length,
        previous_end=start - ONE_DAY,
        rows=tuple(report.row(position) for position in range(1, known.last + 1)),
        entered=report.figure("reached", 1),
        won=report.figure("won", ANYWHERE),
        lost=report.figure("lost", ANYWHERE),
        still_open=report.figure("still", ANYWHERE),
        previous_entered=report.previous("reached", 1),
        previous_won=report.previous("won", ANYWHERE),
        win_rate=_part(report.count("won", 0), report.count("reached", 1)),
        previous_win_rate=_part(report.previous("won", 0), report.previous("reached", 1)),
        won_step_rate=_part(report.count("won", 0), report.count("reached", known.last)),
        median_days_to_win=_median_to_win(now),
        reasons=tuple(report.reasons()),
    )


def _groups(cohort: RecordQuerySet[Any], known: Positions) -> list[Group]:
    """The cohort in one query, by highest position, stage, closing reason and currency."""
    far = [When(stage_id=pk, then=Value(at)) for pk, at in known.of.items()]
    far += [When(stage_id=pk, then=Value(known.last)) for pk in sorted(known.won)]
    stays = StageTransition.objects.filter(deal=OuterRef("pk"), current=True).order_by()
    highest = stays.values("deal").annotate(high=Max(Case(*far, output_field=IntegerField()))).values("high")
    rows = cohort.order_by().annotate(
        high=Coalesce(Subquery(highest, output_field=IntegerField()), Value(1)),
        closed=Q(closed_on__isnull=False),
    )
    return [_settled(group, known) for group in rows.values(
        "high", "stage_id", "closing_reason_id", "currency_id", "closed"
    ).annotate(
        count=Count("pk"), total=ExactSum("amount"), base=ExactSum("amount_base"),
        unrated=Count("pk", filter=Q(amount__gt=0, amount_base=None, closed_on__isnull=False)),
    )]  # fmt: skip


def _settled(group: Group, known: Positions) -> Group:
    stage = group["stage_id"]
    outcome = Outcome.WON if stage in known.won else Outcome.LOST if stage in known.lost else Outcome.OPEN
    return {**group, "outcome": outcome, "now": known.of.get(stage, 0)}


def _belongs(group: Group, kind: str, position: int, last: int) -> bool:
    """The same as `funnel_condition`, on a group."""
    outcome, high = group["outcome"], group["high"]
    if kind == "now":
        return outcome == Outcome.OPEN and bool(group["now"] == position)
    if kind == "won" or (kind == "passed" and position >= last):
        return bool(outcome == Outcome.WON)
    if kind == "reached":
        return bool(high >= position)
    if kind == "passed":
        return bool(high > position)
    state = Outcome.LOST if kind == "lost" else Outcome.OPEN
    return outcome == state and position in (ANYWHERE, high)


@dataclass
class _Report:
    known: Positions
    groups: list[Group]
    before: list[Group]
    address: Callable[..., str]
    medians: dict[int, float]

    def _of(self, groups: Iterable[Group], kind: str, position: int) -> list[Group]:
        return [group for group in groups if _belongs(group, kind, position, self.known.last)]

    def figure(self, kind: str, position: int) -> Figure:
        return self._told(self._of(self.groups, kind, position), self.address(kind, position))

    def _told(self, groups: list[Group], address: str) -> Figure:
        return Figure(sum(g["count"] for g in groups), money_of_groups(groups, company_today()), address)

    def count(self, kind: str, position: int) -> int:
        return sum(group["count"] for group in self._of(self.groups, kind, position))

    def previous(self, kind: str, position: int) -> int:
        return sum(group["count"] for group in self._of(self.before, kind, position))

    def row(self, position: int) -> FunnelRow:
        reached, before = self.count("reached", position), self.previous("reached", position)
        first = position == 1
        return FunnelRow(
            position=position, stage=self.known.stages[position - 1],
            reached=self.figure("reached", position), still=self.figure("still", position),
            lost=self.figure("lost", position), passed=self.figure("passed", position),
            now=self.figure("now", position), previous=before,
            step_rate=None if first else _part(reached, self.count("reached", position - 1)),
            previous_step_rate=None if first else _part(before, self.previous("reached", position - 1)),
            overall=_part(reached, self.count("reached", 1)),
            median_days=self.medians.get(self.known.stages[position - 1].pk),
        )  # fmt: skip

    def reasons(self) -> list[LostReason]:
        """Why deals were lost, the most frequent first."""
        by_reason: dict[int, list[Group]] = defaultdict(list)
        for group in self._of(self.groups, "lost", ANYWHERE):
            by_reason[group["closing_reason_id"]].append(group)
        known = ClosingReason.objects.in_bulk(by_reason)
        found = [
            LostReason(known[pk], self._told(groups, self.address("lost", ANYWHERE, reason=pk)))
            for pk, groups in by_reason.items()
        ]
        return sorted(found, key=lambda item: (-item.lost.count, item.reason.position, item.reason.pk))


def _part(some: int, whole: int) -> Decimal | None:
    return Decimal(some) / whole if whole else None


def _middle(stays: Any, spent: ExpressionWrapper[Any], partition: str | None) -> list[tuple[int, timedelta]]:
    """The one or two middle stays of each stage, found by the database."""
    by: dict[str, Any] = {"partition_by": [F(partition)]} if partition else {}
    ranked = stays.order_by().annotate(
        spent=spent,
        rank=Window(RowNumber(), order_by=[F("spent").asc(), F("pk").asc()], **by),
        size=Window(Count("pk"), **by),
    )
    middle = ranked.filter(rank__gte=F("size") / Value(2.0), rank__lte=F("size") / Value(2.0) + 1)
    return list(middle.values_list(partition or "deal_id", "spent"))


def _medians(cohort: RecordQuerySet[Any]) -> dict[int, float]:
    """The median of the days deals stayed in each stage they left."""
    stays = StageTransition.objects.filter(current=True, left_at__isnull=False, deal__in=cohort.values("pk"))
    spent = ExpressionWrapper(F("left_at") - F("entered_at"), output_field=DurationField())
    found: dict[int, list[timedelta]] = defaultdict(list)
    for stage_id, time in _middle(stays, spent, "stage_id"):
        found[stage_id].append(time)
    return {stage_id: _days(times) for stage_id, times in found.items()}


def _median_to_win(cohort: RecordQuerySet[Any]) -> float | None:
    """The median of the days from creation to winning, of the deals that are won."""
    wins = StageTransition.objects.filter(
        current=True, left_at=None, stage__outcome=Outcome.WON, deal__in=cohort.values("pk")
    )
    spent = ExpressionWrapper(F("entered_at") - F("deal__created_at"), output_field=DurationField())
    times = [time for _key, time in _middle(wins, spent, None)]
    return _days(times) if times else None


def _days(times: list[timedelta]) -> float:
    return sum(time / ONE_DAY for time in times) / len(times)


def stuck_at(user: User | Principal, report: FunnelReport, position: int, most: int = 8) -> list[Deal]:
    """The largest deals of the report that came to a stage and no further: open there, or lost there."""
    still = funnel_condition("still", position, pipeline=report.pipeline.pk)
    lost = funnel_condition("lost", position, pipeline=report.pipeline.pk)
    holders = holder_condition(report.department, report.owner)
    rows = Deal.objects.for_user(user).filter(holders, cohort_condition(report.start, report.end)).filter(still | lost)
    return list(rows.select_related("currency").order_by(F("amount").desc(nulls_last=True), "pk")[:most])
