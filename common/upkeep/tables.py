"""Every table as rows of JSON, the same on every database.

Tables are read and written by the models of a state of the migrations, not by those of the running code: so an
archive of an older version is loaded as it was and then migrated forward.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import uuid
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import BinaryField, Model, QuerySet

CHUNK = 500
NOT_KEPT = {"sessions.session"}
"""Whoever was signed in signs in again: no archive holds a key to somebody's session."""

Migration = tuple[str, str]


def applied() -> list[Migration]:
    """The migrations that the database has, of those the code knows."""
    loader = MigrationLoader(connection)
    return sorted(node for node in loader.applied_migrations if node in loader.graph.nodes)


def models_at(migrations: Iterable[Migration]) -> list[type[Model]]:
    """The models of every table there is after these migrations, by label."""
    loader = MigrationLoader(connection)
    state = loader.project_state(sorted(migrations)).apps
    found = [model for model in state.get_models(include_auto_created=True) if _is_table(model)]
    return sorted(found, key=lambda model: model._meta.label_lower)


def _is_table(model: type[Model]) -> bool:
    meta = model._meta
    return bool(meta.managed and not meta.proxy and meta.label_lower not in NOT_KEPT)


def rows_of(model: type[Model]) -> QuerySet[Any]:
    """All rows of the table, past every manager."""
    return QuerySet(model)


def write(model: type[Model], target: IO[bytes]) -> int:
    """Write a table: a line with the columns, then one line a row in the order of the key. How many rows."""
    names = [field.attname for field in model._meta.concrete_fields]
    target.write(_line(names))
    rows = 0
    for values in rows_of(model).order_by("pk").values_list(*names).iterator(chunk_size=2000):
        target.write(_line(values))
        rows += 1
    return rows


def load(model: type[Model], source: IO[bytes]) -> int:
    """Insert the rows of a table as `write` wrote them; how many there were."""
    lines = iter(source)
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = [fields[name] for name in json.loads(next(lines))]
    rows = 0
    for chunk in _chunks(json.loads(line) for line in lines):
        made = [
            model(**{column.attname: _python(column, value) for column, value in zip(columns, values, strict=True)})
            for values in chunk
        ]
        rows_of(model).bulk_create(made)
        rows += len(made)
    return rows


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _python(field: Any, value: Any) -> Any:
    if value is None or field.get_internal_type() == "JSONField":
        return value
    if isinstance(field, BinaryField):
        return base64.b64decode(value)
    return field.to_python(value)


def _line(values: Any) -> bytes:
    return json.dumps(list(values), ensure_ascii=False, default=_plain, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> str:
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal | uuid.UUID | datetime.timedelta):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    raise TypeError(f"no plain form of {type(value)}")
