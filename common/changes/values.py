"""How the values of records become JSON in events, and back."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import override

from common.kinds import beside
from common.kinds.models import RecordModel

UNTRACKED = frozenset({"record", "number", "created_at", "created_by", "deleted_at", "title_sort", "version"})


@dataclass(frozen=True, slots=True)
class LinkField:
    """A set of things a record is linked to through a guarded table: members, tags.

    `model` has a `record` key and `target`, the key to what is linked; `fixed` are its other columns.
    """

    name: str
    model: type[models.Model]
    target: str
    fixed: dict[str, str] = field(default_factory=dict)

    def ids(self, record_id: int) -> list[int]:
        """The linked ids of one record, sorted."""
        rows = self.model._base_manager.filter(record_id=record_id, **self.fixed)
        return sorted(rows.values_list(f"{self.target}_id", flat=True))

    @property
    def relation(self) -> str:
        """What the spine's row calls the rows of this link."""
        return str(self.model._meta.get_field("record").remote_field.related_name)  # type: ignore[union-attr]

    def rows(self) -> models.QuerySet[Any]:
        """The rows of this link's table with what they link to, in its order."""
        order = [f"{self.target}__{name}" for name in self.target_model._meta.ordering or ("pk",)]
        return self.model._base_manager.select_related(self.target).order_by(*order)

    def of(self, obj: RecordModel) -> list[Any]:
        """What a record is linked to; no query where the rows were fetched with it."""
        rows = obj.linked(self.relation)
        if rows is None:
            rows = list(self.rows().filter(record_id=obj.pk, **self.fixed))
        fixed = self.fixed.items()
        return [getattr(row, self.target) for row in rows if all(getattr(row, key) == value for key, value in fixed)]

    @property
    def target_model(self) -> type[models.Model]:
        """The model of what is linked."""
        related = self.model._meta.get_field(self.target).related_model
        assert isinstance(related, type)  # noqa: S101  # for the type checker
        return related


link_fields: dict[str, LinkField] = {}


def register_link(link: LinkField) -> None:
    """Make a link field known to the door by its name."""
    link_fields[link.name] = link


def field_names(model: type[RecordModel]) -> list[str]:
    """Everything about a record of this type that the door tracks."""
    concrete = [
        f.name for f in model._meta.concrete_fields if f.name not in UNTRACKED and f.name not in model.untracked
    ]
    return [*concrete, *(f.name for f in model._meta.many_to_many), *model.link_fields, *beside.fields(model)]


def field_of(model: type[models.Model], name: str) -> Any:
    """The field of this name: a column, or one that is kept beside the rows. Raises `FieldDoesNotExist`."""
    if name.startswith(beside.PREFIX) and issubclass(model, RecordModel):
        found = beside.fields(model).get(name)
        if found is not None:
            return found
    return model._meta.get_field(name)


def is_beside(name: str) -> bool:
    """Whether a field of this name is kept beside the rows."""
    return name.startswith(beside.PREFIX)


def is_set(model: type[RecordModel], name: str) -> bool:
    """Whether a field holds several keys: a link field or many-to-many."""
    return name in link_fields or bool(field_of(model, name).many_to_many)


def current(obj: RecordModel, name: str) -> Any:
    """The value of a tracked field as stored in events (encoded)."""
    if name in link_fields:
        return link_fields[name].ids(obj.pk)
    if is_beside(name):
        return encode(beside.value(obj, name))
    found: Any = obj._meta.get_field(name)
    if found.many_to_many:
        return current_sets(type(obj), name, [obj.pk])[obj.pk]
    return encode(getattr(obj, found.attname))


def current_sets(model: type[RecordModel], name: str, keys: Collection[int]) -> dict[int, list[int]]:
    """The sorted keys of a set of links for each of these records; one query."""
    if name in link_fields:
        link = link_fields[name]
        rows, of, to = link.model._base_manager.filter(**link.fixed), "record_id", f"{link.target}_id"
    else:
        found: Any = model._meta.get_field(name)
        rows = found.remote_field.through._base_manager.all()
        of, to = f"{found.m2m_field_name()}_id", f"{found.m2m_reverse_field_name()}_id"
    sets: dict[int, list[int]] = {key: [] for key in keys}
    for key, linked in rows.filter(**{f"{of}__in": keys}).order_by(to).values_list(of, to):
        sets[key].append(linked)
    return sets


def encode(value: Any) -> Any:
    """A Python value as JSON: objects by key, sets as sorted keys, decimals and dates as text."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset | models.QuerySet):
        return sorted(encode(item) for item in value)
    return value


def decode(model: type[RecordModel], name: str, stored: Any) -> Any:
    """The Python value of a stored one: for foreign keys the id, for sets a list of ids."""
    if is_set(model, name):
        return list(stored or [])
    found: Any = field_of(model, name)
    if stored is None or found.is_relation:
        return stored
    return found.to_python(stored)


def normal(model: type[RecordModel], name: str, value: Any) -> Any:
    """`value` encoded as the field would store it, so that 1 and Decimal("1.00") compare equal."""
    encoded = encode(value)
    if name in link_fields:
        return encoded
    found: Any = field_of(model, name)
    if found.is_relation:
        return encoded
    python = found.to_python(encoded)
    if isinstance(python, Decimal) and isinstance(found, models.DecimalField):
        python = python.quantize(Decimal(1).scaleb(-(found.decimal_places or 0)))
    if isinstance(python, datetime.datetime):
        python = python.astimezone(datetime.UTC)
    return encode(python)


def in_words(obj: RecordModel, name: str, stored: Any) -> str | None:
    """A stored value in words of the first language; None where it needs none."""
    related = related_model(type(obj), name)
    if related is None or stored in (None, "", []):
        return None
    with override(None):
        loaded = obj._state.fields_cache.get(name)
        if loaded is not None and loaded.pk == stored:
            return str(loaded)
        keys = stored if isinstance(stored, list) else [stored]
        found = {row.pk: str(row) for row in related._base_manager.filter(pk__in=keys)}
        return ", ".join(found.get(key, "?") for key in keys)


def related_model(model: type[RecordModel], name: str) -> type[models.Model] | None:
    """What a field points to, if it points."""
    if name in link_fields:
        return link_fields[name].target_model
    found = field_of(model, name)
    related = found.related_model if found.is_relation else None
    return related if isinstance(related, type) else None
