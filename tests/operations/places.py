"""Installations to restore into: an empty database of either kind and a data folder, run as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

SECRET_KEY = "another-key-for-tests-only-that-guards-nothing-0123456789"


@dataclass(frozen=True)
class Place:
    """An installation: the address of its database and its data folder."""

    url: str
    data: Path

    def run(self, *command: str, code: int = 0, **variables: str) -> str:
        """Run Python there; what it printed. It must end with `code`."""
        given = {name: value for name, value in os.environ.items() if not name.startswith(("KONTOR_", "DJANGO_"))}
        environment = {
            **given, "KONTOR_DATA": str(self.data), "DATABASE_URL": self.url, "BROKER_URL": "memory://",
            "DJANGO_SETTINGS_MODULE": "config.settings", "KONTOR_LOG_LEVEL": "ERROR",
            "SECRET_KEY": SECRET_KEY, **variables,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == code, done.stderr + done.stdout
        return done.stdout if code == 0 else done.stderr

    def manage(self, *command: str, **more: Any) -> str:
        """Run a command of manage.py there."""
        return self.run("manage.py", *command, **more)

    def script(self, text: str, **more: Any) -> str:
        """Run a script there, with Django set up."""
        start = """import django
from django.conf import settings
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.ALLOWED_HOSTS.append("testserver")
django.setup()
"""
        return self.run("-c", start + text, **more)


def sqlite(folder: Path) -> Place:
    """An empty SQLite installation in a new folder."""
    folder.mkdir()
    return Place(f"sqlite:///{folder / 'kontor.sqlite3'}", folder)


def postgres(folder: Path, name: str) -> Place:
    """An empty PostgreSQL installation on the server of the tests; `drop` removes its database."""
    folder.mkdir()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    return Place(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl(), folder)


def drop(name: str) -> None:
    """Remove a database that `postgres` made."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
