"""A record in words: all its fields for its page, the most important ones for the side panel."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from common.changes import merging
from common.changes import values as tracked
from common.kinds import formats
from common.kinds.models import RecordModel
from common.kinds.words import capital
from common.policy import presets, scopes
from common.records import columns, lists, registry, timeline
from common.records.declaring import RecordType, Viewer
from common.records.fieldkinds import kind_of

EVENTS = 5
NOT_A_FACT = frozenset({"name", "signals", "next"})
"""Kinds of columns that the side panel shows in its own way."""


def details(kind: RecordType, obj: RecordModel, viewer: Viewer, related: scopes.Relations) -> list[dict[str, Any]]:
    """Every field of the form in words, as label and value; then who made it when.

    Fields the person may write have `edit`; those without a value come only with it.
    """
    rights = scopes.fields(viewer.principal, type(obj), related)
    found = []
    for name in kind.form_names():
        if not rights.shown(name) or name == "name":
            continue
        html = value(kind, obj, name)
        edit = name if rights.writable(name) and not obj.is_masked else ""
        if html or edit:
            field_kind = kind_of(type(obj), name)
            text = field_kind.text(obj) if html else ""
            found.append({"label": capital(field_kind.label), "value": text, "html": html, "edit": edit})
    maker = obj.created_by.full_name if obj.created_by else ""
    made = " · ".join(filter(None, [formats.moment_of(obj.created_at), maker]))
    found.append({"label": capital(timeline.field_label(type(obj), "owner")), "value": str(obj.owner or "")})
    found.append({"label": capital(timeline.field_label(type(obj), "department")), "value": str(obj.department or "")})
    found.append({"label": _("Created"), "value": made})
    return found


def value(kind: RecordType, obj: RecordModel, name: str) -> str:
    """The value of a field in words; a link where it leads somewhere, empty where there is none."""
    field_kind = kind_of(type(obj), name)
    text = field_kind.text(obj)
    if not text or getattr(obj, name, None) is False:
        return ""
    url = "" if tracked.is_set(type(obj), name) else field_kind.cell(obj).get("url")
    return format_html('<a href="{}">{}</a>', url, text) if url else format_html("{}", text)


def in_short(kind: RecordType, obj: RecordModel, viewer: Viewer) -> dict[str, Any]:
    """What the side panel shows: title, facts, next step, what may be done, the last events."""
    related = scopes.relations(viewer.principal, [obj])[obj.pk]
    allowed = scopes.actions(viewer.principal, type(obj), related, presets.action_names(kind.key))
    rights = scopes.fields(viewer.principal, type(obj), related)
    told, more = timeline.placed_on(obj, viewer, merging.joined_to(obj), size=EVENTS)
    shown = [column for column in columns.declared(kind, viewer) if (column.kind or "text") not in NOT_A_FACT]
    facts = [
        {**fact, "edit": fact["field"] if fact["field"] in kind.form_names() and rights.writable(fact["field"]) else ""}
        for fact in lists.facts_of(kind, obj, shown, viewer)
    ]
    step = next((fact["next"] for fact in kind.facts(obj, viewer) if fact.get("next")), None)
    return {
        "pk": obj.pk, "number": kind.number_of(obj), "title": obj.title, "url": kind.page_url(obj),
        "star": getattr(obj, "is_important", False), "facts": facts, "next": step if "change" in allowed else None,
        "edit_url": kind.url("edit", obj.pk) if "change" in allowed and kind.sections else "",
        "call_url": kind.url("call", obj.pk), "fields_url": kind.url("list"),
        "may_change": "change" in allowed, "days": timeline.draw(told), "more": bool(more),
        "actions": [
            {"label": a.label, "icon": a.icon, "url": kind.url("action", obj.pk, a.name),
             "method": "get" if a.form or a.danger else "post"}
            for a in registry.actions(kind)
            if a.shown in ("primary", "button", "menu") and a.is_offered(obj, viewer.principal, allowed)
        ],
    }  # fmt: skip
