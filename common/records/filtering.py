"""The filter tree of a list and its form in the address (ARCHITECTURE.md §5, "Filter tree").

`?q=pump&f=stage.in:3,4&f=amount.gte:1000&any=1.stage.in:3&any=1.owner.in:me`: every `f` must hold, of
the `any` with the same number one must. Values are percent-encoded before they are joined by commas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any
from urllib.parse import quote, unquote

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common.policy import scopes
from common.records import finding, registry
from common.records.declaring import NamedFilter, RecordType, Viewer, Words
from common.records.errors import BadFilter
from common.records.fieldkinds import EMPTY, Kind, kind_of

MOST_CONDITIONS = 30
LONGEST_QUERY = 200
NAMED_OPERATOR = "is"
MINE = "mine"
MINE_CONDITION = (MINE, NAMED_OPERATOR, ("me",))


@dataclass(frozen=True)
class Condition:
    """One `field.op:values`; `group` is the number of its OR group, or empty."""

    name: str
    op: str
    values: tuple[str, ...]
    group: str = ""

    def __str__(self) -> str:
        text = f"{self.name}.{self.op}"
        if self.values:
            text += ":" + ",".join(quote(value, safe="") for value in self.values)
        return f"{self.group}.{text}" if self.group else text


def parse(text: str, *, grouped: bool = False) -> Condition:
    """A condition from its text form. Raises `BadFilter`."""
    group, rest = text.split(".", 1) if grouped and "." in text else ("", text)
    head, _colon, tail = rest.partition(":")
    name, dot, op = head.partition(".")
    values = tuple(unquote(part) for part in tail.split(",")) if tail else ()
    wrong = not dot or not name or not op or "\x00" in "".join((text, *values))
    if wrong or (grouped and not group.isdecimal()):
        raise BadFilter(part=text.replace("\x00", "")[:80])
    return Condition(name, op, values, group)


@dataclass(frozen=True)
class Query:
    """What a list is asked for: words to find and conditions."""

    words: str
    conditions: tuple[Condition, ...]

    @classmethod
    def from_address(cls, query: QueryDict) -> Query:
        """Read `q`, `f` and `any`. Raises `BadFilter`."""
        found = [parse(text) for text in query.getlist("f")]
        found += [parse(text, grouped=True) for text in query.getlist("any")]
        if len(found) > MOST_CONDITIONS:
            raise BadFilter(part=str(len(found)))
        return cls(query.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY], tuple(found))

    @classmethod
    def from_text(cls, text: str) -> Query:
        """Read a query string."""
        return cls.from_address(QueryDict(text))

    def tree(self) -> dict[str, Any]:
        """The tree of the conditions: `{"all": [{"f", "op", "v"}, {"any": […]}]}`."""
        every: list[dict[str, Any]] = [_leaf(c) for c in self.conditions if not c.group]
        groups: dict[str, list[dict[str, Any]]] = {}
        for condition in self.conditions:
            if condition.group:
                groups.setdefault(condition.group, []).append(_leaf(condition))
        return {"all": [*every, *({"any": leaves} for leaves in groups.values())]}

    def pairs(self, *, without: Condition | None = None) -> list[tuple[str, str]]:
        """As pairs for an address."""
        found = [("q", self.words)] if self.words else []
        for condition in self.conditions:
            if condition != without:
                found.append(("any" if condition.group else "f", str(condition)))
        return found


def _leaf(condition: Condition) -> dict[str, Any]:
    return {"f": condition.name, "op": condition.op, "v": list(condition.values)}


@dataclass(frozen=True)
class FilterField:
    """Something a type's lists can be filtered by: a field, or a condition with a name."""

    key: str
    label: Words
    kind: Kind | None = None
    named: NamedFilter | None = None

    def q(self, op: str, values: Sequence[str], viewer: Viewer) -> Q:
        """The condition. Raises `BadFilter`."""
        if self.kind is not None:
            return self.kind.q(op, values, viewer)
        assert self.named is not None  # noqa: S101  # one of the two is set
        known = {value for value, _label in self.named.choices(viewer)}
        unknown = self.named.say is None and not set(values) <= known
        bad = BadFilter(part=f"{self.key}.{op}:{','.join(values)}"[:80])
        if op != NAMED_OPERATOR or not values or unknown:
            raise bad
        try:
            return self.named.build(values, viewer)
        except (ValueError, OverflowError):
            raise bad from None

    def operators(self) -> dict[str, Words]:
        """What can be said about it."""
        if self.kind is not None:
            return dict(self.kind.operators)
        assert self.named is not None  # noqa: S101  # one of the two is set
        return {NAMED_OPERATOR: self.named.op_label or _("is")}

    def words(self, condition: Condition, viewer: Viewer) -> tuple[str, str]:
        """Operator and values of a chip in words."""
        op = str(self.operators().get(condition.op, condition.op))
        if condition.op in EMPTY:
            return op, ""
        if self.kind is not None:
            return op, self.kind.words(condition.op, condition.values, viewer)
        assert self.named is not None  # noqa: S101  # one of the two is set
        if self.named.say is not None:
            return op, self.named.say(condition.values)
        labels = dict(self.named.choices(viewer))
        return op, ", ".join(str(labels.get(value, value)) for value in condition.values)


def fields_of(kind: RecordType, viewer: Viewer) -> dict[str, FilterField]:
    """What this person may filter a type by: only fields they may read everywhere."""
    rights = scopes.fields(viewer.principal, kind.model)
    found: dict[str, FilterField] = {}
    for entry in registry.filters(kind):
        if isinstance(entry, NamedFilter):
            found[entry.key] = FilterField(entry.key, entry.label, named=entry)
        elif rights.readable(entry):
            field_kind = kind_of(kind.model, entry)
            found[entry] = FilterField(entry, field_kind.label, kind=field_kind)
    return found


def condition_q(kind: RecordType, query: Query, viewer: Viewer) -> Q:
    """The whole query as one condition. Raises `BadFilter` for what does not exist."""
    known = fields_of(kind, viewer)
    return tree_q(query.tree(), known, viewer) & finding.words_q(kind, query.words, viewer)


def without_mine(query: Query) -> tuple[Query, bool]:
    """The query without the condition that rows are the person's own, and whether it had it."""
    left = tuple(c for c in query.conditions if c.group or (c.name, c.op, c.values) != MINE_CONDITION)
    return Query(query.words, left), len(left) < len(query.conditions)


def tree_q(tree: dict[str, Any], known: dict[str, FilterField], viewer: Viewer) -> Q:
    """A filter tree as a condition. Raises `BadFilter`."""
    if "all" in tree:
        return reduce(and_, (tree_q(part, known, viewer) for part in tree["all"]), Q())
    if "any" in tree:
        return reduce(or_, (tree_q(part, known, viewer) for part in tree["any"]))
    found = known.get(tree.get("f", ""))
    if found is None:
        raise BadFilter(part=str(tree.get("f", ""))[:80])
    return found.q(tree["op"], [str(value) for value in tree["v"]], viewer)
