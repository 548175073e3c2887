"""What deals put on Today: steps to do, deals without a step, payments that are due, and figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common import clock
from common.home import badges, today
from common.kinds import formats
from common.kinds.words import capital
from common.money import formats as money
from common.policy.principal import Principal
from common.records.declaring import Viewer
from deals import drawing, selectors
from deals.models import Certainty

DEAL, PAYMENT = "deals.deal", "deals.payment"
# Narrow enough for the rail.
SHORT = {
    Certainty.GUARANTEED: pgettext_lazy("short", "Guaranteed"),
    Certainty.HIGH: pgettext_lazy("short", "High probability"),
    Certainty.LOW: pgettext_lazy("short", "Low probability"),
}


def _step_row(deal: Any, *, may_finish: bool) -> dict[str, Any]:
    step = drawing.next_step(deal, formats.viewer_today())
    tones = {"overdue": "red", "today": "green", "none": "amber"}
    party = deal.company or deal.contact or deal.lead
    return {
        "title": deal.next_step or deal.name, "url": f"/deals/{deal.pk}/", "state": step["state"],
        "note": " · ".join(str(part) for part in (deal.name if deal.next_step else "", party or "") if part),
        "when": step["when"], "when_tone": tones.get(step["state"], ""),
        "amount": money.money_of(deal.amount, deal.currency_id, cents=False),
        "done_url": f"/deals/{deal.pk}/done/?next=/" if may_finish and deal.next_step else "",
        "snooze_url": f"/deals/{deal.pk}/step/?next=/" if may_finish else "",
    }  # fmt: skip


def _steps(label: object, which: str, query: str) -> Any:
    def load(viewer: Viewer) -> dict[str, Any] | None:
        if not viewer.principal.may(DEAL, "change"):
            return None
        rows, count = selectors.steps_of(viewer.principal, which, formats.viewer_today())
        if not rows:
            return None
        return {
            "label": str(label), "count": count, "url": f"/deals/?{query}",
            "rows": [_step_row(deal, may_finish=True) for deal in rows],
        }  # fmt: skip

    return load


def _payments(viewer: Viewer) -> dict[str, Any] | None:
    if not viewer.principal.may(PAYMENT, "view"):
        return None
    today_is = formats.viewer_today()
    rows, count = selectors.payments_due(viewer.user, viewer.principal, today_is)
    if not rows:
        return None
    until = today_is + timedelta(days=7)
    scope = "&f=owner.in:me" if selectors.is_seller(viewer.principal) else ""
    return {
        "label": _("Payments overdue or due in 7 days"),
        "count": count,
        "url": f"/payments/?f=certainty.not:received&f=on.lte:{until}{scope}",
        "rows": [_payment_row(row) for row in rows],
    }


def _payment_row(row: Any) -> dict[str, Any]:
    day = drawing.payment_day(row)
    name = row.invoice_number or row.deal.name
    return {
        "title": " · ".join(str(part) for part in (name, row.deal.company or "") if part), "icon": "cash",
        "url": f"/deals/{row.deal_id}/#s-payments", "note": f"{row.deal.name} · {row.get_certainty_display()}",
        "when": day["title"] or day["text"], "when_tone": day["tone"], "state": "later",
        "amount": money.money_of(row.amount, row.currency_id, cents=False),
    }  # fmt: skip


def _closing(viewer: Viewer) -> dict[str, Any] | None:
    """For those who do not sell: the largest deals that should close soon."""
    if selectors.is_seller(viewer.principal) or not viewer.principal.may(DEAL, "view"):
        return None
    rows, count = selectors.closing_soon(viewer.principal, formats.viewer_today())
    if not rows:
        return None
    return {
        "label": _("Largest deals closing this month"),
        "count": count,
        "url": "/deals/?f=state.is:open&f=expected_close.is:this-month",
        "rows": [_closing_row(deal) for deal in rows],
    }


def _closing_row(deal: Any) -> dict[str, Any]:
    today_is = formats.viewer_today()
    close = drawing.close_day(deal, today_is)
    return {
        "title": deal.name, "url": f"/deals/{deal.pk}/", "state": drawing.next_step(deal, today_is)["state"],
        "note": " · ".join(str(p) for p in (deal.company, deal.stage, deal.owner) if p),
        "when": close["text"], "when_tone": close["tone"],
        "amount": money.money_of(deal.amount, deal.currency_id, cents=False),
    }  # fmt: skip


def _figures(viewer: Viewer) -> dict[str, Any] | None:
    if not viewer.principal.may(DEAL, "view") or not viewer.principal.may(PAYMENT, "view"):
        return None
    today_is = formats.viewer_today()
    mine = selectors.is_seller(viewer.principal)
    found = selectors.month_figures(viewer.user, viewer.principal, today_is, mine=mine)
    scope = "&f=mine.is:me" if mine else ""
    owner = "&f=owner.in:me" if mine else ""
    month = formats.month_name(today_is)
    return {
        "template": "home/_figures.html",
        "title": _("My %(month)s") % {"month": month} if mine else month,
        "note": _("Compared with last month to the same day"),
        "figures": [
            {
                "label": _("Won deals"),
                "value": formats.number(found.won),
                "url": f"/deals/?f=state.is:won&f=closed_on.is:this-month{scope}",
                **_change(found.won - found.won_before),
            },
            {
                "label": _("Won"),
                "value": drawing.sums(found.won_amount),
                "url": f"/deals/?f=state.is:won&f=closed_on.is:this-month{scope}",
            },
            {
                "label": _("Received"),
                "value": drawing.sums(found.received),
                "url": f"/payments/?f=certainty.in:received&f=on.is:this-month{owner}",
            },
            {
                "label": _("Open deals"),
                "value": drawing.sums(found.open_amount),
                "url": f"/deals/?f=state.is:open{scope}",
            },
        ],
    }


def _change(difference: int) -> dict[str, Any]:
    if not difference:
        return {"change": ""}
    tone = "green" if difference > 0 else "red"
    return {"change": f"+{difference}" if difference > 0 else f"−{-difference}", "change_tone": tone}


def _expected(viewer: Viewer) -> dict[str, Any] | None:
    if not viewer.principal.may(PAYMENT, "view"):
        return None
    mine = selectors.is_seller(viewer.principal)
    months, table = selectors.expected_by_month(viewer.user, viewer.principal, formats.viewer_today(), mine=mine)
    if not any(sum_.amount for row in table.values() for sum_ in row):
        return None
    scope = "&f=owner.in:me" if mine else ""
    span = f"{months[0]},{clock.month_end(months[-1])}"
    return {
        "template": "home/_expected.html",
        "title": _("Payments expected"),
        "heads": [formats.month_short(month) for month in months],
        "rows": [
            {
                "certainty": certainty.value,
                "label": str(SHORT.get(certainty, capital(certainty.label))),
                "quiet": certainty.value == "low",
                "values": [money.base_money(value.amount, cents=False) if value.amount else "–" for value in row],
                "url": f"/payments/?f=certainty.in:{certainty.value}&f=on.is:{span}{scope}",
            }
            for certainty, row in table.items()
        ],
    }


def _badge(principal: Principal) -> tuple[Any, Any] | None:
    if not principal.may(DEAL, "change"):
        return None
    return selectors.badge(principal, formats.viewer_today())


MINE = "f=state.is:open&f=mine.is:me"
today.group(10, _steps(gettext_lazy("Overdue"), "overdue", f"{MINE}&f=next_step_on.is:overdue"))
today.group(20, _steps(gettext_lazy("Today"), "today", f"{MINE}&f=next_step_on.is:today"))
today.group(40, _steps(gettext_lazy("Deals with no next step"), "none", f"{MINE}&f=next_step_on.empty"))
today.group(50, _payments)
today.group(60, _closing)
today.rail(10, _figures)
today.rail(20, _expected)
badges.source("home", _badge)
