"""The environment of a production server that is set up well, and a way to start Django in it."""

import os
import subprocess
import sys

GOOD = {
    "KONTOR_ENV": "production",
    "SECRET_KEY": "Vb3q9ZkT0hXnW2rLsY7uJ4mCeA8dGfPoI6iQxKtN1wRvBzUyHjMgSlDpEa5F",
    "ALLOWED_HOSTS": "crm.nordhafen.eu",
    "KONTOR_SITE_URL": "https://crm.nordhafen.eu",
    "KONTOR_PROXIES": "1",
    "DATABASE_URL": "postgres://kontor:Jw8xTq2LmZ@db.internal:5432/kontor",
    "BROKER_URL": "memory://",
}


def run(*command: str, data: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run Python with `command` in that environment; `changes` set or (None) unset variables."""
    ours = ("KONTOR_", "DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "BROKER_URL", "DJANGO_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    wanted = {**environment, **GOOD, "KONTOR_DATA": data, "DJANGO_SETTINGS_MODULE": "config.settings", **changes}
    given = {name: value for name, value in wanted.items() if value is not None}
    return subprocess.run(
        [sys.executable, *command], env=given, capture_output=True, text=True, timeout=60, check=False
    )
