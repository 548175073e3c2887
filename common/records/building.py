"""The page that builds a filter: its lines as they were typed, what is wrong with each, the conditions they make.

A line is named by its number: `f2` the field, `o2` the operator, `v2` the values, `j2` whether it is joined to the line
before by "or". Lines that are joined by "or" form a group; groups and single lines must all hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from common.kinds import formats
from common.kinds.words import capital, title_sort
from common.records.declaring import RecordType, Viewer
from common.records.errors import BadFilter
from common.records.fieldkinds import EMPTY
from common.records.fieldkinds.periods import RELATIVE_DAYS
from common.records.fieldkinds.references import ReferenceKind
from common.records.filtering import MOST_CONDITIONS, Condition, Fields, FilterField
from common.records.inputs import read_date, read_number

OR = "or"


@dataclass
class Line:
    """One condition being built."""

    at: int
    name: str = ""
    op: str = ""
    values: list[str] = field(default_factory=list)
    join: str = "and"
    typed: str = ""
    error: str = ""
    found: FilterField | None = None
    is_new: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nobody said anything in it."""
        return not self.name

    def condition(self, group: str = "") -> Condition:
        """What it means."""
        return Condition(self.name, self.op, tuple(self.values), group)


@dataclass
class Builder:
    """The lines of a filter."""

    kind: RecordType
    viewer: Viewer
    known: Fields
    lines: list[Line]

    def check(self) -> bool:
        """Read what was typed, say what is wrong at each line; whether nothing is."""
        for line in self.lines:
            line.error = self._error_of(line)
        if len([line for line in self.lines if not line.is_empty]) > MOST_CONDITIONS:
            self.lines[-1].error = _("At most %(count)s conditions.") % {"count": MOST_CONDITIONS}
        return not self.has_errors

    @property
    def has_errors(self) -> bool:
        """Whether something is said to be wrong."""
        return any(line.error for line in self.lines)

    def is_wrong(self, line: Line) -> bool:
        """Whether a line cannot be understood as it stands; nothing is said at it."""
        return bool(self._error_of(line))

    def _error_of(self, line: Line) -> str:
        if line.is_empty:
            return ""
        if line.found is None:
            return _("There is no such field, or you may not read it.")
        try:
            line.values = [text for text in self._read(line) if text]
            if line.op not in EMPTY and not line.values:
                return _("Say a value.")
            line.found.q(line.op, line.values, self.viewer)
        except ValidationError as wrong:
            return " ".join(wrong.messages)
        except BadFilter:
            return _("This is no value for “%(field)s”.") % {"field": line.found.label}
        return ""

    def _read(self, line: Line) -> list[str]:
        """The values as addresses have them. Raises `ValidationError`."""
        if line.op in EMPTY:
            return []
        shape = shape_of(line)
        if shape in ("days", "two days"):
            return [str(read_date(text, formats.viewer_today())) for text in line.values if text.strip()]
        if shape in ("number", "two numbers"):
            return [format(read_number(text), "f") for text in line.values if text.strip()]
        if shape == "count":
            return ["".join(text.split()) for text in line.values]
        if shape == "chooser" and line.typed.strip():
            return [*line.values, self._named(line)]
        return [text.strip() for text in line.values]

    def _named(self, line: Line) -> str:
        """The key of what was typed in full instead of chosen. Raises `ValidationError`."""
        kind = line.found.kind if line.found else None
        assert isinstance(kind, ReferenceKind)  # noqa: S101  # only references are chosen
        wanted = title_sort(line.typed)
        rows = kind.nameable(self.viewer)
        rows = rows.filter(title_sort=wanted) if kind.is_record else rows
        found = [row.pk for row in rows if title_sort(str(row)) == wanted]
        if len(found) != 1:
            raise ValidationError(_("“%(text)s” was not chosen from the list.") % {"text": line.typed[:60]})
        return str(found[0])

    def conditions(self) -> tuple[Condition, ...]:
        """What the lines without error mean together."""
        groups = list(self._groups())
        joined = [group for group in groups if len(group) > 1]
        alone = [line.condition() for group in groups if len(group) == 1 for line in group]
        return (*alone, *(line.condition(str(at)) for at, group in enumerate(joined, start=1) for line in group))

    def _groups(self) -> Iterator[list[Line]]:
        group: list[Line] = []
        for line in self.lines:
            if line.is_empty or line.error or line.found is None:
                continue
            if group and line.join != OR:
                yield group
                group = []
            group.append(line)
        if group:
            yield group

    def sentence(self) -> str:
        """The whole filter as a person would say it."""
        parts = []
        for group in self._groups():
            said = (_(" or ")).join(self.words(line) for line in group)
            parts.append(f"({said})" if len(group) > 1 else said)
        if not parts:
            return _("%(what)s: all") % {"what": self.kind.label_plural}
        return _("%(what)s: %(conditions)s") % {"what": self.kind.label_plural, "conditions": _(" and ").join(parts)}

    def words(self, line: Line) -> str:
        """A line in words."""
        assert line.found is not None  # noqa: S101  # asked for lines without error
        op, value = line.found.words(line.condition(), self.viewer)
        return f"{capital(line.found.label)} {op} {value}".strip()

    def add(self, name: str = "") -> None:
        """One more line at the end."""
        at = max((line.at for line in self.lines), default=-1) + 1
        self.lines.append(prepared(Line(at, name, is_new=True), self.known))

    def remove(self, at: str) -> None:
        """Take a line away; the others keep what was typed."""
        self.lines = [line for line in self.lines if str(line.at) != at]


