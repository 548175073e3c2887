"""Which request, person and row of work a log line belongs to; in production one JSON object a line.

A line never holds a query string, a body or a path with a secret in it: requests are named by their route.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

EXTRA = ("route", "pk", "method", "status", "ms", "queue", "row")
"""What a log call may name in `extra=` beside the message."""


@dataclass(frozen=True)
class Trace:
    """`request`: the id of the request it began with; `work`: "queue row" that a worker handles."""

    request: str = ""
    user: int | None = None
    work: str = ""


NOTHING = Trace()
_trace: ContextVar[Trace] = ContextVar("trace", default=NOTHING)


def current() -> Trace:
    """Where the code that runs now came from."""
    return _trace.get()


@contextmanager
def tracing(**values: Any) -> Iterator[None]:
    """Log lines of the block belong to these (fields of `Trace`) too."""
    token = _trace.set(replace(_trace.get(), **values))
    try:
        yield
    finally:
        _trace.reset(token)


def add(**values: Any) -> None:
    """From here to the end of the surrounding block log lines belong to these too."""
    _trace.set(replace(_trace.get(), **values))


class JsonFormatter(logging.Formatter):
    """One line of JSON per event."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "logger": record.name, "message": self.message_of(record),
            **{key: value for key, value in asdict(current()).items() if value},
            **{key: getattr(record, key) for key in EXTRA if hasattr(record, key)},
        }  # fmt: skip
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)

    def message_of(self, record: logging.LogRecord) -> str:
        """The message; of Django's lines about requests without the path, which may hold a secret."""
        if record.name in ("django.request", "django.security.csrf") and isinstance(record.args, tuple):
            return str(record.args[0]) if record.args else record.getMessage()
        return record.getMessage()
