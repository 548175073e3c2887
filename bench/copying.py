"""Writes many ready rows at once: COPY on PostgreSQL, prepared statements on SQLite.

The rows are whole (keys, derived columns, spine, events), as the door would have written them: this is a loader
of made-up companies into an empty place, not a second door.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max


class Loader:
    """Keeps rows by model and writes them, parents first."""

    def __init__(self, order: Sequence[type[models.Model]]) -> None:
        self.order = order
        self.keys = {model: count(_highest(model) + 1) for model in order}
        self._rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)

    def add(self, row: models.Model) -> None:
        """Keep a row until `flush`; one without a key gets the next."""
        model = type(row)
        if row.pk is None:
            row.pk = next(self.keys[model])
        self._rows[model].append(row)

    def flush(self) -> None:
        """Write what was added."""
        for model in self.order:
            rows = self._rows.pop(model, [])
            if rows:
                write(model, rows)


def _highest(model: type[models.Model]) -> int:
    return int(model._base_manager.aggregate(top=Max("pk"))["top"] or 0)


def write(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Write rows of one model with all their columns."""
    fields = model._meta.local_concrete_fields
    readers = [_reader(field) for field in fields]
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    tuples = ([read(row) for read in readers] for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for values in tuples:
                    copy.write_row(values)
        else:
            marks = ", ".join(["%s"] * len(fields))
            statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  # nosec B608  # our tables' names
            cursor.executemany(statement, list(tuples))


def _reader(field: models.Field[Any, Any]) -> Callable[[models.Model], Any]:
    name = field.attname
    if isinstance(field, models.JSONField):
        return lambda row: json.dumps(getattr(row, name))
    if connection.vendor == "postgresql":
        return lambda row: getattr(row, name)
    return lambda row: field.get_db_prep_save(getattr(row, name), connection)


def finish(order: Sequence[type[models.Model]]) -> None:
    """Set the sequences behind what was written, and let the planner look at it."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(order)):
            cursor.execute(statement)
        # Marks what is visible to all, as a database in use does by itself: sums are read from indexes alone.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def without_triggers(cursor: Any) -> None:
    """On PostgreSQL, as its superuser: do not check every reference again, they are right by construction."""
    if connection.vendor == "postgresql":
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


def count_rows(keys: Iterable[str]) -> str:
    """How many rows these models have, in words."""
    found = {key: apps.get_model(key)._base_manager.count() for key in keys}
    return ", ".join(f"{number:,} {key.rpartition('.')[2]}" for key, number in found.items())
