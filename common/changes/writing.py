"""Statements the door is made of: insert, update, mirror into the spine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, ForeignObjectRel

from common import clock
from common.changes import values
from common.changes.context import Actor, person
from common.kinds import beside
from common.kinds.guard import door
from common.kinds.masking import unmasked, without_contacts
from common.kinds.models import RecordModel
from common.kinds.spelling import with_sounds
from common.kinds.words import fold
from common.policy import scopes
from common.policy.principal import Principal
from common.spine.models import Record, SearchText, TypeCounter

DEFAULT: Any = object()
TRANSFERRED = frozenset({"owner", "department"})
Names = dict[tuple[str, str], str | None]
"""Words of stored references, by field and value."""
SECRET_COLUMNS = frozenset({"password", "last_login"})


def split(model: type[RecordModel], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values of columns, and what other tables hold: sets of links as lists of keys, own fields as they are kept."""
    fields: dict[str, Any] = {}
    links: dict[str, Any] = {}
    sets = {f.name for f in model._meta.many_to_many} | set(model.link_fields)
    for name, value in given.items():
        if name in sets:
            links[name] = values.encode(list(value or []))
        elif values.is_beside(name):
            links[name] = values.decode(model, name, values.normal(model, name, value))
        elif name in values.UNTRACKED | TRANSFERRED:
            raise ValueError(f"{name} is not given by callers")
        else:
            fields[name] = unmasked(value)
    return fields, links


def place(obj: RecordModel, *, by: Actor, owner: Any, department: Any) -> None:
    """Give a new record its owner and department: as said, else its parent's, else its maker's."""
    user = person(by)
    parent = getattr(obj, obj.parent_field) if obj.parent_field else None
    if parent is not None:
        obj.owner, obj.department = parent.owner, parent.department
        return
    obj.owner = user if owner is DEFAULT else owner
    if department is not DEFAULT:
        obj.department = department
    elif obj.owner is not None:
        obj.department_id = obj.owner.department_id
    elif user is not None:
        obj.department_id = user.department_id


def relations_of_new(principal: Principal, obj: RecordModel) -> scopes.Relations:
    """How a person stands to a record that is not saved yet; to a part, as to its parent."""
    if obj.parent_field is not None:
        parent = getattr(obj, obj.parent_field)
        return scopes.relations(principal, [parent])[parent.pk]
    return scopes.own_relations(principal, obj)


def check_values(obj: RecordModel, names: Iterable[str], others: Mapping[str, Any]) -> None:
    """Run the field and model validation of the values that were given; `others`: what other tables hold."""
    wanted = set(names)
    skipped = [f.name for f in obj._meta.concrete_fields if f.name not in wanted or f.is_relation]
    errors: dict[str, Any] = {}
    try:
        obj.clean_fields(exclude=skipped)
    except ValidationError as problem:
        problem.update_error_dict(errors)
    try:
        obj.clean()
    except ValidationError as problem:
        problem.update_error_dict(errors)
    for name, value in others.items():
        if values.is_beside(name):
            try:
                values.field_of(type(obj), name).clean(value, obj)
            except ValidationError as problem:
                errors[name] = problem.messages
    if errors:
        raise ValidationError(errors)


def next_numbers(type_key: str, count: int = 1) -> int:
    """Reserve `count` numbers of a type; the first of them. Gaps are allowed."""
    if not TypeCounter.objects.filter(type=type_key).update(last=F("last") + count):
        TypeCounter.objects.get_or_create(type=type_key)
        TypeCounter.objects.filter(type=type_key).update(last=F("last") + count)
    return TypeCounter.objects.values_list("last", flat=True).get(type=type_key) - count + 1


def spine_row(obj: RecordModel) -> Record:
    """The unsaved spine row of a new record."""
    parent = getattr(obj, f"{obj.parent_field}_id") if obj.parent_field else None
    return Record(
        type=obj._meta.label_lower, owner_id=obj.owner_id, department_id=obj.department_id, parent_id=parent,
        title=obj.title[:250], touched_at=clock.now(),
    )  # fmt: skip


def insert(obj: RecordModel, links: Mapping[str, Any]) -> None:
    """Write a new record with its spine row, links and search text."""
    with door():
        record = spine_row(obj)
        record.save(force_insert=True)
        obj.record = record
        obj.number = next_numbers(obj._meta.label_lower)
        obj.save(force_insert=True)
        store_others(obj, links)
    SearchText.objects.create(record_id=obj.pk, **search_texts(obj))


def apply(row: RecordModel, changed: Mapping[str, Any]) -> None:
    """Write changed (encoded) values to a locked row, its version, spine row and search text."""
    model = type(row)
    decoded = {name: values.decode(model, name, value) for name, value in changed.items()}
    columns = {n: v for n, v in decoded.items() if not (values.is_beside(n) or values.is_set(model, n))}
    others = {n: v for n, v in decoded.items() if n not in columns}
    for name, value in columns.items():
        setattr(row, model._meta.get_field(name).attname, value)  # type: ignore[union-attr]  # a column
    row.before_save()
    check_values(row, columns, others)
    row.version += 1
    with door():
        row.save()
        store_others(row, others)
    mirror(row)


def store_others(obj: RecordModel, others: Mapping[str, Any]) -> None:
    """Write what other tables hold of a record: links, and the company's own fields."""
    for name, keys in others.items():
        if not values.is_beside(name):
            set_links(obj, name, keys)
    beside.store(type(obj), {obj: {name: value for name, value in others.items() if values.is_beside(name)}})


