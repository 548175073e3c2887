"""Runs Kontor CRM on one machine: web server, worker and scheduler as children of one process.

Each child runs under `config/watcher.py`, in a process group of its own. Ctrl-C or SIGTERM ends every child
gracefully, a child that dies is started again, and a killed supervisor takes all of them along.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, TextIO

ROOT = Path(__file__).resolve().parent.parent
WATCHER = Path(__file__).with_name("watcher.py")
TICK_SECONDS = 0.1
GRACE_SECONDS = 10.0
BACKOFF_SECONDS = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 60.0
"""A child that ran this long is healthy: its next restart is quick again."""


@dataclass(frozen=True)
class Child:
    """One command to keep running; with `once`, to run a single time."""

    name: str
    command: Sequence[str]
    once: bool = False


@dataclass
class Running:
    """What the supervisor knows of one child: its watcher, its output and when to start it (again)."""

    child: Child
    watcher: subprocess.Popen[bytes] | None = None
    output: IO[bytes] | None = None
    pending: bytes = b""
    started: float = 0.0
    failures: int = 0
    due: float | None = field(default_factory=time.monotonic)


class Supervisor:
    """Keeps `children` running until told to stop. When `ready()` first holds, says `greeting` and starts `then`."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        ready: Callable[[], bool] = lambda: False,
        greeting: str = "",
        then: Sequence[Child] = (),
        grace: float = GRACE_SECONDS,
        console: TextIO | None = None,
    ) -> None:
        self.running = [Running(child) for child in children]
        self.ready, self.greeting, self.then, self.grace = ready, greeting, then, grace
        self.greeted = False
        self.stopping = False
        self.console = console or sys.stdout
        self.selector = selectors.DefaultSelector()
        self.pipe_read, self.pipe_write = os.pipe()
        self.width = max((len(child.name) for child in children), default=0)

    def run(self) -> int:
        """Run until SIGINT or SIGTERM, end every child, and return the exit code. Call it from the main thread."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._stop)
        while not self.stopping:
            self._tick()
        self._end_all()
        return 0

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _tick(self) -> None:
        for one in self.running:
            if one.watcher is not None and one.watcher.poll() is not None:
                self._ended(one)
            if one.due is not None and time.monotonic() >= one.due and not self.stopping:
                self._start(one)
        self._forward(TICK_SECONDS)
        if not self.greeted and self.ready():
            self.greeted = True
            self._say("", self.greeting)
            self.running += [Running(child) for child in self.then]

    def _start(self, one: Running) -> None:
        one.due, one.started, one.pending = None, time.monotonic(), b""
        one.watcher = subprocess.Popen(
            [sys.executable, "-I", str(WATCHER), str(self.pipe_read), *one.child.command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[self.pipe_read],
            start_new_session=True,
        )
        one.output = one.watcher.stdout
        assert one.output is not None
        os.set_blocking(one.output.fileno(), False)
        self.selector.register(one.output, selectors.EVENT_READ, one)

    def _ended(self, one: Running) -> None:
        """Clear what is left of a child whose watcher is gone, and plan its restart."""
        assert one.watcher is not None
        _signal_group(one.watcher.pid, signal.SIGKILL)
        if one.output is not None:
            self._read(one)
        if one.output is not None:
            self._close(one)
        one.watcher = None
        if self.stopping or one.child.once:
            return
        if time.monotonic() - one.started >= STEADY_SECONDS:
            one.failures = 0
        wait = BACKOFF_SECONDS[min(one.failures, len(BACKOFF_SECONDS) - 1)]
        one.failures += 1
        one.due = time.monotonic() + wait
        self._say(one.child.name, f"starts again in {wait:g} s")

    def _end_all(self) -> None:
        """Ask every group to end, wait at most `grace` seconds, then kill what is left."""
        self._say("", "Stopping …")
        for one in self.running:
            if one.watcher is not None:
                _signal_group(one.watcher.pid, signal.SIGTERM)
        deadline = time.monotonic() + self.grace
        while time.monotonic() < deadline and any(one.watcher for one in self.running):
            self._tick_while_stopping()
        for one in self.running:
            if one.watcher is not None:
                _signal_group(one.watcher.pid, signal.SIGKILL)
                one.watcher.wait()

    def _tick_while_stopping(self) -> None:
        for one in self.running:
            if one.watcher is not None and one.watcher.poll() is not None:
                self._ended(one)
        self._forward(TICK_SECONDS)

    def _forward(self, seconds: float) -> None:
        """Wait up to `seconds` for output of the children and print it."""
        if not self.selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self.selector.select(seconds):
            self._read(key.data)

    def _read(self, one: Running) -> None:
        assert one.output is not None
        with suppress(BlockingIOError):
            while True:
                data = os.read(one.output.fileno(), 65536)
                if not data:
                    self._close(one)
                    return
                *lines, one.pending = (one.pending + data).split(b"\n")
                for line in lines:
                    self._say(one.child.name, line.decode(errors="replace"))

    def _close(self, one: Running) -> None:
        assert one.output is not None
        if one.pending:
            self._say(one.child.name, one.pending.decode(errors="replace"))
            one.pending = b""
        self.selector.unregister(one.output)
        one.output.close()
        one.output = None

    def _say(self, name: str, line: str) -> None:
        prefix = f"{name:<{self.width}} | " if name else ""
        with suppress(OSError):  # the console may be gone; the children matter more
            self.console.write(f"{prefix}{line}\n")
            self.console.flush()


def _signal_group(pgid: int, signum: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pgid, signum)


def free(host: str, port: int) -> bool:
    """Whether a server could listen on this address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections on this address now."""
    with suppress(OSError), socket.create_connection((host, port), timeout=0.2):
        return True
    return False


def children(host: str, port: int) -> list[Child]:
    """The three parts of the product: web server, worker, scheduler."""
    python = sys.executable
    gunicorn = (
        *(python, "-m", "gunicorn", "config.wsgi", "--preload", "--no-control-socket"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--bind", f"{host}:{port}", "--graceful-timeout", "8", "--log-level", "warning"),
    )
    celery = (python, "-m", "celery", "--app", "config", "--quiet")
    return [
        Child("web", gunicorn),
        Child("worker", (*celery, "worker", "--pool", "threads", "--concurrency", "4", *QUIET_WORKER)),
        Child("beat", (*celery, "beat", "--pidfile=", "--loglevel", "warning")),
    ]


QUIET_WORKER = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "warning")


def main() -> int:
    """Serve until stopped; the address comes from KONTOR_HOST and PORT."""
    host, port = os.environ.get("KONTOR_HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    if not free(host, port):
        sys.stderr.write(f"Port {port} is in use: stop what uses it, or choose another with PORT={port + 1}.\n")
        return 1
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"
    os.environ.setdefault("KONTOR_SITE_URL", address.rstrip("/"))
    supervisor = Supervisor(
        children(host, port),
        ready=lambda: answers(host, port),
        greeting=f"\nKontor CRM is at {address} (Ctrl-C ends it)\n",
        then=[Child("", (sys.executable, "manage.py", "signin", "--all"), once=True)],
    )
    return supervisor.run()


if __name__ == "__main__":
    sys.exit(main())
