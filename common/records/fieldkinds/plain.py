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

from common import clock
from common.changes import values as tracked
from common.kinds import beside, formats
from common.kinds.models import RecordModel
from common.money import formats as money
from common.money.rates import currencies
from common.records.declaring import Cell, Viewer, Words
from common.records.errors import BadFilter

RELATIVE_DAYS: dict[str, Words] = {
    "today": _("today"), "overdue": _("before today"), "next7": _("in the next 7 days"),
    "this-month": _("this month"), "last-month": _("last month"), "last-half-year": _("in the last 6 months"),
}  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1900, 2200
EMPTY: dict[str, Words] = {"empty": _("is empty"), "set": _("is set")}


class Kind:
    """Base: plain text."""

    cell_kind: ClassVar[str] = "text"
    input: ClassVar[str] = "text"
    numeric: ClassVar[bool] = False
    operators: ClassVar[dict[str, Words]] = {"has": _("contains"), **EMPTY}

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
        if not given or not all(given):
            raise BadFilter(part=f"{self.name}.{op}")
        return self.condition(op, given, viewer)

    def where(self, lookup: str, value: Any) -> Q:
        """The rows whose value meets a lookup, wherever the field is kept."""
        if tracked.is_beside(self.name):
            found: Q = self.field.find(lookup, value)
            return found
        return Q(**{f"{self.name}__{lookup}": value})

    def q_empty(self) -> Q:
        """No value."""
        return self.where("isnull", True) if tracked.is_beside(self.name) else self.where("exact", "")  # noqa: FBT003  # a lookup's value

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        """The condition of the kind's own operators."""
        return self.where("icontains", given[0])

    def words(self, op: str, given: Sequence[str], viewer: Viewer) -> str:
        """The values of a chip in words."""
        return ", ".join(given)

    def choices(self, viewer: Viewer) -> Iterable[tuple[str, Words]]:
        """What can be chosen in the filter, where that is a list."""
        return ()


class NumberKind(Kind):
    """Numbers."""

    cell_kind, input, numeric = "text", "number", True
    operators: ClassVar[dict[str, Words]] = {"gte": _("at least"), "lte": _("at most"), **EMPTY}

    def q_empty(self) -> Q:
        return self.where("isnull", True)  # noqa: FBT003  # a lookup's value

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        try:
            value = Decimal(given[0].replace(",", ".").replace(" ", ""))
        except InvalidOperation:
            raise BadFilter(part=f"{self.name}.{op}:{given[0]}") from None
        if not value.is_finite() or abs(value) > Decimal(10) ** 15:
            raise BadFilter(part=f"{self.name}.{op}:{given[0]}")
        return self.where(op, value)

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
        "is": _("is"), "gte": _("from"), "lte": _("until"), **EMPTY,
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
        word = given[0]
        if op == "is" and word in RELATIVE_DAYS:
            return self._between(*_span(word, formats.viewer_today()))
        day = self._day(word)
        if op == "is":
            last = self._day(given[1]) if len(given) > 1 else day
            return self._between(day, last)
        return self._between(day, None) if op == "gte" else self._between(None, day)

    def words(self, op: str, given: Sequence[str], viewer: Viewer) -> str:
        said = []
        for word in given:
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


def _span(word: str, today: date) -> tuple[date | None, date | None]:
    month = today.replace(day=1)
    spans: dict[str, tuple[date | None, date | None]] = {
        "today": (today, today),
        "overdue": (None, today - timedelta(days=1)),
        "next7": (today, today + timedelta(days=7)),
        "this-month": (month, clock.add_months(month, 1) - timedelta(days=1)),
        "last-month": (clock.add_months(month, -1), month - timedelta(days=1)),
        "last-half-year": (clock.add_months(month, -6), today),
    }
    return spans[word]


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
    operators: ClassVar[dict[str, Words]] = {"in": _("is"), "not": _("is not")}

    def choices(self, viewer: Viewer) -> Iterable[tuple[str, Words]]:
        return [(str(value), label) for value, label in self.field.choices]

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        known = dict(self.field.choices)
        if not set(given) <= set(known):
            raise BadFilter(part=f"{self.name}.{op}:{','.join(given)}")
        found = self.where("in", list(given))
        return ~found if op == "not" else found

    def words(self, op: str, given: Sequence[str], viewer: Viewer) -> str:
        known = dict(self.field.choices)
        return ", ".join(str(known.get(value, value)) for value in given)

    def text(self, obj: Any) -> str:
        return str(getattr(obj, f"get_{self.name}_display")())
