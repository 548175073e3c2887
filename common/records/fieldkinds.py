"""What each kind of field can do: its cell, its filter operators, its words. One class per kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.changes import values as tracked
from common.kinds import formats
from common.kinds.models import RecordModel
from common.money import formats as money
from common.money.models import MoneyField
from common.people.models import User
from common.records import registry
from common.records.declaring import Cell, Viewer, Words
from common.records.errors import BadFilter

RELATIVE_DAYS: dict[str, Words] = {
    "today": _("today"), "overdue": _("before today"), "next7": _("in the next 7 days"),
    "this-month": _("this month"), "last-month": _("last month"), "last-half-year": _("in the last 6 months"),
}  # fmt: skip
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
        self.field: Any = None if name in tracked.link_fields else model._meta.get_field(name)

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

    def q_empty(self) -> Q:
        """No value."""
        return Q(**{self.name: ""})

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        """The condition of the kind's own operators."""
        return Q(**{f"{self.name}__icontains": given[0]})

    def words(self, op: str, given: Sequence[str]) -> str:
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
        return Q(**{f"{self.name}__isnull": True})

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        try:
            value = Decimal(given[0].replace(",", ".").replace(" ", ""))
        except InvalidOperation:
            raise BadFilter(part=f"{self.name}.{op}:{given[0]}") from None
        if not value.is_finite() or abs(value) > Decimal(10) ** 15:
            raise BadFilter(part=f"{self.name}.{op}:{given[0]}")
        return Q(**{f"{self.name}__{op}": value})

    def text(self, obj: Any) -> str:
        return formats.number(getattr(obj, self.name))

    def plain(self, obj: Any) -> Any:
        return getattr(obj, self.name)


class MoneyKind(NumberKind):
    """Amounts in the row's own currency."""

    cell_kind = "money"

    def text(self, obj: Any) -> str:
        return money.money_of(getattr(obj, self.name), getattr(obj, "currency_id", None))


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
        return Q(**{f"{self.name}__isnull": True})

    def _day(self, text: str) -> date:
        try:
            found = parse_date(text)
        except ValueError:
            found = None
        if found is None:
            raise BadFilter(part=f"{self.name}:{text}")
        return found

    def _between(self, first: date | None, last: date | None) -> Q:
        found = Q()
        if first:
            start: Any = formats.clock.start_of_day(first, formats.timezone.get_current_timezone()) if self.is_moment else first
            found &= Q(**{f"{self.name}__gte": start})
        if last:
            after = last + timedelta(days=1)
            end: Any = formats.clock.start_of_day(after, formats.timezone.get_current_timezone()) if self.is_moment else after
            found &= Q(**{f"{self.name}__lt": end})
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

    def words(self, op: str, given: Sequence[str]) -> str:
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
        return formats.short_date(formats.timezone.localtime(value).date() if self.is_moment else value)

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
        "this-month": (month, formats.clock.add_months(month, 1) - timedelta(days=1)),
        "last-month": (formats.clock.add_months(month, -1), month - timedelta(days=1)),
        "last-half-year": (formats.clock.add_months(month, -6), today),
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
        return Q(**{self.name: given[0] == "1"})

    def words(self, op: str, given: Sequence[str]) -> str:
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
        found = Q(**{f"{self.name}__in": list(given)})
        return ~found if op == "not" else found

    def words(self, op: str, given: Sequence[str]) -> str:
        known = dict(self.field.choices)
        return ", ".join(str(known.get(value, value)) for value in given)

    def text(self, obj: Any) -> str:
        return str(getattr(obj, f"get_{self.name}_display")())