def mirror(row: RecordModel) -> None:
    """Copy to the spine what questions across types need, and renew the search text."""
    with door():
        Record.objects.filter(pk=row.pk).update(
            title=row.title[:250], owner_id=row.owner_id, department_id=row.department_id, deleted_at=row.deleted_at,
            touched_at=clock.now(),
        )  # fmt: skip
    SearchText.objects.filter(pk=row.pk).update(**search_texts(row))


def search_texts(row: RecordModel) -> dict[str, str]:
    """The words by which a record is found, with their sounds: all of them and those without contact details."""
    text = with_sounds(fold(row.search_text()))
    return {"text": text, "open_text": _open_text(row) if row.contact_fields else text}


def _open_text(row: RecordModel) -> str:
    return with_sounds(fold(without_contacts(row).search_text()))


def touch(row: RecordModel) -> None:
    """Something happened to a record that changed nothing of it."""
    with door():
        Record.objects.filter(pk=row.pk).update(touched_at=clock.now())


def set_links(obj: RecordModel, name: str, keys: list[Any]) -> None:
    """Make the set of links exactly these keys."""
    link = values.link_fields.get(name)
    have, want = set(values.current(obj, name)), set(keys)
    if link is None:
        # By the table: a manager of rows would not see what is in the bin.
        field: Any = obj._meta.get_field(name)
        model, column = field.remote_field.through, f"{field.m2m_reverse_field_name()}_id"
        fixed = {f"{field.m2m_field_name()}_id": obj.pk}
    else:
        model, column, fixed = link.model, f"{link.target}_id", {"record_id": obj.pk, **link.fixed}
    if have - want:
        model._base_manager.filter(**fixed, **{f"{column}__in": have - want}).delete()
    model._base_manager.bulk_create(model(**fixed, **{column: key}) for key in sorted(want - have))


def insert_links(model: type[RecordModel], objs: Sequence[RecordModel], linked: Sequence[Mapping[str, Any]]) -> None:
    """The links and own fields of new records, one statement for each kind of link."""
    own = [{name: value for name, value in links.items() if values.is_beside(name)} for links in linked]
    beside.store(model, dict(zip(objs, own, strict=True)))
    for name in sorted({name for links in linked for name in links if not values.is_beside(name)}):
        pairs = [(obj.pk, key) for obj, links in zip(objs, linked, strict=True) for key in links.get(name, ())]
        link = values.link_fields.get(name)
        if link is not None:
            column, fixed = f"{link.target}_id", link.fixed
            rows = [link.model(record_id=pk, **fixed, **{column: key}) for pk, key in pairs]
            link.model._base_manager.bulk_create(rows)
        else:
            found: Any = model._meta.get_field(name)
            through = found.remote_field.through
            one, other = f"{found.m2m_field_name()}_id", f"{found.m2m_reverse_field_name()}_id"
            through._base_manager.bulk_create(through(**{one: pk, other: key}) for pk, key in pairs)


def initial_data(obj: RecordModel, links: Mapping[str, Any], named: Names | None = None) -> dict[str, Any]:
    """The data of a creation event: every value that is not empty. `named` keeps words from one record to the next."""
    model = type(obj)
    pairs = {}
    for name in values.field_names(model):
        elsewhere = values.is_beside(name) or values.is_set(model, name)
        stored = values.encode(links.get(name)) if elsewhere else values.normal(model, name, values.current(obj, name))
        if stored not in (None, "", [], False):
            pairs[name] = [None, stored]
    return {**pairs, **labels(obj, pairs, named)}


def labels(obj: RecordModel, pairs: Mapping[str, list[Any]], named: Names | None = None) -> dict[str, Any]:
    """`_labels`: both sides of the changed references in words, for when they are gone."""
    words = {}
    for name, (old, new) in pairs.items():
        said = [_in_words(obj, name, stored, named) for stored in (old, new)]
        if any(said):
            words[name] = said
    return {"_labels": words} if words else {}


def _in_words(obj: RecordModel, name: str, stored: Any, named: Names | None) -> str | None:
    if named is None:
        return values.in_words(obj, name, stored)
    key = (name, repr(stored))
    if key not in named:
        named[key] = values.in_words(obj, name, stored)
    return named[key]


def model_links(model: type[RecordModel]) -> list[tuple[type[RecordModel], models.Field[Any, Any]]]:
    """Every (type, foreign key or many-to-many field) through which records point to records of `model`."""
    found: list[tuple[type[RecordModel], models.Field[Any, Any]]] = []
    for relation in model._meta.get_fields(include_hidden=True):
        source: Any = relation.related_model
        if isinstance(relation, ForeignObjectRel) and issubclass(source, RecordModel):
            found.append((source, relation.field))
    return found


def rests_on_bin(row: RecordModel, pointed: Mapping[str, Any], without: Set[int] = frozenset()) -> bool:
    """Whether something the record cannot be without is in the bin; `pointed` gives its keys by field."""
    for name, rule in row.bin.items():
        target: Any = values.related_model(type(row), name)
        keys = pointed[name] if isinstance(pointed[name], list) else [pointed[name]]
        binned = target.everything.filter(pk__in=[key for key in keys if key], deleted_at__isnull=False)
        if rule != "keep" and binned.exclude(pk__in=without).exists():
            return True
    return False
