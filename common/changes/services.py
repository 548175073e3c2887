"""The one door for writing records (ARCHITECTURE.md §2.3).

Plain edits check the policy here. `operation` checks its own action once; what is written inside it
are consequences, logged and not checked again. Every function raises `ValidationError` for values a
field refuses, `Forbidden`, `FieldForbidden` or `ForeignRecord` for rights, and writes all or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from common import clock
from common.changes import log, values, writing
from common.changes.context import (
    Actor,
    OpenSet,
    System,
    asked,
    change_set,
    consequences,
    is_consequence,
    person,
    system_name,
    via,
    watch,
)
from common.changes.errors import FieldForbidden, ForeignRecord
from common.changes.stale import merge
from common.kinds.errors import Forbidden
from common.kinds.models import DictionaryBase, RecordModel
from common.policy import scopes
from common.policy import selectors as policy
from common.policy.principal import Principal, principal_of

__all__ = [
    "Actor", "OpenSet", "System", "change_set", "consequences", "create", "edit", "lock", "note", "note_dictionary",
    "operation", "person", "save_dictionary", "system_name", "via", "watch",
]  # fmt: skip

R = TypeVar("R", bound=RecordModel)


def create(
    model: type[R],
    given: Mapping[str, Any],
    *,
    by: Actor,
    owner: Any = writing.DEFAULT,
    department: Any = writing.DEFAULT,
    kind: str | None = None,
    label: object = "",
) -> R:
    """A new record of `model`. Without `owner` and `department` it belongs to who makes it, or to its parent's."""
    fields, links = writing.split(model, given)
    obj = model(**fields)
    writing.place(obj, by=by, owner=owner, department=department)
    user = person(by)
    if user is not None and not is_consequence():
        _check_creation(principal_of(user), obj, given, transferred=owner is not writing.DEFAULT)
    with change_set(label or _("Created: %(title)s") % {"title": obj.title}, by=by) as opened:
        obj.created_at, obj.created_by = clock.now(), user
        obj.before_save()
        writing.check_values(obj, fields, links)
        writing.insert(obj, links)
        opened.touched.add(obj.pk)
        data = writing.initial_data(obj, links)
        log.write(opened, kind or f"{log.noun(model)}.created", obj, data)
    return obj


def edit(
    obj: R, given: Mapping[str, Any], *, by: Actor, base_version: int | None = None, kind: str | None = None,
    label: object = "", details: Mapping[str, Any] | None = None,
) -> R:  # fmt: skip
    """Change fields and links of a record; returns the fresh row.

    With `base_version` (what the form was opened on) a stale edit merges where the fields are disjoint
    and raises `Conflict` where they are not. Nothing changed: nothing is written.
    """
    model = type(obj)
    with change_set(label or _("Changed: %(title)s") % {"title": obj.title}, by=by) as opened:
        row = lock(obj)
        user = person(by)
        if user is not None and not is_consequence():
            policy.require(user, row, "change")
        wanted = {name: values.normal(model, name, value) for name, value in given.items()}
        before = {name: values.current(row, name) for name in wanted}
        if base_version is not None and base_version < row.version:
            wanted = merge(row, wanted, before, base_version)
        changed = {name: value for name, value in wanted.items() if value != before[name]}
        if not changed and not details:
            return row
        if user is not None and not is_consequence():
            _check_fields(principal_of(user), row, changed)
        writing.apply(row, changed)
        pairs = {name: [before[name], values.current(row, name)] for name in changed}
        data = {**pairs, **writing.labels(row, pairs), **(details or {})}
        opened.touched.add(row.pk)
        log.write(opened, kind or f"{log.noun(model)}.changed", row, data)
    return row


@contextmanager
def operation(action: str, obj: R, *, by: Actor, label: object = "", checked: bool = False) -> Iterator[R]:
    """Lock a record, check the named action once, and open its change set; yields the fresh row.

    `checked`: the caller has asked the policy already, for an action on another record.
    """
    with change_set(label or obj.title, by=by):
        row = lock(obj)
        user = person(by)
        if user is None or is_consequence() or checked:
            with consequences():
                yield row
            return
        policy.require(user, row, action)
        with consequences(), asked(action, row.pk):
            yield row


