"""Amounts of money in the words of the current language."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency

from common.kinds.formats import language
from common.money.rates import Currencies, currencies


def money(amount: Decimal | None, code: str, *, cents: bool | None = None) -> str:
    """`€84,200`; cents always, never, or (None) only where they are not zero."""
    if amount is None:
        return ""
    show = cents if cents is not None else amount != amount.to_integral_value()
    return _written(amount, code, language(), cents=show)


@lru_cache(maxsize=4096)
def _written(amount: Decimal, code: str, language: str, *, cents: bool) -> str:
    whole = "#,##0\xa0¤" if language == "ru" else "¤#,##0"
    text = format_currency(
        amount, code, locale=language, currency_digits=False, decimal_quantization=True, format=None if cents else whole
    )
    return str(text).replace("-", "−")


def base_money(amount: Decimal | None, *, cents: bool | None = None) -> str:
    """An amount in base currency."""
    return money(amount, base_code(), cents=cents)


def base_code() -> str:
    """The code of the base currency."""
    known = currencies()
    return known.base.code if known.base else "EUR"


def money_of(amount: Decimal | None, currency_id: int | None, *, cents: bool | None = None) -> str:
    """An amount in the currency of this id."""
    known: Currencies = currencies()
    found = known.by_id.get(currency_id or 0)
    return money(amount, found.code if found else base_code(), cents=cents)
