"""What apps say about importing their record types, beside the declaration that the kit reads anyway.

    declare(
        "crm.contact", keys=(MatchKey("email", _("e-mail"), ("email_key",), needs=("email",)), …),
    )

Nothing has to be said: a type is imported by the fields of its form, and known records are found by their name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from common.people.models import User
from common.records.declaring import RecordType, Viewer, Words


@dataclass(frozen=True)
class MatchKey:
    """One way to find the record a row means: `columns` have the same values.

    `needs`: fields of which the row gives at least one, and all of which the person may read. `agree`: columns
    that tell two records apart where both say something. `shortest`: a text with fewer characters tells nothing.
    """

    key: str
    label: Words
    columns: tuple[str, ...]
    needs: tuple[str, ...] = ()
    agree: tuple[str, ...] = ()
    shortest: int = 1


@dataclass(frozen=True)
class Extra:
    """A column that is no field of the form: what it can be chosen from.

    `new(row)` gives the values a new record is created with; `differs(obj, row)` and `apply(obj, row, by)` bring a
    record to it. `demands(row)`: the fields a record there may not lack.
    """

    key: str
    label: Words
    rows: Callable[[Viewer], QuerySet[Any]]
    names: Callable[[Any], Sequence[object]]
    new: Callable[[Any], Mapping[str, Any]]
    differs: Callable[[Any, Any], bool]
    apply: Callable[[Any, Any, User], object]
    demands: Callable[[Any], Collection[str]] = lambda row: ()


@dataclass(frozen=True)
class Whole:
    """A column that holds several fields in one text: `split(text)` gives them."""

    key: str
    label: Words
    fields: tuple[str, ...]
    split: Callable[[str], Mapping[str, str]]


@dataclass(frozen=True)
class Importable:
    """What is said about a type."""

    keys: tuple[MatchKey, ...] = ()
    extras: tuple[Extra, ...] = ()
    wholes: tuple[Whole, ...] = ()


BY_TITLE = MatchKey("title", pgettext_lazy("rule of an import", "name"), ("title_sort",))
_said: dict[str, Importable] = {}


def declare(
    key: str, *, keys: Sequence[MatchKey] = (), extras: Sequence[Extra] = (), wholes: Sequence[Whole] = ()
) -> None:
    """Say how records of a type are found, strongest first, and what else their files may hold."""
    _said[key] = Importable(tuple(keys), tuple(extras), tuple(wholes))


def said_of(kind: RecordType) -> Importable:
    """What was said about a type; by its name where nothing was."""
    found = _said.get(kind.key, Importable())
    return found if found.keys else replace(found, keys=(BY_TITLE,))
