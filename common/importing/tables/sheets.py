"""Workbooks (XLSX): an archive that is weighed before it is opened, then read row by row."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.xml import DEFUSEDXML

from common.importing.errors import Unreadable
from common.importing.tables import archives
from common.importing.tables.archives import BLOCK
from common.importing.tables.limits import Cell, Row, clean

MOST_STRINGS, MOST_OTHER, LONGEST_ROW = 40 * 1024 * 1024, 5 * 1024 * 1024, 4 * 1024 * 1024
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
ROW_ENDS = re.compile(rb"row[\s/>]")

if not DEFUSEDXML:
    raise RuntimeError(
        "Workbooks are not safe to read without defusedxml: it is missing, or OPENPYXL_DEFUSEDXML is off"
    )


def weigh(file: IO[bytes]) -> None:
    """Raise `Unreadable` for an archive that would unpack to too much, or is no workbook."""
    with archives.opened(file) as archive:
        if not archives.is_workbook(archive):
            raise Unreadable(_("An archive inside an archive is not opened."))
        _weigh(archive)


def _weigh(archive: zipfile.ZipFile) -> None:
    for member in archive.infolist():
        name = member.filename.lower()
        most = MOST_STRINGS if name.endswith("sharedstrings.xml") else MOST_OTHER
        if SHEET.fullmatch(name):
            _weigh_rows(archive, member)
        elif name.endswith((".xml", ".rels")) and member.file_size > most:
            raise Unreadable(_("The file unpacks to more than is read here."))


def _weigh_rows(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """A row is held in memory as a whole: none may be longer than a table needs."""
    since, tail = 0, b""
    with archive.open(member) as stream:
        while block := stream.read(BLOCK):
            found = None
            for found in ROW_ENDS.finditer(tail + block):  # noqa: B007  # the last one counts
                pass
            since = len(tail + block) - found.end() if found else since + len(block)
            tail = block[-4:]
            if since > LONGEST_ROW:
                raise Unreadable(_("The file unpacks to more than is read here."))


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[Any]:
    """The workbook. Whatever stumbles over its insides says so in one sentence."""
    file.seek(0)
    book = None
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        yield book
    except (Unreadable, GeneratorExit):
        raise
    except Exception as problem:  # the library raises whatever it stumbles over
        raise Unreadable(_("The workbook is damaged. Save it again as .xlsx.")) from problem
    finally:
        if book is not None:
            book.close()


def names(file: IO[bytes]) -> list[str]:
    """The sheets of a workbook that hold cells."""
    with _opened(file) as book:
        found = [sheet.title for sheet in book.worksheets if hasattr(sheet, "reset_dimensions")]
    if not found:
        raise Unreadable(_("The workbook has no sheet with rows."))
    return found


def rows(file: IO[bytes], name: str) -> Iterator[Row]:
    """The rows of a sheet, by default of the first. Raises `Unreadable`."""
    with _opened(file) as book:
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "reset_dimensions")]
        sheet = next((sheet for sheet in sheets if sheet.title == name), sheets[0])
        # What a sheet says of its own size is not to be trusted.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True):
            yield [_cell(value) for value in row]


def _cell(value: Any) -> Cell:
    """Texts, numbers and yes or no as they are; days and times as ISO says."""
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return clean(str(value)).strip()
