"""Which dictionaries administrators edit, and how: declared here for the platform, in `records.py` for an app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.kinds.models import DictionaryBase
from common.records.declaring import Words

GROUPS: dict[str, Words] = {
    "company": _("Company"), "sales": _("Sales"), "money": _("Money"), "fields": _("Fields"), "lists": _("Lists"),
    "system": _("System"),
}  # fmt: skip

SETTINGS = ("setup", "change")
PEOPLE = ("setup", "people")
"""The two rights on settings, as (area, action)."""


@dataclass(frozen=True)
class Column:
    """A column of the table: a field, or a function of the row."""

    label: Words
    value: Callable[[Any], object]
    numeric: bool = False


@dataclass(frozen=True)
class Division:
    """A value by which the rows of a dictionary are divided, and its name."""

    pk: str
    label: Words

    def __str__(self) -> str:
        return str(self.label)


@dataclass(frozen=True)
class DictionaryPage:
    """A dictionary in the settings. `parent`: rows are shown per row of this foreign key (stages of a pipeline), or per
    value of this column, `divisions` giving the values and their names.

    `choices`: what a list of words may hold, by field. `copy_route`: the page that copies a row. `say(name, value)`
    puts a part's change, whose name has a dot, into words for the history: (label, text).
    """

    key: str
    model: type[DictionaryBase]
    group: str
    label: Words
    text: Words
    fields: Sequence[str]
    columns: Sequence[Column] = ()
    parent: str = ""
    divisions: Callable[[], Sequence[Division]] | None = None
    choices: Mapping[str, Callable[[], Sequence[tuple[str, str]]]] = field(default_factory=dict)
    ordered: bool = True
    order: int = 50
    saved: Callable[[Any, Any, Any], None] | None = None
    change_text: Words = ""
    sort: Sequence[str] = field(default_factory=tuple)
    permission: tuple[str, str] = SETTINGS
    copy_route: str = ""
    say: Callable[[str, Any], tuple[str, str]] | None = None


_pages: dict[str, DictionaryPage] = {}


def declare(page: DictionaryPage) -> None:
    """Put a dictionary into the settings."""
    _pages[page.key] = page


def find(key: str) -> DictionaryPage | None:
    """The dictionary of this address."""
    return _pages.get(key)


def by_group() -> list[tuple[Words, list[DictionaryPage]]]:
    """The settings' sub-navigation: groups with their pages, in order."""
    found = []
    for key, label in GROUPS.items():
        pages = sorted((p for p in _pages.values() if p.group == key), key=lambda p: (p.order, p.key))
        if pages:
            found.append((label, pages))
    return found
