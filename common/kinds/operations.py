"""Operations for migrations."""

from __future__ import annotations

from typing import Any

from django.db.migrations import RunPython


def raise_statistics(app: str, *models: str) -> RunPython:
    """Let PostgreSQL know owners and departments of these tables well (statistics target 1000).

    The safety net for counts, search and unforeseen orders under a scope filter; other databases: nothing.
    """

    def alter(target: int) -> Any:
        def run(apps: Any, schema_editor: Any) -> None:
            if schema_editor.connection.vendor != "postgresql":
                return
            for name in models:
                table = schema_editor.quote_name(apps.get_model(app, name)._meta.db_table)
                for column in ("owner_id", "department_id"):
                    schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {target}")

        return run

    return RunPython(alter(1000), alter(-1))
