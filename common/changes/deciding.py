"""Which part of a change set can be taken back now, and by whom. Reads only.

Whoever did it may take it back while the policy lets them change the record. Where nobody has changed the record
since, the policy is asked about it as it stood before: giving a record away is taken back by who gave it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Q

from common.changes import steps, values, writing
from common.changes.context import Actor, person
from common.changes.models import UndoNote
from common.changes.steps import Step
from common.events.models import ChangeSet
from common.kinds.models import RecordModel
from common.policy import scopes
from common.policy.principal import Principal, principal_of
from common.spine.models import Record

Why = UndoNote.Why
NOBODY: frozenset[int] = frozenset()


@dataclass
class Decision:
    """What undoing does to one record: values to write, a move out of or into the bin, and what it leaves."""

    step: Step
    row: RecordModel | None = None
    values: dict[str, Any] = field(default_factory=dict)
    bin: str = ""
    left: list[tuple[str, str]] = field(default_factory=list)

    @property
    def acts(self) -> bool:
        """Whether anything is written."""
        return bool(self.values or self.bin)


@dataclass
class Judge:
    """Decides for one undoing by one person, record after record in the order of taking back."""

    change_set: ChangeSet
    by: Actor
    _going: set[int] = field(default_factory=set)
    _coming: set[int] = field(default_factory=set)
    _freed: dict[str, set[int]] = field(default_factory=dict)
    _operations: dict[tuple[str, int], bool] = field(default_factory=dict)

    def assume(self, found: Decision) -> None:
        """In a preview: decide about the following records as if this one were taken back."""
        if found.bin:
            (self._going if found.bin == "in" else self._coming).add(found.step.record)
        for name in found.values:
            self._freed.setdefault(name, set()).add(found.step.record)

    def decide(self, step: Step, row: RecordModel | None) -> Decision:
        """What to do about this record as it is now."""
        if row is None:
            return Decision(step, left=[("", Why.PURGED)])
        found = Decision(step, row)
        is_binned = row.deleted_at is not None
        if step.bin == "in":
            if not is_binned:
                self._put_in(found, row)
        elif is_binned and step.bin != "out" and not self._was_binned(row):
            found.left = [("", Why.BINNED)] if step.changes else []
        else:
            self._fields(found, row)
            if is_binned and step.bin == "out":
                self._take_out(found, row)
        if found.acts and not self._allowed(found, row):
            return Decision(step, row, left=[("", Why.FORBIDDEN)])
        return found

    def _was_binned(self, row: RecordModel) -> bool:
        """Whether it lay in the bin already when the act changed it, as parts of what is transferred may."""
        return row.deleted_at is not None and row.deleted_at < self.change_set.at

    def _put_in(self, found: Decision, row: RecordModel) -> None:
        # What the act made goes only if nothing points to it; what it took out goes back as it would any day.
        if self._is_referred_to(row, () if found.step.created else ("refuse", "follow")):
            found.left = [("", Why.USED)]
            return
        if not found.step.created:
            self._fields(found, row)
        found.bin = "in"

    def _is_referred_to(self, row: RecordModel, rules: Collection[str]) -> bool:
        for model, key in writing.model_links(type(row)):
            if rules and model.bin.get(key.name) not in rules:
                continue
            rows = model.objects.filter(**{key.name: row.pk})
            if rows.exclude(pk__in=self._going | self._freed.get(key.name, NOBODY)).exists():
                return True
        return False

    def _take_out(self, found: Decision, row: RecordModel) -> None:
        if self._whole_is_binned(found, row):
            found.values, found.left = {}, [("", Why.WHOLE)]
        else:
            found.bin = "out"

    def _whole_is_binned(self, found: Decision, row: RecordModel) -> bool:
        now = {name: found.values.get(name, values.current(row, name)) for name in row.bin}
        return writing.rests_on_bin(row, now, self._coming)

    def _fields(self, found: Decision, row: RecordModel) -> None:
        for name, (old, new) in found.step.changes.items():
            if values.current(row, name) != new:
                if values.current(row, name) != old:
                    found.left.append((name, Why.CHANGED))
            elif not self._exists(type(row), name, old):
                found.left.append((name, Why.LOST))
            else:
                found.values[name] = old

    def _exists(self, model: type[RecordModel], name: str, old: Any) -> bool:
        """Whether what an old value points to can be pointed to again."""
        related = values.related_model(model, name)
        keys = set(old if isinstance(old, list) else [old]) - {None}
        if related is None or not keys:
            return True
        rows = related._base_manager.filter(pk__in=keys)
        if issubclass(related, RecordModel):
            rows = rows.filter(Q(deleted_at=None) | Q(pk__in=self._coming))
        return rows.count() == len(keys)

    def _allowed(self, found: Decision, row: RecordModel) -> bool:
        user = person(self.by)
        if user is None:
            return True
        principal, step = principal_of(user), found.step
        untouched = row.version == step.version
        relations = related(principal, row, step if untouched else None)
        if step.operation is not None:
            action, record = step.operation
            if record == row.pk:
                return scopes.allows(principal, type(row), action, relations)
            if untouched and self._operation_allowed(principal, action, record):
                return True
        if step.bin and not scopes.allows(principal, type(row), "delete", relations):
            own = step.created and untouched
            return own and scopes.allows(principal, type(row), "change", relations)
        return not found.values or _may_write(principal, row, relations, found.values)

    def _operation_allowed(self, principal: Principal, action: str, record: int) -> bool:
        """Whether the person may do again what the change set did, to the record it was asked for."""
        if (action, record) not in self._operations:
            self._operations[action, record] = self._ask(principal, action, record)
        return self._operations[action, record]

    def _ask(self, principal: Principal, action: str, record: int) -> bool:
        model: Any = apps.get_model(Record.objects.values_list("type", flat=True).get(pk=record))
        row = model.everything.filter(pk=record).first()
        if row is None:
            return False
        (step,) = steps.load(self.change_set, [record])
        relations = related(principal, row, step if row.version == step.version else None)
        return scopes.allows(principal, model, action, relations)


def _may_write(principal: Principal, row: RecordModel, relations: scopes.Relations, wanted: dict[str, Any]) -> bool:
    model = type(row)
    moved = writing.TRANSFERRED & wanted.keys()
    if moved and not scopes.allows(principal, model, "transfer", relations):
        return False
    rights = scopes.fields(principal, model, relations)
    may_change = scopes.allows(principal, model, "change", relations)
    return may_change and all(rights.writable(name) for name in wanted.keys() - moved)


def related(principal: Principal, row: RecordModel, before: Step | None) -> scopes.Relations:
    """How the person stands to a record; with a step, also how they stood before it."""
    now = scopes.relations(principal, [row])[row.pk]
    if before is None or not before.changes:
        return now
    former = type(row)(owner_id=row.owner_id, department_id=row.department_id)
    for name in writing.TRANSFERRED & before.changes.keys():
        setattr(former, f"{name}_id", before.changes[name][0])
    roles = {
        link.fixed["role"] for name, link in values.link_fields.items()
        if "role" in link.fixed and principal.user_id in (before.changes.get(name, ([],))[0] or [])
    }  # fmt: skip
    return now | scopes.own_relations(principal, former) | roles
