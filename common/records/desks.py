"""What a person arranged for the lists of a type: saved views, columns, widths, order, where they were last.

The rows stand in `common.views`, above this app, which registers itself here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.urls import reverse

from common.people.models import User
from common.records.declaring import PresetView


@dataclass(frozen=True)
class SavedTab(PresetView):
    """A saved view as a tab. `layout`: list or board; `may_change`: by who looks."""

    layout: str = "list"
    is_shared: bool = False
    may_change: bool = False


@dataclass(frozen=True)
class Desk:
    """`last`: the query string a list of the type was left with, `layout` the page; `pinned`: keys of views."""

    views: tuple[SavedTab, ...] = ()
    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    sort: str = ""
    last: str = ""
    layout: str = ""
    pinned: frozenset[str] = frozenset()


Source = Callable[[User, str], Desk]
_source: list[Source] = []


def set_source(source: Source) -> None:
    """Called once by common.views: `source(user, type key)` reads a desk in one query."""
    _source[:] = [source]


def desk_of(user: User, type_key: str) -> Desk:
    """What the person arranged for this type."""
    return _source[0](user, type_key) if _source else Desk()


def address(verb: str, *args: object, query: str = "") -> str:
    """The address of a page of common.views."""
    url = reverse(f"views:{verb}", args=args)
    return f"{url}?{query}" if query else url
