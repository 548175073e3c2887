"""Measures the lists, boards, pages and reports on a large company: `make bench` (50,000 deals), `make bench-scale`.

`python -m bench.run [--deals N] [--record]`. Ratios to the floor of the same run are compared with the budgets of
ARCHITECTURE.md, "Speed"; a company of more deals is compared with 50,000, measured just before. A missed budget ends
with exit code 1. `--record` keeps the tables in docs/proof.md.
`--contacts N` measures an import of so many and their export instead (`make bench-import`).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.services.postgres import postgres

ROOT = Path(__file__).resolve().parent.parent
KEPT = Path(tempfile.gettempdir()) / "kontor-bench"
PLAIN = 50_000
"""The deals of the company whose budgets are multiples of the floor; larger ones are compared with it."""
SERVER = {"shared_buffers": "2GB"}
"""What docs/operations.md advises for a machine of 8 GB."""


def main() -> int:
    """Seed or take the seeded company, measure on a copy of it, tell."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--deals", type=int, default=PLAIN)
    parser.add_argument("--record", action="store_true", help="keep the table in docs/proof.md")
    parser.add_argument("--contacts", type=int, help="measure an import of so many, and their export, instead")
    chosen = parser.parse_args()
    os.environ |= {"KONTOR_DATA": str(KEPT / "data"), "KONTOR_DEMO": "0", "DJANGO_SETTINGS_MODULE": "config.settings"}
    (KEPT / "data").mkdir(parents=True, exist_ok=True)
    with postgres(KEPT / "postgres", **SERVER) as server:
        if chosen.contacts:
            os.environ["DATABASE_URL"] = empty(server, "kontor_import")
            manage("migrate", "--verbosity", "0")
            return manage("measure_import", "--contacts", str(chosen.contacts), check=False)
        os.environ["KONTOR_BENCH"] = "1"
        more = ["--record"] if chosen.record else []
        missed = measured(server, min(chosen.deals, PLAIN), more)
        return max(missed, measured(server, chosen.deals, [*more, "--beside"])) if chosen.deals > PLAIN else missed


def measured(server: str, deals: int, more: list[str]) -> int:
    """Measure a company of this size; 1 where a budget is missed. `--beside`: and compare it with the one before."""
    os.environ["DATABASE_URL"] = copy_of_seeded(server, deals)
    manage("collectstatic", "--no-input", "--verbosity", "0")
    return manage("measure", "--deals", str(deals), "--medians", str(KEPT / "medians.json"), *more, check=False)


def copy_of_seeded(server: str, deals: int) -> str:
    """A fresh copy of a company of this size; made by the seed the first time and after every change of it."""
    seeded, used = f"kontor_seed_{deals}_{fingerprint()}", "kontor_bench"
    with psycopg.connect(server, autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if seeded not in known:
            for old in known:
                if old.startswith(f"kontor_seed_{deals}_"):
                    connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
            making = f"{seeded}_making"
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(making)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
            os.environ["DATABASE_URL"] = database(server, making)
            manage("migrate", "--verbosity", "0")
            manage("seed", "--deals", str(deals))
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(seeded))
            )
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(used)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(used), sql.Identifier(seeded))
        )
    return database(server, used)


def empty(server: str, name: str) -> str:
    """A new database without anything in it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return database(server, name)


def database(server: str, name: str) -> str:
    """The address of another database of a server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def fingerprint() -> str:
    """Changes with the seed and with every migration."""
    digest = hashlib.sha256()
    made_by = [ROOT / "bench" / name for name in ("copying.py", "people.py", "seeding.py", "words.py")]
    for path in sorted([*made_by, *ROOT.glob("*/migrations/*.py"), *ROOT.glob("common/*/migrations/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def manage(*arguments: str, check: bool = True) -> int:
    """A command of manage.py in a process of its own; its exit code."""
    return subprocess.run([sys.executable, ROOT / "manage.py", *arguments], check=check, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
