from __future__ import annotations

from typing import Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver

from common.kinds import folding


@receiver(connection_created, dispatch_uid="kinds.folding")
def teach_sqlite(connection: Any, **signal: Any) -> None:
    """Every connection of SQLite gets the functions that queries call."""
    if connection.vendor == "sqlite":
        folding.teach(connection.connection)
