from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.duplicates.declaring import Likeness
from common.duplicates.declaring import declare as declare_duplicates
from common.importing.declaring import MatchKey, Whole
from common.importing.declaring import declare as declare_import
from common.kinds.models import RecordModel
from common.records import lists, registry, taking
from common.records.calls import dialled, number_url
from common.records.declaring import Column, NamedFilter, Panel, PresetView, RecordType, Section, Sort, Viewer
from common.records.filters import mine_filter, quiet_filter
from common.records.registry import register
from common.records.subtables import link_cell, phone_cell, text_cell
from common.setup import copying, dictionaries
from common.setup.dictionaries import DictionaryPage
from crm import duplicates, matching, selectors, signatures
from crm.keys import SHORTEST_PHONE, split_name
from crm.matching import Asked, Match
from crm.models import Company, Contact, Industry, Lead, Source

MINE: NamedFilter = mine_filter()
QUIET: NamedFilter = quiet_filter()
SORTS = (
    Sort("title", "title_sort", _("by name")),
    Sort("newest", "created_at", _("newest first"), descending=True),
)
VIEWS = (
    PresetView("mine", _("Mine"), "f=mine.is:me"),
    PresetView("new", _("New this month"), "f=created_at.is:this-month"),
)
SIGNALS = Column(
    "signals", _("Signs"), kind="signals", slot="marks", hide_label=True, load=lists.signals,
    cell=lambda obj, extra, viewer: {"signals": extra or []},
)  # fmt: skip
PHONE = Column(
    "phone", kind="phone", slot="state", field="phone", cell=lambda obj, extra, viewer: dialled(obj),
)  # fmt: skip


def ways(obj: Any) -> list[dict[str, Any]]:
    """Telephone and mail of a record as sub-items of its head."""
    found = []
    if obj.phone:
        found.append({"label": obj.phone, "url": number_url(obj), "text": ""})
    if obj.email:
        found.append({"label": obj.email, "url": f"mailto:{obj.email}", "text": ""})
    return [{**way, "url": ""} for way in found] if obj.is_masked else found


def contacts_panel(obj: Company, viewer: Viewer) -> dict[str, Any]:
    """The people of a company."""
    rows = selectors.contacts_of(viewer.principal, obj)
    return {
        "count": len(rows), "empty": _("Nobody yet."),
        "actions": [{"label": _("Add contact"), "url": f"/contacts/new/?company={obj.pk}"}]
        if viewer.principal.may("crm.contact", "create") else [],
        "columns": [{"label": _("Name")}, {"label": _("Job title"), "hide_phone": True}, {"label": _("Telephone")},
                    {"label": _("E-mail"), "hide_phone": True}],
        "rows": [
            {"cells": [
                link_cell(row.title, f"/contacts/{row.pk}/"), text_cell(row.job_title, hide_phone=True),
                phone_cell(row), text_cell(row.email, hide_phone=True),
            ]}
            for row in rows
        ],
    }  # fmt: skip


class PartyType(RecordType):
    """What companies, contacts and leads have in common."""

    sorts = SORTS
    views = VIEWS
    nav_block = "sales"

    def head(self, obj: Any, viewer: Viewer) -> dict[str, Any]:
        return {"subs": [*ways(obj)], "copy": ""}

    def facts(self, obj: Any, viewer: Viewer) -> list[dict[str, Any]]:
        return []

    def alike(self, typed: Mapping[str, str], viewer: Viewer) -> list[dict[str, Any]]:
        found = matching.find(viewer.principal, Asked(
            email=typed.get("email", ""), phone=typed.get("phone", ""), website=typed.get("website", ""),
            company_name=typed.get("name", "") or typed.get("company_name", ""),
            first_name=typed.get("first_name", ""), last_name=typed.get("last_name", ""),
        ))  # fmt: skip
        matches: list[Match[Any]] = [*found.companies, *found.contacts, *found.leads]
        return [
            {"title": match.record.title, "url": registry.of(match.record).page_url(match.record),
             "reason": " · ".join(map(str, match.reasons))}
            for match in matches
        ]  # fmt: skip

    def read_text(self, text: str) -> dict[str, str]:
        return asdict(signatures.read(text))


@register
class CompanyType(PartyType):
    """Organisations."""

    model = Company
    namespace = "companies"
    icon = "building"
    prefix = "C"
    label, label_plural, new_label = _("Company"), _("Companies"), _("New company")
    nav_order = 40
    go_key = "o"
    empty_text = _("Customers, suppliers and partners. They also come by themselves from requests.")
    inline_field = "name"
    quick, reads_text = ("name", "phone", "email", "website", "address"), True
    related = ("country", "city")

    columns = (
        Column("name", _("Name"), kind="name", slot="title"),
        SIGNALS,
        Column("country", slot="sub"),
        Column("city", priority=2),
        PHONE,
        Column("email", priority=3),
        Column("owner", slot="people"),
        Column("created_at", priority=2),
    )
    filters = (
        MINE,
        "owner",
        "department",
        "country",
        "city",
        "industries",
        "source",
        "tags",
        "created_at",
        "phone",
        "email",
        "website",
        QUIET,
    )
    actions = (taking.action(),)
    sections = (
        Section("main", _("Main"), ("name", "alternative_names", ("phone", "email"), "website")),
        Section("where", _("Address"), (("country", "city"), "address")),
        Section(
            "more",
            _("Classification"),
            (("industries", "source"), "registration_number", "tags", "assignees", "description"),
        ),
    )
    panels = (Panel("contacts", _("Contacts"), "records/panels/table.html", contacts_panel, order=20),)

    def option_note(self, obj: Any) -> str:
        return " · ".join(str(part) for part in (obj.city, obj.country) if part)

    def read_text(self, text: str) -> dict[str, str]:
        found = signatures.read(text)
        return {**asdict(found), "name": signatures.company_of(found)}


