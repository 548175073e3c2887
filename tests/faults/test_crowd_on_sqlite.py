"""25 people at once on SQLite, and the server killed among them: nobody is told "locked", nothing saved is lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.faults import serving
from tests.faults.serving import Crowd, Part
from tests.operations import places


def crowd(folder: Path, seconds: float) -> None:
    """Let 25 people work for so long, killing the server twice."""
    place = places.sqlite(folder)
    people = serving.people(place, 25)
    server = Part("web", place, BROKER_URL="filesystem://localhost/")
    try:
        server.start()
        with Crowd([server.port], people, may_break=True) as working:
            for _third in range(2):
                time.sleep(seconds / 3)
                server.kill()
                server.start()
            time.sleep(seconds / 3)
    finally:
        server.kill()
    log = server.log.read_text()
    assert working.failed == [], log[-4000:]
    assert "locked" not in log
    kept = serving.notes_in(place)
    assert working.noted
    assert set(working.noted) - kept == set()
    check = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])"
    assert place.run("-c", check, str(place.data / "kontor.sqlite3")).strip() == "ok"
    print(f"{seconds:.0f} s: {dict(working.answers)}, {len(working.noted)} notes answered, {len(kept)} kept, 0 locked")


def test_a_crowd_on_sqlite(tmp_path: Path) -> None:
    crowd(tmp_path / "place", 10)


@pytest.mark.long
def test_a_crowd_on_sqlite_for_five_minutes(tmp_path: Path) -> None:
    crowd(tmp_path / "place", 300)
