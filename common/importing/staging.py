"""From the file to rows of the import, 500 a transaction; run twice, it begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from common.importing import profiles, tables
from common.importing.errors import Unreadable
from common.importing.headers import fingerprint, shown
from common.importing.models import Archive, Import, ImportRow
from common.importing.tables import Reading, Row, sniff, table
from common.jobs import services as jobs

CHUNK = 500
SAMPLES = 5


def opened(imp: Import | Archive) -> Any:
    """The file of an import, or a whole archive. Raises `Unreadable` where it is gone: backups leave it out."""
    try:
        return default_storage.open(imp.path)
    except OSError as problem:
        raise Unreadable(_("The file is not here any more. Import it again.")) from problem


def preview(file: IO[bytes], reading: Reading) -> list[Row]:
    """The head and the first rows. Raises `Unreadable`."""
    return list(islice(table(file, reading), SAMPLES + 1))


def sheet_names(imp: Import, reading: Reading) -> list[str]:
    """The sheets of a workbook to choose from; without its file, the one that was read."""
    try:
        with opened(imp) as file:
            return tables.sheet_names(file, reading)
    except Unreadable:
        return [reading.sheet]


def sniffed(file: IO[bytes]) -> tuple[Reading, list[Row]]:
    """How a file is probably read, and its first rows that way. Raises `Unreadable`."""
    reading = sniff(file)
    return reading, preview(file, reading)


def stage(imp: Import) -> None:
    """Store the rows of the file and count how many cells of each column say something. Raises `Unreadable`."""
    job = jobs.current()
    ImportRow.objects.filter(of=imp).delete()
    with opened(imp) as file:
        feed = table(file, Reading.of(imp.reading))
        heads = shown(next(feed, []), 0)
        filled: list[int] = [0] * len(heads)
        ends = profiles.ends_of(imp.source)
        line = 0
        for chunk in _chunks(row for row in feed if not ends(row)):
            with transaction.atomic():
                ImportRow.objects.bulk_create(
                    ImportRow(of=imp, line=line + n, cells=cells) for n, cells in enumerate(chunk, start=1)
                )
            line += len(chunk)
            _count(filled, chunk)
            jobs.progress(job, line)
    imp.headers = shown(heads, len(filled))
    imp.fingerprint, imp.filled, imp.total = fingerprint(imp.headers), filled, line


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _count(filled: list[int], rows: list[Row]) -> None:
    for row in rows:
        filled.extend([0] * (len(row) - len(filled)))
        for place, cell in enumerate(row):
            if cell != "":
                filled[place] += 1
