"""Every migration goes forward, back and forward again with data in: the schema is the same, no row is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from common.upkeep import backups
from tests.access.http import scene as company
from tests.architecture.layout import height
from tests.operations import places
from tests.operations.places import Place

pytestmark = pytest.mark.django_db(transaction=True)

BACK_AND_FORTH = """
import hashlib, io, json, sys
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from common.kinds.guard import door
from common.upkeep import tables

ours = set(json.loads(sys.argv[1]))
first = [(app, name) for app, name in tables.applied() if app not in ours or name.startswith("0001")]
latest = tables.applied()

def schema():
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            columns = connection.introspection.get_table_description(cursor, table)
            limits = connection.introspection.get_constraints(cursor, table)
            found[table] = (
                sorted(repr((c.name, c.type_code, c.display_size, c.precision, c.null_ok)) for c in columns),
                sorted(repr(sorted(limit.items(), key=str)) for limit in limits.values()),
            )
    return found

def rows():
    # A table that was renamed since is compared by nobody: it is there on one side only.
    there, found = set(connection.introspection.table_names()), {}
    for model in tables.models_at(first):
        if model._meta.db_table not in there:
            continue
        text = io.BytesIO()
        count = tables.write(model, text)
        found[model._meta.label] = (count, hashlib.sha256(text.getvalue()).hexdigest())
    return found

def migrate(targets):
    with door():
        MigrationExecutor(connection).migrate(targets)

def ends(nodes):
    return [max(node for node in nodes if node[0] == app) for app in sorted({app for app, _name in nodes} & ours)]

before = (schema(), rows())
migrate(ends(first))
gone = sorted(set(latest) - set(tables.applied()))
back = (schema(), rows())
migrate(ends(latest))
again = (schema(), rows())
print(json.dumps({
    "gone": len(gone), "rows": sum(count for count, _hash in before[1].values()),
    "same_schema": again[0] == before[0], "other_schema": back[0] != before[0],
    "lost": [label for label in before[1] if not before[1][label] == back[1][label] == again[1][label]],
    "unlike": [table for table in before[0] if again[0].get(table) != before[0][table]],
}))
"""


@pytest.fixture
def targets(tmp_path: Path) -> Iterator[list[Place]]:
    """Empty places: SQLite, or PostgreSQL where the tests run on it."""
    name = f"migrated_{connection.settings_dict['NAME']}"
    if connection.vendor == "sqlite":
        yield [places.sqlite(tmp_path / "sqlite")]
        return
    yield [places.postgres(tmp_path / "postgres", name)]
    places.drop(name)


def test_forward_back_and_forward_with_data(targets: list[Place], tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    company.build()
    path = tmp_path / "b.tar.gz"
    backups.write(path)
    ours = [config.label for config in apps.get_app_configs() if height(config.name) is not None]
    for place in targets:
        place.manage("restore", str(path))
        told = json.loads(place.run("-c", f"import django; django.setup()\n{BACK_AND_FORTH}", json.dumps(ours)))
        assert told.pop("gone") >= 8
        assert told.pop("rows") > 500
        assert told == {"same_schema": True, "other_schema": True, "lost": [], "unlike": []}
