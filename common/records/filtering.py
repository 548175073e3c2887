"""The filter tree of a list and its form in the address (ARCHITECTURE.md §5, "Filter tree").

`?q=pump&f=stage.in:3,4&f=amount.gte:1000&any=1.stage.in:3&any=1.owner.in:me`: every `f` must hold, of
the `any` with the same number one must. Values are percent-encoded before they are joined by commas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any
from urllib.parse import quote, unquote

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common.kinds.among import among
from common.kinds.models import RecordModel
from common.kinds.words import capital
from common.policy import scopes
from common.records import finding, registry
from common.records.declaring import NamedFilter, RecordType, Viewer, Words
from common.records.errors import BadFilter
from common.records.fieldkinds import EMPTY, OPPOSITES, Kind, kind_of

MOST_CONDITIONS = 30
LONGEST_QUERY = 200
NAMED_OPERATOR = "is"
STEP = "__"
"""Between a foreign key and a field of what it leads to."""
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

    def pairs(self) -> list[tuple[str, str]]:
        """As pairs for an address."""
        return [*([("q", self.words)] if self.words else []), *pairs_of(self.conditions)]


def pairs_of(conditions: Sequence[Condition]) -> list[tuple[str, str]]:
    """Conditions as pairs for an address."""
    return [("any" if condition.group else "f", str(condition)) for condition in conditions]


def _leaf(condition: Condition) -> dict[str, Any]:
    return {"f": condition.name, "op": condition.op, "v": list(condition.values)}


def conditions_of(tree: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of a tree as `Query.tree` makes it; those it cannot make are none. Empty: no condition."""
    found: list[Condition] = []
    for at, part in enumerate(tree.get("all", [tree] if tree else []), start=1):
        group = str(at) if "any" in part else ""
        leaves = part.get("any", [part])
        found += [Condition(leaf["f"], leaf["op"], tuple(map(str, leaf["v"])), group) for leaf in leaves if "f" in leaf]
    return tuple(found)


@dataclass(frozen=True)
class FilterField:
    """Something a type's lists can be filtered by: a field, or a condition with a name.

    `way`: the foreign key whose target has the field. Only targets one may see count; what has none, or one that may
    not be seen, is without the value.
    """

    key: str
    label: Words
    kind: Kind | None = None
    named: NamedFilter | None = None
    way: str = ""

    @property
    def target_type(self) -> RecordType | None:
        """The type of the records a foreign key leads to."""
        target = getattr(self.kind, "target", None)
        is_one = target is not None and issubclass(target, RecordModel) and not self.kind.is_set  # type: ignore[union-attr]  # a reference
        return registry.find(target._meta.label_lower) if is_one and target is not None else None

    def q(self, op: str, values: Sequence[str], viewer: Viewer) -> Q:
        """The condition. Raises `BadFilter`."""
        if self.kind is not None:
            return self._beyond_q(op, values, viewer) if self.way else self.kind.q(op, values, viewer)
        assert self.named is not None  # noqa: S101  # one of the two is set
        bad = BadFilter(part=f"{self.key}.{op}:{','.join(values)}"[:80])
        if op != NAMED_OPERATOR or not values or not self.named.takes(values, viewer):
            raise bad
        try:
            return self.named.build(values, viewer)
        except (ValueError, OverflowError):
            raise bad from None

    def _beyond_q(self, op: str, values: Sequence[str], viewer: Viewer) -> Q:
        """ "Is not" and "is empty" hold wherever their opposite does not: also without a target."""
        assert self.kind is not None  # noqa: S101  # only fields have a way
        opposite = OPPOSITES.get(op) if OPPOSITES.get(op) in self.kind.operators else None
        seen = self.kind.model.objects.for_user(viewer.principal)
        found = among(seen.filter(self.kind.q(opposite or op, values, viewer)), "pk", self.way)
        return ~found if opposite else found

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
        if self.named.unit:
            return op, f"{condition.values[0]} {self.named.unit}"
        if self.named.say is not None:
            return op, self.named.say(condition.values)
        labels = dict(self.named.choices(viewer))
        return op, ", ".join(str(labels.get(value, value)) for value in condition.values)


class Fields(Mapping[str, FilterField]):
    """What a person may filter a type by: its own fields, and by `company__industries` those of what it leads to.

    The fields of what it leads to are found when asked for: a list never needs most of them.
    """

    def __init__(self, kind: RecordType, viewer: Viewer) -> None:
        self.kind, self.viewer = kind, viewer
        rights = scopes.fields(viewer.principal, kind.model)
        self._own: dict[str, FilterField] = {}
        for entry in registry.filters(kind):
            if isinstance(entry, NamedFilter):
                self._own[entry.key] = FilterField(entry.key, entry.label, named=entry)
            elif rights.readable(entry):
                field_kind = kind_of(kind.model, entry)
                self._own[entry] = FilterField(entry, field_kind.label, kind=field_kind)

    def __getitem__(self, key: str) -> FilterField:
        found = self._own.get(key)
        if found is None and STEP in key:
            way, _step, name = key.partition(STEP)
            found = next((field for field in self.beyond(way) if field.key == f"{way}{STEP}{name}"), None)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)

    def ways(self) -> list[str]:
        """The foreign keys to records whose fields this person may read."""
        return [key for key, field in self._own.items() if field.kind is not None and field.target_type is not None]

    def beyond(self, way: str) -> list[FilterField]:
        """The fields of what a foreign key of the type leads to."""
        first = self._own.get(way)
        target = first.target_type if first is not None else None
        if first is None or target is None or not self.viewer.principal.may(target.key, "view"):
            return []
        rights = scopes.fields(self.viewer.principal, target.model)
        names = [entry for entry in registry.filters(target) if isinstance(entry, str) and rights.readable(entry)]
        kinds = [kind_of(target.model, name) for name in names]
        return [
            FilterField(f"{way}{STEP}{kind.name}", f"{capital(first.label)} › {capital(kind.label)}", kind, way=way)
            for kind in kinds
        ]


def fields_of(kind: RecordType, viewer: Viewer) -> Fields:
    """What this person may filter a type by: only fields they may read everywhere."""
    return Fields(kind, viewer)


def condition_q(kind: RecordType, query: Query, viewer: Viewer, known: Fields | None = None) -> Q:
    """The whole query as one condition. Raises `BadFilter` for what does not exist."""
    return tree_q(query.tree(), known or fields_of(kind, viewer), viewer) & finding.words_q(kind, query.words, viewer)


def without_mine(query: Query) -> tuple[Query, bool]:
    """The query without the condition that rows are the person's own, and whether it had it."""
    left = tuple(c for c in query.conditions if c.group or (c.name, c.op, c.values) != MINE_CONDITION)
    return Query(query.words, left), len(left) < len(query.conditions)


def tree_q(tree: dict[str, Any], known: Mapping[str, FilterField], viewer: Viewer) -> Q:
    """A filter tree as a condition. Raises `BadFilter`."""
    if "all" in tree:
        return reduce(and_, (tree_q(part, known, viewer) for part in tree["all"]), Q())
    if "any" in tree:
        return reduce(or_, (tree_q(part, known, viewer) for part in tree["any"]))
    found = known.get(tree.get("f", ""))
    if found is None:
        raise BadFilter(part=str(tree.get("f", ""))[:80])
    return found.q(tree["op"], [str(value) for value in tree["v"]], viewer)
