"""Background work on rows: claimed once, leased, tried again, given up; queued with the change that wants it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils.translation import get_language

from common import clock as product_clock
from common.jobs import quarantine, tasks
from common.jobs import services as jobs
from common.jobs.models import Job
from common.kinds.errors import DomainError
from common.policy.models import RoleMember
from tests.conftest import Clock
from tests.factories import common

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What the handlers of these tests were called with."""
    seen: list[Any] = []
    monkeypatch.setattr(jobs, "_handlers", dict(jobs._handlers))

    @jobs.handler("tests.note")
    def note(*arguments: Any) -> None:
        seen.append(arguments)

    @jobs.handler("tests.break")
    def break_down(*arguments: Any) -> None:
        seen.append(arguments)
        raise ZeroDivisionError("no such luck")

    yield seen


def test_a_job_runs_once_with_its_arguments(calls: list[Any]) -> None:
    job = jobs.enqueue("tests.note", 1, "two", None)
    assert calls == []
    tasks.run("jobs", job.pk)
    assert jobs.run("jobs", job.pk) is False
    assert calls == [(1, "two", None)]
    job.refresh_from_db()
    assert (job.attempts, job.lease_until, job.error) == (1, None, "")
    assert job.done_at is not None


def test_a_job_nobody_handles_cannot_be_asked_for() -> None:
    with pytest.raises(LookupError):
        jobs.enqueue("tests.nobody")
    assert not Job.objects.exists()


def test_a_job_is_gone_with_the_change_that_wanted_it(calls: list[Any]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.enqueue("tests.note")
        raise RuntimeError
    assert jobs.run_due() == 0
    assert calls == []


def test_a_job_for_later_waits(calls: list[Any], clock: Clock) -> None:
    jobs.enqueue("tests.note", due=product_clock.now() + timedelta(hours=1))
    assert jobs.run_due() == 0
    clock.move(minutes=61)
    assert jobs.run_due() == 1
    assert calls == [()]


def test_a_leased_job_is_left_alone_until_the_lease_runs_out(calls: list[Any], clock: Clock) -> None:
    job = jobs.enqueue("tests.note")
    Job.objects.update(lease_until=product_clock.now() + jobs.LEASE, attempts=1)
    assert jobs.due("jobs") == []
    assert jobs.run("jobs", job.pk) is False
    clock.move(seconds=jobs.LEASE.total_seconds() + 1)
    assert jobs.due("jobs") == [job.pk]
    assert jobs.run("jobs", job.pk) is True
    assert calls == [()]


def test_a_worker_that_lost_its_lease_does_not_finish_the_job(
    monkeypatch: pytest.MonkeyPatch, calls: list[Any]
) -> None:
    @jobs.handler("tests.slow")
    def slow() -> None:
        calls.append("slow")
        if len(calls) == 1:
            # Meanwhile the lease ran out and another worker took the job: it works on it now.
            Job.objects.update(attempts=2, lease_until=product_clock.now() + jobs.LEASE)

    job = jobs.enqueue("tests.slow")
    jobs.run("jobs", job.pk)
    job.refresh_from_db()
    assert (job.done_at, job.attempts) == (None, 2)
    assert job.lease_until is not None


def test_a_job_that_breaks_is_tried_later_and_later_then_given_up_with_its_error(
    calls: list[Any], clock: Clock
) -> None:
    job = jobs.enqueue("tests.break", 7)
    waits = []
    for attempt in range(1, jobs.MOST_ATTEMPTS + 1):
        assert jobs.run("jobs", job.pk) is True
        job.refresh_from_db()
        assert (job.attempts, job.done_at, job.lease_until) == (attempt, None, None)
        assert "no such luck" in job.error
        assert jobs.run("jobs", job.pk) is False
        if job.failed_at is None:
            waits.append((job.due_at - product_clock.now()).total_seconds())
            clock.move(seconds=waits[-1] + 1)
    assert len(calls) == jobs.MOST_ATTEMPTS
    assert waits == sorted(waits)
    assert waits[0] < 60
    assert job.failed_at is not None
    clock.move(days=30)
    assert jobs.run_due() == 0


def test_a_job_that_worked_in_the_end_keeps_no_error(calls: list[Any], clock: Clock) -> None:
    job = jobs.enqueue("tests.break")
    jobs.run("jobs", job.pk)
    Job.objects.update(handler="tests.note")
    clock.move(minutes=5)
    assert jobs.run_due() == 1
    job.refresh_from_db()
    assert (job.error, job.attempts) == ("", 2)


def test_without_a_broker_the_sweeper_still_offers_the_job(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[Any] = []

    def lost(*_arguments: Any, **_more: Any) -> None:
        sent.append("lost")
        raise ConnectionError("no broker")

    monkeypatch.setattr(jobs.current_app, "send_task", lost)
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue("tests.note")
    assert sent == ["lost"]
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args, **_more: sent.append((name, args)))
    tasks.sweep()
    assert sent[1:] == [("jobs.run", ["jobs", job.pk])]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_run_a_job_once(calls: list[Any], scale: float) -> None:
    workers = 2 if connection.vendor == "sqlite" else 4
    for _round in range(max(3, round(10 * scale))):
        calls.clear()
        job = jobs.enqueue("tests.note")
        gate = threading.Barrier(workers)
        claimed: list[bool] = []

        def work(pk: int = job.pk, gate: threading.Barrier = gate, claimed: list[bool] = claimed) -> None:
            gate.wait()
            claimed.append(jobs.run("jobs", pk))
            connection.close()

        threads = [threading.Thread(target=work) for _n in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(claimed) == [False] * (workers - 1) + [True]
        assert calls == [()]


def test_progress_is_kept_and_renews_the_lease(calls: list[Any], clock: Clock) -> None:
    @jobs.handler("tests.long")
    def long() -> None:
        job = jobs.current()
        clock.move(minutes=4)
        jobs.progress(job, 3, 10)
        job = Job.objects.get()
        calls.append((job.progress, job.total, job.state, job.lease_until > product_clock.now() + jobs.LEASE / 2))
        jobs.result(job, "/files/7/list.csv")

    job = jobs.enqueue("tests.long")
    jobs.run("jobs", job.pk)
    job.refresh_from_db()
    assert calls == [(3, 10, "running", True)]
    assert (job.state, job.result_url) == ("done", "/files/7/list.csv")


def test_without_a_job_progress_and_result_say_nothing() -> None:
    assert jobs.current() is None
    jobs.progress(None, 1, 2)
    jobs.result(None, "/")
    assert not Job.objects.exists()


def test_a_job_runs_in_the_language_of_whoever_asked(calls: list[Any]) -> None:
    @jobs.handler("tests.language")
    def language() -> None:
        calls.append((get_language(), jobs.current().by))

    person = common.user("manager", language="ru")
    jobs.enqueue("tests.language", by=person)
    jobs.run_due()
    assert calls == [("ru", person)]


@pytest.mark.parametrize("lost", ["sign-in", "right"])
def test_a_job_of_somebody_who_may_not_any_more_is_cancelled(calls: list[Any], lost: str) -> None:
    jobs.handler("tests.export", needs=("crm.company", "export"))(lambda: calls.append("exported"))
    person = common.user("manager")
    first = jobs.enqueue("tests.export", by=person)
    jobs.run_due()
    assert calls == ["exported"]
    second = jobs.enqueue("tests.export", by=person)
    if lost == "sign-in":
        person.is_active = False
        person.save()
    else:
        RoleMember.objects.all().delete()
    jobs.run_due()
    assert calls == ["exported"]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.attempts) == ("done", "cancelled", 1)
    assert str(second.reason) == "Whoever asked for it may not do this any more."


@pytest.mark.parametrize("end", ["dropped", "deactivated", "taken"])
def test_a_running_job_stops_at_its_next_progress(calls: list[Any], end: str) -> None:
    person = common.user("manager")

    @jobs.handler("tests.steps")
    def steps() -> None:
        job = jobs.current()
        for step in range(1, 4):
            jobs.progress(job, step, 3)
            calls.append(step)
            if step == 2:
                interrupt(Job.objects.get())

    def interrupt(job: Job) -> None:
        if end == "dropped":
            assert jobs.drop(job)
        elif end == "deactivated":
            person.is_active = False
            person.save()
        else:
            Job.objects.update(attempts=2)

    job = jobs.enqueue("tests.steps", by=person)
    jobs.run("jobs", job.pk)
    job.refresh_from_db()
    assert calls == [1, 2]
    assert job.cancelled == {"dropped": "dropped", "deactivated": "requester", "taken": ""}[end]
    assert job.done_at is None


def test_a_refusal_in_words_is_not_tried_again() -> None:
    @jobs.handler("tests.refuse")
    def refuse() -> None:
        raise DomainError("The file has no header.")

    job = jobs.enqueue("tests.refuse")
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.reason, job.attempts) == ("failed", "The file has no header.", 1)


