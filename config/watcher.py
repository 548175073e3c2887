"""Runs one command so that it can never outlive its supervisor: `watcher.py FD COMMAND…`.

The watcher leads a process group of its own and the command is a member. It holds the read end of the
supervisor's pipe; when that reaches its end (the supervisor is gone, however it died) the group is killed.
When the command ends, the rest of the group is killed too. Started as a file, it imports nothing of ours.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """On Linux, make the kernel kill this process when the watcher dies first. Runs in the new process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def kill_group_at_end_of(pipe: int) -> None:
    """Wait until nobody holds the write end of `pipe`, then kill the watcher's whole group."""
    while os.read(pipe, 1):
        pass
    os.killpg(0, signal.SIGKILL)


def let_the_command_decide(signum: int, frame: FrameType | None) -> None:
    """Outlive a polite signal: the group got it too, and the command ends in its own time."""


def watch(pipe: int, command: list[str]) -> None:
    """Run `command` to its end, say how it ended if that was a failure, and clear the group."""
    for polite in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(polite, let_the_command_decide)
    # From the main thread: the death signal fires when the thread that forked ends.
    process = subprocess.Popen(command, preexec_fn=die_with_parent)
    threading.Thread(target=kill_group_at_end_of, args=(pipe,), daemon=True).start()
    code = process.wait()
    if code:
        sys.stdout.write(f"ended with {f'signal {-code}' if code < 0 else f'code {code}'}\n")
        sys.stdout.flush()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    watch(int(sys.argv[1]), sys.argv[2:])
