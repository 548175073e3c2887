"""Which dictionaries administrators edit, and how: declared here for the platform, in `records.py` for an app."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.kinds.models import DictionaryBase
from common.policy.principal import Principal
from common.records.declaring import Viewer, Words

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
    puts a part's change, whose name has a dot, into words for the history: (label, text); `tells` does so with fields
    that nobody could read: of the row, the stored value, who reads. `step`: its place among the steps of setting up, 0:
    none of them. `area`: the record type it is about; gone where that is switched off. `chapter`: of the guide
    to administration; its key where that is one.
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
    tells: Mapping[str, Callable[[Any, Any, Viewer], str]] = field(default_factory=dict)
    step: int = 0
    area: str = ""
    chapter: str = ""


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


def offered(principal: Principal, pages: Iterable[DictionaryPage]) -> list[DictionaryPage]:
    """Those of the pages that this person may change and that are about something in use."""
    return [page for page in pages if principal.may(*page.permission) and page.area not in principal.closed]


def steps() -> list[DictionaryPage]:
    """What is set up at first, in the order in which one needs the other."""
    return sorted((page for page in _pages.values() if page.step), key=lambda page: page.step)
