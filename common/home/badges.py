"""The counts of the side bar: one query for all of them, bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from common.policy.principal import Principal

MOST = 99
Source = Callable[[Principal], "tuple[QuerySet[Any], QuerySet[Any]] | None"]
_sources: dict[str, Source] = {}


@dataclass(frozen=True)
class Count:
    """How many things wait, and whether one of them is late."""

    text: str
    late: bool


def source(key: str, rows: Source) -> None:
    """Count for the side bar item `key`: `rows(principal)` gives (all that wait, those that are late)."""
    _sources[key] = rows


def counts(principal: Principal) -> dict[str, Count]:
    """All counts of a person, in one query."""
    keys: list[str] = []
    parts: list[str] = []
    params: list[Any] = []
    for key, rows in _sources.items():
        found = rows(principal)
        if found is None:
            continue
        keys.append(key)
        for part in found:
            sql, given = part.order_by().values("pk")[: MOST + 1].query.sql_with_params()
            parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS w{len(parts)})")  # noqa: S608  # SQL made by the ORM
            params += given
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)  # SQL made by the ORM
        row = cursor.fetchone()
    found_counts = {}
    for index, key in enumerate(keys):
        waiting, late = row[2 * index], row[2 * index + 1]
        if waiting:
            found_counts[key] = Count(str(waiting) if waiting <= MOST else f"{MOST}+", bool(late))
    return found_counts
