"""Runs Kontor CRM on one machine: web server, worker and scheduler as children of one process.

`python -m config.supervisor web` (or worker, beat) runs one part alone, for other process managers.

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
from typing import IO, NoReturn, TextIO

ROOT = Path(__file__).resolve().parent.parent
WATCHER = Path(__file__).with_name("watcher.py")
TICK_SECONDS = 0.1
GRACE_SECONDS = 40.0
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
class Place:
    """One child's place: its watcher while it runs, and when to start it (again)."""

    child: Child
    watcher: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float | None = field(default_factory=time.monotonic)


@dataclass
class Output:
    """What a watched command prints, as far as it has been read."""

    name: str
    pipe: IO[bytes]
    pending: bytes = b""


class Supervisor:
    """Keeps `children` running until told to stop; once `ready()`, says `greeting` and starts `then`."""

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
        self.places = [Place(child) for child in children]
        self.ready, self.greeting, self.then, self.grace = ready, greeting, then, grace
        self.greeted = False
        self.stopping = False
        self.console = console or sys.stdout
        self.selector = selectors.DefaultSelector()
        self.pipe_read, self.pipe_write = os.pipe()
        self.width = max((len(child.name) for child in children), default=0)

    def run(self) -> int:
        """Run until SIGINT or SIGTERM, then end every child. Call it from the main thread."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._stop)
        while not self.stopping:
            self._tick()
        self._end_all()
        return 0

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _tick(self) -> None:
        for place in self.places:
            if place.due is not None and time.monotonic() >= place.due:
                self._start(place)
        self._look_after(self.places)
        if not self.greeted and self.ready():
            self.greeted = True
            self._say("", self.greeting)
            self.places += [Place(child) for child in self.then]

    def _start(self, place: Place) -> None:
        place.due, place.started = None, time.monotonic()
        place.watcher = subprocess.Popen(
            [sys.executable, "-I", str(WATCHER), str(self.pipe_read), *place.child.command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[self.pipe_read],
            start_new_session=True,
        )
        if place.watcher.stdout is not None:
            os.set_blocking(place.watcher.stdout.fileno(), False)
            output = Output(place.child.name, place.watcher.stdout)
            self.selector.register(output.pipe, selectors.EVENT_READ, output)

    def _look_after(self, places: Sequence[Place]) -> None:
        """Print what the children say for one tick, then clear the places of those that ended."""
        if self.selector.get_map():
            for key, _ in self.selector.select(TICK_SECONDS):
                self._read(key.data)
        else:
            time.sleep(TICK_SECONDS)
        for place in places:
            if place.watcher is not None and place.watcher.poll() is not None:
                # A killed watcher may leave members of its group behind.
                _signal_group(place.watcher.pid, signal.SIGKILL)
                place.watcher = None
                self._plan_restart(place)

    def _plan_restart(self, place: Place) -> None:
        if self.stopping or place.child.once:
            return
        if time.monotonic() - place.started >= STEADY_SECONDS:
            place.failures = 0
        wait = BACKOFF_SECONDS[min(place.failures, len(BACKOFF_SECONDS) - 1)]
        place.failures += 1
        place.due = time.monotonic() + wait
        self._say(place.child.name, f"starts again in {wait:g} s")

    def _end_all(self) -> None:
        """Ask every group to end, wait at most `grace` seconds, then kill what is left."""
        self._say("", "Stopping …")
        for place in self.places:
            if place.watcher is not None:
                _signal_group(place.watcher.pid, signal.SIGTERM)
        deadline = time.monotonic() + self.grace
        while time.monotonic() < deadline and any(place.watcher for place in self.places):
            self._look_after(self.places)
        for place in self.places:
            if place.watcher is not None:
                _signal_group(place.watcher.pid, signal.SIGKILL)
                place.watcher.wait()

    def _read(self, output: Output) -> None:
        """Print the whole lines that are there; at the end of the pipe, also an unfinished one."""
        with suppress(BlockingIOError):
            while data := os.read(output.pipe.fileno(), 65536):
                *lines, output.pending = (output.pending + data).split(b"\n")
                for line in lines:
                    self._say(output.name, line.decode(errors="replace"))
            if output.pending:
                self._say(output.name, output.pending.decode(errors="replace"))
            self.selector.unregister(output.pipe)
            output.pipe.close()

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
        *("--worker-class", "config.draining.DrainingWorker", "--workers", "2", "--threads", "4"),
        *("--bind", f"{host}:{port}", "--graceful-timeout", "30", "--log-level", "warning"),
    )
    celery = (python, "-m", "celery", "--app", "config", "--quiet")
    return [
        Child("web", gunicorn),
        Child("worker", (*celery, "worker", "--pool", "threads", "--concurrency", "4", *QUIET_WORKER)),
        Child("beat", (*celery, "beat", "--pidfile=", "--loglevel", "warning")),
    ]


QUIET_WORKER = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "warning")


def become(name: str) -> NoReturn:
    """Turn this process into one part, for process managers that keep it running themselves."""
    host, port = os.environ.get("KONTOR_HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    parts = {child.name: list(child.command) for child in children(host, port)}
    if name not in parts:
        sys.exit(f"There is no part {name}; the parts are {', '.join(parts)}.")
    os.execv(parts[name][0], parts[name])  # noqa: S606  # our own fixed commands


def main() -> int:
    """Serve until stopped; the address comes from KONTOR_HOST and PORT."""
    host, port = os.environ.get("KONTOR_HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    if not free(host, port):
        advice = f"stop what uses it, or choose another with PORT={port + 1}"
        sys.stderr.write(f"Port {port} is in use: {advice}.\n")
        return 1
    address = f"http://{host}:{port}/"
    production = os.environ.get("KONTOR_ENV") == "production"
    if not production:
        os.environ.setdefault("KONTOR_SITE_URL", address.rstrip("/"))
    supervisor = Supervisor(
        children(host, port),
        ready=lambda: answers(host, port),
        greeting=f"\nKontor CRM is at {address} (Ctrl-C ends it)\n",
        # Links that sign people in have no place in a production log.
        then=[] if production else [Child("", (sys.executable, "manage.py", "signin", "--all"), once=True)],
    )
    return supervisor.run()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        become(sys.argv[1])
    sys.exit(main())
