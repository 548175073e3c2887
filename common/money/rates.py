"""Conversion between currencies at the rate of a day (ARCHITECTURE.md §5, "Money").

The rate of day d is the latest at or before d, at most seven days old; older than d itself it is
marked approximate; else it is missing and no figure is made up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from common.kinds import dictionary
from common.money.models import Currency, Rate

OLDEST = timedelta(days=7)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Quote:
    """A rate to the base currency; `approximate` when it is not of the very day."""

    value: Decimal
    day: date
    approximate: bool


@dataclass(frozen=True, slots=True)
class Converted:
    """A sum in base currency: `missing` names the currencies that have no rate and are not in it."""

    amount: Decimal
    approximate: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Currencies:
    """All currencies and their rates, as read at one version of the configuration."""

    base: Currency | None
    by_id: dict[int, Currency]
    by_code: dict[str, Currency]
    days: dict[int, list[date]]
    values: dict[int, list[Decimal]]

    def quote(self, currency_id: int, day: date) -> Quote | None:
        """The rate of `currency_id` to the base currency on `day`, or None where it is missing."""
        if self.base is not None and currency_id == self.base.pk:
            return Quote(Decimal(1), day, approximate=False)
        days = self.days.get(currency_id, [])
        at = bisect_right(days, day) - 1
        if at < 0 or day - days[at] > OLDEST:
            return None
        return Quote(self.values[currency_id][at], days[at], approximate=days[at] != day)


def currencies() -> Currencies:
    """The currencies with their rates, from the process dictionary."""
    return dictionary.lookup("money.currencies", _load)


def _load() -> Currencies:
    rows = list(Currency.objects.all())
    days: dict[int, list[date]] = defaultdict(list)
    values: dict[int, list[Decimal]] = defaultdict(list)
    for currency_id, day, value in Rate.objects.order_by("day").values_list("currency_id", "day", "value"):
        days[currency_id].append(day)
        values[currency_id].append(value)
    base = next((row for row in rows if row.is_base), None)
    return Currencies(base, {r.pk: r for r in rows}, {r.code: r for r in rows}, dict(days), dict(values))


def rounded(amount: Decimal) -> Decimal:
    """Two decimals, half to even."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


def to_base(amount: Decimal, currency_id: int, day: date) -> Decimal | None:
    """`amount` in base currency at the rate of `day`; None where the rate is missing."""
    quote = currencies().quote(currency_id, day)
    return None if quote is None else rounded(amount * quote.value)


def cross(amount: Decimal, from_id: int, to_id: int, day: date) -> Decimal | None:
    """`amount` from one currency in another at the cross rate of `day`; None where a rate is missing."""
    if from_id == to_id:
        return amount
    known = currencies()
    source, target = known.quote(from_id, day), known.quote(to_id, day)
    if source is None or target is None:
        return None
    return rounded(amount * source.value / target.value)


def sum_in_base(parts: Iterable[tuple[Decimal, int]], day: date) -> Converted:
    """The sum of (amount, currency id) parts in base currency at the rates of `day`."""
    known, total, approximate, missing = currencies(), Decimal(0), False, []
    for amount, currency_id in parts:
        quote = known.quote(currency_id, day)
        if quote is None:
            if amount:
                missing.append(known.by_id[currency_id].code)
            continue
        total += amount * quote.value
        approximate = approximate or quote.approximate
    return Converted(rounded(total), approximate, tuple(sorted(set(missing))))
