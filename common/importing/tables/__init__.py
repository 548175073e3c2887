"""The only door for tables that people upload: what kind they are, how they are written, and their rows.

Whatever is wrong with a file raises `Unreadable` with a sentence; rows come one by one, memory holds a few.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.importing.errors import Unreadable
from common.importing.tables import archives, cards, pages, sheets, text
from common.importing.tables.limits import MOST_BYTES, MOST_COLUMNS, Cell, Row, limited, require_size, size_of

__all__ = [
    "DATES", "DECIMALS", "DELIMITERS", "KINDS", "MOST_BYTES", "MOST_COLUMNS", "QUOTES", "THOUSANDS", "Cell", "Reading",
    "Row", "Unreadable", "archives", "sheet_names", "sniff", "table", "text",
]  # fmt: skip

KINDS = {"text": "CSV", "sheet": "Excel", "page": "HTML", "cards": "vCard"}
DELIMITERS = {
    ",": gettext_lazy("comma"), ";": gettext_lazy("semicolon"), "\t": gettext_lazy("tab"),
    "|": gettext_lazy("vertical bar"),
}  # fmt: skip
QUOTES = {'"': '"', "'": "'"}
DECIMALS = {".": "1234.56", ",": "1234,56"}
THOUSANDS = {"": gettext_lazy("none"), " ": "1 234", ",": "1,234", ".": "1.234", "'": "1'234"}
DATES = {
    "dmy": gettext_lazy("day, month, year"), "mdy": gettext_lazy("month, day, year"),
    "ymd": gettext_lazy("year, month, day"),
}  # fmt: skip
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
HABIT_ROWS = 500
NUMBER = re.compile(r"[-+−]?(\d{1,3}(?:([ \u00a0\u202f.,'’])\d{3})+|\d+)(?:([.,])(\d+))?")
DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T].*)?")


@dataclass(frozen=True)
class Reading:
    """How a file is read: its kind, and for text how it is written. `sheet`: the one of a workbook."""

    kind: str = "text"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str = "."
    thousands: str = ""
    dates: str = "dmy"
    sheet: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Reading:
        """From what `stored` gave."""
        return cls(**{name: value for name, value in stored.items() if name in cls.__dataclass_fields__})

    @property
    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @property
    def is_written(self) -> bool:
        """Whether encoding, delimiter and the like matter."""
        return self.kind == "text"


def sniff(file: IO[bytes]) -> Reading:
    """How a file is probably read. Raises `Unreadable`."""
    require_size(size_of(file))
    sample = file.read(text.SAMPLE)
    file.seek(0)
    if not sample.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise Unreadable(_("The file is empty."))
    reading = _kind(file, sample)
    return _habits(file, reading)


def _kind(file: IO[bytes], sample: bytes) -> Reading:
    if archives.looks_like(sample):
        sheets.weigh(file)
        return Reading("sheet", sheet=sheets.names(file)[0])
    if sample.startswith(OLD_WORKBOOK):
        raise Unreadable(_("This is an old or protected Excel file. Save it as .xlsx without a password."))
    if cards.looks_like(sample):
        return Reading("cards", encoding=text.encoding_of(sample))
    if pages.looks_like(sample):
        return Reading("page", encoding=pages.encoding_of(sample))
    encoding = text.encoding_of(sample)
    words = text.sample_of(file, encoding)
    if _is_binary(words):
        raise Unreadable(_("This is no table: CSV, Excel (.xlsx), HTML and vCard are read."))
    delimiter = text.delimiter_of(words)
    return Reading("text", encoding=encoding, delimiter=delimiter, quote=text.quote_of(words, delimiter))


def _is_binary(words: str) -> bool:
    odd = sum(1 for letter in words[:4000] if (letter < " " and letter not in "\t\r\n\f\x1a") or letter == "\ufffd")
    return odd > max(3, len(words[:4000]) // 20)


def _habits(file: IO[bytes], reading: Reading) -> Reading:
    """How the numbers and days of the first rows are written."""
    decimals: Counter[str] = Counter()
    thousands: Counter[str] = Counter()
    orders: Counter[str] = Counter()
    for row in islice(table(file, reading), HABIT_ROWS):
        for cell in row:
            if isinstance(cell, str) and cell[:1].isdigit() | (cell[:1] in "-+−"):
                _count(cell, decimals, thousands, orders)
    default = "," if reading.delimiter == ";" and reading.is_written else "."
    decimal = decimals.most_common(1)[0][0] if decimals else default
    thousands.pop(decimal, None)
    group = thousands.most_common(1)[0][0] if thousands else ""
    order = orders.most_common(1)[0][0] if orders else "dmy"
    return replace(reading, decimal=decimal, thousands=group, dates=order)


def _count(cell: str, decimals: Counter[str], thousands: Counter[str], orders: Counter[str]) -> None:
    if day := DATE.fullmatch(cell):
        first, mark, second = day.group(1, 2, 3)
        if len(first) == 4:
            orders["ymd"] += 1
        elif int(first) > 12 or mark == ".":
            orders["dmy"] += 1
        elif int(second) > 12:
            orders["mdy"] += 1
    elif number := NUMBER.fullmatch(cell):
        whole, group, point, rest = number.groups()
        if point and (group or len(rest) != 3):
            decimals[point] += 1
        if group and (point or whole.count(group) > 1 or group not in ".,"):
            thousands[" " if group.isspace() else "'" if group == "’" else group] += 1


def sheet_names(file: IO[bytes], reading: Reading) -> list[str]:
    """The sheets to choose from, for a workbook."""
    return sheets.names(file) if reading.kind == "sheet" else []


def table(file: IO[bytes], reading: Reading) -> Iterator[Row]:
    """The rows that say something, the head first. Raises `Unreadable`."""
    require_size(size_of(file))
    if reading.kind == "sheet":
        sheets.weigh(file)
        return limited(sheets.rows(file, reading.sheet))
    if reading.kind == "cards":
        return limited(cards.rows(file, reading.encoding))
    if reading.kind == "page":
        return limited(pages.rows(file, reading.encoding))
    return limited(text.rows(file, reading.encoding, reading.delimiter, reading.quote))
