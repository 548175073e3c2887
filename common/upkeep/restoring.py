"""Restoring a backup into an empty installation, which then stands in quarantine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model

from common.files.models import Blob
from common.kinds import dictionary
from common.kinds.guard import door
from common.upkeep import archive, tables
from common.upkeep.errors import UpkeepError

CONTENT = {"people.user": 1, "spine.record": 0, "events.event": 0, "files.blob": 0}
"""A database with no more rows of these is empty: what it holds was made by migrations and presets and gives way."""

Say = Callable[[str], None]


def restore(path: Path, *, say: Say = lambda words: None) -> dict[str, Any]:
    """Make this installation what the archive holds, in quarantine. Returns the manifest.

    Nothing is written before every byte of the archive is verified and the place is found empty; the rows come in
    one transaction, and what was stored of files is removed again when that fails. Raises `UpkeepError`.
    """
    say("Verifying …")
    manifest = archive.verify(path)
    migrations = [(app, name) for app, name in manifest["migrations"]]
    _check_place(migrations)
    say("Preparing the database …")
    _migrate_to(migrations)
    say("Loading …")
    stored: list[str] = []
    try:
        _load(path, manifest, tables.models_at(migrations), stored)
    except BaseException:
        for name in stored:
            default_storage.delete(name)
        raise
    call_command("migrate", verbosity=0, interactive=False)
    dictionary.renew()
    return manifest


def _check_place(migrations: list[tables.Migration]) -> None:
    unknown = sorted(set(migrations) - set(MigrationExecutor(connection).loader.graph.nodes))
    if unknown:
        raise UpkeepError(f"The backup is of a newer version (it has {'.'.join(unknown[0])}): install that one first.")
    for model in tables.models_at(tables.applied()):
        most = CONTENT.get(model._meta.label_lower)
        if most is not None and tables.rows_of(model)[: most + 1].count() > most:
            raise UpkeepError(
                f"The database is not empty (there are {model._meta.verbose_name_plural}). A backup is restored into "
                "an empty one only: name another in DATABASE_URL, or another folder in KONTOR_DATA."
            )
    try:
        folders, files = default_storage.listdir("")
    except FileNotFoundError:
        return
    if folders or files:
        raise UpkeepError("The folder of files is not empty. Move it away, or name another folder in KONTOR_DATA.")


def _migrate_to(migrations: list[tables.Migration]) -> None:
    """Give the database exactly the tables it had when the backup was written: first back, then forward."""
    wanted, back = set(migrations), MigrationExecutor(connection)
    graph = back.loader.graph
    ends: dict[str, Any] = {
        app: (app, name) for app, name in wanted if not graph.node_map[app, name].children & _nodes(graph, wanted, app)
    }
    later = {app for app, name in back.loader.applied_migrations if (app, name) not in wanted}
    with door():
        back.migrate([ends.get(app, (app, None)) for app in sorted(later & back.loader.migrated_apps)])
        MigrationExecutor(connection).migrate(sorted(ends.values()))


def _nodes(graph: Any, wanted: set[tables.Migration], app: str) -> set[Any]:
    return {graph.node_map[node] for node in wanted if node[0] == app}


def _load(path: Path, manifest: dict[str, Any], models: list[type[Model]], stored: list[str]) -> None:
    by_member = {manifest["tables"][model._meta.label_lower]["member"]: model for model in models}
    with transaction.atomic(), door():
        for model in models:
            tables.rows_of(model)._raw_delete(using=connection.alias)
        for name, content in archive.members(path):
            if name.startswith("files/"):
                _store(name.removeprefix("files/"), content, stored)
            elif name in by_member:
                model = by_member[name]
                rows = tables.load(model, content)
                if rows != manifest["tables"][model._meta.label_lower]["rows"]:
                    raise UpkeepError(f"{name}: {rows} rows, the manifest says another number.")
        connection.check_constraints()
        _reset_sequences(models)
        tables.rows_of(by_member["tables/jobs.quarantine.jsonl"]).create()


def _store(sha256: str, content: Any, stored: list[str]) -> None:
    name = Blob(sha256=sha256).path
    stored.append(default_storage.save(name, File(content, name)))


def _reset_sequences(models: list[type[Model]]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
