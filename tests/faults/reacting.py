"""A reaction that writes down which events it saw, for processes that are killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from common.events import hooks
from common.events.models import Event

KIND = "product.changed"


def write_down(event: Event) -> None:
    """Append the event to the file; where KILL_AT says so, die in the middle of it."""
    if os.environ.get("KILL_AT") == str(event.changes()["description"][1]):
        os.kill(os.getpid(), signal.SIGKILL)
    with Path(os.environ["SEEN"]).open("a") as file:
        file.write(f"{event.pk}\n")


def seen() -> list[int]:
    """The events written down so far, in order."""
    file = Path(os.environ["SEEN"])
    return [int(line) for line in file.read_text().split()] if file.exists() else []


RECEIVER = f"{write_down.__module__}.{write_down.__qualname__}"


def register() -> None:
    """Make it known to the hooks of this process."""
    hooks.react(KIND, write_down)
