"""Rows of a list as a table file: the same query, the same rights, typed cells, no formulas.

Up to `AT_ONCE` rows are written while the person waits, more by a job. Whatever was taken away stays known: who,
when, which rows, how many, the digest of the file. The file itself is kept for `KEPT` and given to its maker only.
"""

from __future__ import annotations

import csv
import hashlib
import io
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from common import clock
from common.jobs import services as jobs
from common.jobs.models import Job
from common.kinds.counting import bounded
from common.kinds.errors import NotVisible
from common.people.models import User
from common.policy import scopes
from common.policy.principal import principal_of
from common.records import registry
from common.records.columns import field_names, joins, kind_behind, words_over
from common.records.declaring import Column, Viewer
from common.records.errors import MayNotExport
from common.records.models import ExportFile
from common.records.state import ListState
from common.records.wording import said

AT_ONCE = 10_000
CHUNK = 500
KEPT = timedelta(days=7)
JOB = "records.export"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Row = list[Any]


def ask(state: ListState, file_format: str, by: User, *, shown: bool = False) -> tuple[ExportFile, Job | None]:
    """Ask for the rows of a list as a file: made at once, or by the returned job. `shown`: only the list's columns."""
    forget_old()
    export = ExportFile.objects.create(
        by=by, type=state.kind.key, query=_query_of(state, shown=shown), format=file_format, asked_at=clock.now()
    )
    [count] = bounded([_allowed(state)], AT_ONCE)
    if count > AT_ONCE:
        return export, jobs.enqueue(JOB, export.pk, by=by)
    make(export)
    return export, None


def _query_of(state: ListState, *, shown: bool) -> str:
    """The query that gives these rows and columns whatever becomes of the person's view and columns meanwhile."""
    query = state.address.copy()
    if state.saved is not None:
        query = QueryDict(urlencode(state.spelled()), mutable=True)
    query.pop("cols", None)
    if shown:
        query["cols"] = ",".join(column.key for column in state.columns)
    return query.urlencode()


def make(export: ExportFile) -> None:
    """Write the file anew with the rights its maker has now. Raises `MayNotExport` without them."""
    by = export.by
    viewer = Viewer(by, principal_of(by))
    if not viewer.principal.may(export.type, "export"):
        raise MayNotExport
    _forget(export)
    state = ListState(registry.get(export.type), viewer, QueryDict(export.query))
    job = jobs.current()
    total = _allowed(state).count() if job else None
    with tempfile.TemporaryFile() as file:
        export.rows = WRITERS[export.format](table(state), file, lambda done: jobs.progress(job, done, total))
        export.sha256 = _digest(file)
        name = f"exports/{secrets.token_hex(16)}.{export.format}"
        export.path = default_storage.save(name, File(file))
    export.made_at = clock.now()
    export.save()


def forget_old() -> None:
    """Remove files that were kept long enough; what is known of them stays."""
    for export in ExportFile.objects.exclude(path="").filter(asked_at__lt=clock.now() - KEPT):
        _forget(export)


def _forget(export: ExportFile) -> None:
    if export.path:
        default_storage.delete(export.path)
        ExportFile.objects.filter(pk=export.pk).update(path="")


def get_file(user: User, pk: int) -> ExportFile:
    """A file that is given to this person. Raises `NotVisible`, for files that are gone too."""
    export = ExportFile.objects.filter(pk=pk).first()
    if export is None or not is_given(export, user) or not default_storage.exists(export.path):
        raise NotVisible
    return export


def is_given(export: ExportFile, user: User) -> bool:
    """Whether there is a file, and this person made it and still has the right to."""
    return bool(export.path) and export.by_id == user.pk and principal_of(user).may(export.type, "export")


def _allowed(state: ListState) -> Any:
    return state.rows().for_user(state.viewer.principal, "export")


def table(state: ListState) -> Iterator[Row]:
    """The head, then one row of typed values per record; memory holds a chunk of records at a time.

    Columns are those the address names, else every field of the type.
    """
    columns = state.columns if "cols" in state.address else _every_field(state)
    yield [_("number"), *(words_over(state.kind, column) for column in columns)]
    rows = state.kind.select(_allowed(state)).order_by("pk")
    paths = joins(state.kind, columns)
    feed = (rows.select_related(*paths) if paths else rows).iterator(chunk_size=CHUNK)
    while chunk := list(islice(feed, CHUNK)):
        values = [_plains(state, column, chunk) for column in columns]
        for row, *cells in zip(chunk, *values, strict=True):
            yield [state.kind.number_of(row), *cells]


def _every_field(state: ListState) -> list[Column]:
    """The fields of form and filters this person may see, the owner last."""
    rights = scopes.fields(state.viewer.principal, state.kind.model)
    names = [name for name in field_names(state.kind) if name != "owner" and rights.shown(name)]
    return [Column(name) for name in (*names, "owner")]


def _plains(state: ListState, column: Column, objs: Sequence[Any]) -> list[Any]:
    """The values of a column: typed where it shows a field as such, else the words of its cells."""
    behind = kind_behind(state.kind, column)
    if behind is not None and (column.key == behind.name or column.kind == behind.cell_kind):
        return behind.plains(objs)
    if column.cell is None:
        return [obj.title for obj in objs]
    extras = column.load(objs, state.viewer) if column.load else {}
    return [said(column.cell(obj, extras.get(obj.pk), state.viewer)) for obj in objs]


def write_csv(rows: Iterator[Row], file: IO[bytes], told: Callable[[int], None]) -> int:
    """With a byte order mark for spreadsheets; how many rows there were, without the head."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer, done = csv.writer(text), -1
    for row in rows:
        writer.writerow([safe(value) for value in row])
        done += 1
        if done and done % CHUNK == 0:
            told(done)
    text.detach()
    return done


def write_xlsx(rows: Iterator[Row], file: IO[bytes], told: Callable[[int], None]) -> int:
    """Numbers and days as such, texts never as formulas; how many rows there were, without the head."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    done = -1
    for row in rows:
        sheet.append([_typed(sheet, value) for value in row])
        done += 1
        if done and done % CHUNK == 0:
            told(done)
    book.save(file)
    return done


WRITERS: dict[str, Callable[[Iterator[Row], IO[bytes], Callable[[int], None]], int]] = {
    "csv": write_csv, "xlsx": write_xlsx,
}  # fmt: skip


def _typed(sheet: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        value = timezone.localtime(value).replace(tzinfo=None)
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return value
    cell = WriteOnlyCell(sheet, _without_control(str(value)))
    cell.data_type = "s"
    cell.quotePrefix = cell.value.lstrip().startswith(FORMULA)
    return cell


def _without_control(text: str) -> str:
    """XML 1.0 has no place for most control characters."""
    return "".join(c for c in text if c in "\t\n\r" or c >= " ")[:32_767]


def safe(cell: Any) -> Any:
    """No cell of a CSV starts a formula (OWASP, "CSV Injection"); numbers stay numbers. Importing takes it away."""
    if isinstance(cell, str) and cell.lstrip("' \t\r\n").startswith(FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any file of bytes
    file.seek(0)
    return digest


def listed(user: User) -> Sequence[ExportFile]:
    """What was exported: by the person, or for an administrator by everybody; the last hundred."""
    rows = ExportFile.objects.select_related("by").order_by("-pk")
    return list((rows if principal_of(user).is_administrator else rows.filter(by=user))[:100])


def name_of(export: ExportFile) -> str:
    """What the file is called where it is saved."""
    day = f"{timezone.localtime(export.asked_at):%Y-%m-%d}"
    return f"{registry.get(export.type).namespace}-{day}{Path(export.path).suffix}"
