"""What Today shows of deals and payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet

from common import clock
from common.kinds.counting import bounded, said
from common.kinds.models import RecordQuerySet
from common.money.aggregates import ExactSum
from common.money.rates import Converted, rounded, sum_in_base
from common.people.models import User
from common.policy import scopes
from common.policy.principal import Principal
from deals.models import Certainty, Deal, Outcome, Payment
from deals.selectors.deals import list_totals

SIZE, MOST = 8, 99


def _mine(user_id: int) -> Q:
    owned, shared = scopes.owned_parts([user_id])
    return owned | shared


def is_seller(principal: Principal) -> bool:
    """Whether a person sells: their Today shows their own figures, that of others everything they see."""
    return principal.may("deals.deal", "create") and not principal.is_administrator


def steps_of(principal: Principal, which: str, today: date) -> tuple[list[Deal], str]:
    """A person's own open deals whose next step is `overdue`, for `today` or `none`, and how many there are: `99+`."""
    wanted = {
        "overdue": Q(next_step_on__lt=today), "today": Q(next_step_on=today), "none": Q(next_step_on=None),
    }  # fmt: skip
    rows: RecordQuerySet[Any] = Deal.objects.get_queryset().filter(wanted[which], closed_on=None)

    def named(found: RecordQuerySet[Any]) -> RecordQuerySet[Any]:
        return found.select_related("company", "contact", "lead")

    shown = list(scopes.page_for_user(rows, principal, ("next_step_on", "pk"), SIZE + 1, own=True, ready=named))
    if len(shown) > SIZE:
        return shown[:SIZE], _how_many(scopes.some_for_user(rows, principal, MOST + 1, own=True))
    return shown, str(len(shown))


def _how_many(rows: QuerySet[Any, Any]) -> str:
    [count] = bounded([rows], MOST)
    return said(count, MOST)


def badge(principal: Principal, today: date) -> tuple[QuerySet[Any, Any], QuerySet[Any, Any]]:
    """Own steps that are due, and those of them that are overdue."""
    rows: RecordQuerySet[Any] = Deal.objects.get_queryset().filter(closed_on=None)

    def until(**limit: date) -> QuerySet[Any, Any]:
        return scopes.some_for_user(rows.filter(**limit), principal, MOST + 1, own=True)

    return until(next_step_on__lte=today), until(next_step_on__lt=today)


def payments_due(user: User, principal: Principal, today: date) -> tuple[list[Payment], str]:
    """Payments not received that should have come or are due within seven days; a seller's own."""
    rows = Payment.objects.for_user(principal).exclude(certainty=Certainty.RECEIVED)
    rows = rows.filter(on__lte=today + timedelta(days=7))
    if is_seller(principal):
        rows = rows.filter(owner=user.pk)
    shown = list(rows.select_related("deal__company").order_by("on", "pk")[: SIZE + 1])
    return shown[:SIZE], str(len(shown)) if len(shown) <= SIZE else _how_many(rows)


def closing_soon(principal: Principal, today: date) -> tuple[list[Deal], str]:
    """Open deals that should close by the end of this month, the largest first, and how many there are: `99+`."""
    rows: RecordQuerySet[Any] = Deal.objects.get_queryset().filter(closed_on=None)
    rows = rows.filter(expected_close__gte=today.replace(day=1), expected_close__lte=clock.month_end(today))

    def named(found: RecordQuerySet[Any]) -> RecordQuerySet[Any]:
        return found.select_related("company", "contact", "stage", "owner")

    order = (F("amount").desc(nulls_last=True), "pk")
    largest = list(scopes.page_for_user(rows, principal, order, SIZE + 1, ready=named))
    if len(largest) <= SIZE:
        return largest, str(len(largest))
    return largest[:SIZE], _how_many(scopes.some_for_user(rows, principal, MOST + 1))


@dataclass(frozen=True)
class MonthFigures:
    """This month so far, `won_before` in last month to the same day."""

    won: int
    won_before: int
    won_amount: Converted
    received: Converted
    open_amount: Converted


def month_figures(user: User, principal: Principal, today: date, *, mine: bool) -> MonthFigures:
    """The month's figures of a person, or of everything they see."""
    deals = Deal.objects.for_user(principal)
    payments = Payment.objects.for_user(principal)
    if mine:
        deals, payments = deals.filter(_mine(user.pk)), payments.filter(owner=user.pk)
    month = today.replace(day=1)
    before = clock.add_months(month, -1)
    same_day = min(before + timedelta(days=today.day - 1), month - timedelta(days=1))
    won = deals.filter(closing_reason__outcome=Outcome.WON)
    before_then = won.filter(closed_on__gte=before, closed_on__lte=same_day).count()
    received = payments.filter(certainty=Certainty.RECEIVED, on__gte=month, on__lte=today)
    kept = received.aggregate(total=ExactSum("amount_base"))["total"]
    won_now = list_totals(won.filter(closed_on__gte=month, closed_on__lte=today))
    return MonthFigures(
        won_now.count, before_then, won_now.amount, Converted(rounded(kept)),
        list_totals(deals.filter(closed_on=None)).amount,
    )  # fmt: skip


def expected_by_month(
    user: User, principal: Principal, today: date, *, mine: bool, months: int = 2
) -> tuple[list[date], dict[Certainty, list[Converted]]]:
    """Payments not received of this and the next months by certainty, in base currency at today's rates."""
    first = today.replace(day=1)
    starts = [clock.add_months(first, index) for index in range(months)]
    rows = Payment.objects.for_user(principal).exclude(certainty=Certainty.RECEIVED)
    rows = rows.filter(on__gte=first, on__lt=clock.add_months(first, months))
    if mine:
        rows = rows.filter(owner=user.pk)
    groups = rows.order_by().values("certainty", "currency_id", "on").annotate(total=ExactSum("amount"))
    parts: dict[tuple[str, date], list[tuple[Decimal, int]]] = {}
    for group in groups:
        key = (group["certainty"], group["on"].replace(day=1))
        parts.setdefault(key, []).append((group["total"], group["currency_id"]))
    wanted = (Certainty.GUARANTEED, Certainty.HIGH, Certainty.LOW)
    return starts, {c: [sum_in_base(parts.get((c.value, m), []), today) for m in starts] for c in wanted}
