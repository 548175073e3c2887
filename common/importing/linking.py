"""The records that cells name: by number, by name, or by the key they have in the system the file comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from common.changes import merging
from common.importing.errors import NotKnown, SeveralAlike
from common.importing.models import ImportRow, OuterKey
from common.importing.targets import Target
from common.kinds.words import title_sort
from common.records import registry
from common.records.inputs import NewRecord

if TYPE_CHECKING:
    from common.importing.meaning import Interpreter

MOST_NAMED = 3
MOST_IN_CELL = 50
"""How many records one cell names at most."""
AT_ONCE = 5_000
"""How many names are asked for in one query at most."""


@dataclass
class Links:
    """The records that the cells of a chunk may mean, by target and by what they are called."""

    creates: bool
    by_title: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    by_number: dict[str, dict[int, Any]] = field(default_factory=dict)
    by_outer: dict[str, dict[str, Any]] = field(default_factory=dict)

    def find(self, target: Target, text: str) -> Any:
        """What a cell means: a record, several for a target that holds several, or one that is to be made.

        Raises `NotKnown`, `SeveralAlike`.
        """
        if not target.is_set:
            return self._one(target, text.strip())
        parts = parts_of(text)
        if len(parts) > MOST_IN_CELL:
            raise NotKnown(text=text[:60])
        return [self._one(target, part) for part in parts]

    def _one(self, target: Target, text: str) -> Any:
        if target.by_outer:
            if text not in self.by_outer[target.key]:
                raise NotKnown(text=text[:60])
            return self.by_outer[target.key][text]
        number = number_in(target, text)
        if number is not None and number in self.by_number[target.key]:
            return self.by_number[target.key][number]
        alike = self.by_title[target.key].get(title_sort(text), [])
        if len(alike) > 1:
            raise SeveralAlike(text=text[:60], names=numbers_of(alike))
        if alike:
            return alike[0]
        if self.creates and getattr(target.form, "may_create", False):
            return NewRecord(text)
        raise NotKnown(text=text[:60])


def parts_of(text: str) -> list[str]:
    """The names in a cell of several."""
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]


def numbers_of(rows: Sequence[Any]) -> str:
    """The first of these records by number."""
    said = [registry.of(row).number_of(row) for row in rows[:MOST_NAMED]]
    return ", ".join([*said, "…"] if len(rows) > MOST_NAMED else said)


def number_in(target: Target, text: str) -> int | None:
    """The number in `C-12`, where the text is one of this type."""
    assert target.model is not None  # noqa: S101  # a link leads somewhere
    prefix, dash, digits = text.strip().upper().partition("-")
    fits = dash and prefix == registry.of(target.model).prefix and digits.isascii() and digits.isdecimal()
    return int(digits) if fits and len(digits) < 10 else None


def read(reader: Interpreter, rows: Sequence[ImportRow]) -> Links:
    """The records that these rows may mean, of those the person may see: two queries for each column."""
    links = Links(reader.imp.creates_linked)
    for place, target in reader.columns:
        if not target.linked:
            continue
        texts = {str(reader.cell(row.cells, place)).strip() for row in rows}
        if target.is_set:
            several = map(parts_of, texts)
            texts = {part for parts in several if len(parts) <= MOST_IN_CELL for part in parts}
        texts.discard("")
        if target.by_outer:
            links.by_outer[target.key] = _by_outer(target, texts, reader.imp.system)
        else:
            _by_names(links, target, texts)
    return links


def _rows(target: Target) -> Any:
    found: Any = target.form
    return found.rows if hasattr(found, "rows") else found.queryset


def _by_outer(target: Target, texts: set[str], system: str) -> dict[str, Any]:
    assert target.model is not None  # noqa: S101  # a link leads somewhere
    keys = OuterKey.objects.filter(system=system, type=target.model._meta.label_lower, key__in=texts)
    records = dict(keys.values_list("key", "record_id"))
    stands = merging.kept_as(records.values())
    records = {key: stands.get(pk, pk) for key, pk in records.items()}
    found = {row.pk: row for row in _rows(target).filter(pk__in=records.values())}
    return {key: found[pk] for key, pk in records.items() if pk in found}


def _by_names(links: Links, target: Target, texts: set[str]) -> None:
    links.by_title[target.key], links.by_number[target.key] = defaultdict(list), {}
    feed = iter(texts)
    while some := set(islice(feed, AT_ONCE)):
        _by_some_names(links, target, some)


def _by_some_names(links: Links, target: Target, texts: set[str]) -> None:
    numbers = {number for text in texts if (number := number_in(target, text)) is not None}
    titles = {title_sort(text) for text in texts} - {""}
    named = links.by_title[target.key]
    for row in _rows(target).filter(Q(title_sort__in=titles) | Q(number__in=numbers)).order_by("pk"):
        links.by_number[target.key][row.number] = row
        # A title that is a hidden address comes masked: it is not found by being guessed.
        if title_sort(row.title) in titles:
            named[title_sort(row.title)].append(row)
