"""What people type into forms as numbers and days, read as they mean it or refused in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from common.records.inputs import NumberField, read_date, read_number
from tests.factories import common

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _currencies() -> None:
    for code in ("EUR", "USD", "RUB"):
        common.currency(code)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.50", "1234.50"), ("1 234,50 €", "1234.50"), ("1.234,50", "1234.50"), ("1,234.50", "1234.50"),
        ("1,234", "1234"), ("1.234.567", "1234567"), ("1\u00a0234\u202f567,8", "1234567.8"), ("12,5", "12.5"),
        ("0,125", "0125"), ("−7", "-7"), ("-7.5", "-7.5"), ("+7", "7"), ("$99", "99"), ("99 usd", "99"),
        ("EUR 1.250,00", "1250.00"), ("2 500 руб.", "2500"), ("15 %", "15"), ("1'000", "1000"), ("5.", "5"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["abc", "1e5", "1.5 million", "12 kg", "5 boxes of 10", "--3", "1-2", "NaN", "Infinity", ",", "€", "0x1F"]
)
def test_what_is_no_number_is_refused_and_named(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        read_number(text)
    assert text in refusal.value.messages[0]


@given(st.text(max_size=60))
def test_any_text_is_a_finite_number_or_refused(text: str) -> None:
    try:
        assert read_number(text).is_finite()
    except ValidationError as refusal:
        assert text[:40] in refusal.messages[0]


@given(st.decimals("-99999999.99", "99999999.99", places=2), st.sampled_from(["en", "ru"]))
def test_a_number_shown_in_a_form_is_read_back_the_same(value: Decimal, language: str) -> None:
    field = NumberField(decimal_places=2, max_digits=18)
    with override(language):
        assert field.clean(field.prepare_value(value)) == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-18", date(2026, 12, 18)), ("18.12.2026", date(2026, 12, 18)), ("18/12/26", date(2026, 12, 18)),
        ("1.2", date(2027, 2, 1)), ("20.11.", date(2026, 11, 20)), ("today", TODAY), ("Завтра", date(2026, 11, 25)),
        ("yesterday", date(2026, 11, 23)), ("+3", date(2026, 11, 27)), (" + 10 ", date(2026, 12, 4)),
    ],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text: str, day: date) -> None:
    assert read_date(text, TODAY) == day


@pytest.mark.parametrize("text", ["31.02.2026", "32.1.2026", "0.0", "29.02.2026", "soon", "2026-13-01", "+9999", "12"])
def test_what_is_no_day_is_refused_and_named(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        read_date(text, TODAY)
    assert text in refusal.value.messages[0]


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        assert isinstance(read_date(text, TODAY), date)
    except ValidationError as refusal:
        assert refusal.messages


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_shown_in_a_form_is_read_back_the_same(day: date) -> None:
    assert read_date(day.strftime("%d.%m.%Y"), TODAY) == day
