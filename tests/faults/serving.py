"""Real web servers and workers, and people who click without a pause."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config import supervisor
from tests.operations.places import SECRET_KEY, Place
from tests.services.redis import free_port

CSRF = "a" * 32
PEOPLE = """
import json, sys
from importlib import import_module
from django.conf import settings
from django.contrib.auth import login
from django.test import Client
from tests.factories import common, crm
sales = common.department()
found = []
for number in range(int(sys.argv[1])):
    person = common.user("manager", sales)
    company = crm.company(f"Company {number}", owner=person)
    client = Client()
    client.force_login(person, backend="common.policy.backends.PrincipalBackend")
    found.append([client.cookies[settings.SESSION_COOKIE_NAME].value, company.pk])
print(json.dumps(found))
"""


def people(place: Place, count: int) -> list[Person]:
    """Set a place up with so many signed-in managers, each with a company."""
    place.manage("migrate", "--verbosity=0")
    place.manage("setup_presets")
    start = "import django; django.setup()\n"
    return [Person(*row) for row in json.loads(place.run("-c", start + PEOPLE, str(count)))]


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, and a company they may write notes on."""

    session: str
    company: int


class Part:
    """One part of the product as a process: web, worker or beat."""

    def __init__(self, name: str, place: Place, *more: str, port: int = 0, **variables: str) -> None:
        self.name, self.place, self.more, self.variables = name, place, more, variables
        self.port = port or free_port()
        self.log = place.data / f"{name}-{self.port}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; a web server answers when this returns."""
        command = next(c.command for c in supervisor.children("127.0.0.1", self.port) if c.name == self.name)
        given = {name: value for name, value in os.environ.items() if not name.startswith(("KONTOR_", "DJANGO_"))}
        environment = {
            **given, "KONTOR_DATA": str(self.place.data), "DATABASE_URL": self.place.url, "KONTOR_LOG_LEVEL": "WARNING",
            "SECRET_KEY": SECRET_KEY, "DJANGO_SETTINGS_MODULE": "tests.faults.settings", **self.variables,
        }  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *self.more], env=environment, stdout=log, stderr=log, start_new_session=True
            )
        if self.name == "web":
            wait_for(self._answers, self.log)

    def _answers(self) -> bool:
        try:
            return ask(self.port, "GET", "/readyz")[0] == 200
        except OSError:
            return False

    def stop(self) -> float:
        """Ask it to end, as process managers do; the seconds it took. It must end by itself."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=45) == 0, self.log.read_text()
        return time.monotonic() - began

    def kill(self) -> None:
        """End it and its children at once."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def wait_for(condition: Callable[[], bool], log: Path, seconds: float = 30) -> None:
    """Return when the condition holds; fail with the log when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def ask(port: int, method: str, path: str, body: str = "", person: Person | None = None) -> tuple[int, bytes]:
    """One request on a connection of its own: status and body."""
    cookies = f"sessionid={person.session}; csrftoken={CSRF}" if person else ""
    headers = {"Cookie": cookies, "X-CSRFToken": CSRF, "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Crowd:
    """People who read and write until told to stop, through what a proxy does: another server where one refuses.

    `answers` counts statuses, `failed` says what went wrong, `noted` are the texts whose post was answered well.
    """

    READS = ("/", "/companies/", "/contacts/", "/me/", "/requests/")

    def __init__(self, ports: Sequence[int], people: Sequence[Person], *, may_break: bool = False) -> None:
        self.ports, self.people, self.may_break = ports, people, may_break
        self.answers: Counter[int] = Counter()
        self.failed: list[str] = []
        self.noted: list[str] = []
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(n,)) for n in range(len(people))]

    def __enter__(self) -> Crowd:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_all: Any) -> None:
        self.enough.set()
        for thread in self.threads:
            thread.join()

    def work(self, number: int) -> None:
        """What one person does: four pages, one note."""
        person, step = self.people[number], number
        while not self.enough.is_set():
            step += 1
            if step % 5:
                self.try_all("GET", self.READS[step % len(self.READS)], "", person, step)
            else:
                text = f"note {number} {step} end"
                path = f"/companies/{person.company}/note/"
                if self.try_all("POST", path, f"text={text.replace(' ', '+')}", person, step):
                    self.noted.append(text)

    def try_all(self, method: str, path: str, body: str, person: Person, step: int) -> bool:
        """Ask one server, then the other where the first takes no connection (or breaks off a mere reading)."""
        ports = [self.ports[(step + n) % len(self.ports)] for n in range(len(self.ports))]
        for last, port in ((port is ports[-1], port) for port in ports):
            try:
                status, _body = ask(port, method, path, body, person)
            except ConnectionRefusedError as problem:
                fault: OSError | http.client.HTTPException = problem
            except (OSError, http.client.HTTPException) as problem:
                fault = problem
                last = last or method == "POST"  # what may have been done is not tried again
            else:
                self.answers[status] += 1
                if status not in (200, 204, 303):
                    self.failed.append(f"{method} {path}: {status}")
                return status in (200, 204, 303)
            if last:
                if not self.may_break:
                    self.failed.append(f"{method} {path}: {fault!r}")
                return False
        return False


def notes_in(place: Place) -> set[str]:
    """The notes that are stored."""
    told = place.run(
        "-c",
        "import django; django.setup()\n"
        "from common.events.models import Event\n"
        "print([e.data['_text'] for e in Event.objects.filter(kind='company.noted')])",
    )
    return set(re.findall(r"note \d+ \d+ end", told))
