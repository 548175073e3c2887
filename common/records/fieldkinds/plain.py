"""What each kind of field can do: its cell, its filter operators, its words. One class per kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common import clock
from common.changes import values as tracked
from common.kinds import beside, folding, formats
from common.kinds.models import RecordModel
from common.money import formats as money
from common.money.rates import currencies
from common.records.declaring import Cell, Viewer, Words
from common.records.errors import BadFilter
from common.records.fieldkinds.periods import MOST_DAYS, RELATIVE_DAYS, Span, span, span_of_days

FIRST_YEAR, LAST_YEAR = 1900, 2200
EMPTY: dict[str, Words] = {"empty": _("is empty"), "set": _("is set")}
OPPOSITES = {"empty": "set", "not": "in", "isnot": "is", "hasnot": "has"}
"""Operators that hold exactly where another one does not."""
NOTHING_SAID = frozenset(EMPTY)
MOST_NUMBER = Decimal(10) ** 15


class Kind:
    """Base: plain text, compared without regard to capital letters."""

    cell_kind: ClassVar[str] = "text"
    input: ClassVar[str] = "text"
    numeric: ClassVar[bool] = False
    operators: ClassVar[dict[str, Words]] = {
        "has": _("contains"), "hasnot": _("does not contain"), "is": _("is"), "isnot": _("is not"),
        "starts": _("begins with"), **EMPTY,
    }  # fmt: skip
    # Operators that take two values.
    pairs: ClassVar[frozenset[str]] = frozenset({"between"})

    def __init__(self, model: type[RecordModel], name: str) -> None:
        self.model = model
        self.name = name
        self.field: Any = None if name in tracked.link_fields else tracked.field_of(model, name)

    @property
    def label(self) -> Words:
        """The name of the field as people see it."""
        name: Words = self.field.verbose_name
        return name

    @property
    def key(self) -> str:
        """What the filter is called in the address."""
        return self.name

    @property
    def related(self) -> tuple[str, ...]:
        """Foreign keys a list must join to draw it."""
        return ()

    def cell(self, obj: Any) -> Cell:
        """The data of the cell partial."""
        return {"text": self.text(obj)}

    def text(self, obj: Any) -> str:
        """The value in words."""
        value = getattr(obj, self.name)
        return "" if value is None else str(value)

    def plain(self, obj: Any) -> Any:
        """The value for a spreadsheet."""
        return self.text(obj)

    def plains(self, objs: Sequence[Any]) -> list[Any]:
        """The values of many rows for a spreadsheet, in a fixed number of queries."""
        beside.read(objs)
        return [self.plain(obj) for obj in objs]

    def q(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        """The condition of `name.op:given`. Raises `BadFilter`."""
        if op not in self.operators:
            raise BadFilter(part=f"{self.name}.{op}")
        if op == "empty":
            return self.q_empty()
        if op == "set":
            return ~self.q_empty()
        if not given or not all(given) or (op in self.pairs and len(given) != 2):
            raise BadFilter(part=f"{self.name}.{op}")
        opposite = OPPOSITES.get(op)
        return ~self.condition(opposite, given, viewer) if opposite else self.condition(op, given, viewer)

    def where(self, lookup: str, value: Any) -> Q:
        """The rows whose value meets a lookup, wherever the field is kept."""
        if tracked.is_beside(self.name):
            found: Q = self.field.find(lookup, value)
            return found
        compare = folding.COMPARISONS.get(lookup)
        return compare(self.name, value) if compare else Q(**{f"{self.name}__{lookup}": value})

    def q_empty(self) -> Q:
        """No value."""
        return self.where("isnull", True) if tracked.is_beside(self.name) else self.where("exact", "")  # noqa: FBT003  # a lookup's value

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        """The condition of an operator that is no opposite of another."""
        return self.where({"is": "says", "starts": "begins"}.get(op, op), given[0])

    def words(self, op: str, given: Sequence[str], viewer: Viewer) -> str:
        """The values of a chip in words."""
        return ", ".join(given)

    def choices(self, viewer: Viewer) -> Iterable[tuple[str, Words]]:
        """What can be chosen in the filter, where that is a list."""
        return ()


class NumberKind(Kind):
    """Numbers."""

    cell_kind, input, numeric = "text", "number", True
    operators: ClassVar[dict[str, Words]] = {
        "is": "=", "isnot": "≠", "gte": _("at least"), "lte": _("at most"), "between": _("between"), **EMPTY,
    }  # fmt: skip

    def q_empty(self) -> Q:
        return self.where("isnull", True)  # noqa: FBT003  # a lookup's value

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        values = [self._number(text) for text in given]
        if op == "between":
            return self.where("gte", min(values)) & self.where("lte", max(values))
        return self.where("exact" if op == "is" else op, values[0])

    def _number(self, text: str) -> Decimal:
        try:
            value = Decimal(text.replace(",", ".").replace(" ", ""))
        except InvalidOperation:
            raise BadFilter(part=f"{self.name}:{text}"[:80]) from None
        if not value.is_finite() or abs(value) > MOST_NUMBER:
            raise BadFilter(part=f"{self.name}:{text}"[:80])
        return value

    def words(self, op: str, given: Sequence[str], viewer: Viewer) -> str:
        values = sorted(self._number(text) for text in given)
        return " – ".join(formats.number(value) for value in values)

    def text(self, obj: Any) -> str:
        value = getattr(obj, self.name)
        exponent = value.normalize().as_tuple().exponent if isinstance(value, Decimal) else 0
        return formats.number(value, max(0, -int(exponent)))

    def plain(self, obj: Any) -> Any:
        return getattr(obj, self.name)


class MoneyKind(NumberKind):
    """Amounts in the row's own currency."""

    cell_kind = "money"

    def currency(self, obj: Any) -> int | None:
        """The row's own; own fields are in the base currency."""
        base = currencies().base
        own: int | None = base.pk if base else None
        return own if tracked.is_beside(self.name) else getattr(obj, "currency_id", None)

    def text(self, obj: Any) -> str:
        return money.money_of(getattr(obj, self.name), self.currency(obj))

    def cell(self, obj: Any) -> Cell:
        """Whole units line up in a list; the exact amount is the tooltip."""
        value, currency = getattr(obj, self.name), self.currency(obj)
        exact = money.money_of(value, currency, cents=True)
        return {"text": money.money_of(value, currency, cents=False), "title": exact}


