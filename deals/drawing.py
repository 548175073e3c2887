"""How a deal is shown: the cells, facts and panels its pages share. No rules, no queries of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from common.kinds import formats
from common.kinds.models import RecordQuerySet
from common.kinds.words import capital
from common.money import formats as money
from common.money.rates import Converted
from common.records.declaring import Viewer
from common.records.fieldkinds import person_cell
from common.records.subtables import certainty_cell, date_cell, link_cell, money_cell, stage_cell, text_cell
from deals import selectors
from deals.models import Certainty, Deal, Outcome, Payment, Stage

TONES = {
    Certainty.RECEIVED: "green",
    Certainty.GUARANTEED: "blue",
    Certainty.HIGH: "hatch-blue",
    Certainty.LOW: "hatch-grey",
}


def glyph(stage: Stage) -> dict[str, Any]:
    """What the stage glyph needs: outcome, and the place among the open stages."""
    opened = [s for s in selectors.stages_of(stage.pipeline_id) if s.outcome == Outcome.OPEN]
    index = next((at for at, s in enumerate(opened, start=1) if s.pk == stage.pk), 1)
    return {"outcome": stage.outcome, "index": index, "of": len(opened) or 1, "name": stage.label, "tone": stage.tone}


def glyph_of(stage_id: int) -> dict[str, Any]:
    """The glyph of a stage by its key, from the process dictionary."""
    return glyph(selectors.pipelines().stage_by_id[stage_id])


def next_step(deal: Deal, today: date) -> dict[str, Any]:
    """The next step as a cell: state, text, when."""
    if not deal.is_open:
        return {"state": "", "text": "", "when": ""}
    if not deal.next_step:
        return {"state": "none", "text": _("No next step"), "when": ""}
    on = deal.next_step_on
    if on is None or on > today:
        return {"state": "later", "text": deal.next_step, "when": formats.short_date(on)}
    if on == today:
        return {"state": "today", "text": deal.next_step, "when": _("today")}
    return {"state": "overdue", "text": deal.next_step, "when": formats.late_words(on, today)}


def close_day(deal: Deal, today: date) -> dict[str, Any]:
    """The expected close, red when it is past; of a closed deal the day it was closed."""
    day = deal.closed_on or deal.expected_close
    late = bool(deal.is_open and day and day < today)
    return {"text": formats.short_date(day), "iso": day.isoformat() if day else "", "tone": "red" if late else ""}


def days(deal: Deal) -> dict[str, Any]:
    """Days in the stage, with a tone when they are near or over what is expected."""
    if not deal.is_open:
        return {"text": ""}
    spent = selectors.days_in_stage(deal)
    expected = selectors.pipelines().stage_by_id[deal.stage_id].expected_days
    tone = ""
    if expected:
        tone = "red" if spent >= expected else "amber" if spent >= expected * 0.75 else ""
    words = ngettext("%(count)s d", "%(count)s d", spent) % {"count": spent}
    title = _("Expected: %(days)s d") % {"days": expected} if expected else ""
    return {"text": words, "tone": tone, "title": title}


def people(deal: Deal, coowners: Any) -> dict[str, Any]:
    """Owner and co-owners side by side."""
    found = [person_cell(deal.owner)] if deal.owner else []
    return {"people": [*found, *(person_cell(user) for user in coowners or ())], "name": False}


def sums(converted: Converted) -> str:
    """A sum in base currency in words: missing rates are named, approximate ones marked."""
    text = money.base_money(converted.amount, cents=False)
    if converted.approximate:
        text = f"≈ {text}"
    if converted.missing:
        text = _("%(sum)s without %(currencies)s (no rate)") % {"sum": text, "currencies": ", ".join(converted.missing)}
    return text


def totals_line(totals: selectors.Totals) -> dict[str, Any]:
    """What a list's footer tells of deals."""
    parts = [money.money_of(amount, key, cents=False) for key, amount in totals.by_currency.items() if amount]
    told = ""
    if len(parts) > 1:
        told = _("%(parts)s at rates of %(day)s") % {
            "parts": " + ".join(parts), "day": formats.short_date(formats.viewer_today()),
        }  # fmt: skip
    return {
        "count": totals.count,
        "sums": [
            {"label": _("Amount"), "value": sums(totals.amount)},
            {"label": _("Weighted"), "value": sums(totals.weighted)},
        ],
        "parts": told,
    }


def lines_panel(deal: Deal, viewer: Viewer) -> dict[str, Any]:
    """The lines of a deal."""
    rows = selectors.lines_of(viewer.principal, deal)
    may = viewer.principal.may("deals.dealline", "create") and deal.is_open
    total = money.money_of(sum(row.total for row in rows), deal.currency_id, cents=True)
    return {
        "count": len(rows), "empty": _("No products yet."),
        "actions": [{"label": _("Add line"), "url": f"/lines/new/?deal={deal.pk}"}] if may else [],
        "columns": [
            {"label": pgettext("product", "Code"), "hide_phone": True}, {"label": _("Product")},
            {"label": _("Qty"), "numeric": True},
            {"label": _("Price"), "numeric": True, "hide_phone": True},
            {"label": _("Disc."), "numeric": True, "hide_phone": True}, {"label": _("Total"), "numeric": True},
        ],
        "rows": [{"cells": _line_cells(row, deal)} for row in rows],
        "foot": [
            {"text": _("Net, VAT not included"), "span": 5}, {"text": total, "strong": True, "numeric": True},
        ] if rows else None,
    }  # fmt: skip


