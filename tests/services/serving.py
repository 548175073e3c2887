"""What the live server still works on: a test's tables are emptied only after its last answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

SETTLED = 0.05
"""So many seconds nothing may come in, for what a closed browser had already sent."""
LATEST = 20.0


class Answering:
    """A WSGI application that knows how many answers are not finished yet."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self._count = 0
        self._changed = threading.Condition()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> _Answer:
        self._add(1)
        try:
            return _Answer(self.application(environ, start_response), lambda: self._add(-1))
        except BaseException:
            self._add(-1)
            raise

    def _add(self, number: int) -> None:
        with self._changed:
            self._count += number
            self._changed.notify_all()

    def wait(self) -> None:
        """Until nothing is answered any more. Raises `TimeoutError`."""
        end = time.monotonic() + LATEST
        with self._changed:
            while self._count or self._changed.wait(SETTLED):
                if time.monotonic() > end:
                    raise TimeoutError(f"{self._count} requests are still being answered")
                self._changed.wait(SETTLED)


class _Answer:
    def __init__(self, body: Any, end: Callable[[], None]) -> None:
        self._body, self._end = body, end

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """The server has sent all of it, or the browser is gone."""
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._end()
