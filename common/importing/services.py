"""The steps of an import, each asked for by its person once, on the version they saw."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from common import clock
from common.files.errors import NoRoom
from common.files.services import safe_name
from common.importing import access, checking, keeping, profiles, selectors, staging
from common.importing.checking import Bench
from common.importing.errors import CannotCompare, ColumnTwice, FieldMissing, NothingChosen, NotReady, Outdated
from common.importing.finding import is_possible, offered
from common.importing.headers import shown
from common.importing.models import Import, ImportRow, KnownColumns, OnNew, OuterKey, Step
from common.importing.tables import Reading, Row
from common.importing.tables.limits import require_size
from common.importing.targets import NUMBER, Target, in_all_languages, targets_of
from common.jobs import services as jobs
from common.kinds.errors import Forbidden
from common.kinds.words import fold
from common.people.models import User
from common.policy.principal import principal_of
from common.records import registry
from common.records.declaring import RecordType, Viewer

KEPT = timedelta(days=30)
READ, CHECK, WRITE, FORGET = "importing.read", "importing.check", "importing.write", "importing.forget"
NO_LETTERS = re.compile(r"[\W\d_]+")
AT_ONCE = 512 * 1024
"""Files up to this size are read while their person waits."""


def start(content: File[bytes], *, type_key: str, by: User) -> Import:
    """A new import of an uploaded file: how it is read and where it comes from is guessed.

    Without a type it is that of the system's table the file surely is. Raises `Unreadable`, `MayNotImport`, `NoRoom`.
    """
    return begin(drafted(content, type_key=type_key, by=by))


def drafted(content: File[bytes], *, type_key: str, by: User) -> Import:
    """What `begin` stores: the file itself is kept already. Raises `Unreadable`, `MayNotImport`, `NoRoom`."""
    if type_key:
        access.require(principal_of(by), registry.get(type_key))
    require_size(content.size)
    reading, rows = staging.sniffed(content)
    name = safe_name(content.name or "")
    heads = shown(rows[0] if rows else [], 0)
    found, source = recognised(name, heads, rows[1:], type_key, by)
    return Import(
        by=by, type=found, name=name, path=stored(content), size=content.size, reading=reading.stored, headers=heads,
        source=source,
    )  # fmt: skip


def begin(imp: Import) -> Import:
    """Store a draft; its file goes by itself one day."""
    imp.save()
    jobs.enqueue(FORGET, imp.pk, due=imp.started_at + KEPT)
    return imp


def stored(content: File[bytes]) -> str:
    """Where an uploaded file is kept. Raises `NoRoom`."""
    content.seek(0)
    try:
        return default_storage.save(f"imports/{secrets.token_hex(16)}", content)
    except OSError as problem:
        raise NoRoom from problem


def recognised(name: str, heads: Sequence[str], rows: Sequence[Row], type_key: str, by: User) -> tuple[str, str]:
    """The type of a file's records and the system it comes from; empty where nothing tells."""
    kinds = access.importable(principal_of(by))
    table = profiles.recognise(name, heads, rows, [type_key] if type_key else [kind.key for kind in kinds])
    found = type_key or (table.type if table else "") or _ours(heads, by, kinds) or _named(name, kinds)
    return found, table.system if table else ""


def _ours(heads: Sequence[str], by: User, kinds: Sequence[Any]) -> str:
    """The type whose export this is, where exactly one fits."""
    viewer = Viewer(by, principal_of(by))
    fits = [kind.key for kind in kinds if profiles.is_ours(heads, targets_of(kind, viewer))]
    return fits[0] if len(fits) == 1 else ""


def _named(name: str, kinds: Sequence[RecordType]) -> str:
    """The type a file is called by, in any language; of "deal lines" the longer."""
    words = f" {NO_LETTERS.sub(' ', fold(PurePosixPath(name).stem))} "
    called = {
        said: kind.key for kind in kinds for label in ("label", "label_plural")
        for said in in_all_languages(partial(getattr, kind, label)) if f" {said} " in words
    }  # fmt: skip
    return called[max(called, key=len)] if called else ""


@contextmanager
def _changing(imp: Import, version: int, by: User) -> Iterator[Import]:
    """The locked row, if it is still as its person saw it. Raises `Outdated`, `Forbidden`, `MayNotImport`."""
    with transaction.atomic():
        row = Import.objects.select_for_update(of=("self",)).select_related("by", "job").get(pk=imp.pk)
        if row.by_id != by.pk:
            raise Forbidden
        if row.version != version or not may_change(row):
            raise Outdated
        if row.type:
            access.require(principal_of(by), registry.get(row.type))
        yield row
        row.version += 1
        row.save()