def _line_cells(row: Any, deal: Deal) -> list[dict[str, Any]]:
    discount = formats.percent(row.discount) if row.discount else "–"
    return [
        text_cell(row.product.code if row.product else "", hide_phone=True),
        link_cell(row.name, f"/lines/{row.pk}/edit/"),
        text_cell(formats.number(row.quantity.normalize()), numeric=True),
        text_cell(formats.number(row.price, 2), numeric=True, hide_phone=True),
        text_cell(discount, numeric=True, hide_phone=True),
        money_cell(money.money_of(row.total, deal.currency_id, cents=True)),
    ]


def payments_panel(deal: Deal, viewer: Viewer) -> dict[str, Any]:
    """The payments of a deal, with the bar of how sure its money is."""
    rows = selectors.payments_of(viewer.principal, deal)
    facts = selectors.payment_facts(deal)
    parts, words = [], []
    for certainty in Certainty:
        share = facts.share(certainty)
        if share:
            parts.append((share, TONES[certainty]))
            words.append({"share": formats.percent(share), "label": str(certainty.label)})
    today = formats.viewer_today()
    may = viewer.principal.may("deals.payment", "create")
    return {
        "count": len(rows),
        "bar": {"parts": parts, "words": words, "label": _("How sure the money is")} if parts else None,
        "unscheduled": unscheduled(facts, deal),
        "missing": ", ".join(facts.missing),
        "table": {
            "empty": _("Not scheduled."),
            "columns": [
                {"label": _("Date"), "kind": "date"},
                {"label": _("Amount"), "numeric": True, "kind": "money"},
                {"label": _("Certainty"), "kind": "certainty"},
                {"label": _("Invoice"), "hide_phone": True},
                {"label": _("Order"), "hide_phone": True},
            ],
            "rows": [{"cells": _payment_cells(row, today)} for row in rows],
        },
        "actions": [{"label": _("Add payment"), "url": f"/payments/new/?deal={deal.pk}"}] if may else [],
    }


def _payment_cells(row: Any, today: date) -> list[dict[str, Any]]:
    late = row.certainty != Certainty.RECEIVED and row.on < today
    when = date_cell(formats.full_date(row.on), row.on.isoformat(), tone="red" if late else "",
                     title=formats.late_words(row.on, today) if late else "")  # fmt: skip
    amount = money_cell(money.money_of(row.amount, row.currency_id, cents=True), f"/payments/{row.pk}/edit/")
    return [
        when, amount, certainty_cell(row.certainty, capital(row.get_certainty_display())),
        text_cell(row.invoice_number, hide_phone=True), text_cell(row.order_number, hide_phone=True),
    ]  # fmt: skip


def unscheduled(facts: selectors.PaymentFacts, deal: Deal) -> str:
    """Money nobody has planned, in words."""
    if not facts.unscheduled:
        return ""
    amount = money.money_of(facts.unscheduled, deal.currency_id)
    return _("%(amount)s not scheduled") % {"amount": amount}


def deals_table(rows: Any) -> dict[str, Any]:
    """A small table of deals."""
    today = formats.viewer_today()
    return {
        "columns": [
            {"label": _("Deal")}, {"label": _("Stage"), "kind": "stage"}, {"label": _("Amount"), "numeric": True},
            {"label": pgettext("date", "Close"), "kind": "date"},
        ],
        "rows": [
            {
                "cells": [
                    link_cell(row.name, f"/deals/{row.pk}/"), stage_cell(glyph_of(row.stage_id)),
                    money_cell(money.money_of(row.amount, row.currency_id, cents=False)),
                    date_cell(close_day(row, today)["text"], close_day(row, today)["iso"]),
                ]
            }
            for row in rows
        ],
    }  # fmt: skip


