"""Keyset paging: the next page is found by the last row, never by counting rows over.

Rows with an empty sort column come last, as a second segment (`spec` of the design: no `NULLS LAST`,
no OR at the top). The position travels signed in the address.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import Q

from common.changes.values import encode
from common.kinds.models import RecordQuerySet
from common.policy.scopes import Ready, as_they_are, page_for_user
from common.records.declaring import Sort, Viewer
from common.records.errors import BadFilter

SIZE = 50
SALT = "records.page"


@dataclass(frozen=True)
class Position:
    """Where a page begins: after (or, backwards, before) a row with this value and key.

    `is_masked`: the value is read again when it is needed: the person may not know it, or the row does not hold it.
    """

    value: Any
    pk: int
    shown: int
    backwards: bool = False
    is_masked: bool = False

    def pack(self, sort: Sort) -> str:
        """Signed, for the address; of a masked row without the value."""
        value = [] if self.is_masked else [encode(self.value)]
        return signing.dumps([sort.key, self.pk, self.shown, self.backwards, *value], salt=SALT)

    @classmethod
    def unpack(cls, text: str, sort: Sort, rows: RecordQuerySet[Any]) -> Position:
        """From the address. Raises `BadFilter` for anything not signed here or of another order."""
        try:
            key, pk, shown, backwards, *values = signing.loads(text, salt=SALT)
        except (signing.BadSignature, ValueError):
            raise BadFilter(part="after") from None
        if key != sort.key:
            raise BadFilter(part="after")
        values = values or list(rows.model.everything.filter(pk=pk).values_list(sort.column, flat=True))
        if not values:
            raise BadFilter(part="after")
        python = _field(rows.model, sort).to_python(values[0])
        return cls(python, pk, shown, backwards)


@dataclass(frozen=True)
class Page:
    """A page of rows and the addresses of its neighbours (packed positions, or empty)."""

    rows: Sequence[Any]
    first: int
    after: str
    before: str


def read(
    rows: RecordQuerySet[Any], viewer: Viewer, sort: Sort, at: str = "", size: int = 0, *, own: bool = False,
    ready: Ready = as_they_are,
) -> Page:  # fmt: skip
    """The page of visible `rows`, or only of the person's own, that begins at the packed position.

    `size` rows, by default those of a list; made `ready` to be shown.
    """
    size = size or SIZE
    position = Position.unpack(at, sort, rows) if at else None
    backwards = position is not None and position.backwards
    found = _fetch(rows, viewer, sort, position, size + 1, own=own, ready=ready)
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    shown = position.shown if position else 0
    first = shown - len(found) if backwards else shown
    first = max(first, 0)
    has_next = more if not backwards else True
    has_previous = first > 0 and (more if backwards else position is not None)
    return Page(
        found,
        first,
        _mark(found[-1], sort, first + len(found), backwards=False) if has_next and found else "",
        _mark(found[0], sort, first, backwards=True) if has_previous and found else "",
    )


def _mark(row: Any, sort: Sort, shown: int, *, backwards: bool) -> str:
    value = None if sort.is_beyond else getattr(row, sort.column)
    return Position(value, row.pk, shown, backwards, row.is_masked or sort.is_beyond).pack(sort)


def _field(model: type[Any], sort: Sort) -> Any:
    """The field of the column an order is by."""
    name, _dots, beyond = sort.column.partition("__")
    field: Any = model._meta.get_field(name)
    return field.related_model._meta.get_field(beyond.partition("__")[0]) if beyond else field


def _fetch(
    rows: RecordQuerySet[Any], viewer: Viewer, sort: Sort, position: Position | None, size: int, *, own: bool,
    ready: Ready,
) -> list[Any]:  # fmt: skip
    """Up to `size` rows from the position, through the filled and then the empty segment (or backwards)."""
    backwards = position is not None and position.backwards
    nullable = _field(rows.model, sort).null
    segments = [False, True] if nullable else [False]
    if backwards:
        segments.reverse()
    found: list[Any] = []
    for empty in segments:
        if position is not None and not found:
            inside = (position.value is None) == empty
            passed = (empty and not inside) if backwards else (not empty and not inside)
            if passed:
                continue
        else:
            inside = False
        descending = sort.descending != backwards
        part = rows
        if nullable:
            part = part.filter(**{f"{sort.column}__isnull": empty})
        if position is not None and inside and not found:
            part = part.filter(_beyond(sort.column, position, descending=descending, empty=empty))
        sign = "-" if descending else ""
        order = [f"{sign}pk"] if empty else [f"{sign}{sort.column}", f"{sign}pk"]
        found.extend(page_for_user(part, viewer.principal, order, size - len(found), own=own, ready=ready))
        if len(found) >= size:
            break
    return found


def _beyond(column: str, position: Position, *, descending: bool, empty: bool) -> Q:
    than = "lt" if descending else "gt"
    if empty:
        return Q(**{f"pk__{than}": position.pk})
    value: datetime.date | Decimal | str = position.value
    return Q(**{f"{column}__{than}e": value}) & (Q(**{f"{column}__{than}": value}) | Q(**{f"pk__{than}": position.pk}))
