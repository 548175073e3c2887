"""All declared record types, and what higher apps add to lower ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from common.customfields import renaming
from common.customfields import selectors as customfields
from common.kinds.models import RecordModel
from common.records.declaring import Action, Column, Link, NamedFilter, Panel, PresetView, RecordType, Sort

T = TypeVar("T", bound=type[RecordType])
EVERY = "*"
"""Stands for all types in `extend`, for links."""


@dataclass
class _Extension:
    panels: list[Panel] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    filters: list[str | NamedFilter] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    views: list[PresetView] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


_types: dict[str, RecordType] = {}
_extensions: dict[str, _Extension] = {}


def register(declaration: T) -> T:
    """Declare a record type (a class decorator)."""
    instance = declaration()
    _types[instance.key] = instance
    renaming.follow(instance.model)
    for name, attribute in renaming.NAMES.items():
        if original := getattr(declaration, attribute):
            setattr(declaration, attribute, renaming.renamable(instance.key, name, original))
    return declaration


def extend(
    key: str, *, panels: Sequence[Panel] = (), columns: Sequence[Column] = (),
    filters: Sequence[str | NamedFilter] = (), actions: Sequence[Action] = (),
    views: Sequence[PresetView] = (), links: Sequence[Link] = (),
) -> None:  # fmt: skip
    """Add to a lower app's type from above: `extend("crm.company", panels=[…])`."""
    extension = _extensions.setdefault(key, _Extension())
    extension.panels.extend(panels)
    extension.columns.extend(columns)
    extension.filters.extend(filters)
    extension.actions.extend(actions)
    extension.views.extend(views)
    extension.links.extend(links)


def get(key: str) -> RecordType:
    """The type of this key (`deals.deal`)."""
    return _types[key]


def find(key: str) -> RecordType | None:
    """The type of this key, if there is one."""
    return _types.get(key)


def of(obj: RecordModel | type[RecordModel]) -> RecordType:
    """The type of a record or model."""
    return _types[obj._meta.label_lower]


def all_types() -> list[RecordType]:
    """Every declared type, in the order of the side bar."""
    return sorted(_types.values(), key=lambda kind: (kind.nav_order, kind.key))


def _extended(kind: RecordType, part: str) -> list[Any]:
    extension = _extensions.get(kind.key)
    return [*getattr(kind, part), *(getattr(extension, part) if extension else ())]


def panels(kind: RecordType) -> list[Panel]:
    """The panels of a type's page, in order, with those from above."""
    return sorted(_extended(kind, "panels"), key=lambda panel: panel.order)


def columns(kind: RecordType) -> list[Column]:
    """The columns of a type, with those from above."""
    return _extended(kind, "columns")


def filters(kind: RecordType) -> list[str | NamedFilter]:
    """The filters of a type, with those from above and the company's own fields."""
    return [*_extended(kind, "filters"), *customfields.fields_of(kind.model)]


def sorts(kind: RecordType) -> list[Sort]:
    """The orders of a type: its own, the first one first, and those by the company's own fields."""
    made: dict[str, Any] = dict(customfields.fields_of(kind.model))
    own = (Sort(name, field.sorted_by, field.verbose_name) for name, field in made.items() if field.sorted_by)
    return [*kind.sorts, *own]


def actions(kind: RecordType) -> list[Action]:
    """The actions of a type, with those from above."""
    return _extended(kind, "actions")


def views(kind: RecordType) -> list[PresetView]:
    """The views every list of a type has, with those from above."""
    return _extended(kind, "views")


def links(kind: RecordType, place: str) -> list[Link]:
    """The pages of higher apps that a place of a type's pages leads to; those of `EVERY` type last."""
    found = [_extensions[key].links for key in (kind.key, EVERY) if key in _extensions]
    return [link for some in found for link in some if link.place == place]
