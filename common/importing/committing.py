"""The import itself: rows become records through the door, 500 a transaction, all of them one change set.

A killed worker loses the chunk it was in; the next one goes on after the last that was stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common import clock
from common.changes import binning, bulk, writing
from common.changes.context import OpenSet, change_set
from common.events.models import Via
from common.importing import checking, vocabulary
from common.importing.checking import Bench
from common.importing.deciding import Decision
from common.importing.finding import Found
from common.importing.meaning import Meant, ToCreate
from common.importing.models import Import, ImportRow, Outcome, OuterKey, Step
from common.jobs import services as jobs
from common.kinds import dictionary
from common.kinds.errors import DomainError
from common.kinds.models import RecordModel
from common.kinds.words import fold, title_sort
from common.records import services as records
from common.records.declaring import RecordType
from common.records.forms import create_in_place
from common.records.inputs import NewRecord

CHUNK = 500
FIELDS = ("outcome", "errors", "record")
Planned = tuple[Meant, Found, Decision]


def write(pk: int) -> None:
    """Write what is left of an import, chunk by chunk. Safe to run twice. Raises `MayNotImport`."""
    job = jobs.current()
    while True:
        imp = _piece(pk)
        if imp is None or imp.step != Step.WRITING:
            return
        jobs.progress(job, imp.cursor, imp.total)


def _piece(pk: int) -> Import | None:
    with transaction.atomic(), dictionary.held():
        imp = Import.objects.select_for_update(of=("self",)).select_related("by", "change_set").get(pk=pk)
        if imp.step != Step.WRITING:
            return None
        rows = list(imp.rows.filter(line__gt=imp.cursor).order_by("line")[:CHUNK])
        last = not rows or not imp.rows.filter(line__gt=rows[-1].line).exists()
        label = _("Import: %(file)s") % {"file": imp.name}
        with change_set(label, by=imp.by, via=Via.IMPORT, bulk=True, row=imp.change_set, owes=last) as opened:
            Writer(Bench(imp, foresees=False), opened).write(rows)
        imp.change_set, imp.cursor = opened.row, rows[-1].line if rows else imp.cursor
        if last:
            imp.step, imp.done_at, imp.counts = Step.DONE, clock.now(), checking.count(imp)
        imp.save()
    return imp


def creates_plainly(kind: RecordType) -> bool:
    """Whether creating a record of this type is no more than that: then many are created at once."""
    return type(kind).save_new is RecordType.save_new and kind.model.parent_field is None


class Writer:
    """Writes the rows of one chunk."""

    def __init__(self, bench: Bench, opened: OpenSet) -> None:
        self.bench, self.opened = bench, opened
        self.imp, self.kind, self.by = bench.imp, bench.kind, bench.viewer.user
        self.pending: list[Planned] = []
        self.linked: dict[tuple[str, str], Any] = {}
        self.entries: dict[tuple[str, ...], Any] = {}

    def write(self, rows: Sequence[ImportRow]) -> None:
        """Bring these rows into records, and note on each what became of it."""
        live = [row for row in rows if row.outcome != Outcome.FAILED]
        meants = self.bench.reader.chunk(live)
        found = self.bench.finder.find(meants)
        relations = self.bench.decider.begin(found)
        for meant, fit in zip(meants, found, strict=True):
            if not meant.errors and self.bench.finder.in_file(meant, fit) is not None:
                self._flush()
                [fit] = self.bench.finder.find([meant])
                relations = {**relations, **self.bench.decider.relations([fit])}
            decision = self.bench.decider.decide(meant, fit, relations)
            if decision.outcome == Outcome.NEW:
                self.bench.finder.remember(meant, fit)
            self._plan((meant, fit, decision))
        self._flush()
        self._keep_keys(meants)
        checking.store(live, FIELDS)

    def _plan(self, planned: Planned) -> None:
        meant, fit, decision = planned
        meant.row.outcome, meant.row.errors = decision.outcome, checking.errors_of(meant)
        obj = fit.obj or fit.binned
        meant.row.record_id = obj.pk if obj is not None else None
        if decision.outcome == Outcome.NEW and creates_plainly(self.kind) and not decision.extras:
            self.pending.append(planned)
        elif decision.outcome in (Outcome.NEW, Outcome.UPDATED):
            self._one(planned)

    def _flush(self) -> None:
        """Create what waits, all at once; where one of them is refused, one by one."""
        waiting, self.pending = self.pending, []
        if not waiting:
            return
        try:
            with self._part():
                given = [self._settled(decision) for _meant, _fit, decision in waiting]
                places = [(*self._place(decision), clock.now()) for _meant, _fit, decision in waiting]
                made = bulk.bulk_create(self.kind.model, given, by=self.by, label="", places=places)
        except (IntegrityError, ValidationError, DomainError):
            for planned in waiting:
                self._one(planned)
        else:
            for (meant, _fit, _decision), obj in zip(waiting, made, strict=True):
                meant.row.record_id = obj.pk

    def _place(self, decision: Decision) -> tuple[Any, Any]:
        return decision.place or (writing.DEFAULT, writing.DEFAULT)

    @contextmanager
    def _part(self) -> Iterator[None]:
        """A part of the chunk that may fail alone; what it made along is forgotten with it."""
        before = dict(self.linked), dict(self.entries)
        try:
            with self.opened.part():
                yield
        except BaseException:
            self.linked, self.entries = before
            raise

    def _one(self, planned: Planned) -> None:
        """Write one row; what refuses it stands on the row."""
        meant, _fit, decision = planned
        row = meant.row
        try:
            with self._part():
                obj = self._create(decision) if decision.obj is None else self._edit(decision.obj, decision, row.seen)
        except ValidationError as problem:
            self._fail(meant, " ".join(problem.messages))
        except DomainError as problem:
            self._fail(meant, str(problem))
        except IntegrityError:
            self._fail(meant, _("Another entry has the same values; this one was not saved."))
        else:
            row.record_id = obj.pk

    def _fail(self, meant: Meant, text: str) -> None:
        meant.refuse(None, text)
        meant.row.outcome, meant.row.errors, meant.row.record_id = Outcome.FAILED, checking.errors_of(meant), None

    def _create(self, decision: Decision) -> RecordModel:
        values = self._settled(decision)
        for key, row in decision.extras.items():
            values |= self._extra(key).new(row)
        obj = self.kind.save_new(values, self.by)
        self._bring(obj, decision)
        return obj

    def _edit(self, obj: RecordModel, decision: Decision, seen: int | None) -> RecordModel:
        if decision.restores:
            binning.restore(obj, by=self.by)
            seen = None
        if decision.values:
            obj = self.kind.save_edit(obj, self._settled(decision), self.by, seen)
        self._bring(obj, decision)
        return obj

    def _bring(self, obj: RecordModel, decision: Decision) -> None:
        """What is no field: extras of the type, and whose it is."""
        for key, row in decision.extras.items():
            if self._extra(key).differs(obj, row):
                self._extra(key).apply(obj, row, self.by)
        if decision.place is not None:
            owner, department = decision.place
            records.transfer(obj, owner=owner, department=department, by=self.by)

    def _extra(self, key: str) -> Any:
        return self.bench.reader.targets[key].extra

    def _settled(self, decision: Decision) -> dict[str, Any]:
        """The values of a row, with the records and entries made that it asks for."""
        values = dict(decision.values)
        now = decision.obj
        around = {name: getattr(now, name, None) for name in self.bench.decider.names} if now is not None else {}
        around |= values
        for name, value in values.items():
            if isinstance(value, ToCreate):
                values[name] = self._entry(name, value, around)
            elif isinstance(value, list):
                values[name] = [
                    self._entry(name, item, around) if isinstance(item, ToCreate) else item for item in value
                ]
        for name, value in values.items():
            if isinstance(value, NewRecord):
                values[name] = self._linked(name, value, values)
        return values

    def _entry(self, name: str, text: str, around: Mapping[str, Any]) -> Any:
        """A new entry of a list, made once."""
        model = self.bench.reader.targets[name].model
        assert model is not None  # noqa: S101  # only lists that are models take new entries
        mark = (name, fold(text), *(str(around.get(need)) for need in vocabulary.needs(model)))
        if mark not in self.entries:
            self.entries[mark] = vocabulary.create(model, text, around, self.bench.viewer)
        return self.entries[mark]

    def _linked(self, name: str, text: NewRecord, values: dict[str, Any]) -> Any:
        """A record made for its name, made once."""
        mark = (name, title_sort(text))
        if mark not in self.linked:
            self.linked[mark] = create_in_place(self.kind.model, name, text, values, self.by)
        return self.linked[mark]

    def _keep_keys(self, meants: Sequence[Meant]) -> None:
        """The keys that the records have in the system they come from: the next file finds them by these."""
        keys = {meant.outer: meant.row.record_id for meant in meants if meant.outer and meant.row.record_id}
        rows = [OuterKey(system=self.imp.system, type=self.kind.key, key=k, record_id=pk) for k, pk in keys.items()]
        OuterKey.objects.bulk_create(
            rows, update_conflicts=True, update_fields=["record"], unique_fields=["system", "type", "key"]
        )
