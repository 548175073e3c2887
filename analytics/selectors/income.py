from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import ExtractMonth, ExtractYear

from analytics.selectors.conditions import (
    NOT_RECEIVED,
    Figure,
    holder_condition,
    payment_address,
    payment_condition,
)
from common import clock
from common.kinds.models import RecordQuerySet
from common.money.aggregates import ExactSum
from common.money.models import Currency
from common.money.rates import Converted, Quote, currencies, rounded, sum_in_base
from common.organisation.models import Department
from common.organisation.selectors import company_today
from common.people.models import User
from common.policy.principal import Principal, principal_of
from deals.models import Certainty, Payment

MONTHS, AHEAD = 12, 2
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class IncomeMonth:
    """A month: received, received in that month of the year before, expected from today on, and overdue.

    `expected` is by certainty and only of this month and those ahead; what should have come before today is `overdue`.
    """

    first: date
    last: date
    is_current: bool
    is_ahead: bool
    received: Figure
    before: Figure
    expected: Mapping[str, Figure]
    overdue: Figure

    @property
    def change(self) -> Decimal | None:
        """By what part more (or less) was received than a year before; None without that, and ahead."""
        base = self.before.money.amount
        if self.is_ahead or not base:
            return None
        return self.received.money.amount / base - 1


@dataclass(frozen=True)
class DayRate:
    """What a currency is told at today; `quote` is None where the rate is missing."""

    currency: Currency
    quote: Quote | None


@dataclass(frozen=True)
class IncomeReport:
    """Payments by month in base currency: twelve months up to this one, and the next two."""

    today: date
    months: tuple[IncomeMonth, ...]
    received: Figure
    received_before: Figure
    expected: Mapping[str, Figure]
    overdue: Figure
    oldest_overdue: date | None
    rates: tuple[DayRate, ...]

    @property
    def change(self) -> Decimal | None:
        """By what part more (or less) was received in the twelve months than in the twelve before."""
        base = self.received_before.money.amount
        return self.received.money.amount / base - 1 if base else None

    @property
    def missing(self) -> tuple[str, ...]:
        """The currencies that are in no sum because a rate is missing."""
        figures = [self.received, self.received_before, self.overdue, *self.expected.values()]
        return tuple(sorted({code for figure in figures for code in figure.money.missing}))


def income(user: User | Principal, *, department: Department | None = None, owner: User | None = None) -> IncomeReport:
    """The payments the person may see, by month: received at the stored rates, the rest at today's.

    Months and today are the company's. The twelve months end with the current one, which counts so far.
    """
    today = company_today()
    rows: RecordQuerySet[Any] = Payment.objects.for_user(principal_of(user)).filter(holder_condition(department, owner))
    first = clock.add_months(today, 1 - MONTHS)
    report = _Report(today, first, rows, partial(payment_address, department=department, owner=owner))
    months = tuple(report.month(clock.add_months(first, index)) for index in range(MONTHS + AHEAD))
    end, last = clock.add_months(today, 1) - ONE_DAY, months[-1].last
    return IncomeReport(
        today=today, months=months,
        received=report.received_between(first, end),
        received_before=report.received_between(clock.add_months(first, -MONTHS), first - ONE_DAY),
        expected={key: report.expected_between(key, today, last) for key in NOT_RECEIVED},
        overdue=report.overdue_between(None, today - ONE_DAY), oldest_overdue=report.oldest(),
        rates=tuple(day_rates(today, report.currencies())),
    )  # fmt: skip


def day_rates(day: date, wanted: Collection[int]) -> list[DayRate]:
    """The rates the figures of `day` are told at, of these currencies."""
    known = currencies()
    rows = [row for row in known.by_id.values() if row.pk in wanted and not row.is_base]
    return [DayRate(row, known.quote(row.pk, day)) for row in sorted(rows, key=lambda row: (row.position, row.code))]


def _month_of(group: Mapping[str, Any]) -> date:
    return date(group["year"], group["month"], 1)