def test_what_was_given_up_is_retried_by_hand_and_what_was_dropped_too(calls: list[Any]) -> None:
    job = jobs.enqueue("tests.note")
    assert not jobs.retry("jobs", job.pk), "it is not given up"
    assert jobs.drop(job)
    assert jobs.run_due() == 0
    assert jobs.retry("jobs", job.pk)
    assert jobs.run_due() == 1
    assert calls == [()]
    assert not jobs.drop(job), "it is done"
    assert not jobs.retry("jobs", job.pk)


def test_a_job_whose_every_worker_is_killed_is_given_up(calls: list[Any], clock: Clock) -> None:
    job = jobs.enqueue("tests.note")
    Job.objects.update(attempts=jobs.MOST_ATTEMPTS, lease_until=product_clock.now())
    clock.move(seconds=1)
    assert jobs.run("jobs", job.pk) is False
    job.refresh_from_db()
    assert (job.state, calls) == ("failed", [])
    assert "killed" in job.error


def test_in_quarantine_outward_work_waits_and_other_work_goes_on(calls: list[Any]) -> None:
    jobs.handler("tests.outward", outward=True)(lambda: calls.append("out"))
    quarantine.start()
    waiting, inward = jobs.enqueue("tests.outward"), jobs.enqueue("tests.note")
    assert jobs.due("jobs") == [inward.pk]
    assert jobs.run("jobs", waiting.pk) is False
    jobs.run_due()
    assert calls == [()]
    waiting.refresh_from_db()
    assert (waiting.attempts, waiting.lease_until) == (0, None)
    assert quarantine.release(by=None)
    jobs.run_due()
    assert calls == [(), "out"]
