"""How a request is shown. No rules, no queries of its own."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.kinds import formats
from common.policy.principal import Principal
from crm import matching
from deals import drawing as deals
from requests_app import selectors
from requests_app.models import Request

ICONS = {"company": "building", "contact": "user", "lead": "user-plus"}


def waiting(request: Request) -> dict[str, Any]:
    """How long a request waits, as a cell and badge: red since yesterday or before."""
    if not request.is_pending:
        return {"text": request.get_status_display(), "tone": "green" if request.deal_id else "", "icon": ""}
    days = (formats.viewer_today() - timezone.localtime(request.received_at).date()).days
    if days <= 0:
        return {
            "text": _("waiting since %(time)s") % {"time": formats.time_of(request.received_at)},
            "tone": "amber",
            "icon": "clock",
        }
    words = ngettext("waiting %(count)s d", "waiting %(count)s d", days) % {"count": days}
    return {"text": words, "tone": "red", "icon": "clock-filled"}


def match_boxes(request: Request, matches: matching.Matches, form: Any) -> list[dict[str, Any]]:
    """The two questions: which company, which person."""
    chosen_company, chosen_person = _value(form, "company"), _value(form, "person")
    companies = [_option("company", match, chosen_company, match.record.city) for match in matches.companies]
    if request.company is not None and f"company:{request.company_id}" not in {c["value"] for c in companies}:
        companies.insert(0, _kept("company", request.company, chosen_company))
    if request.company_name:
        companies.append(
            _new("new", "building", _("New company “%(name)s”") % {"name": request.company_name}, chosen_company)
        )
    companies.append(_new("", "ban", _("No company"), chosen_company))
    people = [_option("contact", match, chosen_person, match.record.company) for match in matches.contacts]
    people += [_option("lead", match, chosen_person, match.record.company_name) for match in matches.leads]
    for kind in ("contact", "lead"):
        record = getattr(request, kind)
        if record is not None and f"{kind}:{record.pk}" not in {p["value"] for p in people}:
            people.insert(0, _kept(kind, record, chosen_person))
    name = request.full_name or request.email or request.phone
    people.append(_new("new", "user-plus", _("New contact “%(name)s”") % {"name": name}, chosen_person))
    return [
        {"name": "company", "legend": _("Company"), "matches": companies},
        {"name": "person", "legend": _("Person"), "matches": people},
    ]  # fmt: skip


def _value(form: Any, name: str) -> str:
    return str(form[name].value() or "")


def _option(kind: str, match: matching.Match[Any], chosen: str, note: object) -> dict[str, Any]:
    value = f"{kind}:{match.record.pk}"
    return {
        "value": value, "label": match.record.title, "note": str(note or ""), "reason": "; ".join(match.reasons),
        "score": formats.number(match.score, 2), "tone": "green" if match.is_chosen else "amber",
        "checked": value == chosen, "icon": ICONS[kind],
    }  # fmt: skip


def _kept(kind: str, record: Any, chosen: str) -> dict[str, Any]:
    value = f"{kind}:{record.pk}"
    return {
        "value": value, "label": record.title, "note": "", "reason": _("confirmed"), "score": "", "tone": "",
        "checked": value == chosen, "icon": ICONS[kind],
    }  # fmt: skip


def _new(value: str, icon: str, label: str, chosen: str) -> dict[str, Any]:
    return {
        "value": value,
        "label": label,
        "note": "",
        "reason": "",
        "score": "",
        "tone": "",
        "checked": value == chosen,
        "icon": icon,
    }


def read_fields(request: Request) -> list[dict[str, Any]]:
    """What was read from the post."""
    products = ", ".join(str(p) for p in request.products.all())
    pairs = [
        (_("Person"), request.full_name), (_("E-mail"), request.email), (_("Telephone"), request.phone),
        (_("Company"), request.company_name), (_("Country"), request.country), (_("City"), request.city_name),
        (_("Products"), products), (_("Source"), request.source), (_("Channel"), request.get_channel_display()),
        (_("Campaign"), " · ".join(request.utm.values())), (_("Department"), request.department),
    ]  # fmt: skip
    return [{"label": label, "value": str(value), "url": ""} for label, value in pairs if value]


def also(principal: Principal, request: Request, matches: matching.Matches) -> list[dict[str, Any]]:
    """Open deals of who may have written, and other requests of the same sender."""
    found = []
    for deal in selectors.open_deals_of(principal, matches):
        found.append({
            "icon": "", "stage": deals.glyph_of(deal.stage_id), "label": deal.name, "url": f"/deals/{deal.pk}/",
            "note": f"{deal.stage} · {deal.owner or ''}", "action": None,
        })  # fmt: skip
    for other in selectors.same_sender(principal, request):
        found.append({
            "icon": "copy", "stage": None, "label": other.name, "url": f"/requests/{other.pk}/",
            "note": f"R-{other.number} · {other.get_status_display()}", "action": None,
        })  # fmt: skip
    return found


def deal_of(principal: Principal, request: Request) -> dict[str, Any] | None:
    """The deal that was made of it; its link only where it is visible."""
    if request.deal is None:
        return None
    visible = selectors.sees_deal(principal, request.deal)
    return {
        "label": f"D-{request.deal.number} {request.deal.name}",
        "url": f"/deals/{request.deal_id}/" if visible else "",
    }
