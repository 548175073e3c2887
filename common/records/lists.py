"""What a list page shows: rows, columns, chips, tabs, footer. No rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, IntegerField, Q, Value, When
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.changes.values import is_beside
from common.kinds import beside, dictionary, formats
from common.kinds.counting import bounded, said
from common.kinds.models import RecordQuerySet
from common.kinds.words import capital
from common.policy import scopes
from common.records import cells, filtering, paging, registry
from common.records.declaring import Cell, Column, PresetView, RecordType, Sort, Viewer
from common.records.errors import BadFilter
from common.records.fieldkinds import kind_of
from common.records.filtering import Condition, Query
from common.records.models import ColourRule
from common.spine.models import RecordMark

TITLE = "title_sort"
MOST_IN_TAB = 999
SIGNALS = {"files": gettext_lazy("has files"), "payment": gettext_lazy("payment received")}


@dataclass
class ListState:
    """The state of a list as its address says it, with the view it starts from."""

    kind: RecordType
    viewer: Viewer
    address: QueryDict
    verb: str = "list"
    kept: tuple[str, ...] = ()

    @cached_property
    def views(self) -> list[PresetView]:
        """The views of the type that ask only for what this person may read."""
        known = filtering.fields_of(self.kind, self.viewer)
        return [
            view
            for view in self.kind.views
            if all(condition.name in known for condition in Query.from_text(view.query).conditions)
        ]

    @cached_property
    def view(self) -> PresetView | None:
        """The tab this list belongs to."""
        wanted = self.address.get("view", "")
        views = self.views
        if wanted:
            found = next((view for view in views if view.key == wanted), None)
            if found is None:
                raise BadFilter(part=f"view={wanted}"[:80])
            return found
        explicit = "f" in self.address or "any" in self.address or "all" in self.address
        return None if explicit or not views else views[0]

    @cached_property
    def query(self) -> Query:
        """Words and conditions: those of the address, else those of the view."""
        said = Query.from_address(self.address)
        if said.conditions or "all" in self.address or self.view is None:
            return said
        return Query(said.words, Query.from_text(self.view.query).conditions)

    @property
    def is_changed(self) -> bool:
        """Whether the conditions are not those of the view."""
        base = Query.from_text(self.view.query).conditions if self.view else ()
        return self.query.conditions != base

    @cached_property
    def sorts(self) -> dict[str, Sort]:
        """The orders this person may choose: the first one, and those by what they may read."""
        rights = scopes.fields(self.viewer.principal, self.kind.model)
        first = self.kind.sorts[0]
        return {s.key: s for s in self.kind.sorts if s is first or s.column == TITLE or rights.readable(s.column)}

    @cached_property
    def sort(self) -> Sort:
        """The chosen order, else the first one."""
        wanted = self.address.get("sort", "")
        if not wanted:
            return self.kind.sorts[0]
        if wanted not in self.sorts:
            raise BadFilter(part=f"sort={wanted}"[:80])
        return self.sorts[wanted]

    @cached_property
    def condition(self) -> Q:
        """The whole query as a condition."""
        return filtering.condition_q(self.kind, self.query, self.viewer)

    def rows(self) -> RecordQuerySet[Any]:
        """Every row that matches, before the question who may see it."""
        found: RecordQuerySet[Any] = self.kind.model.objects.get_queryset().filter(self.condition)
        return found

    def page(
        self, ready: Callable[[RecordQuerySet[Any]], RecordQuerySet[Any]], at: str = "", size: int = 0
    ) -> paging.Page:
        """A page of the visible matching rows, made ready. "Mine" is read as a scope: see `page_for_user`."""
        query, own = filtering.without_mine(self.query)
        found = self.kind.model.objects.get_queryset().filter(filtering.condition_q(self.kind, query, self.viewer))
        return paging.read(found, self.viewer, self.sort, at, size, own=own, ready=ready)

    def visible(self) -> RecordQuerySet[Any]:
        """Every row that matches and may be seen: totals, export, board."""
        return self.rows().for_user(self.viewer.principal)

    def link(self, verb: str = "", /, *, keep_sort: bool = True, without: Condition | None = None, **extra: str) -> str:
        """The address of this state on another page, or with a change."""
        pairs: list[tuple[str, str]] = []
        if self.view is not None:
            pairs.append(("view", self.view.key))
        if self.is_changed or without is not None or self.view is None:
            left = self.query.pairs(without=without)
            pairs += left
            if self.kind.views and not any(name in ("f", "any") for name, _value in left):
                pairs.append(("all", "1"))
        elif self.query.words:
            pairs.append(("q", self.query.words))
        if keep_sort and "sort" in self.address and "sort" not in extra:
            pairs.append(("sort", self.sort.key))
        pairs += [(name, str(self.address[name])) for name in self.kept if self.address.get(name) and name not in extra]
        pairs += [(name, value) for name, value in extra.items() if value]
        tail, url = urlencode(pairs, safe=":,."), self.kind.url(verb or self.verb)
        return f"{url}?{tail}" if tail else url

    def link_to_view(self) -> str:
        """The address of the unchanged view."""
        url = self.kind.url(self.verb)
        return f"{url}?view={self.view.key}" if self.view else url

    def hidden(self, *leave: str) -> list[tuple[str, str]]:
        """The state as hidden inputs, without the named parts."""
        query = QueryDict(self.link().partition("?")[2])
        return [(name, value) for name in query for value in query.getlist(name) if name not in leave]


def columns_of(kind: RecordType, viewer: Viewer) -> list[Column]:
    """The columns this person may see."""
    rights = scopes.fields(viewer.principal, kind.model)
    return [
        column for column in registry.columns(kind)
        if ((column.cell is not None or column.kind == "name") and not column.field)
        or rights.shown(column.field or column.key)
    ]  # fmt: skip


def head_of(state: ListState, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The table head."""
    by_column = {sort.column: sort for sort in state.sorts.values()}
    editable = editable_fields(state.kind, state.viewer)
    head = []
    for column in columns:
        plain = column.kind == "name" or (column.cell is not None and not column.field)
        field_kind = None if plain else kind_of(state.kind.model, column.field or column.key)
        sort = by_column.get(_sort_column(column))
        kind_name = column.kind or (field_kind.cell_kind if field_kind else "text")
        head.append({
            "key": column.key, "label": capital(column.label or (field_kind.label if field_kind else "")),
            "kind": kind_name, "numeric": kind_name in ("money", "days") or bool(field_kind and field_kind.numeric),
            "priority": column.priority or None, "hide_label": column.hide_label,
            "sort_url": state.link(keep_sort=False, sort=sort.key) if sort else "",
            "edit": column.key if column.key in editable else "",
            "sorted": ("descending" if sort.descending else "ascending") if sort and sort is state.sort else "",
        })  # fmt: skip
    return head


