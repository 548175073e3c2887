"""What is done every so often, by whichever worker sweeps first.

    @timetable.every("search.words", timedelta(minutes=1))
    def learn(since: datetime | None) -> None: ...

Its row of `Heartbeat` says when it last began; one guarded update claims the next turn. `since` is the turn before,
None the first time. What raises is logged and tried at its next turn: it must be safe to run twice or to be cut off.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from common import clock
from common.jobs import tracing
from common.jobs.models import Heartbeat

log = logging.getLogger("kontor.jobs")
Turn = Callable[[datetime | None], None]


@dataclass(frozen=True)
class _Entry:
    period: timedelta
    run: Turn


_entries: dict[str, _Entry] = {}


def every(name: str, period: timedelta) -> Callable[[Turn], Turn]:
    """Register a function to be called about every `period`."""

    def register(function: Turn) -> Turn:
        _entries[name] = _Entry(period, function)
        return function

    return register


def run_due() -> int:
    """Do what is due; how many were done."""
    done = 0
    for name, entry in _entries.items():
        claimed, since = _claim(name, entry.period)
        if not claimed:
            continue
        done += 1
        with tracing.tracing(work=name):
            try:
                entry.run(since)
            except Exception as problem:  # the boundary of background work: its next turn tries again
                log.warning("%s failed: %s", name, problem, exc_info=True)
    return done


def _claim(name: str, period: timedelta) -> tuple[bool, datetime | None]:
    now = clock.now()
    row, first = Heartbeat.objects.get_or_create(name=name, defaults={"at": now})
    if first:
        return True, None
    due = Heartbeat.objects.filter(name=name, at=row.at, at__lte=now - period)
    return bool(due.update(at=now)), row.at
