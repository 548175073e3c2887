"""Contact details that a person may not see: rows are masked as they are read, and so is what they lead to.

A masked row is for showing: the door refuses to store it, and takes a fresh one where a reference to it is stored.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, TypeVar

from django.db import models
from django.db.models.query import ModelIterable

R = TypeVar("R", bound=models.Model)
MASK = "•••"


def masked_text(text: str) -> str:
    """`•••` and the last two digits of a telephone number; an address is hidden as a whole."""
    if not text:
        return ""
    digits = [letter for letter in text if letter.isdecimal()]
    return MASK if "@" in text else MASK + "".join(digits[-2:])


def mask(row: Any) -> None:
    """Hide the contact details of a row and of every row read with it; those not read with it stay unread."""
    if row.is_masked:
        return
    row.is_masked = True
    for name in row.contact_fields:
        setattr(row, name, masked_text(row.__dict__.get(name, "")))
    for name in row.contact_keys:
        row.__dict__[name] = ""
    for related in row._state.fields_cache.values():
        if hasattr(related, "is_masked"):
            mask(related)


def masked(row: R) -> R:
    """A masked copy of a row."""
    twin = copy.copy(row)
    twin._state = copy.copy(row._state)
    twin._state.fields_cache = {}
    mask(twin)
    return twin


def without_contacts(row: R) -> R:
    """A copy of a row that has no contact details at all."""
    twin: Any = copy.copy(row)
    for name in twin.contact_fields:
        twin.__dict__[name] = ""
    found: R = twin
    return found


def unmasked(value: Any) -> Any:
    """The row behind a masked one, fresh; anything else as it is."""
    if getattr(value, "is_masked", False):
        return type(value).everything.get(pk=value.pk)
    return value


class MaskingIterable(ModelIterable):  # type: ignore[type-arg]  # generic only in the stubs
    """Rows of a queryset; masked where it says so, or where a masked row led to them."""

    def __iter__(self) -> Iterator[Any]:
        rows: Any = self.queryset
        masks = rows.masks or getattr(rows._hints.get("instance"), "is_masked", False)
        for row in super().__iter__():
            if masks:
                mask(row)
            yield row
