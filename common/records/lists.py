"""What a list page shows: rows, columns, chips, tabs, footer. No rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Case, IntegerField, Value, When
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.changes.values import is_beside
from common.kinds import beside, dictionary, formats
from common.kinds.counting import bounded, said
from common.kinds.models import RecordQuerySet
from common.kinds.words import capital
from common.policy import scopes
from common.records import cells, desks, filtering, sums, taking
from common.records import columns as choosing
from common.records.declaring import Cell, Column, RecordType, Viewer
from common.records.desks import SavedTab
from common.records.errors import BadFilter
from common.records.fieldkinds import kind_of
from common.records.filtering import Condition, Query
from common.records.models import ColourRule
from common.records.state import TITLE, ListState
from common.spine.models import RecordMark

MOST_IN_TAB = 999
SIGNALS = {"files": gettext_lazy("has files"), "payment": gettext_lazy("payment received")}


def head_of(state: ListState) -> list[dict[str, Any]]:
    """The table head."""
    by_field = {sort.field: sort for sort in state.sorts.values()}
    editable = choosing.editable(state.kind, state.viewer)
    head = []
    for column in state.columns:
        behind = choosing.kind_behind(state.kind, column)
        sort = by_field.get(_sort_field(column))
        kind_name = column.kind or (behind.cell_kind if behind and column.cell is None else "text")
        head.append({
            "key": column.key, "label": choosing.label_of(state.kind, column), "kind": kind_name,
            "numeric": kind_name in ("money", "days") or bool(behind and behind.numeric),
            "priority": column.priority or None, "hide_label": column.hide_label,
            "edit": column.key if column.key in editable else "", "width": state.desk.widths.get(column.key),
            "sort_url": state.link(keep_sort=False, sort=sort.key) if sort else "",
            "sorted": ("descending" if sort.descending else "ascending") if sort and sort is state.sort else "",
        })  # fmt: skip
    return head


def _sort_field(column: Column) -> str:
    return {"name": TITLE, "title": TITLE, "next_step": "next_step_on"}.get(column.key, column.key)


def column_menu(state: ListState) -> dict[str, Any]:
    """The columns to choose from: those shown in their order, then the others."""
    known = choosing.offered(state.kind, state.viewer)
    shown = [column.key for column in state.columns]
    title = choosing.title_of(known)
    return {
        "choices": [
            {"key": key, "label": choosing.label_of(state.kind, known[key]), "on": key in shown,
             "fixed": title is not None and key == title.key}
            for key in [*shown, *(key for key in known if key not in shown)]
        ],
        "action": desks.address("columns", state.kind.key), "next": state.link(keep_columns=False),
    }  # fmt: skip


def saving(state: ListState) -> dict[str, Any]:
    """Where the list can be saved as a view, into its own one where the person may change that; where it is kept."""
    query = state.link("list", layout=state.layout).partition("?")[2]
    saved = state.saved
    return {
        "as_url": desks.address("new", state.kind.key, query=query),
        "url": desks.address("save", saved.key, query=query) if saved and saved.may_change else "",
        "keep_url": desks.address("keep", state.kind.key, query=query) if state.to_keep() is not None else "",
        "widths_url": desks.address("widths", state.kind.key),
    }  # fmt: skip


def view_menu(state: ListState) -> list[dict[str, Any]]:
    """What can be done with the view of a list: renamed and shared, pinned into the side bar."""
    view, found = state.view, [{"label": _("My views"), "url": desks.address("list"), "icon": "list-details"}]
    if view is None:
        return found
    is_pinned = view.key in state.desk.pinned
    label, verb = (_("Take out of the side bar"), "unpin") if is_pinned else (_("Pin to the side bar"), "pin")
    url = desks.address(verb, state.kind.key, query=f"view={view.key}")
    found.insert(0, {"label": label, "icon": "pin", "method": "post", "url": url})
    if isinstance(view, SavedTab) and view.may_change:
        found.insert(0, {"label": _("Name and sharing"), "url": desks.address("edit", view.key), "icon": "users"})
    return found


def draw_rows(
    kind: RecordType, objs: Sequence[Any], columns: Sequence[Column], viewer: Viewer, *, acts: bool = False
) -> list[dict[str, Any]]:
    """The rows of a table, their cells as HTML; batch loaders run once each. `acts`: with what can be done to a row."""
    if any(is_beside(column.key) for column in columns):
        beside.read(objs)
    extras: dict[str, Mapping[int, Any]] = {c.key: c.load(objs, viewer) for c in columns if c.load}
    rules = {rule.pk: rule for rule in colour_rules(kind)}
    takes = taking.buttons(kind, objs, viewer) if acts else {}
    drawers = [_drawer(kind, column, extras.get(column.key, {}), rules, viewer, takes) for column in columns]
    rows = []
    for obj in objs:
        rule = rules.get(getattr(obj, "colour_rule", None) or 0)
        rows.append({
            "pk": obj.pk, "url": kind.page_url(obj), "title": obj.title,
            "cells": cells.row(draw(obj) for draw in drawers),
            "tone": rule.tone if rule else "", "tone_word": str(rule) if rule else "",
        })  # fmt: skip
    return rows


def _drawer(
    kind: RecordType,
    column: Column,
    extras: Mapping[int, Any],
    rules: Mapping[int, ColourRule],
    viewer: Viewer,
    takes: Mapping[int, dict[str, str]],
) -> Callable[[Any], tuple[str, SafeString]]:
    """How a column draws a row: what does not change from row to row is found here, once."""
    name, numeric, data = column.kind or "text", column.kind in ("money", "days"), column.cell
    if data is None and column.kind != "name":
        field_kind = kind_of(kind.model, column.key)
        name, numeric = column.kind or field_kind.cell_kind, field_kind.numeric
    css = cells.css(name, numeric=numeric, priority=column.priority or None, slot=column.slot)

    def values(obj: Any) -> Cell:
        if data is not None:
            return data(obj, extras.get(obj.pk), viewer)
        if column.kind == "name":
            return {
                "text": obj.title, "url": kind.page_url(obj), "star": getattr(obj, "is_important", False),
                "rule": _rule_word(obj, rules), "take": takes.get(obj.pk),
            }  # fmt: skip
        return field_kind.cell(obj)

    return lambda obj: (css, cells.draw(name, values(obj)))


def _rule_word(obj: Any, rules: Mapping[int, ColourRule]) -> dict[str, str] | None:
    """The name of the colour rule a row meets: the word beside the colour."""
    rule = rules.get(getattr(obj, "colour_rule", None) or 0)
    return {"word": str(rule), "tone": rule.tone} if rule else None


def signals(objs: Sequence[Any], viewer: Viewer) -> dict[int, list[dict[str, Any]]]:
    """The marks of a page of rows, one query."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = RecordMark.objects.filter(record__in=[obj.pk for obj in objs]).order_by("kind")
    for record_id, kind in rows.values_list("record_id", "kind"):
        found.setdefault(record_id, []).append({"kind": kind, "label": str(SIGNALS[kind])})
    return found


