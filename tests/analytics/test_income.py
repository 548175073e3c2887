from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from analytics import selectors
from analytics.selectors.conditions import Figure
from common import clock
from deals.models import Certainty, Payment
from tests.factories import common, deals

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
TODAY = date(2026, 11, 24)
RATE = Decimal("0.87654321")


def rows_of(address: str, user: Any) -> list[Payment]:
    """The payments the list shows at this address."""
    found = Q()
    for _name, text in parse_qsl(address):
        head, _colon, tail = text.partition(":")
        values = tail.split(",")
        if head == "on.is":
            found &= Q(on__gte=values[0], on__lte=values[1])
        elif head == "on.lte":
            found &= Q(on__lte=values[0])
        else:
            field, op = head.split(".")
            assert op == "in"
            found &= Q(**{f"{field}__in": values})
    return list(Payment.objects.for_user(user).filter(found).select_related("currency"))


def worth(payments: list[Payment]) -> Decimal:
    """At the one rate there is; received ones rounded each, as they are stored."""
    rates = {"EUR": Decimal(1), "USD": RATE}
    known = [p for p in payments if p.currency.code in rates]
    kept = sum(
        ((p.amount * rates[p.currency.code]).quantize(Decimal("0.01")) for p in known if p.certainty == "received"),
        Decimal(0),
    )
    rest = sum((p.amount * rates[p.currency.code] for p in known if p.certainty != "received"), Decimal(0))
    return kept + rest.quantize(Decimal("0.01"))


@pytest.fixture
def company() -> dict[str, Any]:
    """Payments over three years in three currencies, of two departments."""
    common.own_company("Europe/Berlin")
    common.currency()
    common.currency("GBP")
    chance = Random(11)
    north, south = common.department("North"), common.department("South")
    managers = [common.user(department=north), common.user(department=south)]
    for week in range(0, 1200, 7):
        common.rate("USD", str(RATE), date(2023, 12, 1) + timedelta(days=week))
    with clock.stopped(NOW):
        mine = [deals.deal(manager, amount="1000.00") for manager in managers]
        for _i in range(220):
            certainty = chance.choice(["received", "received", *Certainty.values])
            span = (-1000, 0) if certainty == "received" else (-90, 120)
            deals.payment(
                chance.choice(mine), f"{chance.randrange(1, 999_999) / 100 + 0.01:.2f}", certainty,
                code=chance.choice(["EUR", "EUR", "USD", "GBP"]), on=TODAY + timedelta(days=chance.randrange(*span)),
            )  # fmt: skip
    return {"north": north, "managers": managers, "executive": common.user("executive")}


def expect(figure: Figure, payments: list[Payment], user: Any) -> None:
    assert figure.count == len(payments)
    assert {row.pk for row in rows_of(figure.address, user)} == {row.pk for row in payments}
    assert figure.money.amount == worth(payments)
    assert (figure.money.missing == ("GBP",)) == any(p.currency.code == "GBP" for p in payments)


def month_before(day: date) -> tuple[int, int]:
    return day.year - 1, day.month


@pytest.mark.parametrize("who", ["all", "north", "owner", "manager"])
def test_every_figure_equals_a_recomputation_and_opens_its_rows(company: dict[str, Any], who: str) -> None:
    north, (first, second), executive = company["north"], company["managers"], company["executive"]
    user, filters, owner = {
        "all": (executive, {}, None), "north": (executive, {"department": north}, first),
        "owner": (executive, {"owner": second}, second), "manager": (first, {}, first),
    }[who]  # fmt: skip
    with clock.stopped(NOW):
        report = selectors.income(user, **filters)
    payments = [p for p in Payment.objects.select_related("currency") if owner is None or p.owner_id == owner.pk]
    received = [p for p in payments if p.certainty == "received"]
    waiting = [p for p in payments if p.certainty != "received"]
    assert report.today == TODAY
    assert [(month.first.year, month.first.month) for month in report.months] == [
        *((2025, 12),), *((2026, m) for m in range(1, 13)), (2027, 1),
    ]  # fmt: skip
    for month in report.months:
        of = (month.first.year, month.first.month)
        expect(month.received, [p for p in received if (p.on.year, p.on.month) == of], user)
        year_before = [p for p in received if (p.on.year, p.on.month) == month_before(month.first)]
        expect(month.before, year_before, user)
        here = [p for p in waiting if (p.on.year, p.on.month) == of]
        expect(month.overdue, [p for p in here if p.on < TODAY], user)
        for certainty, figure in month.expected.items():
            expect(figure, [p for p in here if p.on >= TODAY and p.certainty == certainty], user)
        assert bool(month.expected) == (month.last >= TODAY)
    expect(report.received, [p for p in received if date(2025, 12, 1) <= p.on <= date(2026, 11, 30)], user)
    expect(report.received_before, [p for p in received if date(2024, 12, 1) <= p.on < date(2025, 12, 1)], user)
    late = [p for p in waiting if p.on < TODAY]
    expect(report.overdue, late, user)
    assert report.oldest_overdue == min(p.on for p in late)
    for certainty, figure in report.expected.items():
        ahead = [p for p in waiting if TODAY <= p.on <= date(2027, 1, 31) and p.certainty == certainty]
        expect(figure, ahead, user)
    assert "GBP" in report.missing


def test_the_current_month_is_the_companys_and_counts_so_far(company: dict[str, Any]) -> None:
    common.own_company("Pacific/Kiritimati")
    with clock.stopped(datetime(2026, 11, 30, 12, tzinfo=UTC)):
        report = selectors.income(company["executive"])
    assert report.today == date(2026, 12, 1)
    current = [month for month in report.months if month.is_current]
    assert [month.first for month in current] == [date(2026, 12, 1)]
    assert current[0].overdue.count == 0


def test_day_rates_say_what_is_approximate_and_what_is_missing(company: dict[str, Any]) -> None:
    with clock.stopped(NOW):
        told = {row.currency.code: row.quote for row in selectors.income(company["executive"]).rates}
    assert told["GBP"] is None
    assert told["USD"] is not None
    assert (told["USD"].value, told["USD"].approximate) == (RATE, told["USD"].day != TODAY)


def test_a_year_without_payments_tells_no_change() -> None:
    common.currency()
    report = selectors.income(common.user("executive"))
    assert (report.change, report.overdue.count, report.oldest_overdue) == (None, 0, None)
    assert all(month.change is None for month in report.months)


def test_the_number_of_queries_is_fixed(company: dict[str, Any]) -> None:
    with clock.stopped(NOW), CaptureQueriesContext(connection) as queries:
        selectors.income(company["executive"])
    assert len([q for q in queries if "deals_payment" in q["sql"]]) == 2
