"""Form fields that take what people type or paste: `1 234,50 €`, `tomorrow`, `15.03`, `+3`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.kinds import formats
from common.kinds.models import RecordModel
from common.kinds.words import title_sort
from common.money.rates import currencies
from common.people.models import User
from common.people.selectors import active_people

EMPTY_CHOICE = pgettext_lazy("nothing chosen", "—")
NUMBER = re.compile(r"([^\W\d_]+)?\.?([-+−]?[\d.,]+)(?:%|([^\W\d_]+)\.?)?")
ROUBLE_WORDS = frozenset({"р", "руб"})
SHORT_DATE = re.compile(r"^(\d{1,2})[./](\d{1,2})(?:[./](\d{2}|\d{4})?)?$")
ISO_DATE = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
LONGEST_KEY = 17
"""Digits of the longest key the databases can be asked for."""
AHEAD = re.compile(r"^\+\s?(\d{1,3})$")
DAY_WORDS: dict[str, int] = {
    "today": 0, "сегодня": 0, "tomorrow": 1, "завтра": 1, "послезавтра": 2, "yesterday": -1, "вчера": -1,
}  # fmt: skip


def read_number(text: str) -> Decimal:
    """A number as people write it, perhaps with a currency. Raises `ValidationError` naming what was typed."""
    compact = "".join(c for c in text if not c.isspace() and c not in "'’" and unicodedata.category(c) != "Sc")
    match = NUMBER.fullmatch(compact)
    known = ROUBLE_WORDS | {code.casefold() for code in currencies().by_code}
    if match is None or not all(word is None or word.casefold() in known for word in match.group(1, 3)):
        raise ValidationError(_("“%(text)s” is not a number."), params={"text": text[:40]})
    kept = match.group(2).replace("−", "-").rstrip(".,")
    if "," in kept and "." in kept:
        thousands = "," if kept.rfind(".") > kept.rfind(",") else "."
        kept = kept.replace(thousands, "")
    elif kept.count(",") == 1 and len(kept) - kept.rfind(",") != 4:
        kept = kept.replace(",", ".")
    elif kept.count(".") > 1 or kept.count(",") >= 1:
        kept = kept.replace(".", "").replace(",", "")
    try:
        return Decimal(kept.replace(",", "."))
    except InvalidOperation:
        raise ValidationError(_("“%(text)s” is not a number."), params={"text": text[:40]}) from None


def read_date(text: str, today: date) -> date:
    """A day as people write it. Raises `ValidationError` naming what was typed and why it is no day."""
    word = text.strip().casefold()
    if word in DAY_WORDS:
        return today + timedelta(days=DAY_WORDS[word])
    if ahead := AHEAD.match(word):
        return today + timedelta(days=int(ahead.group(1)))
    if iso := ISO_DATE.match(word):
        return _day(text, int(iso.group(1)), int(iso.group(2)), int(iso.group(3)))
    if short := SHORT_DATE.match(word):
        day, month, year = int(short.group(1)), int(short.group(2)), short.group(3)
        if year:
            return _day(text, int(year) + (2000 if len(year) == 2 else 0), month, day)
        found = _day(text, today.year, month, day)
        return found if found >= today - timedelta(days=180) else _day(text, today.year + 1, month, day)
    raise ValidationError(_("“%(text)s” is not a date. Try 18.12.2026, tomorrow or +3."), params={"text": text[:40]})


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValidationError(_("“%(text)s” is not a date of the calendar."), params={"text": text[:40]}) from None


class NaturalDateField(forms.DateField):
    """A day in many ways of writing."""

    widget = forms.DateInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("placeholder", _("18.12.2026, tomorrow, +3"))

    def prepare_value(self, value: Any) -> Any:
        return value.strftime("%d.%m.%Y") if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        return value if isinstance(value, date) else read_date(str(value), formats.viewer_today())


CLOCK = re.compile(r"^(.*?)[\s,T]+(\d{1,2})[:.](\d{2})(?::\d{2})?$")


def read_moment(text: str, today: date) -> datetime:
    """A day and the time of that day where the person is; without a time, midnight. Raises `ValidationError`."""
    timed = CLOCK.match(text.strip())
    day = read_date(timed.group(1) if timed else text, today)
    hour, minute = (int(timed.group(2)), int(timed.group(3))) if timed else (0, 0)
    if hour > 23 or minute > 59:  # the hours of a day, the minutes of an hour
        raise ValidationError(_("“%(text)s” is not a time of day."), params={"text": text[:40]})
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


class NaturalMomentField(forms.DateTimeField):
    """A moment in many ways of writing, in the person's time zone."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("placeholder", _("18.12.2026 14:30, tomorrow 9:00"))

    def prepare_value(self, value: Any) -> Any:
        return f"{timezone.localtime(value):%d.%m.%Y %H:%M}" if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        return value if isinstance(value, datetime) else read_moment(str(value), formats.viewer_today())


