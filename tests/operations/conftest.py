"""What production would have logged during a test."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from common.jobs.tracing import JsonFormatter


class Lines:
    """What was logged since the test began."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (json.loads(line) for line in self.stream.getvalue().splitlines())

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def named(self, message: str) -> list[dict[str, Any]]:
        return [line for line in self if line["message"] == message]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The product's own log, formatted as in production."""
    found = Lines()
    handler = logging.StreamHandler(found.stream)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("kontor.request", "kontor.jobs", "django.request")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
    yield found
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.removeHandler(handler)
