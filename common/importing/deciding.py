"""What becomes of a row: a new record, changes of a known one, or nothing, and why not. Writes nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from common.changes import bulk, writing
from common.changes import values as tracked
from common.importing import vocabulary
from common.importing.finding import Finder, Found
from common.importing.meaning import Interpreter, Meant, ToCreate, there_already
from common.importing.models import Import, OnMatch, OnNew, Outcome
from common.kinds.errors import Forbidden
from common.kinds.models import RecordModel
from common.policy import scopes
from common.records import registry
from common.records.declaring import RecordType, Viewer
from common.records.forms import default_values, form_field
from common.records.inputs import NewRecord

NOTHING: tuple[Any, ...] = (None, "", [])
NOWHERE = -1
"""The key of what is yet to be made."""
Relations = Mapping[int, scopes.Relations]


@dataclass
class Decision:
    """What becomes of a row. `values` are those to write; `place` is (owner, department) where they change."""

    outcome: str
    obj: RecordModel | None = None
    values: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)
    place: tuple[Any, Any] | None = None
    restores: bool = False


class Decider:
    """Decides about the rows of one import with the rights its person has now.

    `foresees`: rules of the tables are asked too, a query for each row; where rows are written, the tables do it.
    """

    def __init__(
        self, imp: Import, kind: RecordType, viewer: Viewer, reader: Interpreter, finder: Finder, *, foresees: bool
    ) -> None:
        self.foresees = foresees
        self.imp, self.kind, self.viewer, self.reader, self.finder = imp, kind, viewer, reader, finder
        self.names = kind.form_names()
        self.creatable = scopes.creation_fields(viewer.principal, kind.model)
        self.fields = {name: form_field(kind.model, name, viewer, None) for name in self.names}
        self.required = {name: str(form.label) for name, form in self.fields.items() if form.required}
        self.begun = self._begun()
        self.sets: dict[str, dict[int, list[int]]] = {}

    def _begun(self) -> dict[str, Any]:
        """What new records begin with: the defaults, and what a new form is filled with where it demands it."""
        found = default_values(self.kind)
        if self.kind.model.parent_field is None:
            offered = self.kind.initial(HttpRequest(), self.viewer)
            found |= {name: value for name, value in offered.items() if name in self.required}
        return {name: value for name, value in found.items() if name in self.names and value not in NOTHING}

    def begin(self, found: Sequence[Found]) -> Relations:
        """`relations` of a new chunk: what was read for the last one is forgotten."""
        self.sets.clear()
        return self.relations(found)

    def relations(self, found: Sequence[Found]) -> Relations:
        """How the person stands to what some rows fit, whose sets of links are read too; a few queries."""
        objs = [obj for fit in found if (obj := fit.obj or fit.binned) is not None]
        if not objs:
            return {}
        for name in {target.name for target in self.reader.targets.values() if target.is_set}:
            if not tracked.is_beside(name):
                known = tracked.current_sets(self.kind.model, name, {obj.pk for obj in objs})
                self.sets.setdefault(name, {}).update(known)
        return scopes.relations(self.viewer.principal, objs)

    def decide(self, meant: Meant, fit: Found, relations: Relations) -> Decision:
        """What becomes of a row; what is wrong is in its errors then."""
        if meant.errors:
            return Decision(Outcome.FAILED)
        if fit.obj is not None:
            decision = self._known(meant, fit.obj, relations[fit.obj.pk])
        elif fit.binned is not None:
            decision = self._binned(meant, fit.binned, relations[fit.binned.pk])
        elif self.imp.on_new == OnNew.SKIP:
            decision = Decision(Outcome.SKIPPED)
        else:
            decision = self._new(meant)
        return Decision(Outcome.FAILED) if meant.errors and decision.outcome != Outcome.SKIPPED else decision

    def _allows(self, action: str, relations: scopes.Relations) -> bool:
        return scopes.allows(self.viewer.principal, self.kind.model, action, relations)

    def _new(self, meant: Meant) -> Decision:
        values = {**self.begun, **meant.values}
        for name, label in self.required.items():
            if name not in values:
                self._refuse_lack(meant, name, label)
        for name in meant.values:
            if not self.creatable.writable(name) and name != self.kind.model.parent_field:
                meant.refuse(self.reader.place_of(name), _("Your role may not change this field."))
        if meant.errors:
            return Decision(Outcome.FAILED)
        decision = Decision(Outcome.NEW, values=values, extras=meant.extras)
        self._require_around(meant, values)
        self._require_there(meant, decision, lambda name: tracked.encode(values.get(name)))
        probe = self._check(meant, self.kind.model(), values)
        if meant.errors:
            return decision
        writing.place(probe, by=self.viewer.user, owner=writing.DEFAULT, department=writing.DEFAULT)
        related = writing.relations_of_new(self.viewer.principal, probe)
        if not self._allows("create", related):
            meant.refuse(None, _("Your role may not create this here."))
        self._place(meant, decision, related, None)
        return decision

    def _require_around(self, meant: Meant, values: Mapping[str, Any]) -> None:
        """Entries that are yet to be made need other values of the row: a city its country."""
        for name, value in values.items():
            new = [item for item in value if isinstance(item, ToCreate)] if isinstance(value, list) else [value]
            target = self.reader.targets.get(name)
            if target is None or target.model is None or not any(isinstance(item, ToCreate) for item in new):
                continue
            missing = [need for need in vocabulary.needs(target.model) if values.get(need) in NOTHING]
            for need in missing:
                label = str(self.fields[need].label)
                text = _("“%(text)s” cannot be created: “%(name)s” is empty.") % {"text": new[0], "name": label}
                meant.refuse(self.reader.place_of(name), text)

    def _require_there(self, meant: Meant, decision: Decision, value: Callable[[str], Any]) -> None:
        """What a record may not lack where it is brought: fields that a stage asks for."""
        for key, row in decision.extras.items():
            extra = self.reader.targets[key].extra
            assert extra is not None  # noqa: S101  # extras come from such targets
            for name in extra.demands(row):
                if name in self.fields and value(name) in (*NOTHING, False):
                    self._refuse_lack(meant, name, str(self.fields[name].label))

    def _refuse_lack(self, meant: Meant, name: str, label: str) -> None:
        meant.refuse(self.reader.place_of(name), _("“%(name)s” is required.") % {"name": label})

    def _check(self, meant: Meant, obj: RecordModel, values: Mapping[str, Any]) -> RecordModel:
        """What the form or the database would refuse goes to the errors of the row."""
        given = there_already(values)
        given |= {name: self._stand_in(name, values) for name in values.keys() - given.keys()}
        try:
            bulk.check(obj, given, self.names, constraints=self.foresees)
        except ValidationError as problem:
            errors = problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
            for name, texts in errors.items():
                for text in texts:
                    meant.refuse(self.reader.place_of(name) if name else None, text)
        return obj

    def _stand_in(self, name: str, values: Mapping[str, Any]) -> Any:
        """What is yet to be made, as if it were there."""
        target, text = self.reader.targets[name], str(values[name])
        assert target.model is not None  # noqa: S101  # only records and entries of lists are made along
        if target.linked:
            return target.model(record_id=NOWHERE, **registry.of(target.model).inline(text, values))
        return target.model(pk=NOWHERE, name=text)

    def _binned(self, meant: Meant, obj: RecordModel, relations: scopes.Relations) -> Decision:
        if not self.imp.restores or self.imp.on_match == OnMatch.SKIP:
            number = self.kind.number_of(obj)
            meant.refuse(None, _("%(number)s is in the bin. Restore it, or let the import do so.") % {"number": number})
            return Decision(Outcome.SKIPPED, obj)
        if not self._allows("delete", relations):
            meant.refuse(None, Forbidden())
        decision = self._known(meant, obj, relations)
        decision.outcome, decision.restores = Outcome.UPDATED, True
        return decision

    def _known(self, meant: Meant, obj: RecordModel, relations: scopes.Relations) -> Decision:
        if self.imp.on_match == OnMatch.SKIP:
            return Decision(Outcome.SKIPPED, obj)
        values = {name: said for name, value in meant.values.items() if (said := self._change(obj, name, value))}
        decision = Decision(Outcome.UPDATED, obj, {name: value for name, (value,) in values.items()})
        if self.imp.on_match == OnMatch.UPDATE:
            decision.extras = {
                key: row for key, row in meant.extras.items()
                if (extra := self.reader.targets[key].extra) is not None and extra.differs(obj, row)
            }  # fmt: skip
            self._place(meant, decision, relations, obj)
        if not (decision.values or decision.extras or decision.place):
            decision.outcome = Outcome.UNCHANGED
            return decision
        self._require_change(meant, decision, relations)
        self._require_there(meant, decision, lambda name: decision.values.get(name) or tracked.current(obj, name))
        if not meant.errors and decision.values:
            now = {name: getattr(obj, name, None) for name in self.names if name not in decision.values}
            self._require_around(meant, {**now, **decision.values})
            self._check(meant, copy.copy(obj), decision.values)
        return decision

    def _change(self, obj: RecordModel, name: str, value: Any) -> tuple[Any] | None:
        """The value to write, in a tuple; None where the record says so already, or shall keep what it says."""
        model = type(obj)
        if isinstance(value, NewRecord | ToCreate):
            return None if self.imp.on_match == OnMatch.FILL and self._now(obj, name) not in NOTHING else (value,)
        now = self._now(obj, name)
        if self.imp.on_match == OnMatch.FILL and now not in NOTHING:
            return None
        if isinstance(now, list):
            more = [item for item in value if isinstance(item, ToCreate) or tracked.encode(item) not in now]
            return ([*now, *more],) if more else None
        return (value,) if value not in NOTHING and not _same(tracked.normal(model, name, value), now) else None

    def _now(self, obj: RecordModel, name: str) -> Any:
        """What a record has there, encoded."""
        sets = self.sets.get(name, {})
        return sets[obj.pk] if obj.pk in sets else tracked.current(obj, name)

    def _require_change(self, meant: Meant, decision: Decision, relations: scopes.Relations) -> None:
        if (decision.values or decision.extras) and not self._allows("change", relations):
            meant.refuse(None, Forbidden())
            return
        rights = scopes.fields(self.viewer.principal, self.kind.model, relations)
        for name in decision.values:
            if not rights.writable(name):
                meant.refuse(self.reader.place_of(name), _("Your role may not change this field."))

    def _place(self, meant: Meant, decision: Decision, relations: scopes.Relations, obj: RecordModel | None) -> None:
        """Whose the record becomes: a transfer, of a new record away from who imports it."""
        if self.kind.model.parent_field is not None or not (meant.owner or meant.department):
            return
        owner = meant.owner or (obj.owner if obj is not None else self.viewer.user)
        department = meant.department or (meant.owner.department if meant.owner else obj and obj.department)
        now = (obj.owner_id, obj.department_id) if obj is not None else None
        if now == (owner and owner.pk, department and department.pk):
            return
        if not self._allows("transfer", relations):
            meant.refuse(self.reader.place_of("owner"), _("Your role may not give this away."))
        decision.place = (owner, department)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same; files do not keep how lines end."""
    if isinstance(one, str) and isinstance(other, str):
        return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")
    return bool(one == other)