class DateKind(Kind):
    """Days, and moments by their day."""

    cell_kind, input = "date", "date"
    operators: ClassVar[dict[str, Words]] = {
        "in": _("is in"), "is": _("is"), "gte": _("from"), "lte": _("until"), "between": _("between"),
        "last": _("in the last"), "next": _("in the next"), "older": _("older than"), **EMPTY,
    }  # fmt: skip

    @property
    def is_moment(self) -> bool:
        """Whether the column holds a moment."""
        return isinstance(self.field, models.DateTimeField)

    def q_empty(self) -> Q:
        return self.where("isnull", True)  # noqa: FBT003  # a lookup's value

    def _day(self, text: str) -> date:
        try:
            found = parse_date(text)
        except ValueError:
            found = None
        if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise BadFilter(part=f"{self.name}:{text}")
        return found

    def _between(self, first: date | None, last: date | None) -> Q:
        found = Q()
        if first:
            start: Any = clock.start_of_day(first, timezone.get_current_timezone()) if self.is_moment else first
            found &= self.where("gte", start)
        if last:
            after = last + timedelta(days=1)
            end: Any = clock.start_of_day(after, timezone.get_current_timezone()) if self.is_moment else after
            found &= self.where("lt", end)
        return found

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        first, last = self._span(op, given)
        return self._between(first, last)

    def _span(self, op: str, given: Sequence[str]) -> Span:
        """The days that are meant. A period may be named where a day is expected, and two days where one is."""
        today = formats.viewer_today()
        if op in ("last", "next", "older"):
            return span_of_days(op, self._count(given[0]), today)
        if op == "in":
            if given[0] not in RELATIVE_DAYS:
                raise BadFilter(part=f"{self.name}:{given[0]}"[:80])
            return span(given[0], today)
        spans = [span(word, today) if word in RELATIVE_DAYS else (self._day(word),) * 2 for word in given[:2]]
        if op == "between":
            days = sorted(day for pair in spans for day in pair if day is not None)
            return days[0], days[-1]
        (first, last), (_first, end) = spans[0], spans[-1]
        return (first if op != "lte" else None), (None if op == "gte" else last if op == "lte" else end)

    def _count(self, text: str) -> int:
        if not text.isdecimal() or len(text) > 6 or int(text) > MOST_DAYS:
            raise BadFilter(part=f"{self.name}:{text}"[:80])
        return int(text)

    def words(self, op: str, given: Sequence[str], viewer: Viewer) -> str:
        if op in ("last", "next", "older"):
            days = self._count(given[0])
            return ngettext("%(count)s day", "%(count)s days", days) % {"count": formats.number(days)}
        said = []
        for word in given[:2]:
            known = RELATIVE_DAYS.get(word)
            said.append(str(known) if known else formats.full_date(self._day(word)))
        return " – ".join(said)

    def choices(self, viewer: Viewer) -> Iterable[tuple[str, Words]]:
        return RELATIVE_DAYS.items()

    def text(self, obj: Any) -> str:
        value = getattr(obj, self.name)
        if value is None:
            return ""
        return formats.short_date(timezone.localtime(value).date() if self.is_moment else value)

    def cell(self, obj: Any) -> Cell:
        value = getattr(obj, self.name)
        return {"text": self.text(obj), "iso": value.isoformat() if value else ""}

    def plain(self, obj: Any) -> Any:
        return getattr(obj, self.name)


class BoolKind(Kind):
    """Yes or no."""

    cell_kind, input = "bool", "bool"
    operators: ClassVar[dict[str, Words]] = {"is": _("is")}

    def cell(self, obj: Any) -> Cell:
        return {"value": getattr(obj, self.name)}

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        if given[0] not in ("0", "1"):
            raise BadFilter(part=f"{self.name}.is:{given[0]}")
        return self.where("exact", given[0] == "1")

    def words(self, op: str, given: Sequence[str], viewer: Viewer) -> str:
        return str(_("yes") if given[0] == "1" else _("no"))

    def text(self, obj: Any) -> str:
        return str(_("yes") if getattr(obj, self.name) else _("no"))


class ChoiceKind(Kind):
    """One of a fixed list of words."""

    input = "choices"
    operators: ClassVar[dict[str, Words]] = {"in": _("is"), "not": _("is not"), **EMPTY}

    def choices(self, viewer: Viewer) -> Iterable[tuple[str, Words]]:
        return [(str(value), label) for value, label in self.field.choices]

    def q_empty(self) -> Q:
        missing = Q(**{f"{self.name}__isnull": True})
        return missing | Q(**{self.name: ""}) if isinstance(self.field, models.CharField) else missing

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        if not set(given) <= {value for value, _label in self.choices(viewer)}:
            raise BadFilter(part=f"{self.name}.{op}:{','.join(given)}"[:80])
        return self.where("in", list(given))

    def words(self, op: str, given: Sequence[str], viewer: Viewer) -> str:
        known = dict(self.choices(viewer))
        return ", ".join(str(known.get(value, value)) for value in given)

    def text(self, obj: Any) -> str:
        return str(getattr(obj, f"get_{self.name}_display")())
