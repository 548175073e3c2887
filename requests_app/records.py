from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.home import badges, going_live, today
from common.importing.declaring import MatchKey
from common.importing.declaring import declare as declare_import
from common.kinds import formats
from common.kinds.models import RecordModel
from common.people.models import User
from common.policy import modules
from common.policy.principal import Principal
from common.records import lists, taking
from common.records.declaring import Action, Column, NamedFilter, Panel, PresetView, RecordType, Section, Sort, Viewer
from common.records.fieldkinds import person_cell
from common.records.filters import mine_filter
from common.records.registry import extend, register
from common.records.subtables import date_cell, link_cell, text_cell
from common.records.timeline import describe
from common.setup import dictionaries
from common.setup.dictionaries import DictionaryPage
from requests_app import drawing, selectors, services
from requests_app.forms import SetAsideForm
from requests_app.models import Request, SiteForm

KEY = "requests_app.request"


def _pending(values: Sequence[str], viewer: Viewer) -> Q:
    wanted = Q(pk__in=[])
    if "yes" in values:
        wanted |= Q(status__in=Request.PENDING)
    if "no" in values:
        wanted |= ~Q(status__in=Request.PENDING)
    return wanted


PENDING = NamedFilter("pending", _("waiting"), _pending, lambda viewer: [("yes", _("yes")), ("no", _("no"))])


@register
class RequestType(RecordType):
    """Enquiries."""

    model = Request
    namespace = "requests"
    icon = "file-text"
    prefix = "R"
    label, label_plural, new_label = _("Request"), _("Requests"), _("New request")
    nav_order = 10
    go_key = "i"
    chapter = "user-guide#sales-managers"
    empty_text = _("Requests come from the site form by themselves, or you type one in.")
    related = ("company", "source")
    page_related = ("contact", "lead", "country", "deal")

    columns = (
        Column("name", _("Request"), kind="name", slot="title"),
        Column(
            "signals",
            _("Signs"),
            kind="signals",
            slot="marks",
            hide_label=True,
            load=lists.signals,
            cell=lambda obj, extra, viewer: {"signals": extra or []},
        ),
        Column(
            "sender",
            pgettext_lazy("sender", "From"),
            slot="sub",
            field="email",
            cell=lambda obj, extra, viewer: {"text": obj.full_name or obj.email or obj.phone},
        ),
        Column(
            "company_name",
            _("Company"),
            kind="company",
            field="company_name",
            related=("company",),
            cell=lambda obj, extra, viewer: {"text": str(obj.company or obj.company_name)},
        ),
        Column("source", priority=2),
        Column(
            "status", kind="badge", slot="state", field="status", cell=lambda obj, extra, viewer: drawing.waiting(obj)
        ),
        Column("owner", slot="people"),
        Column(
            "created_at",
            _("Received"),
            kind="date",
            slot="next",
            field="received_at",
            cell=lambda obj, extra, viewer: {
                "text": formats.moment_of(obj.received_at),
                "iso": obj.received_at.isoformat(),
            },
        ),
    )
    filters = (
        mine_filter(), PENDING, "status", "owner", "department", "source", "channel", "country", "company", "products",
        "disqualification", "tags", "created_at", "email",
    )  # fmt: skip
    sorts = (
        Sort("newest", "created_at", _("newest first"), descending=True),
        Sort("oldest", "created_at", _("oldest first")),
    )
    views = (
        PresetView("waiting", _("Waiting"), "f=pending.is:yes"),
        PresetView("mine", _("Mine"), "f=mine.is:me"),
        PresetView("free", _("Nobody's"), "f=pending.is:yes&f=owner.empty"),
        PresetView("done", _("Processed"), "f=status.in:processed"),
    )
    sections = (
        Section("main", _("Request"), ("name", "text", "products")),
        Section("who", _("Who asks"), (
            ("first_name", "last_name"), ("email", "phone"), "company_name", ("country", "city_name"),
            ("company", "contact"), "lead",
        )),
        Section("more", _("More"), ("source", "coowners", "tags")),
    )  # fmt: skip
    actions = (
        taking.action(lambda obj, by: services.take(obj, by=by), offered=lambda obj: obj.is_pending),
        Action(
            "set-aside",
            _("Not relevant"),
            lambda obj, data, by: services.set_aside(obj, reason=data["reason"], by=by),
            icon="ban",
            permission="set_aside",
            form=SetAsideForm,
            shown="button",
            offered=lambda obj: obj.is_pending,
            done=_("Set aside"),
        ),
        Action(
            "reopen",
            _("Reopen"),
            lambda obj, data, by: services.reopen_request(obj, by=by),
            icon="rotate-clockwise",
            permission="set_aside",
            shown="button",
            offered=lambda obj: obj.status == "closed",
            done=_("Reopened"),
        ),
    )

    def head(self, obj: Request, viewer: Viewer) -> dict[str, Any]:
        owner: dict[str, Any] = {"label": gettext("nobody has it"), "text": ""}
        if obj.owner:
            owner = {"label": str(obj.owner), "person": person_cell(obj.owner), "text": gettext("owner")}
        source = (
            {"label": str(obj.source), "text": pgettext("source", "from")}
            if obj.source
            else {"label": obj.get_channel_display(), "text": ""}
        )
        received = {"label": formats.moment_of(obj.received_at), "text": ""}
        return {"badge": drawing.waiting(obj), "subs": [source, received, owner]}

    def save_new(self, values: Mapping[str, Any], by: User) -> RecordModel:
        return services.create_request(values, by=by)


