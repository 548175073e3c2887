"""Durable background work on rows (ARCHITECTURE.md §4, "background").

A queue is a model of `Work` rows and a function that handles one. A row is claimed by one guarded
UPDATE, leased, and finished only by the attempt that holds the lease; a worker killed in between
loses nothing, the sweeper offers the row again. Handlers may run twice.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F, Q

from common import clock
from common.jobs.models import Job, Work
from common.people.models import User

log = logging.getLogger("kontor.jobs")

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 8
SWEEP_SIZE = 200

Run = Callable[[Any], None]
_queues: dict[str, tuple[type[Work], Run]] = {}
_handlers: dict[str, Callable[..., None]] = {}


class Refused(Exception):
    """The work may not be done any more: it is given up at once."""


def queue(name: str, model: type[Work], run: Run) -> None:
    """Register a queue: `run(row)` handles one claimed row and raises when it did not succeed."""
    _queues[name] = (model, run)


def handler(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function behind `enqueue(name, …)`: ids in, safe to run twice."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _handlers[name] = function
        return function

    return register


def enqueue(name: str, *arguments: Any, by: User | None = None, due: datetime | None = None) -> Job:
    """Ask for one call of a handler, in the caller's transaction."""
    if name not in _handlers:
        raise LookupError(f"no job handler is called {name!r}")
    job = Job.objects.create(handler=name, arguments=list(arguments), by=by, due_at=due or clock.now())
    if due is None:
        nudge("jobs", job.pk)
    return job


def nudge(queue_name: str, pk: int) -> None:
    """Tell the broker, once the transaction is committed, that a row is due. May be lost."""
    transaction.on_commit(partial(_send, queue_name, pk))


def _send(queue_name: str, pk: int) -> None:
    try:
        current_app.send_task("jobs.run", args=[queue_name, pk], retry=False, ignore_result=True)
    except Exception as problem:  # noqa: BLE001  # any broker failure: the sweeper offers the row again
        log.warning("broker not reached, the sweeper will run %s %s: %s", queue_name, pk, problem)


def run(queue_name: str, pk: int) -> bool:
    """Claim and handle one row; False when it is done, leased by another worker, or not yet due."""
    model, work = _queues[queue_name]
    now = clock.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    claimed = model._base_manager.filter(free, pk=pk, done_at=None, failed_at=None, due_at__lte=now)
    if not claimed.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return False
    row = model._base_manager.get(pk=pk)
    mine = model._base_manager.filter(pk=pk, attempts=row.attempts, done_at=None)
    try:
        work(row)
    except Refused as no:
        log.warning("%s %s refused: %s", queue_name, pk, no)
        mine.update(failed_at=clock.now(), lease_until=None, error=str(no))
    except Exception as problem:  # the boundary of background work: kept in the row, tried again
        log.warning("%s %s failed: %s", queue_name, pk, problem, exc_info=True)
        _fail(mine, row.attempts)
    else:
        mine.update(done_at=clock.now(), lease_until=None, error="")
    return True


def _fail(mine: Any, attempts: int) -> None:
    now, error = clock.now(), traceback.format_exc(limit=-6)[-4000:]
    if attempts >= MOST_ATTEMPTS:
        mine.update(failed_at=now, lease_until=None, error=error)
    else:
        mine.update(due_at=now + timedelta(seconds=5 * 3**attempts), lease_until=None, error=error)


def due(queue_name: str) -> list[int]:
    """Rows of a queue that are due and unclaimed, oldest first."""
    model, _run = _queues[queue_name]
    now = clock.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    rows = model._base_manager.filter(free, done_at=None, failed_at=None, due_at__lte=now)
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:SWEEP_SIZE])


def sweep() -> int:
    """Offer every due row to the broker again; how many there were."""
    found = 0
    for name in _queues:
        for pk in due(name):
            _send(name, pk)
            found += 1
    return found


def run_due(most_rounds: int = 20) -> int:
    """Handle what is due right here (tests, commands); how many rows were handled."""
    handled = 0
    for _round in range(most_rounds):
        rows = [(name, pk) for name in _queues for pk in due(name)]
        if not rows:
            break
        handled += sum(run(name, pk) for name, pk in rows)
    return handled


def _run_job(job: Job) -> None:
    if job.by is not None and not job.by.is_active:
        raise Refused(f"{job.by.username} may not sign in any more")
    _handlers[job.handler](*job.arguments)


queue("jobs", Job, _run_job)
