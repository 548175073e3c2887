from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from analytics.selectors import choices
from common import clock
from common.organisation.models import Department
from common.organisation.selectors import company_today
from common.people.models import User
from common.policy.rules import PersonRequest
from common.records.inputs import read_date
from deals.models import Pipeline

PERIODS = ("this-month", "last-month", "this-quarter", "last-quarter", "this-year", "last-year", "last-12")


@dataclass(frozen=True)
class Question:
    """What a report is asked: the period, the department, the owner, the pipeline."""

    period: str
    start: date
    end: date
    department: Department | None
    owner: User | None
    pipeline: Pipeline | None
    fields: list[dict[str, Any]]


def period_names() -> dict[str, str]:
    """The periods one can choose, in words."""
    return {
        "this-month": _("this month"), "last-month": _("last month"), "this-quarter": _("this quarter"),
        "last-quarter": _("last quarter"), "this-year": _("this year"), "last-year": _("last year"),
        "last-12": _("last 12 months"), "days": _("from – until"),
    }  # fmt: skip


def period_days(period: str, today: date) -> tuple[date, date]:
    """First and last day of a named period; the present ones end today."""
    month, one = today.replace(day=1), timedelta(days=1)
    quarter, year = date(today.year, today.month - (today.month - 1) % 3, 1), date(today.year, 1, 1)
    known = {
        "this-month": (month, today), "last-month": (clock.add_months(month, -1), month - one),
        "this-quarter": (quarter, today), "last-quarter": (clock.add_months(quarter, -3), quarter - one),
        "this-year": (year, today), "last-year": (date(today.year - 1, 1, 1), year - one),
        "last-12": (clock.add_months(month, -11), today),
    }  # fmt: skip
    return known[period]


def read(request: PersonRequest, user: User, *, funnel: bool) -> Question:
    """The question of the address; what it does not say or says wrongly is the first choice."""
    given, today = request.GET, company_today()
    period = given.get("period", "")
    period = period if period in (*PERIODS, "days") else "this-quarter"
    start, end = (
        _days(given.get("from", ""), given.get("until", ""), today) if period == "days" else period_days(period, today)
    )
    departments, people, pipelines = choices.departments(user), choices.owners(user), choices.pipelines(user)
    department = _chosen(departments, given.get("department", ""))
    owner = _chosen(people, given.get("owner", ""))
    pipeline = _chosen(pipelines, given.get("pipeline", "")) or (pipelines[0] if pipelines else None)
    fields = []
    if funnel:
        fields.append(_select("period", _("Entered"), list(period_names().items()), period, active=True))
        if period == "days":
            fields.append(
                {"name": "from", "label": _("From"), "kind": "date", "value": start.isoformat(), "active": True}
            )
            fields.append(
                {"name": "until", "label": _("Until"), "kind": "date", "value": end.isoformat(), "active": True}
            )
        pairs = [(str(p.pk), str(p)) for p in pipelines]
        fields.append(_select("pipeline", _("Pipeline"), pairs, str(pipeline.pk) if pipeline else "", active=False))
    for name, label, rows, chosen in (
        ("department", _("Department"), departments, department), ("owner", _("Owner"), people, owner),
    ):  # fmt: skip
        pairs = [("", _("all")), *((str(row.pk), str(row)) for row in rows)]
        fields.append(_select(name, label, pairs, str(chosen.pk) if chosen else "", active=chosen is not None))
    return Question(period, start, end, department, owner, pipeline, fields)


def _days(first: str, last: str, today: date) -> tuple[date, date]:
    found = []
    for text, fallback in ((first, today.replace(day=1)), (last, today)):
        try:
            found.append(read_date(text, today))
        except ValidationError:
            found.append(fallback)
    start, end = sorted(found)
    return start, end


def _chosen(rows: list[Any], key: str) -> Any:
    return next((row for row in rows if str(row.pk) == key), None)


def _select(name: str, label: str, pairs: list[tuple[str, str]], chosen: str, *, active: bool) -> dict[str, Any]:
    return {
        "name": name, "label": label, "kind": "select", "active": active,
        "choices": [{"value": v, "label": text, "selected": v == chosen} for v, text in pairs],
    }  # fmt: skip
