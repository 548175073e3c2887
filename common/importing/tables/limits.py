"""How much of an uploaded table is read at most, and what is taken out of every cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from common.importing.errors import Unreadable
from common.kinds import formats

Cell = str | int | float | bool
Row = list[Cell]

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
"""As in a workbook."""


def clean(value: str) -> str:
    """A text without what no database stores: NUL and halves of surrogate pairs."""
    if "\x00" not in value and value.isprintable():
        return value
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def is_blank(row: Iterable[Cell]) -> bool:
    """Whether no cell of a row says anything."""
    return not any(str(cell).strip() for cell in row)


def limited(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows that say something, each within the limits. Raises `Unreadable`."""
    for count, row in enumerate((row for row in rows if not is_blank(row)), start=0):
        if count > MOST_ROWS:
            raise Unreadable(_("These are more than %(most)s rows. Split the file.") % {
                "most": formats.number(MOST_ROWS)})  # fmt: skip
        while row and row[-1] == "":
            row.pop()
        if len(row) > MOST_COLUMNS:
            raise Unreadable(_("A row has more than %(most)s columns.") % {"most": MOST_COLUMNS})
        if any(len(cell) > LONGEST_CELL for cell in row if isinstance(cell, str)):
            raise Unreadable(_("A cell holds more than %(most)s characters. Is a quotation mark not closed?") % {
                "most": formats.number(LONGEST_CELL)})  # fmt: skip
        yield row


def require_size(size: int, most: int = MOST_BYTES) -> None:
    """Raise `Unreadable` for a file that is too large."""
    if size > most:
        said = {"size": filesizeformat(size), "most": filesizeformat(most)}
        raise Unreadable(_("The file has %(size)s; at most %(most)s are read.") % said)


def size_of(file: IO[Any]) -> int:
    """How many bytes an open file has; it stands at its beginning afterwards."""
    size = file.seek(0, 2)
    file.seek(0)
    return size