def colour_rules(kind: RecordType) -> list[ColourRule]:
    """The colour rules of a type, in order; the first that fits counts."""
    everything: dict[str, list[ColourRule]] = dictionary.lookup("records.colour_rules", _load_rules)
    return everything.get(kind.key, [])


def _load_rules() -> dict[str, list[ColourRule]]:
    found: dict[str, list[ColourRule]] = {}
    for rule in ColourRule.objects.in_use():
        found.setdefault(rule.type, []).append(rule)
    return found


def with_colours(kind: RecordType, rows: RecordQuerySet[Any], viewer: Viewer) -> RecordQuerySet[Any]:
    """The rows, each with `colour_rule`: the key of the first rule it meets."""
    known, cases = filtering.fields_of(kind, viewer), []
    for rule in colour_rules(kind):
        try:
            met = filtering.tree_q(rule.condition, known, viewer)
        except (BadFilter, KeyError, TypeError, AttributeError):
            continue  # a rule on a field this person may not read does not colour for them
        if met:
            cases.append(When(met, then=Value(rule.pk)))
    if not cases:
        return rows
    annotated: RecordQuerySet[Any] = rows.annotate(
        colour_rule=Case(*cases, default=Value(None), output_field=IntegerField())
    )
    return annotated


def table(state: ListState) -> dict[str, Any]:
    """The table and its footer without totals."""
    kind, viewer = state.kind, state.viewer
    paths, at = state.joins(), state.address.get("after", "")
    page = state.page(lambda rows: with_colours(kind, kind.select_listed(rows, paths), viewer), at)
    drawn = draw_rows(kind, list(page.rows), state.columns, viewer, acts=True)
    tones = {row["tone_word"]: row["tone"] for row in drawn if row["tone"]}
    return {
        "columns": head_of(state), "rows": drawn, "label": kind.label_plural,
        "footer": {
            "legend": [{"word": word, "tone": tone} for word, tone in tones.items()],
            "totals_url": state.link("totals") if drawn else "",
            "range": f"{page.first + 1}–{page.first + len(drawn)}" if drawn else "",
            "prev_url": state.link(after=page.before) if page.before else "",
            "next_url": state.link(after=page.after) if page.after else "",
        },
    }  # fmt: skip


def _in_turn(conditions: Sequence[Condition]) -> Iterator[tuple[Condition | None, Condition]]:
    """Each condition with the one before."""
    return zip([None, *conditions], conditions, strict=False)


def _chip(condition: Condition, before: Condition | None, state: ListState, builder: str) -> dict[str, Any]:
    """A condition as a chip; those of a group are joined by "or"."""
    found = state.known.get(condition.name)
    if found is None:
        raise BadFilter(part=condition.name[:80])
    op, value = found.words(condition, state.viewer)
    is_next = before is not None and condition.group and before.group == condition.group
    return {
        "field": _("or %(field)s") % {"field": found.label} if is_next else capital(found.label), "op": op,
        "value": value, "remove_url": state.without(condition), "edit_url": builder,
    }  # fmt: skip


