"""Which known record a row means, by the rules its person chose, strongest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.changes import merging, writing
from common.importing.declaring import MatchKey, said_of
from common.importing.errors import NotKnown, SeveralAlike
from common.importing.linking import numbers_of
from common.importing.meaning import Interpreter, Meant, there_already
from common.importing.models import Import, OuterKey
from common.importing.targets import NUMBER, OUTER, OWN_LABELS
from common.kinds import beside
from common.kinds.models import RecordModel
from common.kinds.words import title_sort
from common.policy import scopes
from common.records.declaring import RecordType, Viewer
from common.records.inputs import NewRecord

Mark = tuple[Any, ...]
NEW = "\x00new "
"""Before the name of a record that the row makes."""


def offered(kind: RecordType, viewer: Viewer) -> list[MatchKey]:
    """The rules one may choose from, strongest first: without those that would tell about hidden fields."""
    rights = scopes.fields(viewer.principal, kind.model)
    own = [MatchKey(key, OWN_LABELS[key], ()) for key in (NUMBER, OUTER)]
    return own + [rule for rule in said_of(kind).keys if all(rights.readable(name) for name in rule.needs)]


def is_possible(rule: MatchKey, names: Iterable[str]) -> bool:
    """Whether a file that fills these fields has what a rule compares."""
    given = set(names)
    return rule.key in given if rule.key in (NUMBER, OUTER) else not rule.needs or bool(given & set(rule.needs))


@dataclass
class Found:
    """What a row fits: one known record, or one in the bin. `probe`: the record it would make itself."""

    probe: RecordModel | None = None
    obj: RecordModel | None = None
    binned: RecordModel | None = None


@dataclass
class FileKeys:
    """What the rows before said, by rule: the line of the first that said it."""

    lines: dict[int, tuple[int, Mark]] = field(default_factory=dict)

    def take(self, rule: str, mark: Mark, told: Mark, line: int) -> None:
        """Remember a row."""
        self.lines.setdefault(hash((rule, mark)), (line, told))

    def find(self, rule: str, mark: Mark, told: Mark) -> int | None:
        """The line of an earlier row that means the same."""
        known = self.lines.get(hash((rule, mark)))
        return None if known is None or _differ(known[1], told) else known[0]


def _differ(one: Mark, other: Mark) -> bool:
    return any(a and b and a != b for a, b in zip(one, other, strict=True))


class Finder:
    """Finds what the rows of an import mean, among the records its person may see."""

    def __init__(self, imp: Import, kind: RecordType, viewer: Viewer, reader: Interpreter) -> None:
        self.imp, self.kind, self.viewer, self.reader = imp, kind, viewer, reader
        self.rules = [rule for rule in offered(kind, viewer) if rule.key in imp.keys]
        self.file = FileKeys()

    def probe(self, meant: Meant) -> RecordModel | None:
        """The record a row would make, not saved; None where too little is known for one."""
        fields, _links = writing.split(self.kind.model, there_already(meant.values))
        parent = self.kind.model.parent_field
        if parent is not None and parent not in fields:
            return None
        obj = self.kind.model(**fields)
        try:
            obj.before_save()
        except (ArithmeticError, TypeError, ValueError, AttributeError):
            return None
        return obj

    def find(self, rows: Sequence[Meant]) -> list[Found]:
        """What each row of a chunk fits; a few queries for all. Puts what is wrong into the rows' errors."""
        found = [Found(self.probe(meant)) for meant in rows]
        for rule in self.rules:
            open_rows = [i for i, meant in enumerate(rows) if not meant.errors and _is_free(found[i])]
            if rule.key == NUMBER:
                self._by_number(rows, found, open_rows)
            elif rule.key == OUTER:
                self._by_outer(rows, found, open_rows)
            else:
                self._by_columns(rule, rows, found, open_rows)
        self._where_merged(found)
        beside.read([obj for fit in found if (obj := fit.obj or fit.binned) is not None])
        return found

    def _where_merged(self, found: Sequence[Found]) -> None:
        """What was merged into another means that one."""
        binned = {fit.binned.pk for fit in found if fit.binned is not None}
        stands = merging.kept_as(binned) if binned else {}
        kept = self._visible().in_bulk(set(stands.values())) if stands else {}
        for fit in found:
            if fit.binned is not None and (obj := kept.get(stands.get(fit.binned.pk))) is not None:
                fit.obj, fit.binned = obj, None

    def _visible(self) -> Any:
        return self.kind.model.everything.for_user(self.viewer.principal)

    def _by_number(self, rows: Sequence[Meant], found: list[Found], places: list[int]) -> None:
        wanted = {rows[i].number for i in places} - {None}
        known = {row.number: row for row in self._visible().filter(number__in=wanted)} if wanted else {}
        for i in places:
            number = rows[i].number
            if number in known:
                _put(found[i], [known[number]], rows[i], str(number))
            elif number is not None:
                problem = NotKnown(text=f"{self.kind.prefix}-{number}")
                rows[i].refuse(self.reader.place_of(NUMBER), problem)

    def _by_outer(self, rows: Sequence[Meant], found: list[Found], places: list[int]) -> None:
        wanted = {rows[i].outer for i in places} - {""}
        keys = OuterKey.objects.filter(system=self.imp.system, type=self.kind.key, key__in=wanted)
        records = dict(keys.values_list("key", "record_id")) if wanted else {}
        known = {row.pk: row for row in self._visible().filter(pk__in=records.values())} if records else {}
        for i in places:
            row = known.get(records.get(rows[i].outer))
            if row is not None:
                _put(found[i], [row], rows[i], rows[i].outer)

    def _by_columns(self, rule: MatchKey, rows: Sequence[Meant], found: list[Found], places: list[int]) -> None:
        marks = {i: m for i in places if (m := self.mark(rule, rows[i], found[i].probe)) and not _is_new(m)}
        if not marks:
            return
        known: dict[Mark, list[Any]] = defaultdict(list)
        for row in self._visible().filter(**{f"{rule.columns[0]}__in": {mark[0] for mark in marks.values()}}):
            known[tuple(getattr(row, column) for column in rule.columns)].append(row)
        for i, mark in marks.items():
            told = _told(rule, found[i].probe)
            alike = [row for row in known.get(mark, ()) if not _differ(told, _told(rule, row))]
            _put(found[i], alike, rows[i], str(mark[0]))

    def mark(self, rule: MatchKey, meant: Meant, probe: Any) -> Mark | None:
        """What a rule compares of a row; None where the row says nothing of it."""
        if probe is None or (rule.needs and not set(rule.needs) & meant.values.keys()):
            return None
        parts: list[Any] = []
        for column in rule.columns:
            value = meant.values.get(column.removesuffix("_id"))
            is_new = isinstance(value, NewRecord)
            parts.append(f"{NEW}{title_sort(str(value))}" if is_new else getattr(probe, column))
        first = parts[0]
        return tuple(parts) if first not in (None, "") and len(str(first)) >= rule.shortest else None

    def in_file(self, meant: Meant, fit: Found) -> int | None:
        """The line of an earlier row that means the same: what it makes is there when this one comes."""
        if not _is_free(fit):
            return None
        lines = [self.file.find(rule.key, mark, _told(rule, fit.probe)) for rule, mark in self._said(meant, fit)]
        return next((line for line in lines if line is not None), None)

    def remember(self, meant: Meant, fit: Found) -> None:
        """A record is there now that rows after this one may mean."""
        for rule, mark in self._said(meant, fit):
            self.file.take(rule.key, mark, _told(rule, fit.probe), meant.row.line)

    def _said(self, meant: Meant, fit: Found) -> list[tuple[MatchKey, Mark]]:
        marks = ((rule, self.file_mark(rule, meant, fit.probe)) for rule in self.rules)
        return [(rule, mark) for rule, mark in marks if mark is not None]

    def file_mark(self, rule: MatchKey, meant: Meant, probe: Any) -> Mark | None:
        """What a rule compares of two rows of the file."""
        if rule.key == NUMBER:
            return None
        if rule.key == OUTER:
            return (meant.outer,) if meant.outer else None
        return self.mark(rule, meant, probe)


def _is_free(fit: Found) -> bool:
    return fit.obj is None and fit.binned is None


def _told(rule: MatchKey, row: Any) -> Mark:
    return tuple(getattr(row, column) for column in rule.agree) if row is not None else ()


def _put(fit: Found, alike: Sequence[Any], meant: Meant, text: str) -> None:
    alive = [row for row in alike if row.deleted_at is None]
    if len(alive) > 1:
        meant.refuse(None, SeveralAlike(text=text[:60], names=numbers_of(alive)))
    elif alive:
        fit.obj = alive[0]
    elif alike:
        fit.binned = alike[-1]


def _is_new(mark: Mark) -> bool:
    """Whether it names a record that is yet to be made: no known one can have it."""
    return any(isinstance(part, str) and part.startswith(NEW) for part in mark[1:])
