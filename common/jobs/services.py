"""Durable background work on rows (ARCHITECTURE.md §4, "background").

A queue is a model of `Work` rows and a function that handles one. A row is claimed by one guarded
UPDATE, leased, and finished only by the attempt that holds the lease; a worker killed in between
loses nothing, the sweeper offers the row again. Handlers may run twice.

A job is a row of the queue "jobs", the call of a named handler:

    @jobs.handler("crm.rebuild", label=_("Rebuild something"), needs=("crm.company", "export"))
    def rebuild(chunk: int) -> None:
        job = jobs.current()
        for done, rows in enumerate(chunks, start=1):
            with transaction.atomic(): ...       # at most 500 rows
            jobs.progress(job, done, total)      # between transactions; also renews the lease
        jobs.result(job, "/where/it/is/")

    jobs.enqueue("crm.rebuild", 7, by=request.user)

It runs in the language and time zone of `by`, and only while `by` may sign in and holds `needs`; what it does to
records asks the policy with `jobs.current().by` as ever. A `DomainError` ends it at once with its words; anything else
is tried again. `jobs.current()` is None where the handler is called without a job, and both functions take that.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation

from common import clock
from common.jobs import quarantine, tracing
from common.jobs.errors import Postponed, RequesterGone, Stopped
from common.jobs.models import Heartbeat, Job, Work
from common.kinds.errors import DomainError
from common.organisation.selectors import company_zone
from common.people.models import User
from common.policy.principal import principal_of

log = logging.getLogger("kontor.jobs")

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 8
SWEEP_SIZE = 200
WORKER = "worker"
JOBS = "jobs"

Run = Callable[[Any], "str | None"]


@dataclass(frozen=True)
class Queue:
    """A model of rows, what handles one, and whether it works outward (then it rests in quarantine)."""

    model: type[Work]
    run: Run
    outward: bool


@dataclass(frozen=True)
class Handler:
    """What `enqueue(name, …)` calls. `needs`: the right, as (type, action), its requester must hold when it runs."""

    function: Callable[..., None]
    label: object
    needs: tuple[str, str] | None
    outward: bool


_queues: dict[str, Queue] = {}
_handlers: dict[str, Handler] = {}
_current: ContextVar[Job | None] = ContextVar("current_job", default=None)


def queue(name: str, model: type[Work], run: Run, *, outward: bool = False) -> None:
    """Register a queue: `run(row)` handles one claimed row and raises when it did not succeed.

    What it returns is kept as the row's `error`: how it ended, where that is worth telling.
    """
    _queues[name] = Queue(model, run, outward)


def handler(
    name: str, *, label: object = "", needs: tuple[str, str] | None = None, outward: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function behind `enqueue(name, …)`: ids in, safe to run twice. `label` is what people read."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _handlers[name] = Handler(function, label or name, needs, outward)
        return function

    return register


def label_of(job: Job) -> str:
    """What the job does, in the reader's words."""
    known = _handlers.get(job.handler)
    return str(known.label if known else job.handler)


def enqueue(name: str, *arguments: Any, by: User | None = None, due: datetime | None = None) -> Job:
    """Ask for one call of a handler, in the caller's transaction."""
    if name not in _handlers:
        raise LookupError(f"no job handler is called {name!r}")
    job = Job.objects.create(handler=name, arguments=list(arguments), by=by, due_at=due or clock.now())
    if due is None:
        nudge(JOBS, job.pk)
    return job


def current() -> Job | None:
    """The job that runs here, with its requester in `by`; None outside of jobs."""
    return _current.get()


def progress(job: Job | None, done: int, total: int | None = None) -> None:
    """Say how far the job is, and keep it: the lease is renewed. Call it between transactions.

    Raises `Stopped` when the job was dropped or taken over, `RequesterGone` when its requester lost the right.
    """
    if job is None:
        return
    _check_requester(job)
    lease = clock.now() + LEASE
    if not _held(job).update(progress=done, total=total, lease_until=lease):
        raise Stopped(f"job {job.pk} is no longer ours")


def result(job: Job | None, url: str) -> None:
    """Where what came of the job is: a path of this server."""
    if job is not None:
        _held(job).update(result_url=url)


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, attempts=job.attempts, done_at=None, failed_at=None)


def nudge(queue_name: str, pk: int) -> None:
    """Tell the broker, once the transaction is committed, that a row is due. May be lost."""
    transaction.on_commit(partial(_send, queue_name, pk))


def _send(queue_name: str, pk: int) -> None:
    log.info("queued", extra={"queue": queue_name, "row": pk})
    request = tracing.current().request
    more = {"kwargs": {"request": request}} if request else {}
    try:
        current_app.send_task("jobs.run", args=[queue_name, pk], retry=False, ignore_result=True, **more)
    except Exception as problem:  # noqa: BLE001  # any broker failure: the sweeper offers the row again
        log.warning("broker not reached, the sweeper will run %s %s: %s", queue_name, pk, problem)


def run(queue_name: str, pk: int) -> bool:
    """Claim and handle one row; False when it is done, leased by another worker, or not yet due."""
    claimed = _claim(queue_name, pk)
    if claimed is None:
        return False
    mine = claimed._meta.model._base_manager.filter(pk=pk, attempts=claimed.attempts, done_at=None, failed_at=None)
    with tracing.tracing(work=f"{queue_name} {pk}"):
        try:
            words = _queues[queue_name].run(claimed)
        except Postponed as later:
            mine.update(due_at=later.until, lease_until=None, error=str(later)[:4000])
        except Stopped as stop:
            log.info("stopped: %s", stop)
        except Exception as problem:  # the boundary of background work: kept in the row, tried again
            log.warning("%s %s failed: %s", queue_name, pk, problem, exc_info=True)
            _fail(mine, claimed.attempts)
        else:
            mine.update(done_at=clock.now(), lease_until=None, error=(words or "")[:4000])
            log.info("done", extra={"queue": queue_name, "row": pk})
    return True