def sentence(state: ListState) -> str:
    """The whole filter in words; nothing where there is none."""
    parts: list[str] = [_("“%(words)s”") % {"words": state.query.words}] if state.query.words else []
    chips = [_chip(condition, before, state, "") for before, condition in _in_turn(state.query.conditions)]
    return " · ".join([*parts, *(f"{chip['field']} {chip['op']} {chip['value']}".strip() for chip in chips)])


def filter_row(state: ListState) -> dict[str, Any]:
    """Chips, search and the sort toggle."""
    builder = state.link("filter", layout=state.layout)
    chips = [_chip(condition, before, state, builder) for before, condition in _in_turn(state.query.conditions)]
    return {
        "action": state.kind.url("list"), "q": state.query.words, "hidden": state.hidden("q"), "chips": chips,
        "filter_fields": [
            {"label": capital(f.label), "url": f"{builder}{'&' if '?' in builder else '?'}field={f.key}"}
            for f in state.known.values() if f.named is None or f.named.say is None
        ],
        "builder_url": builder, "sort": sort_toggle(state),
        "reset_url": state.link_to(state.view) if state.is_changed else "",
    }  # fmt: skip


def sort_toggle(state: ListState) -> dict[str, Any] | None:
    """The button that switches between the two orders a type offers; its tooltip names the other."""
    if state.kind.toggle is None or not set(state.kind.toggle) <= set(state.sorts):
        return None
    first, second = state.kind.toggle
    sorts = state.sorts
    now = state.sort if state.sort.key in (first, second) else sorts[first]
    other = sorts[second if now.key == first else first]
    return {
        "label": now.label, "descending": now.descending, "url": state.link(keep_sort=False, sort=other.key),
        "tip": _("Switch to: %(order)s") % {"order": other.label},
    }  # fmt: skip


def tabs(state: ListState) -> list[dict[str, Any]]:
    """The views of the type as tabs, everything, then the person's saved views and those shared with them."""
    found = [
        {"label": view.label, "url": state.link_to(view), "current": state.view is view, "key": view.key}
        for view in state.views
    ]
    found.append({"label": _("All"), "url": state.link_to(None), "current": state.view is None, "key": ""})
    saved = sorted(state.desk.views, key=lambda view: view.is_shared)
    return [*found, *({**_saved_tab(view, state), "apart": at == 0} for at, view in enumerate(saved))]


def _saved_tab(view: SavedTab, state: ListState) -> dict[str, Any]:
    return {
        "label": view.label, "url": state.link_to(view), "current": state.view is view, "key": "",
        "icon": "users" if view.is_shared else "", "icon_label": _("Shared view") if view.is_shared else "",
    }  # fmt: skip


def tab_counts(state: ListState) -> list[dict[str, Any]]:
    """How many rows each view of the type has, up to a bound and in one query; they come with the totals."""
    views = state.views
    counted = bounded([_some_of(state, Query.from_text(view.query)) for view in views], MOST_IN_TAB)
    return [{"key": view.key, "count": said(count, MOST_IN_TAB)} for view, count in zip(views, counted, strict=True)]


def _some_of(state: ListState, query: Query) -> RecordQuerySet[Any]:
    query, own = filtering.without_mine(query)
    rows = state.kind.model.objects.get_queryset().filter(filtering.condition_q(state.kind, query, state.viewer))
    return scopes.some_for_user(rows, state.viewer.principal, MOST_IN_TAB + 1, own=own)


def totals(state: ListState) -> dict[str, Any]:
    """The footer's figures over every visible matching row."""
    rows = state.visible()
    told = state.kind.totals(rows)
    declared = {column.key for column in choosing.declared(state.kind, state.viewer)} if told else set()
    more = [column for column in state.columns if column.key not in declared]
    count = told.pop("count") if "count" in told else rows.count()
    return {
        "number": count, "count": formats.number(count), "label": str(state.kind.label_plural).lower(), **told,
        "sums": [*told.get("sums", ()), *sums.of_columns(state.kind, more, rows)],
    }  # fmt: skip


def facts_of(kind: RecordType, obj: Any, columns: Sequence[Column], viewer: Viewer) -> list[dict[str, Any]]:
    """The cells of one record with their labels and the fields they show."""
    return [
        {"key": c.key, "field": c.field or c.key, "label": choosing.label_of(kind, c),
         "html": draw_cell(kind, obj, c, viewer)}
        for c in columns
    ]  # fmt: skip


def draw_cell(kind: RecordType, obj: Any, column: Column, viewer: Viewer) -> SafeString:
    """One cell of one record."""
    extras = column.load([obj], viewer) if column.load else {}
    rules = {rule.pk: rule for rule in colour_rules(kind)}
    takes = taking.buttons(kind, [obj], viewer) if column.kind == "name" else {}
    return _drawer(kind, column, extras, rules, viewer, takes)(obj)[1]