def lock(obj: R) -> R:
    """The fresh row, locked for the rest of the transaction (SQLite locks as a whole)."""
    fresh: R = type(obj).everything.select_for_update().get(pk=obj.pk)
    return fresh


def note(
    obj: RecordModel, kind: str, data: Mapping[str, Any], *, by: Actor, label: object = "", also: Iterable[int] = ()
) -> None:
    """Something happened to a record that changed none of its fields: a file came, a note was written.

    It stands on the timelines of the records `also` too.
    """
    with change_set(label or obj.title, by=by) as opened:
        log.write(opened, kind, obj, dict(data), also)
        writing.touch(obj)


def _check_creation(principal: Principal, obj: RecordModel, given: Mapping[str, Any], *, transferred: bool) -> None:
    model = type(obj)
    related = writing.relations_of_new(principal, obj)
    if not scopes.allows(principal, model, "create", related):
        raise Forbidden(_("Your role may not create this here."))
    if transferred and not principal.may(model._meta.label_lower, "transfer"):
        raise Forbidden
    rights = scopes.creation_fields(principal, model)
    for name in given:
        if name != obj.parent_field and not rights.writable(name):
            raise FieldForbidden(name=_verbose(model, name))
    _check_foreign(principal, model, given)


def _check_fields(principal: Principal, row: RecordModel, changed: Mapping[str, Any]) -> None:
    model = type(row)
    related = scopes.relations(principal, [row])[row.pk]
    rights = scopes.fields(principal, model, related)
    for name in changed:
        if not rights.writable(name) or name in writing.TRANSFERRED:
            raise FieldForbidden(name=_verbose(model, name), field=None)
    _check_foreign(principal, model, changed)


def _check_foreign(principal: Principal, model: type[RecordModel], given: Mapping[str, Any]) -> None:
    """Every record a value points to must be visible to who wrote it."""
    for name, value in given.items():
        target = values.related_model(model, name)
        if value is None or target is None or not issubclass(target, RecordModel):
            continue
        stored = values.encode(value)
        keys = stored if isinstance(stored, list) else [stored]
        if target.objects.for_user(principal).filter(pk__in=keys).count() != len(set(keys)):
            raise ForeignRecord(field=name)


def _verbose(model: type[RecordModel], name: str) -> str:
    if name in values.link_fields:
        return name
    return str(getattr(values.field_of(model, name), "verbose_name", name))


def save_dictionary(row: DictionaryBase, *, by: Actor, verb: str | None = None) -> None:
    """Save a dictionary row and log it as an event with a `ref` (`deals.stage:3`)."""
    meta = row._meta
    before = type(row)._base_manager.filter(pk=row.pk).values().first() if row.pk else None
    with change_set(str(row), by=by) as opened:
        row.save()
        after = type(row)._base_manager.filter(pk=row.pk).values().get()
        secret = writing.SECRET_COLUMNS
        pairs = {
            name: [values.encode((before or {}).get(name)), values.encode(value)]
            for name, value in after.items()
            if name not in secret and (before is None or before.get(name) != value)
        }
        if pairs:
            word = verb or ("changed" if before else "created")
            log.write_reference(opened, f"{meta.model_name}.{word}", f"{meta.label_lower}:{row.pk}", pairs)


def note_dictionary(row: DictionaryBase, verb: str, pairs: Mapping[str, list[Any]], *, by: Actor) -> None:
    """Log what changed in the parts of a dictionary row: the rights of a role, the roles of a person.

    `pairs`: name → [old, new]; a name with a dot belongs to no field of the row.
    """
    meta = row._meta
    with change_set(str(row), by=by) as opened:
        log.write_reference(opened, f"{meta.model_name}.{verb}", f"{meta.label_lower}:{row.pk}", dict(pairs))


def delete_dictionary(row: DictionaryBase, *, by: Actor) -> None:
    """Delete a dictionary row that nothing uses; the event keeps what it was."""
    meta = row._meta
    with change_set(str(row), by=by) as opened:
        before = type(row)._base_manager.filter(pk=row.pk).values().get()
        ref = f"{meta.label_lower}:{row.pk}"
        row.delete()
        data = {
            name: [values.encode(value), None] for name, value in before.items() if name not in writing.SECRET_COLUMNS
        }
        log.write_reference(opened, f"{meta.model_name}.removed", ref, data)