@register
class ContactType(PartyType):
    """People of companies."""

    model = Contact
    namespace = "contacts"
    icon = "users"
    prefix = "K"
    label, label_plural, new_label = _("Contact"), _("Contacts"), _("New contact")
    nav_order = 50
    go_key = "c"
    empty_text = _("The people you talk to. They also come by themselves from requests.")
    inline_field = "last_name"
    quick, reads_text = ("first_name", "last_name", "company", "job_title", "phone", "email"), True
    related = ("company",)

    columns = (
        Column("title", _("Name"), kind="name", slot="title"),
        SIGNALS,
        Column("company", slot="sub", kind="company"),
        Column("job_title", priority=2),
        PHONE,
        Column("email", priority=2),
        Column("owner", slot="people"),
        Column("created_at", priority=3),
    )
    filters = (
        MINE,
        "owner",
        "department",
        "company",
        "country",
        "city",
        "source",
        "tags",
        "created_at",
        "phone",
        "email",
        "job_title",
        QUIET,
    )
    actions = (taking.action(),)
    sections = (
        Section("main", _("Main"), (("first_name", "last_name"), ("company", "job_title"), ("phone", "email"))),
        Section("more", _("More"), (("country", "city"), "source", "tags", "assignees", "description")),
    )

    def head(self, obj: Any, viewer: Viewer) -> dict[str, Any]:
        subs = [{"label": obj.company.title, "url": f"/companies/{obj.company_id}/", "text": ""}] if obj.company else []
        return {"subs": [*subs, *ways(obj)]}

    def inline(self, text: str, around: Mapping[str, Any]) -> dict[str, Any]:
        first, _space, last = text.rpartition(" ")
        company = around.get("company")
        return {
            "first_name": first[:80],
            "last_name": last[:80],
            "company": company if isinstance(company, RecordModel) else None,
        }

    def option_note(self, obj: Any) -> str:
        return str(obj.job_title or obj.email)

    def read_text(self, text: str) -> dict[str, str]:
        found = signatures.read(text)
        company = signatures.company_of(found)
        return {**asdict(found), "company": f"new:{company}" if company else ""}


@register
class LeadType(PartyType):
    """Possible customers."""

    model = Lead
    namespace = "leads"
    icon = "user-plus"
    prefix = "L"
    label, label_plural, new_label = _("Lead"), _("Leads"), _("New lead")
    nav_order = 30
    go_key = "l"
    empty_text = _("Somebody who may become a customer, before a company and a contact are worth making.")
    inline_field = "company_name"
    quick, reads_text = ("first_name", "last_name", "company_name", "phone", "email", "source"), True
    related = ("country", "city", "source")

    columns = (
        Column("title", _("Name"), kind="name", slot="title"),
        SIGNALS,
        Column("company_name", slot="sub"),
        PHONE,
        Column("email", priority=2),
        Column("source", priority=3),
        Column("owner", slot="people"),
        Column("created_at", priority=2),
    )
    filters = (
        MINE, "owner", "department", "country", "city", "source", "tags", "created_at", "phone", "email",
        "company_name", QUIET,
    )  # fmt: skip
    actions = (taking.action(),)
    sections = (
        Section(
            "main",
            _("Main"),
            (("first_name", "last_name"), ("company_name", "job_title"), ("phone", "email"), "website"),
        ),
        Section("more", _("More"), (("country", "city"), "source", "tags", "assignees", "description")),
    )


dictionaries.declare(DictionaryPage(
    "sources", Source, "sales", _("Sources"), _("Where enquiries come from, and which department receives them."),
    ["name", "department"], [dictionaries.Column(_("Department"), lambda row: row.department)], order=30,
    step=90,
))  # fmt: skip
copying.declare(Source, _("Sources"))
dictionaries.declare(DictionaryPage(
    "industries", Industry, "lists", _("Industries"), _("What companies do."), ["name"], order=10,
))  # fmt: skip

BY_EMAIL = MatchKey("email", _("e-mail"), ("email_key",), needs=("email",))
BY_PHONE = MatchKey(
    "phone", _("telephone"), ("phone_key",), needs=("phone",), agree=("title_sort",), shortest=SHORTEST_PHONE
)
FULL_NAME = Whole("full_name", _("first and last name"), ("first_name", "last_name"), split_name)
declare_import("crm.company", keys=(
    BY_EMAIL, BY_PHONE,
    MatchKey("name", _("name and country"), ("title_sort",), needs=("name",), agree=("country_id",)),
))  # fmt: skip
declare_import("crm.contact", keys=(
    BY_EMAIL, BY_PHONE,
    MatchKey("name", _("first and last name, and company"), ("title_sort", "company_id"),
             needs=("first_name", "last_name")),
), wholes=(FULL_NAME,))  # fmt: skip
declare_import("crm.lead", keys=(
    BY_EMAIL, BY_PHONE,
    MatchKey("name", _("first and last name, and company name"), ("title_sort", "company_name"),
             needs=("first_name", "last_name", "company_name")),
), wholes=(FULL_NAME,))  # fmt: skip

declare_duplicates(Likeness(
    "crm.company", duplicates.groups_of_companies, duplicates.near("companies"), duplicates.compare_companies,
    {**duplicates.SIGNS, "domain": _("E-mail domain")},
))  # fmt: skip
for key, part, model in (("crm.contact", "contacts", Contact), ("crm.lead", "leads", Lead)):
    declare_duplicates(Likeness(
        key, partial(duplicates.groups_of_people, model), duplicates.near(part), duplicates.compare_people,
        duplicates.SIGNS, ("company",) if model is Contact else (),
    ))  # fmt: skip