class _Report:
    """Two queries, by month and currency: what was received, and what was not."""

    def __init__(self, today: date, first: date, rows: RecordQuerySet[Any], address: Any) -> None:
        self.today, self.address = today, address
        self.end = clock.add_months(today, AHEAD + 1) - ONE_DAY
        earliest = clock.add_months(first, -MONTHS)
        received = rows.filter(payment_condition([Certainty.RECEIVED], earliest, self.end))
        self.received: dict[date, list[dict[str, Any]]] = defaultdict(list)
        for group in self._by_month(received, "currency_id").annotate(
            count=Count("pk"), base=ExactSum("amount_base"), unrated=Count("pk", filter=Q(amount_base=None))
        ):
            self.received[_month_of(group)].append(group)
        waiting = rows.filter(payment_condition(NOT_RECEIVED, None, self.end)).annotate(late=Q(on__lt=today))
        self.waiting: list[dict[str, Any]] = list(
            self._by_month(waiting, "certainty", "currency_id", "late").annotate(
                count=Count("pk"), total=ExactSum("amount"), oldest=Min("on")
            )
        )

    @staticmethod
    def _by_month(rows: RecordQuerySet[Any], *by: str) -> Any:
        return rows.order_by().values(*by, year=ExtractYear("on"), month=ExtractMonth("on"))

    def month(self, first: date) -> IncomeMonth:
        last, current = clock.add_months(first, 1) - ONE_DAY, self.today.replace(day=1)
        year_before = first.replace(year=first.year - 1)
        start = max(first, self.today)
        expected: dict[str, Figure] = (
            {} if last < self.today else {k: self.expected_between(k, start, last) for k in NOT_RECEIVED}
        )
        return IncomeMonth(
            first=first, last=last, is_current=first == current, is_ahead=first > current,
            received=self.received_between(first, last),
            before=self.received_between(year_before, clock.add_months(year_before, 1) - ONE_DAY),
            expected=expected, overdue=self.overdue_between(first, min(last, self.today - ONE_DAY)),
        )  # fmt: skip

    def received_between(self, first: date, last: date) -> Figure:
        """What was received in whole months."""
        groups = [group for month, found in self.received.items() if first <= month <= last for group in found]
        known = currencies().by_id
        missing = sorted({known[group["currency_id"]].code for group in groups if group["unrated"]})
        amount = rounded(sum((group["base"] for group in groups), Decimal(0)))
        told = Converted(amount, missing=tuple(missing))
        return Figure(sum(g["count"] for g in groups), told, self.address([Certainty.RECEIVED], first, last))

    def expected_between(self, certainty: str, first: date, last: date) -> Figure:
        """What is expected from today on; `first` is today or the first day of a month."""
        groups = [
            group for group in self.waiting
            if not group["late"] and group["certainty"] == certainty
            and first.replace(day=1) <= _month_of(group) <= last
        ]  # fmt: skip
        return self._told(groups, self.address([certainty], first, last))

    def overdue_between(self, first: date | None, last: date) -> Figure:
        """What was planned for a day before today and not received."""
        groups = [
            group for group in self.waiting
            if group["late"] and (first is None or first <= _month_of(group)) and _month_of(group) <= last
        ]  # fmt: skip
        return self._told(groups, self.address(list(NOT_RECEIVED), first, last))

    def _told(self, groups: list[dict[str, Any]], address: str) -> Figure:
        parts = [(group["total"], group["currency_id"]) for group in groups]
        return Figure(sum(g["count"] for g in groups), sum_in_base(parts, self.today), address)

    def currencies(self) -> set[int]:
        """The currencies of the payments that are told at today's rates."""
        return {group["currency_id"] for group in self.waiting}

    def oldest(self) -> date | None:
        """The day of the payment that is overdue longest."""
        days = [group["oldest"] for group in self.waiting if group["late"]]
        return min(days) if days else None
