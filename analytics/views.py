from __future__ import annotations

import csv
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from analytics import drawing, forms, selectors
from analytics.access import REPORT
from common.kinds import formats
from common.policy.rules import PersonRequest, admits, needs
from common.records.exporting import safe
from deals import drawing as deals
from deals.access import PAYMENT


def _tabs(request: PersonRequest, current: str) -> list[dict[str, Any]]:
    pages = (("funnel", _("Sales funnel"), funnel), ("income", _("Income"), income))
    return [
        {"label": label, "url": reverse(f"reports:{name}"), "current": name == current}
        for name, label, view in pages
        if admits(view, request)
    ]


def _address(request: PersonRequest, **extra: str) -> str:
    query = request.GET.copy()
    query.pop("stage", None)
    query.pop("format", None)
    for name, value in extra.items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}"


def _csv(name: str, rows: list[list[Any]]) -> HttpResponse:
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    csv.writer(response).writerows([[safe(cell) for cell in row] for row in rows])
    return response


@needs(REPORT, "view")
def funnel(request: PersonRequest) -> HttpResponse:
    """How deals go through the stages: by count and by money, beside the period before."""
    asked = forms.read(request, request.user, funnel=True)
    shared: dict[str, Any] = {
        "tabs": _tabs(request, "funnel"),
        "fields": asked.fields,
        "exports": [{"label": "CSV", "url": _address(request, format="csv")}],
    }
    if asked.pipeline is None:
        return render(request, "analytics/funnel.html", shared)
    report = selectors.funnel(
        request.user, start=asked.start, end=asked.end, pipeline=asked.pipeline, department=asked.department,
        owner=asked.owner,
    )  # fmt: skip
    if request.GET.get("format") == "csv":
        return _funnel_csv(report)
    chosen = request.GET.get("stage", "")
    position = int(chosen) if chosen.isdecimal() and 1 <= int(chosen[:4]) <= len(report.rows) else 0
    context = {
        **shared, "kpis": drawing.funnel_kpis(report), "rows": drawing.funnel_rows(report, _address(request), position),
        "reasons": drawing.lost_reasons(report), "missing": ", ".join(report.missing),
        "behind": _behind(request, report, position), "empty": not report.entered.count,
        "note": f"{formats.full_date(report.start)} – {formats.full_date(report.end)}",
    }  # fmt: skip
    return render(request, "analytics/funnel.html", context)


def _behind(request: PersonRequest, report: selectors.FunnelReport, position: int) -> dict[str, Any] | None:
    """Those that did not move on from the chosen stage."""
    if not position:
        return None
    row = report.rows[position - 1]
    rows = selectors.stuck_at(request.user, report, position)
    return {
        "title": _("%(stage)s: %(count)s did not move on")
        % {"stage": row.stage, "count": row.still.count + row.lost.count},
        "urls": [
            {"label": _("Open: %(count)s") % {"count": row.still.count}, "url": f"/deals/?{row.still.address}"},
            {"label": _("Lost: %(count)s") % {"count": row.lost.count}, "url": f"/deals/?{row.lost.address}"},
        ],
        **deals.deals_table(rows),
    }


def _funnel_csv(report: selectors.FunnelReport) -> HttpResponse:
    head = [_("Stage"), _("Reached"), _("Amount"), _("Before"), _("Still open"), _("Lost"), _("Passed"), _("Now here")]
    rows = [
        [
            str(row.stage), row.reached.count, row.reached.money.amount, row.previous, row.still.count, row.lost.count,
            row.passed.count, row.now.count,
        ]
        for row in report.rows
    ]  # fmt: skip
    return _csv("funnel", [head, *rows, [_("Won"), report.won.count, report.won.money.amount, report.previous_won]])


@needs(REPORT, "view", tells=(PAYMENT,))
def income(request: PersonRequest) -> HttpResponse:
    """What was received by month, and what is expected by certainty."""
    asked = forms.read(request, request.user, funnel=False)
    report = selectors.income(request.user, department=asked.department, owner=asked.owner)
    if request.GET.get("format") == "csv":
        return _income_csv(report)
    context = {
        "tabs": _tabs(request, "income"),
        "fields": asked.fields,
        "exports": [{"label": "CSV", "url": _address(request, format="csv")}],
        "kpis": drawing.income_kpis(report),
        "chart": drawing.income_chart(report),
        "columns": drawing.income_columns(),
        "rows": drawing.income_rows(report),
        "foot": drawing.income_foot(report),
        "missing": ", ".join(report.missing),
        "rates": drawing.rates_line(report, report.today),
        "summary": _("Received and expected payments by month; the same figures stand in the table below."),
    }
    return render(request, "analytics/income.html", context)


def _income_csv(report: selectors.IncomeReport) -> HttpResponse:
    head = [column["label"] for column in drawing.income_columns()]
    rows = []
    for month in report.months:
        expected = [
            month.expected[c.value].money.amount if c.value in month.expected else "" for c in drawing.CERTAINTIES
        ]
        received = "" if month.is_ahead else month.received.money.amount
        rows.append([
            month.first.isoformat()[:7], received, *expected, month.before.money.amount, month.change or "",
            month.overdue.money.amount,
        ])  # fmt: skip
    return _csv("income", [head, *rows])