class ReferenceKind(Kind):
    """A foreign key or set of keys: dictionaries, people, records, links."""

    input = "choices"
    operators: ClassVar[dict[str, Words]] = {"in": _("is"), "not": _("is not"), **EMPTY}

    @property
    def target(self) -> type[models.Model]:
        """What it points to."""
        found = tracked.related_model(self.model, self.name)
        assert found is not None  # noqa: S101  # a reference points somewhere
        return found

    @property
    def is_set(self) -> bool:
        """Whether it can hold several."""
        return self.field is None or bool(self.field.many_to_many)

    @property
    def label(self) -> Words:
        return LINK_LABELS[self.name] if self.field is None else self.field.verbose_name  # type: ignore[no-any-return]

    @property
    def related(self) -> tuple[str, ...]:
        return () if self.is_set else (self.name,)

    def _path(self) -> tuple[str, dict[str, Any]]:
        if self.field is not None:
            return self.name, {}
        link = tracked.link_fields[self.name]
        manager = link.model._meta.get_field("record").remote_field.related_name  # type: ignore[union-attr]
        fixed = {f"record__{manager}__{key}": value for key, value in link.fixed.items()}
        return f"record__{manager}__{link.target}", fixed

    def q_empty(self) -> Q:
        path, fixed = self._path()
        if self.field is None:
            return ~Q(pk__in=self._linked(None))
        return Q(**{f"{path}__isnull": True}, **fixed)

    def _linked(self, keys: list[int] | None) -> Any:
        link = tracked.link_fields[self.name]
        rows = link.model._base_manager.filter(**link.fixed)
        if keys is not None:
            rows = rows.filter(**{f"{link.target}__in": keys})
        return rows.values("record_id")

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        keys = [viewer.user.pk if value == "me" and self.target is User else value for value in given]
        if not all(str(key).isdigit() and len(str(key)) < 18 for key in keys):
            raise BadFilter(part=f"{self.name}.{op}:{','.join(given)}")
        numbers = [int(key) for key in keys]
        if self.is_set:
            found = Q(pk__in=self._linked(numbers)) if self.field is None else self._many(numbers)
        else:
            found = Q(**{f"{self.name}__in": numbers})
        return ~found if op == "not" else found

    def _many(self, numbers: list[int]) -> Q:
        rows = self.model._base_manager.filter(**{f"{self.name}__in": numbers})
        return Q(pk__in=rows.values("pk"))

    def words(self, op: str, given: Sequence[str]) -> str:
        keys = [int(value) for value in given if value.isdigit() and len(value) < 18]
        named = {row.pk: str(row) for row in self.target._base_manager.filter(pk__in=keys)} if keys else {}
        me = str(pgettext_lazy("person", "Me"))
        return ", ".join(me if value == "me" else named.get(int(value), "?") for value in given)

    def choices(self, viewer: Viewer) -> Iterable[tuple[str, Words]]:
        if issubclass(self.target, RecordModel):
            return ()
        if self.target is User:
            people = User.objects.filter(is_active=True)
            return [("me", pgettext_lazy("person", "Me")), *((str(row.pk), str(row)) for row in people)]
        return [(str(row.pk), str(row)) for row in self.target._default_manager.all()]

    def text(self, obj: Any) -> str:
        if self.is_set:
            keys = tracked.current(obj, self.name)
            return ", ".join(str(row) for row in self.target._base_manager.filter(pk__in=keys))
        value = getattr(obj, self.name)
        return "" if value is None else str(value)

    @property
    def is_record(self) -> bool:
        """Whether it points to records, which have pages."""
        return issubclass(self.target, RecordModel)


class RecordKind(ReferenceKind):
    """A foreign key to another record: its name, a link to its page."""

    cell_kind = "link"

    def cell(self, obj: Any) -> Cell:
        value = getattr(obj, self.name)
        if value is None:
            return {"text": ""}
        return {"text": value.title, "url": registry.of(value).page_url(value)}


class PersonKind(ReferenceKind):
    """A person: an avatar."""

    cell_kind = "people"

    def cell(self, obj: Any) -> Cell:
        value = getattr(obj, self.name)
        return {"people": [person_cell(value)] if value else [], "name": True}


def person_cell(user: User) -> dict[str, Any]:
    """What the avatar partial needs of a person."""
    return {"name": user.full_name, "initials": user.initials, "tint": user.tint}


LINK_LABELS: dict[str, Words] = {
    "coowners": _("co-owners"), "assignees": _("assignees"), "shared_with": _("shared with"), "tags": _("tags"),
}  # fmt: skip


def kind_of(model: type[RecordModel], name: str) -> Kind:
    """The kind of a field or link field of a model."""
    target = tracked.related_model(model, name)
    if target is not None:
        is_set = name in tracked.link_fields or model._meta.get_field(name).many_to_many
        if issubclass(target, RecordModel) and not is_set:
            return RecordKind(model, name)
        if target is User and not is_set:
            return PersonKind(model, name)
        return ReferenceKind(model, name)
    found = model._meta.get_field(name)
    if getattr(found, "choices", None):
        return ChoiceKind(model, name)
    for field_class, kind in _KINDS:
        if isinstance(found, field_class):
            return kind(model, name)
    return Kind(model, name)


_KINDS: tuple[tuple[type[Any], type[Kind]], ...] = (
    (models.BooleanField, BoolKind),
    (MoneyField, MoneyKind),
    (models.DecimalField, NumberKind),
    (models.IntegerField, NumberKind),
    (models.DateField, DateKind),
)