def facts(deal: Deal, coowners: Any) -> list[dict[str, Any]]:
    """The fact strip of a deal."""
    found = selectors.payment_facts(deal)
    paid = money.money_of(found.paid, deal.currency_id)
    share = found.share(Certainty.RECEIVED)
    amount_note = _("paid %(paid)s") % {"paid": paid} if found.paid else unscheduled(found, deal)
    if found.paid and share:
        amount_note += f" · {formats.percent(share)}"
    weighted = money.money_of(deal.amount * deal.chance / 100 if deal.amount else None, deal.currency_id, cents=False)
    by_hand = deal.probability is not None
    tip = _("Set by hand; the stage says %(stage)s.") if by_hand else _("That of the stage.")
    return [
        {
            "label": _("Amount"),
            "value": money.money_of(deal.amount, deal.currency_id, cents=True),
            "hero": True,
            "note": amount_note,
        },
        {
            "label": _("Probability"),
            "value": formats.percent(deal.chance),
            "tip": tip % {"stage": formats.percent(deal.stage.probability)} if by_hand else tip,
            "note": _("weighted %(sum)s") % {"sum": weighted} if weighted else "",
        },
        _middle_fact(deal),
        {
            "label": _("Closed on") if deal.closed_on else _("Expected close"),
            "value": formats.full_date(deal.closed_on or deal.expected_close),
            **_close_note(deal),
        },
        {
            "label": _("Owner, co-owner") if coowners else _("Owner"),
            "people": people(deal, coowners)["people"],
            "value": "",
        },
        _expected_fact(found, deal),
    ]


def _close_note(deal: Deal) -> dict[str, Any]:
    today = formats.viewer_today()
    if deal.is_open and deal.expected_close and deal.expected_close < today:
        return {"note": formats.late_words(deal.expected_close, today), "note_tone": "red"}
    return {}


def _middle_fact(deal: Deal) -> dict[str, Any]:
    url = f"/deals/{deal.pk}"
    if not deal.is_open:
        tone = "green" if deal.stage.outcome == Outcome.WON else ""
        icon = "circle-check-filled" if tone else "circle-x-filled"
        return {
            "label": _("Closing reason"), "badge": {"text": str(deal.closing_reason), "tone": tone, "icon": icon},
            "note": _("at stage %(stage)s") % {"stage": deal.closed_from},
        }  # fmt: skip
    step = next_step(deal, formats.viewer_today())
    heads = {
        "overdue": _("Next step · %(late)s") % {"late": step["when"]}, "today": _("Next step · today"),
        "none": _("No next step"), "later": _("Next step"),
    }  # fmt: skip
    when = formats.short_date(deal.next_step_on) if deal.next_step_on else ""
    data = {"state": step["state"], "head": heads[step["state"]], "when": when, "text": "", "note": ""}
    if step["state"] == "none":
        data |= {"text": _("What will you do next?"), "add_url": f"{url}/step/"}
    else:
        data |= {"text": deal.next_step, "done_url": f"{url}/done/", "move_url": f"{url}/step/"}
    return {"next": data}


def _expected_fact(found: selectors.PaymentFacts, deal: Deal) -> dict[str, Any]:
    if found.expected is None:
        return {"label": _("To be paid"), "value": "", "note": _("no amount yet")}
    note = unscheduled(found, deal) or (_("all scheduled") if found.expected else _("paid in full"))
    if found.missing:
        note = _("without %(currencies)s: no rate") % {"currencies": ", ".join(found.missing)}
    return {"label": _("To be paid"), "value": money.money_of(found.expected, deal.currency_id), "note": note}


def bar(deal: Deal) -> dict[str, Any]:
    """The stage bar, with where each step leads."""
    steps = []
    for step in selectors.stage_bar(deal):
        url = f"/deals/{deal.pk}/"
        target = None
        if deal.is_open and step.stage.outcome == Outcome.OPEN and step.state != "now":
            target = f"{url}move/?stage={step.stage.pk}"
        elif deal.is_open and step.stage.outcome == Outcome.WON:
            target = f"{url}close/?outcome=won"
        spent = (
            ngettext("%(count)s d", "%(count)s d", step.days) % {"count": step.days} if step.days is not None else ""
        )
        steps.append(
            {"label": step.stage.label, "state": step.state, "days": spent, "url": target, "stage": glyph(step.stage)}
        )
    now = next((s for s in steps if s["state"] in ("now", "won", "lost")), None)
    close: Mapping[str, Any] = {
        "label": _("Close deal"),
        "choices": [
            {"label": _("Won"), "icon": "circle-check", "url": f"/deals/{deal.pk}/close/?outcome=won"},
            {"label": _("Lost"), "icon": "circle-x", "url": f"/deals/{deal.pk}/close/?outcome=lost"},
        ],
    }  # fmt: skip
    return {
        "stages": steps, "now": now, "close": close if deal.is_open else None, "folded": len(steps) > 7,
        "permission": "move", "close_permission": "close",
    }  # fmt: skip


def payment_day(payment: Payment) -> dict[str, Any]:
    """The day of a payment, red when it should have come."""
    today = formats.viewer_today()
    late = payment.certainty != Certainty.RECEIVED and payment.on < today
    title = formats.late_words(payment.on, today) if late else ""
    return {
        "text": formats.short_date(payment.on),
        "iso": payment.on.isoformat(),
        "tone": "red" if late else "",
        "title": title,
    }


def payment_totals(rows: RecordQuerySet[Any]) -> dict[str, Any]:
    """What a list's footer tells of payments."""
    totals = selectors.payment_totals(rows)
    return {
        "count": totals.count,
        "sums": [
            {"label": _("Received"), "value": sums(totals.received)},
            {"label": _("Expected"), "value": sums(totals.expected)},
        ],
    }