def may_change(imp: Import) -> bool:
    """Whether the steps of an import can be taken anew: nothing of it was written, and no job has it."""
    return imp.is_open or (imp.step in (Step.READING, Step.CHECKING) and selectors.is_stuck(imp))


def set_reading(imp: Import, type_key: str, reading: Reading, *, goes_on: bool, version: int, by: User) -> None:
    """Say of what type the records are and how the file is read; `goes_on`: and read it, long ones in a job.

    Raises `Unreadable`.
    """
    with _changing(imp, version, by) as row:
        if type_key:
            access.require(principal_of(by), registry.get(type_key))
        with staging.opened(row) as file:
            rows = staging.preview(file, reading)
        table = profiles.recognise(row.name, shown(rows[0], 0), rows[1:], [type_key]) if rows else None
        row.type, row.reading, row.step = type_key, reading.stored, Step.FILE
        row.headers, row.source = shown(rows[0] if rows else [], 0), table.system if table else ""
        if goes_on and row.size <= AT_ONCE:
            read(row)
        elif goes_on:
            row.step, row.job = Step.READING, jobs.enqueue(READ, row.pk, by=by)


def read(imp: Import) -> None:
    """Store the rows of the file; its columns are filled as last time, else as its system's or by their names."""
    staging.stage(imp)
    viewer = Viewer(imp.by, principal_of(imp.by))
    known = selectors.known_columns(imp.type, imp.fingerprint)
    targets = targets_of(registry.get(imp.type), viewer)
    if known is not None:
        imp.columns = [key if key in targets else "" for key in known.columns]
        imp.choices = known.choices
    else:
        table = profiles.table_of(imp.source, imp.type)
        imp.columns, imp.choices = profiles.fill(imp.headers, table, targets, _usable(imp.system)), {}
    imp.step, imp.unknown, imp.counts = Step.COLUMNS, {}, {}


def _usable(system: str) -> Any:
    """Keys of another system lead somewhere only after its other files were imported."""
    return lambda target: not target.by_outer or selectors.has_keys(system, target)


def set_columns(imp: Import, columns: Sequence[str], *, version: int, by: User) -> None:
    """Say what each column fills, or `keeping.KEEP`; it is remembered for files with the same heads.

    Raises `ColumnTwice`, `NothingChosen`, `Forbidden`, `NoSlotLeft`.
    """
    with _changing(imp, version, by) as row:
        columns = keeping.keep(row, columns, by)
        targets = targets_of(registry.get(row.type), Viewer(by, principal_of(by)))
        kept = [key if key in targets else "" for key in columns]
        _require_once(row, kept, targets)
        row.columns, row.counts = kept, {}
        row.unknown = checking.unknown(row)
        row.step = Step.VALUES if row.unknown else Step.RULES
        row.keys = row.keys or [rule.key for rule in possible_rules(row, by)]
        _remember(row, by)


def _require_once(imp: Import, columns: Sequence[str], targets: Mapping[str, Target]) -> None:
    if not any(columns):
        raise NothingChosen
    taken: dict[str, str] = {}
    for head, key in zip(imp.headers, columns, strict=False):
        if not key:
            continue
        name = targets[key].name
        if name in taken:
            raise ColumnTwice(name=targets[key].label, first=taken[name], second=head)
        taken[name] = head


def _remember(imp: Import, by: User) -> None:
    KnownColumns.objects.update_or_create(
        type=imp.type, fingerprint=imp.fingerprint,
        defaults={"by": by, "columns": imp.columns, "choices": imp.choices, "at": clock.now()},
    )  # fmt: skip


def possible_rules(imp: Import, by: User) -> list[Any]:
    """The rules by which the rows of an import can be found, strongest first."""
    viewer = Viewer(by, principal_of(by))
    kind = registry.get(imp.type)
    targets = targets_of(kind, viewer)
    names = {targets[key].name for key in imp.columns if key in targets}
    names |= {name for key in imp.columns if key in targets and (w := targets[key].whole) for name in w.fields}
    return [rule for rule in offered(kind, viewer) if is_possible(rule, names)]


def set_choices(imp: Import, choices: Mapping[str, Mapping[str, str]], *, version: int, by: User) -> None:
    """Say what the texts stand for that stand for nothing by themselves."""
    with _changing(imp, version, by) as row:
        row.choices, row.counts, row.step = {key: dict(said) for key, said in choices.items()}, {}, Step.RULES
        _remember(row, by)


