"""The index of parts of words: a trigram index on PostgreSQL, on SQLite a table of trigrams that triggers keep in step.

SQLite forgets the triggers of a table whenever a migration makes it anew, so they are looked after (`mend`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython
from django.db.models import BooleanField, F, Func, Q, Value

SHORTEST = 3
"""Fewer letters are in neither index."""
TABLE, PARTS = "spine_searchtext", "spine_searchtext_parts"
POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX searchtext_parts ON spine_searchtext USING gin (text gin_trgm_ops)",
)
SQLITE = f"""
CREATE VIRTUAL TABLE {PARTS} USING fts5(
    text, content='{TABLE}', content_rowid='record_id', columnsize=0, tokenize='trigram case_sensitive 1'
)
"""
_ADD = f"INSERT INTO {PARTS} (rowid, text) VALUES (new.record_id, new.text)"  # noqa: S608  # nosec B608  # our names
_DROP = f"INSERT INTO {PARTS} ({PARTS}, rowid, text) VALUES ('delete', old.record_id, old.text)"  # noqa: S608  # nosec B608
TRIGGERS = (
    f"CREATE TRIGGER IF NOT EXISTS {PARTS}_added AFTER INSERT ON {TABLE} BEGIN {_ADD}; END",
    f"CREATE TRIGGER IF NOT EXISTS {PARTS}_gone AFTER DELETE ON {TABLE} BEGIN {_DROP}; END",
    f"CREATE TRIGGER IF NOT EXISTS {PARTS}_changed AFTER UPDATE OF text ON {TABLE} WHEN old.text <> new.text "
    f"BEGIN {_DROP}; {_ADD}; END",
)
REBUILD = f"INSERT INTO {PARTS} ({PARTS}) VALUES ('rebuild')"  # noqa: S608  # nosec B608  # our names


class _Match(Func):
    """`pk IN (the rows of the table of trigrams that match)`."""

    template = "%(expressions)s)"
    arg_joiner = f" IN (SELECT rowid FROM {PARTS} WHERE {PARTS} MATCH "  # noqa: S608  # nosec B608  # our names
    output_field = BooleanField()
    conditional = True


def holds(words: Sequence[Sequence[str]]) -> Q:
    """Rows of `SearchText` that hold one spelling of each word.

    At least one word must have `SHORTEST` letters in each spelling; shorter ones are looked for in what it finds.
    """
    rest = words
    found = Q()
    if connections["default"].vendor == "sqlite":
        indexed = [spellings for spellings in words if min(map(len, spellings)) >= SHORTEST]
        found = Q(_Match(F("pk"), Value(" AND ".join(map(_any, indexed)))))
        rest = [spellings for spellings in words if spellings not in indexed]
    return found & contain("text", rest)


def contain(column: str, words: Sequence[Sequence[str]]) -> Q:
    """Rows whose text of this column holds one spelling of each word, without the index."""
    found = Q()
    for spellings in words:
        found &= reduce(or_, (Q(**{f"{column}__contains": spelling}) for spelling in spellings))
    return found


def _any(spellings: Sequence[str]) -> str:
    quoted = ('"' + spelling.replace('"', '""') + '"' for spelling in spellings)
    return f"({' OR '.join(quoted)})"


def _build(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRES:
            schema_editor.execute(statement)
        return
    for statement in (SQLITE, REBUILD, *TRIGGERS):
        schema_editor.execute(statement)


def _take_down(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX searchtext_parts")
        return
    for trigger in ("added", "gone", "changed"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {PARTS}_{trigger}")
    schema_editor.execute(f"DROP TABLE {PARTS}")


def build() -> RunPython:
    """The migration that makes the index."""
    return RunPython(_build, _take_down)


def mend(using: str = "default", **_more: Any) -> bool:
    """After a migration: set what keeps the table of trigrams in step again; whether it was missing."""
    connection = connections[using]
    if connection.vendor != "sqlite" or not _exists(connection, PARTS):
        return False
    if _exists(connection, f"{PARTS}_added"):
        return False
    with connection.cursor() as cursor:
        for statement in (*TRIGGERS, REBUILD):
            cursor.execute(statement)
    return True


def _exists(connection: BaseDatabaseWrapper, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [name])
        return cursor.fetchone() is not None
