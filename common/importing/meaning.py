"""What the cells of a row say: values as the form would take them, in the words of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from common.importing import linking
from common.importing.declaring import Whole
from common.importing.errors import NotKnown
from common.importing.linking import Links
from common.importing.models import Import, ImportRow
from common.importing.tables import Cell, Reading, Row
from common.importing.targets import NUMBER, OUTER, Target, targets_of
from common.importing.vocabulary import CREATE, EMPTY, REST, Vocabulary, vocabulary_of
from common.kinds.errors import DomainError
from common.kinds.words import fold
from common.records.declaring import RecordType, Viewer
from common.records.fieldkinds.plain import DateKind, NumberKind
from common.records.inputs import NewRecord, NumberField

DAY = re.compile(r"(\d{1,4})\s*[./\-]\s*(\d{1,2})\s*[./\-]\s*(\d{1,4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?.*)?")
UNIT = r"(?:[^\W\d_]{1,4}\.?|[^\w\s.,'’+-])?"
AMOUNT = re.compile(rf"{UNIT}\s*([-+]?\d[\d\s.,'’]*?)\s*{UNIT}")
LONGEST = 80
"""No number or moment is written with more characters."""
MONTHS = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y")
MARKED = re.compile(r"'+(?:[\t\r]|\s*[=+\-@])")
"""What an export puts before a text that a spreadsheet would take for a formula, and the text."""


class ToCreate(str):
    """A text that stands for an entry of a list that is made when the import is written."""


@dataclass
class Meant:
    """What a row says: values by field, the record it names, whose it is, and what is wrong with it.

    `errors` are (column or None, text). A value may be a `NewRecord` that is made when the row is written.
    """

    row: ImportRow
    values: dict[str, Any] = field(default_factory=dict)
    number: int | None = None
    outer: str = ""
    owner: Any = None
    department: Any = None
    extras: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[int | None, str]] = field(default_factory=list)

    def refuse(self, column: int | None, problem: object) -> None:
        """Say what is wrong."""
        if isinstance(problem, ValidationError):
            self.errors += [(column, text) for text in problem.messages]
        else:
            self.errors.append((column, str(problem)))


def there_already(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without records and entries that are yet to be made."""
    found = {}
    for name, value in values.items():
        if isinstance(value, list):
            found[name] = [item for item in value if not isinstance(item, NewRecord | ToCreate)]
        elif not isinstance(value, NewRecord | ToCreate):
            found[name] = value
    return found


class Interpreter:
    """Reads the rows of one import, chunk by chunk, with what its person chose."""

    def __init__(self, imp: Import, kind: RecordType, viewer: Viewer) -> None:
        self.imp, self.kind, self.viewer = imp, kind, viewer
        self.reading = Reading.of(imp.reading)
        known = targets_of(kind, viewer)
        self.columns: list[tuple[int, Target]] = [
            (place, known[key]) for place, key in enumerate(imp.columns) if key in known
        ]
        self.fields = {key: target.form for key, target in known.items() if target.form is not None}
        self.targets: dict[str, Target] = {target.key: target for _place, target in self.columns}
        self.vocabularies: dict[str, Vocabulary] = {
            target.key: vocabulary_of(target, viewer, kind.form_names())
            for target in self.targets.values()
            if target.is_chosen
        }

        # Cities are told apart by their country: that is read first.
        self.in_turn = sorted(self.columns, key=lambda column: self._waits(column[1]))

    def _waits(self, target: Target) -> bool:
        return target.is_chosen and bool(self.vocabularies[target.key].needs)

    def place_of(self, name: str) -> int | None:
        """The column that fills a field."""
        return next((place for place, target in self.columns if target.name == name), None)

    def chunk(self, rows: Sequence[ImportRow]) -> list[Meant]:
        """What these rows say; a fixed number of queries for any of them."""
        links = linking.read(self, rows)
        return [self._row(row, links) for row in rows]

    def cell(self, cells: Row, place: int) -> Cell:
        """A cell as it was written; the mark an export put before a formula is taken away."""
        value: Cell = cells[place] if place < len(cells) else ""
        if isinstance(value, str) and self.reading.is_written and MARKED.match(value):
            return value[1:]
        return value

    def _row(self, row: ImportRow, links: Links) -> Meant:
        meant = Meant(row)
        for place, target in self.in_turn:
            cell = self.cell(row.cells, place)
            if not str(cell).strip():
                continue
            try:
                self._take(meant, target, cell, links)
            except (ValidationError, DomainError) as problem:
                meant.refuse(place, problem)
        return meant

    def _take(self, meant: Meant, target: Target, cell: Cell, links: Links) -> None:
        if target.key == NUMBER:
            meant.number = number_of(self.kind, str(cell))
        elif target.key == OUTER:
            meant.outer = str(cell).strip()[:120]
        elif target.whole is not None:
            self._split(meant, target.whole, str(cell))
        elif target.linked:
            meant.values[target.name] = links.find(target, str(cell))
        elif target.is_chosen:
            self._choose(meant, target, str(cell).strip())
        else:
            meant.values[target.name] = self._plain(target, cell)

    def _split(self, meant: Meant, whole: Whole, text: str) -> None:
        """The parts of a text that no column of their own gives."""
        for name, part in whole.split(text).items():
            if part and self.place_of(name) is None:
                meant.values[name] = self.fields[name].clean(part)

    def _choose(self, meant: Meant, target: Target, text: str) -> None:
        vocabulary = self.vocabularies[target.key]
        parts = vocabulary.split(text) if target.is_set else [text]
        said = [self._chosen(target, vocabulary, part, meant.values) for part in parts]
        found = [row for row in said if row is not None]
        if not found:
            return
        if target.is_field:
            meant.values[target.name] = found if target.is_set else found[0]
        elif target.extra is not None:
            meant.extras[target.key] = found[0]
        else:
            setattr(meant, target.key, found[0])

    def _chosen(self, target: Target, vocabulary: Vocabulary, text: str, around: Mapping[str, Any]) -> Any:
        """The entry a text means; None where it shall be left empty. Raises `NotKnown`."""
        key = vocabulary.find(text, around) or answer(self.imp.choices, target.key, text)
        if key == EMPTY:
            return None
        if key == CREATE and vocabulary.may_create:
            return ToCreate(text)
        if not key or key not in vocabulary.rows:
            raise NotKnown(text=text[:60])
        return vocabulary.rows[key]

    def _plain(self, target: Target, cell: Cell) -> Any:
        form = target.form
        assert form is not None  # noqa: S101  # everything else was taken before
        if isinstance(target.kind, NumberKind):
            number = read_number(cell, self.reading)
            return form.clean(number if isinstance(form, NumberField) else format(number, "f"))
        if isinstance(target.kind, DateKind):
            return form.clean(read_day(str(cell), self.reading.dates, moment=isinstance(form, forms.DateTimeField)))
        return form.clean(str(cell))


