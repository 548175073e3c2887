"""The supervisor under kill, with real processes: shells stand in for the parts of the product."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from config import supervisor

RUN = """
import json, sys
from config.supervisor import Child, Supervisor
given = json.loads(sys.argv[1])
children = [Child(name, ["sh", "-c", script]) for name, script in given["children"].items()]
then = [Child("", ["sh", "-c", script], once=True) for script in given["then"]]
sys.exit(Supervisor(children, ready=lambda: True, greeting="hello", then=then, grace=1.0).run())
"""
LONG = 'sleep 600 & echo "up $$ $!"; wait'
"""Says its own process id and that of its child, and runs on."""
POLITE = """trap 'echo bye; kill $!; exit 0' TERM; sleep 600 & echo "up $$ $!"; wait"""
STUBBORN = """trap '' TERM INT HUP; echo "up $$ $$"; while :; do sleep 0.1; done"""


class Console:
    """A running supervisor and what it printed so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self.told: set[str] = set()

    def until(self, wanted: Callable[[str], bool]) -> str:
        """The first line that is `wanted`, among those read or yet to come."""
        for line in self.lines:
            if wanted(line):
                return line
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if wanted(self.lines[-1]):
                return self.lines[-1]
        raise AssertionError("It ended, having said:\n" + "\n".join(self.lines))

    def pids(self, name: str) -> list[int]:
        """The process ids that child `name` says when it is up; those of its next start when asked again."""
        line = self.until(lambda line: line.startswith(name) and "up " in line and line not in self.told)
        self.told.add(line)
        return [int(word) for word in line.split("up ")[1].split()]

    def end(self, signum: int) -> int:
        """Send a signal and wait for the exit code."""
        self.process.send_signal(signum)
        assert self.process.stdout is not None
        self.lines += self.process.stdout.read().splitlines()
        return self.process.wait(10)


@pytest.fixture
def start() -> Iterator[Callable[..., Console]]:
    """Start a supervisor of the given scripts: `start(web=LONG)`."""
    started = []

    def run(*, then: tuple[str, ...] = (), **children: str) -> Console:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, json.dumps({"children": children, "then": then})],
            stdout=subprocess.PIPE,
            text=True,
        )
        watchdog = threading.Timer(30, process.kill)
        watchdog.start()
        started.append((process, watchdog))
        return Console(process)

    yield run
    for process, watchdog in started:
        watchdog.cancel()
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def alive(pids: list[int]) -> list[int]:
    """Which of the processes still run (one that nobody has collected yet does not)."""
    left = []
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                left.append(pid)
        except psutil.NoSuchProcess:
            pass
    return left


def all_gone(pids: list[int], seconds: float) -> bool:
    """Whether the processes are gone within so many seconds."""
    deadline = time.monotonic() + seconds
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pids)


def test_what_children_say_is_printed_with_their_name(start: Callable[..., Console]) -> None:
    console = start(web="printf 'one\\ntwo'; sleep 600", worker=LONG)
    assert console.until(lambda line: "one" in line) == "web    | one"
    console.pids("worker")


def test_a_killed_supervisor_leaves_no_process_after_two_seconds(start: Callable[..., Console]) -> None:
    console = start(web=LONG, worker=STUBBORN)
    pids = console.pids("web") + console.pids("worker")
    assert alive(pids)
    console.process.kill()
    assert all_gone(pids, 2.0)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_child_gracefully(start: Callable[..., Console], signum: int) -> None:
    console = start(web=POLITE, worker=POLITE)
    pids = console.pids("web") + console.pids("worker")
    assert console.end(signum) == 0
    assert {"web    | bye", "worker | bye"} <= set(console.lines)
    assert all_gone(pids, 0.5)


def test_a_child_that_does_not_end_in_time_is_killed(start: Callable[..., Console]) -> None:
    console = start(web=STUBBORN)
    pids = console.pids("web")
    assert console.end(signal.SIGTERM) == 0
    assert all_gone(pids, 0.5)


def test_a_killed_child_is_started_again_and_leaves_nothing(start: Callable[..., Console]) -> None:
    console = start(web=LONG, worker=LONG)
    pids = console.pids("web")
    other = console.pids("worker")
    os.kill(pids[0], signal.SIGKILL)
    assert console.pids("web") != pids
    assert "web    | ended with signal 9" in console.lines
    assert all_gone(pids, 1.0)
    assert alive(other) == other


@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal of Linux")
def test_a_killed_watcher_takes_its_command_along(start: Callable[..., Console]) -> None:
    console = start(web=LONG)
    pids = console.pids("web")
    os.kill(psutil.Process(pids[0]).ppid(), signal.SIGKILL)
    assert console.pids("web") != pids
    assert all_gone(pids, 1.0)


def test_a_child_that_keeps_failing_is_started_ever_more_slowly(start: Callable[..., Console]) -> None:
    console = start(web="exit 3")
    console.until(lambda line: line == "web | starts again in 0.2 s")
    console.until(lambda line: line == "web | starts again in 1 s")
    assert "web | ended with code 3" in console.lines


def test_the_greeting_comes_once_and_then_what_follows_it_runs_once(start: Callable[..., Console]) -> None:
    console = start(web=LONG, then=("echo here are your links",))
    console.until(lambda line: line == "hello")
    console.until(lambda line: line == "here are your links")
    time.sleep(0.5)
    console.end(signal.SIGTERM)
    assert [console.lines.count(line) for line in ("hello", "here are your links")] == [1, 1]


def test_a_port_in_use_is_one_clear_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        assert supervisor.main() == 1
    assert capsys.readouterr().err == (
        f"Port {port} is in use: stop what uses it, or choose another with PORT={port + 1}.\n"
    )
