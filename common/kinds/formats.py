"""Dates, numbers and percents in the words of the current language (DESIGN: "Money", "Dates")."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import clock

# English dates put the day first everywhere in the product.
DATE_LOCALES = {"en": "en_GB"}
NONE = "—"


def language() -> str:
    """The current language as two letters."""
    return (translation.get_language() or "en").split("-")[0]


def _date_locale() -> Locale:
    return Locale.parse(DATE_LOCALES.get(language(), language()))


@lru_cache(maxsize=4096)
def _by_skeleton(skeleton: str, day: date, language: str) -> str:
    return str(format_skeleton(skeleton, day, locale=Locale.parse(DATE_LOCALES.get(language, language))))


def viewer_today() -> date:
    """Today where the person is."""
    return clock.today(timezone.get_current_timezone())


def short_date(day: date | None) -> str:
    """`18 Dec` this year, else `18 Dec 2026`."""
    if day is None:
        return ""
    skeleton = "MMMd" if day.year == viewer_today().year else "yMMMd"
    return _by_skeleton(skeleton, day, language()).replace("\u202fг.", "").replace("\xa0г.", "")


def full_date(day: date | None) -> str:
    """`18 Dec 2026`, in Russian `18.12.2026`."""
    if day is None:
        return ""
    if language() == "ru":
        return day.strftime("%d.%m.%Y")
    return _by_skeleton("yMMMd", day, language())


def long_date(day: date) -> str:
    """`Tuesday 24 November`, in Russian with a comma; with the year when it is another one."""
    pattern = "EEEE, d MMMM" if language() == "ru" else "EEEE d MMMM"
    pattern += "" if day.year == viewer_today().year else " y"
    words = str(format_date(day, pattern, locale=_date_locale()))
    return words[:1].upper() + words[1:]


def month_name(day: date, *, with_year: bool = False) -> str:
    """`November`, or `November 2026`."""
    words = str(format_date(day, "LLLL y" if with_year else "LLLL", locale=_date_locale()))
    return words[:1].upper() + words[1:]


def month_short(day: date) -> str:
    """`Nov`."""
    words = str(format_date(day, "LLL", locale=_date_locale())).rstrip(".")
    return words[:1].upper() + words[1:]


def time_of(moment: datetime) -> str:
    """`14:05` in the person's time zone."""
    return str(format_time(timezone.localtime(moment), "HH:mm", locale=_date_locale()))


def moment_of(moment: datetime | None) -> str:
    """`today 14:05`, `18 Dec 14:05`."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    day = _("today") if local.date() == viewer_today() else short_date(local.date())
    return f"{day} {time_of(moment)}"


def late_words(day: date, today: date) -> str:
    """`1 d late`."""
    days = (today - day).days
    return ngettext("%(count)s d late", "%(count)s d late", days) % {"count": days}


def number(value: Decimal | int | float | None, places: int | None = None) -> str:
    """`1,234.5`; `places` fixes the decimals."""
    if value is None:
        return ""
    pattern = None if places is None else "#,##0" + ("." + "0" * places if places else "")
    return str(format_decimal(value, format=pattern, locale=language())).replace("-", "−")


def percent(value: Decimal | float | int | None, places: int = 0) -> str:
    """75 as `75%`, in Russian `75 %`."""
    if value is None:
        return ""
    pattern = None if not places else "#,##0." + "0" * places + ("\u202f%" if language() == "ru" else "%")
    text = str(format_percent(Decimal(str(value)) / 100, format=pattern, locale=language()))
    return text.replace("\xa0", "\u202f").replace("-", "−")