def answer(choices: Mapping[str, Mapping[str, str]], key: str, text: str) -> str | None:
    """What its person said a text of a column stands for."""
    said = choices.get(key, {})
    return said.get(fold(text)) or said.get(REST)


def number_of(kind: RecordType, text: str) -> int:
    """The number of a record as `D-12` or `12`. Raises `NotKnown`."""
    words = text.strip().upper().removeprefix(f"{kind.prefix}-")
    if not words.isascii() or not words.isdecimal() or len(words) > 9:
        raise NotKnown(text=text[:60])
    return int(words)


def read_number(cell: Cell, reading: Reading) -> Decimal:
    """A number exactly as the file writes it, perhaps with a currency. Raises `ValidationError`.

    A mark that is neither the decimal nor the thousands mark of the file is refused: "12,5" is not 125.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Decimal(repr(cell))
    text = str(cell).strip()
    negative = text.startswith("(") and text.endswith(")")
    found = AMOUNT.fullmatch(text.strip("()").replace("−", "-")) if len(text) <= LONGEST else None
    number = _number(found.group(1), reading) if found else None
    if number is None:
        raise ValidationError(_("“%(text)s” is not a number."), params={"text": text[:40]})
    return -number if negative else number


def _number(text: str, reading: Reading) -> Decimal | None:
    whole, point, rest = text.partition(reading.decimal)
    groups = re.split(r"[\s.,'’]", whole.lstrip("+-"))
    other = {mark for mark in whole if mark in ".,"} - {reading.thousands}
    grouped = len(groups) > 1
    if grouped and (len(groups[0]) > 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    if other and not (len(groups) > 2 or point):
        return None
    if not rest.isdigit() and point:
        return None
    digits = "".join(groups)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 20:
        return None
    sign = "-" if whole.startswith("-") else ""
    return Decimal(f"{sign}{digits}.{rest}" if rest else f"{sign}{digits}")


def read_day(text: str, order: str, *, moment: bool) -> Any:
    """A day, or with `moment` a moment, as the file writes it; else the text, for the field to read itself."""
    if len(text) > LONGEST:
        raise ValidationError(_("“%(text)s” is not a date of the calendar."), params={"text": text[:40]})
    found = DAY.fullmatch(text.strip())
    if found is None:
        return _in_words(text)
    if moment and (exact := _exactly(text)):
        return exact
    one, two, three = (int(part) for part in found.group(1, 2, 3))
    parts = {"dmy": (three, two, one), "mdy": (three, one, two), "ymd": (one, two, three)}[order]
    if len(found.group(1)) > 2:
        parts = (one, two, three)
    elif order == "ymd" and len(found.group(3)) == 4:
        parts = (three, two, one)
    year, month, day = parts
    try:
        read = date(year + 2000 if year < 100 else year, month, day)
        if not moment:
            return read
        hour, minute, second = (int(part or 0) for part in found.group(4, 5, 6))
        return datetime(read.year, read.month, read.day, hour, minute, second, tzinfo=timezone.get_current_timezone())
    except ValueError:
        raise ValidationError(_("“%(text)s” is not a date of the calendar."), params={"text": text[:40]}) from None


def _exactly(text: str) -> datetime | None:
    """A moment that names its distance from Greenwich, as machines write it."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _in_words(text: str) -> Any:
    """`Sep 12, 2026` as a day."""
    for form in MONTHS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return text
