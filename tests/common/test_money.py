"""Conversion, sums and amounts in words (ARCHITECTURE.md, "Money is exact")."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from common.kinds.guard import door
from common.money import formats
from common.money.aggregates import ExactSum
from common.money.rates import Converted, cross, currencies, rounded, sum_in_base, to_base
from deals.models import Deal
from tests.factories import common, deals

DAY = date(2026, 3, 10)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rates() -> None:
    common.own_company()
    common.currency()
    common.rate("USD", "0.90", DAY)
    common.rate("CHF", "1.05", DAY)


def key(code: str) -> int:
    return common.currency(code).pk


def test_the_rate_of_a_day_is_the_latest_of_the_seven_days_before() -> None:
    for days, approximate in ((0, False), (1, True), (7, True)):
        quote = currencies().quote(key("USD"), DAY + timedelta(days=days))
        assert quote is not None
        assert (quote.value, quote.day, quote.approximate) == (Decimal("0.90"), DAY, approximate)
    assert currencies().quote(key("USD"), DAY + timedelta(days=8)) is None
    assert currencies().quote(key("USD"), DAY - timedelta(days=1)) is None


def test_a_missing_rate_is_no_figure_and_named_never_one_to_one() -> None:
    late = DAY + timedelta(days=8)
    assert to_base(Decimal(100), key("USD"), late) is None
    assert cross(Decimal(100), key("USD"), key("CHF"), late) is None
    told = sum_in_base([(Decimal(10), key("EUR")), (Decimal(5), key("USD")), (Decimal(0), key("CHF"))], late)
    assert told == Converted(Decimal("10.00"), missing=("USD",))


def test_currencies_are_converted_across_the_base_and_rounded_half_to_even() -> None:
    assert to_base(Decimal("100.00"), key("USD"), DAY) == Decimal("90.00")
    assert cross(Decimal("100.00"), key("USD"), key("CHF"), DAY) == Decimal("85.71")
    assert cross(Decimal("12.34"), key("USD"), key("USD"), date(1990, 1, 1)) == Decimal("12.34")
    assert [rounded(Decimal(text)) for text in ("0.125", "0.135", "-0.125")] == [
        Decimal("0.12"), Decimal("0.14"), Decimal("-0.12"),
    ]  # fmt: skip


def test_a_sum_says_when_a_rate_of_another_day_is_in_it() -> None:
    assert sum_in_base([(Decimal(10), key("USD"))], DAY) == Converted(Decimal("9.00"))
    assert sum_in_base([(Decimal(10), key("USD"))], DAY + timedelta(days=2)).approximate


def test_sums_in_the_database_are_exact() -> None:
    keys = [deals.deal().pk for _n in range(6)]
    rows = Deal.objects.filter(pk__in=keys)

    @given(st.lists(st.decimals("0.00", "9999999999.99", places=2), min_size=6, max_size=6))
    def check(amounts: list[Decimal]) -> None:
        with door():
            for key, amount in zip(keys, amounts, strict=True):
                Deal.objects.filter(pk=key).update(amount=amount)
        assert rounded(rows.aggregate(total=ExactSum("amount"))["total"]) == sum(amounts)

    check()
    assert Deal.objects.none().aggregate(total=ExactSum("amount"))["total"] == 0


@pytest.mark.parametrize(
    ("language", "amount", "cents", "text"),
    [
        ("en", "84200", None, "€84,200"), ("en", "84200.5", None, "€84,200.50"), ("en", "-3", True, "−€3.00"),
        ("ru", "84200", None, "84\xa0200\xa0€"), ("ru", "84200.5", None, "84\xa0200,50\xa0€"),
        ("ru", "0.4", False, "0\xa0€"),
    ],
)  # fmt: skip
def test_amounts_are_written_as_the_language_does(language: str, amount: str, cents: bool | None, text: str) -> None:
    with override(language):
        assert formats.money(Decimal(amount), "EUR", cents=cents) == text


def test_no_amount_is_no_text() -> None:
    assert formats.money(None, "EUR") == formats.money_of(None, key("USD")) == ""
