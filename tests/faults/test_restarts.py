"""Web servers and workers that are asked to end finish what they began; nobody notices a rolling restart."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.faults import serving
from tests.faults.serving import Crowd, Part
from tests.operations import places
from tests.operations.places import Place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An installation on the database of this lane."""
    name = f"served_{connection.settings_dict['NAME']}"
    if connection.vendor == "sqlite":
        yield places.sqlite(tmp_path / "place")
        return
    yield places.postgres(tmp_path / "place", name)
    places.drop(name)


@pytest.fixture
def start(place: Place) -> Iterator[Callable[..., Part]]:
    """Start a part of the product; all are killed at the end."""
    parts = []

    def begin(name: str, *more: str) -> Part:
        part = Part(name, place, *more, BROKER_URL="filesystem://localhost/")
        parts.append(part)
        part.start()
        return part

    yield begin
    for part in parts:
        part.kill()


def roll(place: Place, start: Callable[..., Part], times: int) -> None:
    """Restart two servers in turn, so many times each, while people work."""
    crowd = serving.people(place, 6)
    first, second = start("web"), start("web")
    with Crowd([first.port, second.port], crowd) as working:
        for _time in range(times):
            for server in (first, second):
                assert server.stop() <= 31
                server.start()
    assert working.failed == []
    assert sum(working.answers.values()) > 20 * times
    assert serving.notes_in(place) >= set(working.noted) != set()
    print(f"{times} rolling restarts: {dict(working.answers)}, 0 failed")


def test_nobody_notices_a_rolling_restart(place: Place, start: Callable[..., Part]) -> None:
    roll(place, start, 3)


@pytest.mark.long
def test_nobody_notices_twenty_rolling_restarts(place: Place, start: Callable[..., Part]) -> None:
    roll(place, start, 20)


def refuses(port: int) -> bool:
    """Whether nobody gets a connection there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_server_that_is_to_end_answers_what_it_began(place: Place, start: Callable[..., Part]) -> None:
    (person,) = serving.people(place, 1)
    server = start("web")
    body = b"text=note+1+1+end"
    head = (
        f"POST /companies/{person.company}/note/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nX-CSRFToken: {serving.CSRF}\r\n"
        f"Cookie: sessionid={person.session}; csrftoken={serving.CSRF}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(head.encode() + body[:4])
        # Another request is answered meanwhile, so the first is being handled.
        assert serving.ask(server.port, "GET", "/livez")[0] == 200
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        # Newcomers are refused at once: one the kernel let in now would be reset in the end.
        serving.wait_for(lambda: refuses(server.port), server.log, seconds=10)
        line.sendall(body[4:])
        assert line.recv(65536).startswith(b"HTTP/1.1 303")
    assert server.process.wait(timeout=31) == 0
    assert serving.notes_in(place) == {"note 1 1 end"}


def test_a_worker_that_is_to_end_finishes_its_job(place: Place, start: Callable[..., Part]) -> None:
    place.manage("migrate", "--verbosity=0")
    worker = start("worker", "--include", "tests.faults.working")
    place.run(
        "-c",
        "import django; django.setup()\n"
        "import tests.faults.working\n"
        "from common.jobs import services as jobs\n"
        "jobs.enqueue('tests.until_told')",
        BROKER_URL="filesystem://localhost/",
    )
    serving.wait_for((place.data / "began").exists, worker.log)
    assert worker.process is not None
    worker.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    assert worker.process.poll() is None, "it does not drop its job"
    (place.data / "go").touch()
    assert worker.process.wait(timeout=20) == 0
    assert (place.data / "ended").exists()
    told = place.run(
        "-c",
        "import django; django.setup()\n"
        "from common.jobs.models import Job\n"
        "print([(job.state.value, job.attempts) for job in Job.objects.all()])",
    )
    assert told.strip() == "[('done', 1)]"