def of_conditions(kind: RecordType, viewer: Viewer, known: Fields, conditions: Sequence[Condition]) -> Builder:
    """The lines that mean these conditions."""
    lines, group = [], ""
    for at, said in enumerate(conditions):
        join = OR if said.group and said.group == group else "and"
        lines.append(prepared(Line(at, said.name, said.op, list(said.values), join), known))
        group = said.group
    return Builder(kind, viewer, known, lines)


def of_post(kind: RecordType, viewer: Viewer, known: Fields, data: QueryDict) -> Builder:
    """The lines as they were typed."""
    numbers = sorted({int(key[1:]) for key in data if key[:1] == "f" and key[1:].isdecimal() and len(key) < 5})
    lines = [_posted(at, data) for at in numbers[: MOST_CONDITIONS + 1]]
    return Builder(kind, viewer, known, [prepared(line, known) for line in lines])


def _posted(at: int, data: QueryDict) -> Line:
    """A line as it was sent; what was said of another field than it has now is gone."""
    line = Line(at, data.get(f"f{at}", ""), join=data.get(f"j{at}", "and"))
    if data.get(f"p{at}", line.name) == line.name:
        line.op, line.typed = data.get(f"o{at}", ""), data.get(f"v{at}__text", "").replace("\x00", "")
        line.values = [value.replace("\x00", "") for value in data.getlist(f"v{at}")]
    return line


def prepared(line: Line, known: Fields) -> Line:
    """The line with its field, an operator of it, and no value that is not offered."""
    line.found = known.get(line.name)
    if line.found is None:
        return line
    operators, kind = line.found.operators(), line.found.kind
    if kind is not None and kind.input == "date" and line.op == "is":
        line.op = (
            "in" if line.values[:1] and line.values[0] in RELATIVE_DAYS else "between" if line.values[1:] else "is"
        )
    if line.op not in operators:
        line.op, line.values = next(iter(operators)), []
    offered = {"period": list(RELATIVE_DAYS), "bool": ["1", "0"]}.get(shape_of(line))
    if offered and line.values[:1] not in [[value] for value in offered]:
        line.values = offered[:1]
    return line


def shape_of(line: Line) -> str:
    """What the values of a line are typed or chosen with."""
    if line.found is None or line.op in EMPTY:
        return "nothing"
    named, kind = line.found.named, line.found.kind
    if named is not None:
        return "count" if named.unit else "choices"
    assert kind is not None  # noqa: S101  # one of the two is set
    if kind.input == "date":
        if line.op in ("last", "next", "older"):
            return "count"
        return {"in": "period", "between": "two days"}.get(line.op, "days")
    if kind.input == "number":
        return "two numbers" if line.op == "between" else "number"
    if kind.input == "choices" and isinstance(kind, ReferenceKind) and kind.is_searched:
        return "chooser"
    return kind.input


def drawn(builder: Builder) -> dict[str, Any]:
    """What `partials/filter_builder.html` needs."""
    return {
        "lines": [_drawn(line, builder, place) for place, line in enumerate(builder.lines)],
        "fields": _field_groups(builder.known),
    }


def _drawn(line: Line, builder: Builder, place: int) -> dict[str, Any]:
    shape = shape_of(line)
    found = {
        "at": line.at, "is_first": place == 0, "is_new": line.is_new, "join": line.join, "error": line.error,
        "shape": shape, "op": line.op, "name": line.name, "value_name": f"v{line.at}", "typed": line.typed,
        "label": capital(line.found.label) if line.found else _("Condition"),
        "ops": list(line.found.operators().items()) if line.found else [],
    }  # fmt: skip
    if shape in ("two days", "two numbers"):
        found["values"] = (line.values + ["", ""])[:2]
    elif shape == "chooser":
        kind: Any = line.found.kind if line.found else None
        found |= {"choose_url": kind.choose_url, "chosen": kind.chosen(line.values, builder.viewer)}
    else:
        found["values"] = line.values[:1] or [""]
    if shape in ("choices", "period"):
        found["choices"] = [(value, label, value in line.values) for value, label in _choices(line, builder.viewer)]
    if shape == "count" and line.found and line.found.named:
        found["unit"] = line.found.named.unit
    return found


def _choices(line: Line, viewer: Viewer) -> list[tuple[str, Any]]:
    assert line.found is not None  # noqa: S101  # asked where there is a field
    source: Any = line.found.named or line.found.kind
    return list(source.choices(viewer))


def _field_groups(known: Fields) -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything that can be asked: the type's own fields, then by what it leads to."""
    own = [
        (found.key, capital(found.label))
        for found in known.values() if found.named is None or found.named.say is None
    ]  # fmt: skip
    beyond = [
        (capital(known[way].label), [(found.key, str(found.label)) for found in known.beyond(way)])
        for way in known.ways()
    ]
    return [("", own), *(entry for entry in beyond if entry[1])]