def _claim(queue_name: str, pk: int) -> Work | None:
    """The row, leased to the caller, or None. One whose every worker died is given up instead."""
    now, rows = clock.now(), _due(queue_name).filter(pk=pk)
    died = rows.filter(lease_until__lt=now, attempts__gte=MOST_ATTEMPTS)
    if not _queues[queue_name].outward and died.update(failed_at=now, lease_until=None, error=_DIED):
        return None
    if not rows.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return _queues[queue_name].model._base_manager.get(pk=pk)


_DIED = "Traceback: every worker that took it was killed in the middle of it."


def _fail(mine: Any, attempts: int) -> None:
    now, error = clock.now(), traceback.format_exc(limit=-6)[-4000:]
    if not error.startswith("Traceback"):
        error = f"Traceback (cut): {error}"
    if attempts >= MOST_ATTEMPTS:
        mine.update(failed_at=now, lease_until=None, error=error)
    else:
        mine.update(due_at=now + timedelta(seconds=5 * 3**attempts), lease_until=None, error=error)


def _due(queue_name: str) -> QuerySet[Any]:
    """The rows of a queue that a worker may take now; none that work outward while in quarantine."""
    known, now = _queues[queue_name], clock.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    rows: QuerySet[Any] = known.model._base_manager.filter(free, done_at=None, failed_at=None, due_at__lte=now)
    outward = [name for name, handler in _handlers.items() if handler.outward]
    if (known.outward or (known.model is Job and outward)) and quarantine.is_on():
        return rows.none() if known.outward else rows.exclude(handler__in=outward)
    return rows


def due(queue_name: str) -> list[int]:
    """Rows of a queue that are due and unclaimed, oldest first."""
    return list(_due(queue_name).order_by("due_at").values_list("pk", flat=True)[:SWEEP_SIZE])


def sweep() -> int:
    """Offer every due row to the broker again; how many there were."""
    found = 0
    for name in _queues:
        for pk in due(name):
            _send(name, pk)
            found += 1
    return found


def count_overdue(queue_name: str, patience: timedelta) -> int:
    """How many rows a worker could have taken for longer than `patience`."""
    return _due(queue_name).filter(due_at__lt=clock.now() - patience).count()


def count_given_up(queue_name: str) -> int:
    """How many rows were given up, but for those nobody wants any more."""
    return _given_up(queue_name).count()


def _given_up(queue_name: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = _queues[queue_name].model._base_manager.filter(done_at=None).exclude(failed_at=None)
    return rows.filter(cancelled="") if _queues[queue_name].model is Job else rows


def beat() -> None:
    """Note that scheduler and worker live: the one asked for it, the other does it."""
    Heartbeat.objects.update_or_create(name=WORKER, defaults={"at": clock.now()})


def run_due(most_rounds: int = 20) -> int:
    """Handle what is due right here (tests, commands); how many rows were handled."""
    handled = 0
    for _round in range(most_rounds):
        rows = [(name, pk) for name in _queues for pk in due(name)]
        if not rows:
            break
        handled += sum(run(name, pk) for name, pk in rows)
    return handled


def retry(queue_name: str, pk: int) -> bool:
    """Offer a row again that was given up; whether it was one."""
    rows = _queues[queue_name].model._base_manager.filter(pk=pk, done_at=None).exclude(failed_at=None)
    fresh: dict[str, Any] = {"failed_at": None, "attempts": 0, "due_at": clock.now(), "lease_until": None}
    if _queues[queue_name].model is Job:
        fresh["cancelled"] = ""
    changed = bool(rows.update(**fresh))
    if changed:
        nudge(queue_name, pk)
    return changed


def retry_all(queue_name: str) -> int:
    """Offer every row of a queue again that was given up; how many there were."""
    return sum(retry(queue_name, pk) for pk in _given_up(queue_name).values_list("pk", flat=True))


def drop(job: Job) -> bool:
    """Nobody wants it any more: it is not tried again, and stops at its next `progress` when it runs."""
    rows = Job.objects.filter(pk=job.pk, done_at=None, cancelled="")
    return bool(rows.update(failed_at=clock.now(), lease_until=None, cancelled=Job.Cancelled.DROPPED))


def queues() -> dict[str, type[Work]]:
    """Every queue's name and model."""
    return {name: known.model for name, known in _queues.items()}


def _check_requester(job: Job) -> None:
    if job.by_id is None:
        return
    person = User.objects.get(pk=job.by_id)
    known = _handlers[job.handler]
    if not person.is_active or (known.needs and not principal_of(person).may(*known.needs)):
        raise RequesterGone(str(job.by_id))


def _run_job(job: Job) -> None:
    known, token = _handlers[job.handler], _current.set(job)
    language = (job.by.language if job.by else "") or settings.LANGUAGE_CODE
    zone = ZoneInfo((job.by.time_zone if job.by else "") or company_zone())
    try:
        _check_requester(job)
        with tracing.tracing(user=job.by_id), translation.override(language), timezone.override(zone):
            known.function(*job.arguments)
    except RequesterGone:
        _held(job).update(failed_at=clock.now(), lease_until=None, cancelled=Job.Cancelled.REQUESTER)
        raise Stopped("its requester may not do this any more") from None
    except DomainError as refusal:
        _held(job).update(failed_at=clock.now(), lease_until=None, error=str(refusal)[:4000])
        raise Stopped("it was refused") from refusal
    finally:
        _current.reset(token)


queue(JOBS, Job, _run_job)