def set_rules(imp: Import, rules: Mapping[str, Any], *, version: int, by: User) -> None:
    """Say how known records are found and what happens to them, and check all rows in a job.

    `rules`: keys, on_match, on_new, creates_linked, restores. Raises `CannotCompare`, `FieldMissing`, `NotReady`.
    """
    with _changing(imp, version, by) as row:
        if not row.columns:
            raise NotReady
        for name, value in rules.items():
            setattr(row, name, value)
        possible = [rule.key for rule in possible_rules(row, by)]
        for key in row.keys:
            if key not in possible:
                raise CannotCompare(rule=key, field="keys")
        _require_fields(row)
        row.step, row.counts = Step.CHECKING, {}
        row.job = jobs.enqueue(CHECK, row.pk, by=by)


def _require_fields(imp: Import) -> None:
    """New records have what the form demands, in some column or by itself."""
    if imp.on_new != OnNew.CREATE or imp.keys == [NUMBER]:
        return
    bench = Bench(imp)
    filled = {target.name for target in bench.reader.targets.values()}
    filled |= {name for target in bench.reader.targets.values() if target.whole for name in target.whole.fields}
    for name, label in bench.decider.required.items():
        if name not in filled and name not in bench.decider.begun:
            raise FieldMissing(name=label, field="on_new")


def mend(imp: Import, cells: Mapping[int, Mapping[int, str]], *, version: int, by: User) -> None:
    """Put other texts into cells of refused rows, by line and column, and check these rows again."""
    with _changing(imp, version, by) as row:
        if row.step != Step.CHECKED:
            raise NotReady
        rows = list(selectors.failed_rows(row).filter(line__in=cells))
        for item in rows:
            item.cells += [""] * (len(row.headers) - len(item.cells))
            for place, text in cells[item.line].items():
                item.cells[place] = text
        checking.store(rows, ["cells"])
        checking.check_rows(Bench(row), rows)
        row.counts = checking.count(row)


def write(imp: Import, *, version: int, by: User) -> None:
    """Bring the rows into records, in a job. Raises `NotReady`."""
    with _changing(imp, version, by) as row:
        if row.step != Step.CHECKED:
            raise NotReady
        row.step, row.cursor = Step.WRITING, 0
        row.job = jobs.enqueue(WRITE, row.pk, by=by)


def go_on(imp: Import, *, by: User) -> None:
    """Take up again what stopped: what was written stays, the rest follows."""
    with transaction.atomic():
        row = Import.objects.select_for_update(of=("self",)).select_related("by", "job").get(pk=imp.pk)
        if row.by_id != by.pk:
            raise Forbidden
        if not selectors.is_stuck(row):
            return
        handler = {Step.READING: READ, Step.CHECKING: CHECK, Step.WRITING: WRITE}[Step(row.step)]
        row.job = jobs.enqueue(handler, row.pk, by=by)
        row.save(update_fields=["job"])


def run_reading(pk: int) -> None:
    """Read the file of an import; safe to run twice."""
    imp = Import.objects.select_related("by").get(pk=pk)
    if imp.step == Step.READING:
        read(imp)
        _store(imp, Step.READING)


def run_checking(pk: int) -> None:
    """Check the rows of an import; safe to run twice."""
    imp = Import.objects.select_related("by").get(pk=pk)
    if imp.step == Step.CHECKING:
        checking.check(imp)
        imp.step = Step.CHECKED
        _store(imp, Step.CHECKING)


def _store(imp: Import, before: str) -> None:
    """Store what a job did, unless its person has begun another step meanwhile."""
    with transaction.atomic():
        rows = Import.objects.select_for_update().filter(pk=imp.pk, step=before, version=imp.version)
        if rows.exists():
            imp.version += 1
            imp.save()


def drop(imp: Import, *, by: User) -> None:
    """Forget an import of which nothing was written."""
    with transaction.atomic():
        row = Import.objects.select_for_update(of=("self",)).select_related("job").get(pk=imp.pk)
        if row.by_id != by.pk:
            raise Forbidden
        if not may_change(row):
            raise Outdated
        transaction.on_commit(lambda: default_storage.delete(row.path))
        row.delete()


def forget(pk: int) -> None:
    """Remove the file and the rows of an import, which was kept long enough; what was written of it stays known."""
    imp = Import.objects.select_related("job").filter(pk=pk).first()
    if imp is None or not imp.path:
        return
    if imp.step == Step.WRITING:
        jobs.enqueue(FORGET, pk, due=clock.now() + timedelta(days=1))
        return
    default_storage.delete(imp.path)
    if imp.step == Step.DONE:
        imp.rows.all().delete()
        Import.objects.filter(pk=pk).update(path="", unknown={})
    else:
        imp.delete()


def forget_record(record_id: int) -> None:
    """What files said of a record that is deleted for good goes with it."""
    OuterKey.objects.filter(record=record_id).delete()
    ImportRow.objects.filter(record=record_id).update(cells=[], errors=[], record=None)
