"""Tables of text: which encoding, delimiter and quotation mark a file has, and its rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext as _

from common.importing.errors import Unreadable
from common.importing.tables.limits import LONGEST_CELL, Row, clean

ENCODINGS = {
    "utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16 BE", "cp1251": "Windows-1251",
    "cp1252": "Windows-1252", "mac-roman": "Mac Roman", "mac-cyrillic": "Mac Cyrillic",
}  # fmt: skip
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
DELIMITERS = ",;\t|"
SAMPLE = 64 * 1024
SAMPLE_ROWS = 50
LONGEST_LINE = LONGEST_CELL * 20
LATIN, CYRILLIC = ("cp1252", "mac-roman"), ("cp1251", "mac-cyrillic")


def encoding_of(sample: bytes) -> str:
    """The encoding of a text by its first bytes."""
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    if sample[:400].count(b"\x00") > len(sample[:400]) // 4:
        return "utf-16-le" if sample[1:400:2].count(b"\x00") >= sample[0:400:2].count(b"\x00") else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return max((*CYRILLIC, *LATIN), key=lambda name: _plausible(sample, name))
    return "utf-8"


def _plausible(sample: bytes, encoding: str) -> int:
    """How many words look right in this encoding, less those that do not."""
    words = re.findall(r"[^\s\x00-\x40]*[^\x00-\x7f][^\s\x00-\x40]*", sample.decode(encoding, "replace"))
    return sum(1 if _is_word(word, cyrillic=encoding in CYRILLIC) else -1 for word in words[:2000])


def _is_word(word: str, *, cyrillic: bool) -> bool:
    """Letters of one script, the capital ones first or alone; foreign words of Latin script are mostly ASCII."""
    core = word.strip("«»“”„…–—№")
    if not core:
        return True
    if not core.isalpha() or not (core.istitle() or core.islower() or core.isupper()):
        return False
    script = ["CYRILLIC" in unicodedata.name(letter, "") for letter in core]
    if cyrillic:
        return all(script)
    return not any(script) and sum(letter > "\x7f" for letter in core) <= len(core) / 2


def delimiter_of(text: str) -> str:
    """The character that most evenly splits the first lines; a comma where none does."""
    return max(DELIMITERS, key=lambda delimiter: (_evenness(text, delimiter), -DELIMITERS.index(delimiter)))


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in islice(_reader(io.StringIO(text), delimiter, '"'), SAMPLE_ROWS) if row]
    except csv.Error:
        return 0.0, 0
    counted = Counter(width for width in (widths[:-1] or widths) if width > 1)
    if not counted:
        return 0.0, 0
    width, times = counted.most_common(1)[0]
    return times / len(widths), width


def quote_of(text: str, delimiter: str) -> str:
    """The mark around cells: a single one only where cells begin with it and none with a double one."""
    single = len(re.findall(rf"(?:^|{re.escape(delimiter)})'[^'\r\n]*'(?=$|{re.escape(delimiter)}|\r)", text, re.M))
    return "'" if single > 2 and '"' not in text else '"'


def sample_of(file: IO[bytes], encoding: str) -> str:
    """The beginning of a file in words."""
    file.seek(0)
    found = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(SAMPLE))
    file.seek(0)
    return found.lstrip("\ufeff")


def rows(file: IO[bytes], encoding: str, delimiter: str, quote: str) -> Iterator[Row]:
    """The rows of a file. Raises `Unreadable`."""
    try:
        for number, row in enumerate(_reader(lines(file, encoding), delimiter, quote)):
            cells: Row = [clean(cell).strip() for cell in row]
            if number == 0 and len(cells) == 1 and str(cells[0]).lower().startswith("sep="):
                continue
            yield cells
    except csv.Error as problem:
        raise Unreadable(_("The text is no table from some row on. Is a quotation mark not closed?")) from problem


def lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines of a file, each ended by `\\n`. Raises `Unreadable` for one that no table would have."""
    file.seek(0)
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
    rest = ""
    while block := file.read(SAMPLE):
        *whole, rest = (rest + decoder.decode(block)).removeprefix("\ufeff").split("\n")
        if len(rest) > LONGEST_LINE:
            raise Unreadable(_("A line of the file is too long for a row of a table."))
        for line in whole:
            yield f"{line}\n"
    yield rest + decoder.decode(b"", final=True)


def _reader(lines: Iterable[str], delimiter: str, quote: str) -> Any:
    return csv.reader(lines, delimiter=delimiter, quotechar=quote)
