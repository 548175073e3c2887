"""Heads of columns as they are compared: files of the same kind have the same ones, however they are written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from common.importing.tables import Cell
from common.kinds.words import fold

LONGEST = 200


def shown(head: Sequence[Cell], width: int) -> list[str]:
    """The heads as people read them, one for each of `width` columns; names may repeat or be missing."""
    found = [str(cell).replace("\ufeff", "").strip()[:LONGEST] for cell in head]
    return found + [""] * (width - len(found))


def plain(head: str) -> str:
    """A head as heads are compared: without case, stars, quotes and doubled spaces."""
    return fold(head.replace("*", "").replace("\ufeff", "").strip(" \"'"))


def fingerprint(heads: Sequence[str]) -> str:
    """The same for all files with these heads in this order."""
    return hashlib.sha256("\x1f".join(map(plain, heads)).encode()).hexdigest()
