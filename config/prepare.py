"""Brings an installation up to date before it starts: `python -m config.prepare`.

Front end, catalogues, static files, database, presets and, on an empty database, the demo company.
Every step is skipped when there is nothing to do, so a second start costs about a second.
"""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config import catalogues, frontend


def prepare() -> None:
    """Run every step that is needed."""
    frontend.install()
    catalogues.compile_all()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    collect_static()
    if migrations_are_due():
        print("Preparing the database …", flush=True)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("setup_presets")
    if settings.LOADS_DEMO:
        call_command("demo", if_empty=True)


def collect_static() -> None:
    """Collect, name by content and compress the static files, unless none changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    state = static_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    print("Collecting static files …", flush=True)
    call_command("collectstatic", clear=True, interactive=False, verbosity=0)
    stamp.write_text(state)


def static_state() -> str:
    """A digest that changes when a static file is added, removed or written."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def migrations_are_due() -> bool:
    """Whether the database lacks a migration."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


if __name__ == "__main__":
    try:
        prepare()
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))