def editable_fields(kind: RecordType, viewer: Viewer) -> set[str]:
    """The fields this person may write on some rows: offered for editing in place, decided row by row."""
    if not viewer.principal.may(kind.key, "change"):
        return set()
    rights = scopes.fields(viewer.principal, kind.model)
    return {name for name in kind.form_names() if rights.writable(name)}


def facts_of(kind: RecordType, obj: Any, columns: Sequence[Column], viewer: Viewer) -> list[dict[str, Any]]:
    """The cells of one record with their labels and the fields they show."""
    labels = {head["key"]: head["label"] for head in head_of(ListState(kind, viewer, QueryDict()), columns)}
    return [
        {"key": c.key, "field": c.field or c.key, "label": labels[c.key], "html": draw_cell(kind, obj, c, viewer)}
        for c in columns
    ]


def draw_cell(kind: RecordType, obj: Any, column: Column, viewer: Viewer) -> SafeString:
    """One cell of one record."""
    extras = column.load([obj], viewer) if column.load else {}
    rules = {rule.pk: rule for rule in colour_rules(kind)}
    return _drawer(kind, column, extras, rules, viewer)(obj)[1]


def _sort_column(column: Column) -> str:
    return {"name": TITLE, "title": TITLE, "next_step": "next_step_on"}.get(column.key, column.key)


def draw_rows(kind: RecordType, objs: Sequence[Any], columns: Sequence[Column], viewer: Viewer) -> list[dict[str, Any]]:
    """The rows of a table, their cells as HTML; batch loaders run once each."""
    if any(is_beside(column.key) for column in columns):
        beside.read(objs)
    extras: dict[str, Mapping[int, Any]] = {c.key: c.load(objs, viewer) for c in columns if c.load}
    rules = {rule.pk: rule for rule in colour_rules(kind)}
    drawers = [_drawer(kind, column, extras.get(column.key, {}), rules, viewer) for column in columns]
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
    kind: RecordType, column: Column, extras: Mapping[int, Any], rules: Mapping[int, ColourRule], viewer: Viewer
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
                "rule": _rule_word(obj, rules),
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
    columns = columns_of(kind, viewer)
    page = state.page(lambda rows: with_colours(kind, kind.select_listed(rows), viewer), state.address.get("after", ""))
    drawn = draw_rows(kind, list(page.rows), columns, viewer)
    tones = {row["tone_word"]: row["tone"] for row in drawn if row["tone"]}
    return {
        "columns": head_of(state, columns), "rows": drawn, "label": kind.label_plural,
        "footer": {
            "legend": [{"word": word, "tone": tone} for word, tone in tones.items()],
            "totals_url": state.link("totals") if drawn else "",
            "range": f"{page.first + 1}–{page.first + len(drawn)}" if drawn else "",
            "prev_url": state.link(after=page.before) if page.before else "",
            "next_url": state.link(after=page.after) if page.after else "",
        },
    }  # fmt: skip


def filter_row(state: ListState) -> dict[str, Any]:
    """Chips, search and the sort toggle."""
    known = filtering.fields_of(state.kind, state.viewer)
    chips = []
    for condition in state.query.conditions:
        found = known.get(condition.name)
        if found is None:
            raise BadFilter(part=condition.name[:80])
        op, value = found.words(condition, state.viewer)
        chips.append({
            "field": capital(found.label) if not condition.group else f"{condition.group}: {found.label}",
            "op": op, "value": value, "remove_url": state.link(without=condition),
        })  # fmt: skip
    return {
        "action": state.kind.url("list"), "q": state.query.words, "hidden": state.hidden("q"), "chips": chips,
        "filter_fields": [
            {"label": capital(f.label), "url": state.link("filter", field=f.key)}
            for f in known.values() if f.named is None or f.named.say is None
        ],
        "sort": sort_toggle(state), "reset_url": state.link_to_view() if state.is_changed else "",
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
    """The views of the type as tabs, and everything."""
    found = [
        {
            "label": view.label,
            "url": f"{state.kind.url(state.verb)}?view={view.key}",
            "current": state.view is view,
            "key": view.key,
        }
        for view in state.views
    ]
    found.append({
        "label": _("All"), "url": f"{state.kind.url(state.verb)}?all=1", "current": state.view is None, "key": "",
    })  # fmt: skip
    return found


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
    found = state.kind.totals(rows)
    count = found.pop("count") if "count" in found else rows.count()
    return {"count": formats.number(count), "label": str(state.kind.label_plural).lower(), **found}
