"""Asks a running server for pages as signed-in people and measures its answers."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.test import Client

from common.people.models import User

WARM, ROUNDS = 5, 50
ACCEPTED = {"Accept-Language": "en", "Accept-Encoding": "gzip"}


@dataclass
class Page:
    """An address to ask for: what kind of page, for whom, within what budget."""

    name: str
    kind: str
    url: str
    who: str
    millis: list[float] = field(default_factory=list)
    size: int = 0
    queries: int = 0
    raw: float = 0.0

    @property
    def key(self) -> str:
        """Which page for whom."""
        return f"{self.name}, {self.who}"

    @property
    def median(self) -> float:
        """Milliseconds."""
        return statistics.median(self.millis)

    @property
    def p95(self) -> float:
        """Milliseconds, of twenty answers the slowest but one."""
        return sorted(self.millis)[int(len(self.millis) * 0.95)]


def cookie_of(username: str) -> str:
    """The session of a person, as a browser would send it."""
    client = signed_in(username)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def signed_in(username: str) -> Client:
    """A client of a person in this process."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=username), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@contextmanager
def serving() -> Iterator[int]:
    """A web server with two workers on the database of the settings; its port."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--preload", "--worker-class", "gthread", "--workers", "2",
        "--threads", "4", "--bind", f"127.0.0.1:{port}", "--log-level", "error",
    ]  # fmt: skip
    environment = {**os.environ, "KONTOR_LOG_LEVEL": "ERROR"}
    server = subprocess.Popen(command, env=environment)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and server.poll() is None:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def measure(pages: Sequence[Page], port: int) -> None:
    """Ask for every page in turn, so that what else the machine does falls on all alike."""
    cookies = {page.who: cookie_of(page.who) for page in pages}
    for round_number in range(-WARM, ROUNDS):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as line:
            for page in pages:
                started = time.perf_counter()
                line.request("GET", page.url, headers={**ACCEPTED, "Cookie": cookies[page.who]})
                answer = line.getresponse()
                body = answer.read()
                spent = (time.perf_counter() - started) * 1000
                if answer.status != 200:
                    raise RuntimeError(f"{page.url} for {page.who} answered {answer.status}")
                page.size = len(body)
                if round_number >= 0:
                    page.millis.append(spent)


def count_queries(pages: Sequence[Page]) -> None:
    """How many statements a second look at each page takes, and how long those of a report's figures take alone."""
    clients = {page.who: signed_in(page.who) for page in pages}
    for page in pages:
        clients[page.who].get(page.url)
        seen: list[tuple[str, object]] = []

        def keep(execute, sql, params, many, context, seen=seen):  # type: ignore[no-untyped-def]  # Django's signature
            seen.append((sql, params))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(keep):
            clients[page.who].get(page.url)
        page.queries = len(seen)
        if page.kind == "report":
            page.raw = sum(_raw(sql, params) for sql, params in seen if _is_figure(sql))


def _is_figure(sql: str) -> bool:
    return 'FROM "deals_' in sql and "COUNT(*) FROM (" not in sql[:60]


def _raw(sql: str, params: object) -> float:
    spent = []
    for _n in range(7):
        with connection.cursor() as cursor:
            started = time.perf_counter()
            cursor.execute(sql, params)  # type: ignore[arg-type]  # as Django gave it
            cursor.fetchall()
            spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent)