def request_panel(obj: Any, viewer: Viewer) -> dict[str, Any]:
    """On a deal: the request it came from."""
    found: Any = selectors.request_of(viewer.principal, obj)
    if found is None:
        return {"hidden": True}
    return {
        "number": f"R-{found.number}",
        "url": f"/requests/{found.pk}/" if found.is_visible else "",
        "text": found.text or found.name,
        "source": found.source,
        "when": formats.moment_of(found.received_at),
        "products": [str(p) for p in found.products.all()],
    }


def requests_panel(obj: Any, viewer: Viewer) -> dict[str, Any]:
    """On a company, contact or lead: what they asked."""
    rows = list(selectors.requests_of(viewer.principal, obj)[:50])
    if not rows:
        return {"hidden": True}
    return {
        "count": len(rows),
        "columns": [{"label": gettext("Request")}, {"label": gettext("Status")}, {"label": gettext("Received")}],
        "rows": [
            {"cells": [
                link_cell(row.name, f"/requests/{row.pk}/"), text_cell(row.get_status_display()),
                date_cell(formats.moment_of(row.received_at), row.received_at.isoformat()),
            ]}
            for row in rows
        ],
    }  # fmt: skip


extend("deals.deal", panels=[Panel("request", _("Request"), "requests_app/request/panel.html", request_panel, order=5)])
for party in ("crm.company", "crm.contact", "crm.lead"):
    extend(party, panels=[
        Panel("requests", _("Requests"), "records/panels/table.html", requests_panel, order=30)
    ])  # fmt: skip

for kind, words in {
    "request.taken": _("Taken"), "request.matched": _("Counterparty confirmed"), "request.set_aside": _("Set aside"),
    "request.reopened": _("Reopened"), "request.deal_created": _("Deal created"), "request.created": _("Received"),
}.items():  # fmt: skip
    describe(kind, words)


def _badge(principal: Principal) -> tuple[Any, Any] | None:
    return selectors.badge(principal) if principal.may(KEY, "view") else None


def _today(viewer: Viewer) -> dict[str, Any] | None:
    if not (viewer.principal.may(KEY, "take") or viewer.principal.may(KEY, "create_deal")):
        return None
    rows = selectors.waiting_for(viewer.principal, 10)
    if not rows:
        return None
    return {
        "label": gettext("Requests waiting for an answer"), "count": len(rows), "url": "/requests/",
        "rows": [
            {
                "title": row.name, "url": f"/requests/{row.pk}/", "state": "request",
                "note": " · ".join(str(p) for p in (row.company or row.company_name or row.full_name, row.source) if p),
                "when": drawing.waiting(row)["text"], "when_tone": drawing.waiting(row)["tone"], "amount": "",
            }
            for row in rows
        ],
    }  # fmt: skip


badges.source(KEY, _badge)
today.group(30, _today)

dictionaries.declare(
    DictionaryPage(
        "forms",
        SiteForm,
        "sales",
        _("Site forms"),
        _("Public forms; what is posted becomes a request of the source's department."),
        ["name", "slug", "source", "intro", "asks_company", "asks_phone", "asks_country", "asks_products"],
        [
            dictionaries.Column(_("Address"), lambda row: f"/forms/{row.slug}/"),
            dictionaries.Column(_("Source"), lambda row: row.source),
        ],
        order=40,
        step=100,
        area=KEY,
        chapter="site-forms",
    )
)


def _form_step() -> dict[str, Any] | None:
    if KEY in modules.closed_areas():
        return None
    form = selectors.first_site_form()
    return {
        "title": gettext("Put the request form on your site"),
        "text": f"/forms/{form.slug}/" if form else gettext("There is no form yet"),
        "done": selectors.has_site_request(),
        "action": {"label": gettext("Show"), "url": f"/forms/{form.slug}/" if form else "/settings/forms/new/"},
    }


going_live.step(40, _form_step)

declare_import(KEY, keys=(
    MatchKey("name", _("what it is about, and the e-mail"), ("title_sort", "email"), needs=("name",)),
))  # fmt: skip
