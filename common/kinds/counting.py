from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def said(count: int, most: int) -> str:
    """A bounded count in words: `46`, `99+`."""
    return str(count) if count <= most else f"{most}+"


def bounded(rows: Sequence[QuerySet[Any]], most: int) -> list[int]:
    """How many rows each of these has, counted up to `most` + 1: one query for all, quick on any table."""
    if not rows:
        return []
    parts: list[str] = []
    params: list[Any] = []
    for part in rows:
        try:
            sql, given = part.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS w{len(parts)})")  # noqa: S608  # nosec B608  # SQL made by the ORM
        params += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)  # SQL made by the ORM
        return list(cursor.fetchone())
