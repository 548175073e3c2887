"""Tables of web pages, which some systems call Excel files: one scan over the tags that matter, in linear time."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from common.importing.errors import Unreadable
from common.importing.tables import text
from common.importing.tables.limits import LONGEST_CELL, MOST_COLUMNS, Row, clean, require_size, size_of

MOST_BYTES = 20 * 1024 * 1024
TAG = re.compile(r"<(/?)([a-z]+\d?|!)[^<>]*>", re.IGNORECASE)
START = re.compile(rb"\s*(?:<!doctype html|<html|<table|<head|<meta|<body|<div|<style)", re.IGNORECASE)
CHARSET = re.compile(rb"<meta[^<>]*charset=[\"']?\s*([\w-]+)", re.IGNORECASE)
SPACES = re.compile(r"[^\S\n]+")


def looks_like(sample: bytes) -> bool:
    """Whether a file begins like a web page."""
    return START.match(sample.removeprefix(b"\xef\xbb\xbf")[:400]) is not None


def encoding_of(sample: bytes) -> str:
    """What the page says of itself, where that is an encoding we read; else by its bytes."""
    said = CHARSET.search(sample)
    name = said.group(1).decode("ascii", "replace").lower().replace("windows-", "cp") if said else ""
    return name if name in text.ENCODINGS else text.encoding_of(sample)


def rows(file: IO[bytes], encoding: str) -> Iterator[Row]:
    """The rows of the first table. Raises `Unreadable` where there is none."""
    require_size(size_of(file), MOST_BYTES)
    words = file.read().decode(encoding, "replace")
    scan = _Scan()
    yield from scan.rows(words)
    if not scan.depth_seen:
        raise Unreadable(_("The page holds no table."))


class _Scan:
    """Where the scan stands: how deep in tables, and the row and cell that are open."""

    def __init__(self) -> None:
        self.depth = self.depth_seen = 0
        self.row: Row = []
        self.cell: list[str] | None = None

    def rows(self, words: str) -> Iterator[Row]:
        """The rows of the outermost first table; what is nested in a cell is text of the cell."""
        place = 0
        for tag in TAG.finditer(words):
            if self.cell is not None:
                self.cell.append(words[place : tag.start()])
            place = tag.end()
            yield from self._take(tag.group(2).lower(), closes=bool(tag.group(1)))
            if self.depth_seen and not self.depth:
                return
        yield from self._end_row()

    def _take(self, name: str, *, closes: bool) -> Iterator[Row]:
        if name == "table":
            self.depth += -1 if closes else 1
            self.depth_seen = max(self.depth_seen, self.depth)
            if not self.depth:
                yield from self._end_row()
        elif self.depth == 1 and name == "tr":
            yield from self._end_row()
        elif self.depth == 1 and name in ("td", "th"):
            self._end_cell()
            self.cell = None if closes else []
        elif name == "br" and self.cell is not None:
            self.cell.append("\n")

    def _end_cell(self) -> None:
        if self.cell is None:
            return
        said = html.unescape("".join(self.cell)[: LONGEST_CELL + 1]).replace("\xa0", " ")
        self.row.append(clean(SPACES.sub(" ", said)).strip())
        self.cell = None
        if len(self.row) > MOST_COLUMNS:
            raise Unreadable(_("A row has more than %(most)s columns.") % {"most": MOST_COLUMNS})

    def _end_row(self) -> Iterator[Row]:
        self._end_cell()
        if self.row:
            yield self.row
        self.row = []
