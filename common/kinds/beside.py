"""Values that are kept beside the rows of record types: the fields a company defines itself (`common.customfields`).

Their names begin with `PREFIX`, which no column's name does; everywhere else they are fields like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from django.db import models

if TYPE_CHECKING:
    from common.kinds.models import RecordModel
    from common.policy.principal import Principal

PREFIX = "x_"


class Keeper(Protocol):
    """Who knows and keeps such values. Scalars are Python values, references the key, sets sorted keys."""

    def fields(self, model: type[RecordModel]) -> Mapping[str, models.Field[Any, Any]]:
        """The fields of a type by name, in order."""

    def load(self, model: type[RecordModel], keys: Sequence[int]) -> dict[int, dict[str, Any]]:
        """The values of these records, every name of the type filled; a fixed number of queries."""

    def shown(self, field: models.Field[Any, Any], value: Any, *, masked: bool) -> Any:
        """A value as pages have it: rows for keys, contact details masked where asked."""

    def store(self, model: type[RecordModel], rows: Mapping[int, Mapping[str, Any]]) -> None:
        """Write values by record and name; the door is open."""

    def hidden_from(self, principal: Principal, model: type[RecordModel]) -> tuple[Collection[str], Collection[str]]:
        """The names a person may not know, and those of them that are shown masked."""


_keepers: list[Keeper] = []
KEPT = "_beside"


def register(keeper: Keeper) -> None:
    """Called once by the app that keeps them."""
    _keepers[:] = [keeper]


def fields(model: type[RecordModel]) -> Mapping[str, models.Field[Any, Any]]:
    """The fields of a type that are kept beside it."""
    return _keepers[0].fields(model) if _keepers else {}


def read(objs: Sequence[RecordModel]) -> None:
    """Fetch the values of rows of one type that do not have them yet."""
    wanting = [obj for obj in objs if KEPT not in obj.__dict__]
    if wanting and fields(type(wanting[0])):
        found = _keepers[0].load(type(wanting[0]), [obj.pk for obj in wanting if obj.pk])
        for obj in wanting:
            obj.__dict__[KEPT] = found.get(obj.pk, {})


def value(obj: RecordModel, name: str) -> Any:
    """One value as it is kept: references by key."""
    read([obj])
    return obj.__dict__.get(KEPT, {}).get(name)


def shown(obj: RecordModel, name: str) -> Any:
    """One value as pages have it. Raises `AttributeError` for a name the type does not have."""
    field = fields(type(obj)).get(name)
    if field is None:
        raise AttributeError(f"{type(obj).__name__} has no field {name}")
    return _keepers[0].shown(field, value(obj, name), masked=obj.is_masked)


def store(model: type[RecordModel], rows: Mapping[RecordModel, Mapping[str, Any]]) -> None:
    """Write values by record and name; the door is open."""
    if any(rows.values()):
        _keepers[0].store(model, {obj.pk: given for obj, given in rows.items()})
        for obj in rows:
            obj.__dict__.pop(KEPT, None)


def hidden_from(principal: Principal, model: type[RecordModel]) -> tuple[Collection[str], Collection[str]]:
    """The names a person may not know, and those of them that are shown masked."""
    return _keepers[0].hidden_from(principal, model) if _keepers else ((), ())
