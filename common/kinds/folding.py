"""Comparing text without regard to capital letters, on both databases, in every alphabet."""

from __future__ import annotations

from sqlite3 import Connection
from typing import Any

from django.db.models import CharField, F, Q, TextField, Transform
from django.db.models.lookups import Contains, Exact, StartsWith

SQLITE_FUNCTION = "KONTOR_LOWER"


@TextField.register_lookup
class Lowered(Transform):
    """Small letters, in paths `…__lowered`. SQLite's own LOWER knows only those of English."""

    lookup_name = "lowered"
    function = "LOWER"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function=SQLITE_FUNCTION, **extra)


def lower(text: str | None) -> str | None:
    """What SQLite calls for `Lowered`."""
    return text.lower() if isinstance(text, str) else text


def teach(connection: Connection) -> None:
    """Give a connection of SQLite the function."""
    connection.create_function(SQLITE_FUNCTION, 1, lower, deterministic=True)


def says(name: str, text: str) -> Q:
    """The column `name` is this text."""
    return Q(Exact(Lowered(F(name)), text.lower()))


def has(name: str, text: str) -> Q:
    """The column `name` contains this text."""
    return Q(Contains(Lowered(F(name)), text.lower()))


def begins(name: str, text: str) -> Q:
    """The column `name` begins with this text."""
    return Q(StartsWith(Lowered(F(name)), text.lower()))


COMPARISONS = {"says": says, "has": has, "begins": begins}
"""The comparisons by name, for who keeps a value elsewhere."""
