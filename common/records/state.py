"""The state of a list: what its address says, over the view it starts from, over what the person arranged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from common.kinds.errors import DomainError
from common.kinds.models import RecordQuerySet
from common.policy import scopes
from common.records import columns, desks, filtering, paging, registry
from common.records.declaring import Column, PresetView, RecordType, Sort, Viewer
from common.records.desks import Desk, SavedTab
from common.records.errors import BadFilter, ViewBeyondRights
from common.records.filtering import Condition, Query

TITLE = "title_sort"
LAYOUTS = ("list", "board")


@dataclass
class ListState:
    """The state of a list as its address says it, with the view it starts from."""

    kind: RecordType
    viewer: Viewer
    address: QueryDict
    verb: str = "list"
    kept: tuple[str, ...] = ()

    @cached_property
    def desk(self) -> Desk:
        """What the person arranged for this type."""
        return desks.desk_of(self.viewer.user, self.kind.key)

    @property
    def layout(self) -> str:
        """How an address of another page names this one: `board`, or nothing for the list."""
        return "board" if self.verb == "board" else ""

    @cached_property
    def known(self) -> filtering.Fields:
        """What this person may filter by."""
        return filtering.fields_of(self.kind, self.viewer)

    @cached_property
    def views(self) -> list[PresetView]:
        """The views of the type that ask only for what this person may read."""
        return [view for view in registry.views(self.kind) if not self.asks_too_much(view)]

    def asks_too_much(self, view: PresetView) -> bool:
        """Whether a view filters by what does not exist or may not be read by this person."""
        return any(self.known.get(condition.name) is None for condition in Query.from_text(view.query).conditions)

    @cached_property
    def view(self) -> PresetView | None:
        """The tab this list belongs to. Raises `ViewBeyondRights` where it filters by what may not be read."""
        wanted = self.address.get("view", "")
        if not wanted:
            explicit = "f" in self.address or "any" in self.address or "all" in self.address
            return None if explicit or not self.views else self.views[0]
        found = next((view for view in (*self.views, *self.desk.views) if view.key == wanted), None)
        if found is None:
            raise BadFilter(part=f"view={wanted}"[:80])
        if self.asks_too_much(found):
            raise ViewBeyondRights(view=found.label)
        return found

    @property
    def saved(self) -> SavedTab | None:
        """The saved view this list belongs to."""
        return self.view if isinstance(self.view, SavedTab) else None

    @cached_property
    def base(self) -> Query:
        """What the view asks for."""
        return Query.from_text(self.view.query if self.view else "")

    @cached_property
    def query(self) -> Query:
        """Words and conditions: those of the address, else those of the view."""
        said = Query.from_address(self.address)
        words = said.words if "q" in self.address else self.base.words
        if said.conditions or "all" in self.address:
            return Query(words, said.conditions)
        return Query(words, self.base.conditions)

    @property
    def is_changed(self) -> bool:
        """Whether this is not what the view shows: other rows, of a saved one another order, columns or layout too."""
        if self.query != self.base:
            return True
        saved = self.saved
        if saved is None:
            return False
        sort = saved.sort if saved.sort in self.sorts else ""
        return (
            ("sort" in self.address and self.sort.key != (sort or self._first_sort().key))
            or ("cols" in self.address and self.column_keys != saved.columns)
            or self.verb != saved.layout
        )

    @cached_property
    def sorts(self) -> dict[str, Sort]:
        """The orders this person may choose: the first one, and those by what they may read."""
        rights = scopes.fields(self.viewer.principal, self.kind.model)
        first, *others = registry.sorts(self.kind)
        return {s.key: s for s in (first, *others) if s is first or s.field == TITLE or rights.readable(s.field)}

    @cached_property
    def sort(self) -> Sort:
        """The order of the address, else of the view, else the person's last one."""
        wanted = self.address.get("sort", "")
        if not wanted:
            return self.sorts.get(self.view.sort if self.view else "") or self._first_sort()
        if wanted not in self.sorts:
            raise BadFilter(part=f"sort={wanted}"[:80])
        return self.sorts[wanted]

    def _first_sort(self) -> Sort:
        return self.sorts.get(self.desk.sort) or self.kind.sorts[0]

    @cached_property
    def column_keys(self) -> tuple[str, ...]:
        """The columns of the address, else of the view, else the person's own; empty: the declared ones."""
        said = [key for part in self.address.getlist("cols") for key in part.split(",") if key]
        for key in said:
            if not columns.exists(self.kind, key):
                raise BadFilter(part=f"cols={key}"[:80])
        return tuple(dict.fromkeys(said)) or (self.view.columns if self.view else ()) or self.desk.columns

    @cached_property
    def columns(self) -> list[Column]:
        """What the list shows."""
        return columns.chosen(self.kind, self.viewer, self.column_keys)

    def joins(self) -> list[str]:
        """The foreign keys its columns need."""
        return columns.joins(self.kind, self.columns)

    @cached_property
    def condition(self) -> Q:
        """The whole query as a condition."""
        return filtering.condition_q(self.kind, self.query, self.viewer, self.known)

    def rows(self) -> RecordQuerySet[Any]:
        """Every row that matches, before the question who may see it."""
        found: RecordQuerySet[Any] = self.kind.model.objects.get_queryset().filter(self.condition)
        return found

    def page(
        self, ready: Callable[[RecordQuerySet[Any]], RecordQuerySet[Any]], at: str = "", size: int = 0
    ) -> paging.Page:
        """A page of the visible matching rows, made ready. "Mine" is read as a scope: see `page_for_user`."""
        query, own = filtering.without_mine(self.query)
        condition = filtering.condition_q(self.kind, query, self.viewer, self.known)
        found = self.kind.model.objects.get_queryset().filter(condition)
        return paging.read(found, self.viewer, self.sort, at, size, own=own, ready=ready)

    def visible(self) -> RecordQuerySet[Any]:
        """Every row that matches and may be seen: totals, export, board."""
        return self.rows().for_user(self.viewer.principal)

    def link(
        self, verb: str = "", /, *, keep_sort: bool = True, keep_columns: bool = True,
        conditions: Sequence[Condition] | None = None, **extra: str,
    ) -> str:  # fmt: skip
        """The address of this state on another page, or with a change: other `conditions`, more in `extra`."""
        pairs: list[tuple[str, str]] = [("view", self.view.key)] if self.view is not None else []
        wanted = self.query.conditions if conditions is None else tuple(conditions)
        if wanted != self.base.conditions or self.view is None:
            pairs += filtering.pairs_of(wanted) or ([("all", "1")] if registry.views(self.kind) else [])
        if self.query.words != self.base.words:
            pairs.append(("q", self.query.words))
        if keep_sort and "sort" in self.address and "sort" not in extra:
            pairs.append(("sort", self.sort.key))
        if keep_columns and "cols" in self.address:
            pairs.append(("cols", ",".join(self.column_keys)))
        pairs += [(name, str(self.address[name])) for name in self.kept if self.address.get(name) and name not in extra]
        pairs += [(name, value) for name, value in extra.items() if value]
        tail, url = urlencode(pairs, safe=":,."), self.kind.url(verb or self.verb)
        return f"{url}?{tail}" if tail else url

    def without(self, condition: Condition) -> str:
        """The address of this state less one condition."""
        return self.link(conditions=[other for other in self.query.conditions if other != condition])

    def link_to(self, view: PresetView | None) -> str:
        """The address of an unchanged view on its own page, without one of everything."""
        verb = view.layout if isinstance(view, SavedTab) else self.verb
        url = self.kind.url(verb if verb in LAYOUTS and (verb == "list" or self.kind.board) else "list")
        return f"{url}?view={view.key}" if view else f"{url}?all=1" if registry.views(self.kind) else url

    def spelled(self) -> list[tuple[str, str]]:
        """The state without its view: what a saved view, an export or the filter page keeps of it."""
        pairs = self.query.pairs()
        if not any(name in ("f", "any") for name, _value in pairs):
            pairs.append(("all", "1"))
        return pairs

    def hidden(self, *leave: str) -> list[tuple[str, str]]:
        """The state as hidden inputs, without the named parts."""
        query = QueryDict(self.link().partition("?")[2])
        return [(name, value) for name in query for value in query.getlist(name) if name not in leave]

    def to_keep(self) -> str | None:
        """What is to be remembered as the last state of this list; None: nothing new, or a figure's own rows."""
        fields = [self.known.get(condition.name) for condition in self.query.conditions]
        if any(found is not None and found.named is not None and found.named.say is not None for found in fields):
            return None
        now = self.link().partition("?")[2] if self.address else ""
        return None if (now, self.verb) == (self.desk.last, self.desk.layout or "list") else now

    def last_url(self) -> str:
        """Where the list was left, if the address says nothing and it can still be asked for."""
        desk = self.desk
        verb = desk.layout if desk.layout == "board" and self.kind.board is not None else "list"
        # The address of the board means the board; that of the list is where the side bar leads.
        if self.address or (not desk.last and verb == self.verb) or (self.verb == "board" and verb != "board"):
            return ""
        left = ListState(self.kind, self.viewer, QueryDict(desk.last), verb, self.kept)
        try:
            _asked = left.condition, left.sort, left.column_keys
        except DomainError:
            return ""
        url = self.kind.url(verb)
        return f"{url}?{desk.last}" if desk.last else url
