"""How the reports are shown. No rules, no queries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.selectors import FunnelReport, IncomeMonth, IncomeReport
from analytics.selectors.conditions import Figure
from common.kinds import formats
from common.money import formats as money
from deals.drawing import glyph, sums
from deals.models import Certainty, Outcome

DEALS, PAYMENTS = "/deals/?", "/payments/?"
WEAK = Decimal("0.85")
CERTAINTIES = (Certainty.GUARANTEED, Certainty.HIGH, Certainty.LOW)


def _rate(part: Decimal | None, places: int = 0) -> str:
    return formats.percent(part * 100, places) if part is not None else ""


def _days(days: float | None) -> str:
    if days is None:
        return ""
    whole = round(days)
    return ngettext("%(count)s d", "%(count)s d", whole) % {"count": whole}


def _share(part: Decimal | int, whole: Decimal | int) -> str:
    return f"{float(part) * 100 / float(whole):.1f}" if whole else "0"


def funnel_kpis(report: FunnelReport) -> list[dict[str, Any]]:
    """The figure strip of the funnel."""
    entered, before = report.entered.count, report.previous_entered
    change = f", {_signed(Decimal(entered - before) / before)}" if before else ""
    better = (report.win_rate or 0) >= (report.previous_win_rate or 0)
    return [
        {
            "label": _("Entered the funnel"),
            "value": formats.number(entered),
            "url": DEALS + report.entered.address,
            "note": _("%(count)s before") % {"count": formats.number(before)} + change,
        },
        {
            "label": _("Won"),
            "value": f"{report.won.count} · {sums(report.won.money)}",
            "url": DEALS + report.won.address,
            "note": _("%(count)s before") % {"count": formats.number(report.previous_won)},
            "tone": "green" if report.won.count >= report.previous_won else "red",
        },
        {
            "label": _("Entered to won"),
            "value": _rate(report.win_rate, 1) or "—",
            "note": _("%(rate)s before") % {"rate": _rate(report.previous_win_rate, 1) or "—"},
            "tone": "green" if better else "red",
        },
        {"label": _("Median time to win"), "value": _days(report.median_days_to_win) or "—", "note": ""},
        {
            "label": _("Still open"),
            "value": f"{report.still_open.count} · {sums(report.still_open.money)}",
            "url": DEALS + report.still_open.address,
            "note": "",
        },
    ]


def _signed(part: Decimal) -> str:
    text = formats.percent(abs(part) * 100)
    return f"+{text}" if part > 0 else f"−{text}" if part < 0 else text


def funnel_rows(report: FunnelReport, own_address: str, chosen: int) -> list[dict[str, Any]]:
    """The rows of the funnel, and won as the last."""
    widest = max([report.entered.count, report.previous_entered, 1])
    most = report.entered.money.amount
    drawn = [
        {
            "stage": glyph(row.stage),
            "count": formats.number(row.reached.count),
            "count_url": DEALS + row.reached.address,
            "count_share": _share(row.reached.count, widest),
            "previous": formats.number(row.previous),
            "previous_share": _share(row.previous, widest),
            "amount": sums(row.reached.money),
            "amount_url": DEALS + row.reached.address,
            "amount_share": _share(row.reached.money.amount, most),
            "rate": _rate(row.step_rate),
            "rate_weak": _is_weak(row.step_rate, row.previous_step_rate),
            "overall": _rate(row.overall),
            "time": _days(row.median_days),
            "lost": row.lost.count,
            "lost_url": DEALS + row.lost.address,
            "lost_amount": sums(row.lost.money) if row.lost.count else "",
            "now": row.now.count,
            "now_url": DEALS + row.now.address,
            "url": f"{own_address}&stage={row.position}#behind",
            "current": row.position == chosen,
        }
        for row in report.rows
    ]
    drawn.append(
        {
            "stage": {"outcome": Outcome.WON, "index": 1, "of": 1, "name": _("Won")},
            "count": formats.number(report.won.count),
            "count_url": DEALS + report.won.address,
            "count_share": _share(report.won.count, widest),
            "previous": formats.number(report.previous_won),
            "previous_share": _share(report.previous_won, widest),
            "amount": sums(report.won.money),
            "amount_url": DEALS + report.won.address,
            "amount_share": _share(report.won.money.amount, most),
            "rate": _rate(report.won_step_rate),
            "overall": _rate(report.win_rate),
            "url": "",
        }
    )
    return drawn


def _is_weak(now: Decimal | None, before: Decimal | None) -> bool:
    return bool(now is not None and before and now < before * WEAK)


def lost_reasons(report: FunnelReport) -> dict[str, Any]:
    """Why deals were lost, as bars."""
    most = max((item.lost.count for item in report.reasons), default=1)
    return {
        "note": f"{report.lost.count} · {sums(report.lost.money)}" if report.lost.count else "",
        "rows": [
            {
                "label": str(item.reason), "share": _share(item.lost.count, most), "count": item.lost.count,
                "count_url": DEALS + item.lost.address, "amount": sums(item.lost.money), "tone": "grey",
            }
            for item in report.reasons
        ],
    }  # fmt: skip


def income_kpis(report: IncomeReport) -> list[dict[str, Any]]:
    """The figure strip of the income."""
    current = next(month for month in report.months if month.is_current)
    expected = sum((figure.money.amount for figure in report.expected.values()), Decimal(0))
    guaranteed = report.expected[Certainty.GUARANTEED].money
    last = report.months[-1].last
    late = ""
    if report.oldest_overdue:
        days = (report.today - report.oldest_overdue).days
        late = _("%(count)s payments, oldest %(days)s d") % {"count": report.overdue.count, "days": days}
    return [
        {
            "label": _("Received, last 12 months"),
            "value": sums(report.received.money),
            "url": PAYMENTS + report.received.address,
            "note": _("%(change)s on the year before") % {"change": _signed(report.change)}
            if report.change is not None
            else "",
            "tone": "" if report.change is None else "green" if report.change >= 0 else "red",
        },
        {
            "label": _("Received in %(month)s") % {"month": formats.month_name(current.first)},
            "value": sums(current.received.money),
            "url": PAYMENTS + current.received.address,
            "note": _("%(sum)s a year before, whole month") % {"sum": sums(current.before.money)},
        },
        {
            "label": _("Expected by %(day)s") % {"day": formats.short_date(last)},
            "value": money.base_money(expected, cents=False),
            "note": _("guaranteed %(sum)s") % {"sum": sums(guaranteed)},
        },
        {
            "label": _("Overdue from customers"),
            "value": sums(report.overdue.money),
            "url": PAYMENTS + report.overdue.address,
            "note": late or _("nothing is late"),
            "tone": "red" if late else "green",
        },
        {
            "label": _("Average month"),
            "value": money.base_money(report.received.money.amount / 12, cents=False),
            "note": _("received, last 12 months"),
        },
    ]


def income_chart(report: IncomeReport) -> dict[str, Any]:
    """The data of the chart, in thousands of base currency."""

    def thousands(figure: Figure | None) -> float | None:
        return None if figure is None else round(float(figure.money.amount) / 1000, 2)

    months = report.months
    return {
        "labels": [formats.month_short(month.first) for month in months],
        "received": [thousands(None if month.is_ahead else month.received) for month in months],
        **{c.value: [thousands(month.expected.get(c.value)) for month in months] for c in CERTAINTIES},
        "last_year": [thousands(month.before) for month in months],
        "names": {
            "received": _("Received"), "guaranteed": _("Guaranteed"), "high": _("High probability"),
            "low": _("Low probability"), "last_year": _("Last year"),
        },
        "unit": money.base_code(),
    }  # fmt: skip


def income_columns() -> list[dict[str, Any]]:
    """The head of the income table."""
    words = [
        _("Received"),
        _("Guaranteed"),
        _("High probability"),
        _("Low probability"),
        _("Year before"),
        _("Change"),
        _("Overdue"),
    ]
    return [{"label": _("Month"), "numeric": False}, *({"label": word, "numeric": True} for word in words)]


def income_rows(report: IncomeReport) -> list[dict[str, Any]]:
    """The rows of the income table."""
    return [{"current": month.is_current, "cells": _month_cells(month)} for month in report.months]


def _month_cells(month: IncomeMonth) -> list[dict[str, Any]]:
    name = formats.month_name(month.first, with_year=True)
    if month.is_current:
        name = _("%(month)s so far") % {"month": name}
    change = _signed(month.change) if month.change is not None else ""
    tone = "" if month.change is None else "green" if month.change >= 0 else "red"
    return [
        {"text": name, "strong": True}, _cell(None if month.is_ahead else month.received),
        *(_cell(month.expected.get(c.value)) for c in CERTAINTIES), _cell(month.before),
        {"text": change, "tone": tone, "numeric": True}, _cell(month.overdue, tone="red"),
    ]  # fmt: skip


def _cell(figure: Figure | None, tone: str = "") -> dict[str, Any]:
    if figure is None or not figure.count:
        return {"text": "", "numeric": True}
    return {"text": sums(figure.money), "url": PAYMENTS + figure.address, "numeric": True, "tone": tone}


def income_foot(report: IncomeReport) -> list[dict[str, Any]]:
    """The total line of the income table."""
    cells = [{"text": _("Sum of rows"), "numeric": False}, {"text": sums(report.received.money), "numeric": True}]
    cells += [{"text": sums(report.expected[c.value].money), "numeric": True} for c in CERTAINTIES]
    before = sum((month.before.money.amount for month in report.months), Decimal(0))
    cells += [{"text": money.base_money(before, cents=False), "numeric": True}, {"text": "", "numeric": True}]
    return [*cells, {"text": sums(report.overdue.money), "numeric": True}]


def rates_line(report: IncomeReport, today: date) -> str:
    """The rates today's figures are told at."""
    said = []
    for rate in report.rates:
        if rate.quote is None:
            said.append(_("%(code)s: no rate") % {"code": rate.currency.code})
        else:
            mark = "≈ " if rate.quote.approximate else ""
            said.append(f"1 {rate.currency.code} = {mark}{formats.number(rate.quote.value, 4)} {money.base_code()}")
    return (
        _("Rates of %(day)s: %(rates)s") % {"day": formats.short_date(today), "rates": " · ".join(said)} if said else ""
    )