class NumberField(forms.DecimalField):
    """A number in many ways of writing."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            text = format(value.normalize(), "f") if self.decimal_places != 2 else format(value, "f")
            return text.replace(".", ",") if formats.language() == "ru" else text
        return value

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        number = value if isinstance(value, Decimal) else read_number(str(value))
        if self.decimal_places is not None:
            exponent = number.as_tuple().exponent
            if isinstance(exponent, int) and exponent < -self.decimal_places:
                raise ValidationError(
                    _("At most %(places)s digits after the decimal point."), params={"places": self.decimal_places}
                )
        return number


TYPED = "typed:"


class Chooser(forms.Widget):
    """A combobox over a chooser's address; see templates/partials/chooser.html."""

    template_name = "django/forms/widgets/chooser.html"

    def __init__(self, url: str, depends: str = "") -> None:
        super().__init__()
        self.url = url
        self.depends = depends
        self.text_of: Any = lambda value: ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The chosen key; else what was typed and not chosen, so that the field can say why it is no value."""
        value, typed = data.get(name), str(data.get(f"{name}__text", "")).strip()
        return value if value or not typed else f"{TYPED}{typed}"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if str(value or "").startswith(TYPED):
            context["widget"]["value"] = ""
        context["widget"] |= {"url": self.url, "depends": self.depends, "text": self.text_of(value)}
        return context


class Choosers(Chooser):
    """Several of them."""

    template_name = "django/forms/widgets/choosers.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        context["widget"]["chosen"] = self.text_of(value)
        return context


class NewRecord(str):
    """What was typed to make a record in place: `new:Acme` without the `new:`."""


class RecordField(forms.Field):
    """One record the person may see; `may_create` accepts `new:<name>`."""

    def __init__(
        self, rows: QuerySet[Any], url: str, *, may_create: bool = False, depends: str = "", **kwargs: Any
    ) -> None:
        widget = Chooser(url, depends)
        super().__init__(widget=widget, **kwargs)
        self.widget.text_of = self.text_of
        self.rows = rows
        self.may_create = may_create

    def text_of(self, value: Any) -> str:
        """The name of the chosen row."""
        text = str(value or "")
        if text.startswith(("new:", TYPED)):
            return text.partition(":")[2]
        if not text.isdecimal():
            return ""
        row = self.rows.filter(pk=int(text)).first() if len(text) < 18 else None
        return str(row) if row else ""

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, RecordModel) else value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        if text.startswith(TYPED):
            return self.named(text[len(TYPED) :])
        if text.startswith("new:") and self.may_create and text[4:].strip():
            return NewRecord(text[4:].strip())
        row = self.rows.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 18 else None
        if row is None:
            raise ValidationError(_("Choose one of the offered entries."))
        return row

    def named(self, text: str) -> Any:
        """The one row of this very name. Raises `ValidationError` with what was typed."""
        alike = self.rows.filter(title_sort=title_sort(text))[:2]
        # A title that is a hidden address comes masked: it is not found by being typed.
        found = [row for row in alike if title_sort(row.title) == title_sort(text)]
        if len(found) != 1:
            raise ValidationError(_("“%(text)s” was not chosen from the list."), params={"text": text[:60]})
        return found[0]


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """One person who may sign in; the name says who is away, and who stands in for them."""

    def __init__(self, people: QuerySet[User] | None = None, **kwargs: Any) -> None:
        rows = active_people() if people is None else people
        super().__init__(rows.select_related("deputy"), **{"empty_label": EMPTY_CHOICE, **kwargs})

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.choice_label)


class SeveralField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """Several people, tags or other dictionary rows."""

    def __init__(self, rows: QuerySet[Any], url: str = "", **kwargs: Any) -> None:
        widget = Choosers(url or reverse("choose", args=[rows.model._meta.label_lower]))
        super().__init__(rows, widget=widget, **kwargs)
        self.widget.text_of = self.chosen

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if len(str(key)) > LONGEST_KEY:
                raise ValidationError(self.error_messages["invalid_pk_value"], params={"pk": str(key)[:40]})
        return super().clean(value)

    def chosen(self, value: Any) -> list[dict[str, Any]]:
        """The chosen rows with their names."""
        keys = [str(key) for key in value or [] if str(key).isdecimal() and len(str(key)) < 18]
        rows = self.queryset.filter(pk__in=keys) if keys and self.queryset is not None else ()
        return [{"value": row.pk, "text": str(row)} for row in rows]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Sequence | QuerySet) and not isinstance(value, str):
            return [getattr(item, "pk", item) for item in value]
        return value
