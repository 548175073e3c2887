"""Days that are said in relation to today: words for periods, and the days each of them means."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from common import clock
from common.records.declaring import Words

Span = tuple[date | None, date | None]

RELATIVE_DAYS: dict[str, Words] = {
    "today": _("today"), "yesterday": _("yesterday"), "tomorrow": _("tomorrow"),
    "this-week": _("this week"), "last-week": _("last week"), "next-week": _("next week"),
    "this-month": _("this month"), "last-month": _("last month"), "next-month": _("next month"),
    "this-quarter": _("this quarter"), "last-quarter": _("last quarter"), "next-quarter": _("next quarter"),
    "this-year": _("this year"), "last-year": _("last year"), "next-year": _("next year"),
    "overdue": _("before today"), "next7": _("in the next 7 days"), "last-half-year": _("in the last 6 months"),
}  # fmt: skip
MOST_DAYS = 36_600
_DAY = timedelta(days=1)


def span(word: str, today: date) -> Span:
    """The first and last day of a word of `RELATIVE_DAYS`; None: without end."""
    before, _dash, unit = word.partition("-")
    if unit in _UNITS:
        return _unit_span(unit, {"last": -1, "this": 0, "next": 1}[before], today)
    spans: dict[str, Span] = {
        "today": (today, today), "yesterday": (today - _DAY, today - _DAY), "tomorrow": (today + _DAY, today + _DAY),
        "overdue": (None, today - _DAY), "next7": (today, today + 7 * _DAY),
        "last-half-year": (clock.add_months(today.replace(day=1), -6), today),
    }  # fmt: skip
    return spans[word]


_UNITS = {"week": 0, "month": 1, "quarter": 3, "year": 12}


def _unit_span(unit: str, step: int, today: date) -> Span:
    """The calendar week (from Monday), month, quarter or year that is `step` away from today's."""
    months = _UNITS[unit]
    if not months:
        first = today - today.weekday() * _DAY + 7 * step * _DAY
        return first, first + 6 * _DAY
    first = clock.add_months(today.replace(day=1, month=today.month - (today.month - 1) % months), step * months)
    return first, clock.add_months(first, months) - _DAY


def span_of_days(op: str, count: int, today: date) -> Span:
    """`last` and `next` so many days, today among them; `older` than so many."""
    days = timedelta(days=count)
    spans: dict[str, Span] = {
        "last": (today - days, today), "next": (today, today + days), "older": (None, today - days - _DAY),
    }  # fmt: skip
    return spans[op]
