"""Which records other rows name: the condition behind "has" and "has none"."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet


def among(rows: QuerySet[Any, Any], column: str, of: str = "pk") -> Q:
    """The records whose `of` some of `rows` name in `column`; `~` of it: those that none of them names.

    PostgreSQL joins EXISTS and NOT EXISTS alike; for NOT IN it reads all `rows` again for each record, once they
    outgrow its memory. SQLite makes an index of what is IN, and asks EXISTS for each record.
    """
    if connection.vendor == "postgresql":
        return Q(Exists(rows.filter(**{column: OuterRef(of)})))
    return Q(**{f"{of}__in": rows.filter(**{f"{column}__isnull": False}).values(column)})
