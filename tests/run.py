"""Runs the tests: everything on PostgreSQL, then data logic and acceptance on SQLite.

`python -m tests.run [ARGS]`: ARGS go to pytest. It uses two processes unless ARGS say `-n 0`, for debuggers.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from config import catalogues, frontend
from tests.services.browser import chromium, install_chromium
from tests.services.postgres import postgres

POSTGRES_ONLY = (
    "tests/architecture",
    "tests/access/http",
    "tests/acceptance/test_every_page.py",
    "tests/faults/test_supervisor.py",
    "tests/faults/test_crowd_on_sqlite.py",
    "tests/operations/test_containers.py",
    "tests/operations/test_refusals.py",
    "tests/operations/test_cookies.py",
)
"""What says nothing new on another database."""
NOTHING_COLLECTED = 5


def main(args: list[str]) -> int:
    """Set up what tests need, run both lanes and return the worst exit code."""
    frontend.install()
    catalogues.compile_all()
    if chromium() is None and os.geteuid() == 0:
        install_chromium()
    with postgres() as url:
        code = lane("PostgreSQL", url, args)
    if (chosen := for_sqlite(args)) is not None:
        code = lane("SQLite", "", chosen) or code
    return code


def for_sqlite(args: list[str]) -> list[str] | None:
    """The arguments of the SQLite lane; None where all chosen paths belong to PostgreSQL alone."""
    paths = [arg for arg in args if Path(arg.split("::")[0]).exists()]
    kept = [path for path in paths if not path.startswith(POSTGRES_ONLY)]
    if paths and not kept:
        return None
    rest = [arg for arg in args if arg not in paths]
    return [*rest, *kept, *(f"--ignore={path}" for path in POSTGRES_ONLY)]


def lane(name: str, url: str, args: list[str]) -> int:
    """Run pytest on one database; an empty selection is no failure."""
    started = time.monotonic()
    print(f"— {name} —", flush=True)
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if url:
        environment["DATABASE_URL"] = url
    workers = [] if "-n" in args else ["-n", "2"]
    result = subprocess.run([sys.executable, "-m", "pytest", *workers, *args], env=environment, check=False)
    print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    return 0 if result.returncode == NOTHING_COLLECTED else result.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
