"""The page of background work: one's own, an administrator's everybody's, with retry and drop."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common import clock
from common.jobs import quarantine, selectors
from common.jobs import services as jobs
from common.jobs.models import Job, State
from common.people.models import User
from tests.factories import common

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A handler that notes its calls."""
    calls: list[Any] = []
    monkeypatch.setattr(jobs, "_handlers", dict(jobs._handlers))
    jobs.handler("tests.page", label="Write the list")(lambda *given: calls.append(given))
    return calls


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="common.policy.backends.PrincipalBackend")
    return client


def make(by: User | None, state: str = State.WAITING, **values: Any) -> Job:
    """A job in a state."""
    now = clock.now()
    given: dict[str, dict[str, Any]] = {
        State.RUNNING: {"lease_until": now + timedelta(minutes=1), "progress": 30, "total": 120},
        State.WAITING: {},
        State.DONE: {"done_at": now, "result_url": "/files/9/list.csv"},
        State.FAILED: {"failed_at": now, "error": "Traceback (most recent call last):\n  File \"x\"\nKeyError: 'mail'"},
        State.CANCELLED: {"failed_at": now, "cancelled": Job.Cancelled.REQUESTER},
    }
    job = Job.objects.create(handler="tests.page", by=by, **{**given[state], **values})
    assert job.state == state
    return job


def text(html: Any) -> str:
    """What a person reads of a page."""
    return " ".join(re.sub(r"<[^>]*>", " ", html.content.decode()).split())


def test_one_sees_ones_own_jobs_and_an_administrator_everybodys(ran: list[Any]) -> None:
    anna, boris, root = common.user("manager"), common.user("manager"), common.user("administrator")
    mine, other, nobodys = make(anna), make(boris), make(None)
    assert [job.pk for job in selectors.read_page(anna).rows] == [mine.pk]
    assert [job.pk for job in selectors.read_page(root).rows] == [nobodys.pk, other.pk, mine.pk]
    page = text(client_of(root).get("/jobs/"))
    assert boris.full_name in page
    assert "the system" in page


def test_each_state_is_told_and_filtered_by(ran: list[Any]) -> None:
    anna = common.user("manager")
    made = {state: make(anna, state).pk for state in State.values}
    for state, pk in made.items():
        assert [job.pk for job in selectors.read_page(anna, state).rows] == [pk]
    page = text(client_of(anna).get("/jobs/"))
    for words in ("30 of 120", "Whoever asked for it may not do this any more.", "It broke on our side"):
        assert words in page
    assert "KeyError" not in page
    assert "KeyError: &#x27;mail&#x27;" in text(client_of(common.user("administrator")).get("/jobs/?state=failed"))
    assert 'href="/files/9/list.csv"' in client_of(anna).get("/jobs/?state=done").content.decode()


@pytest.mark.parametrize(
    "query", ["state=nonsense", "before=x", "before=99999999999999999999", "before=-1", "before=²"]
)
def test_nonsense_in_the_address_is_passed_over(query: str, ran: list[Any]) -> None:
    anna = common.user("manager")
    make(anna)
    answer = client_of(anna).get(f"/jobs/?{query}")
    assert (answer.status_code, "Write the list" in text(answer)) == (200, True)


def test_pages_go_on_where_the_last_ended(ran: list[Any]) -> None:
    anna = common.user("manager")
    made = [make(anna).pk for _n in range(selectors.SIZE + 2)][::-1]
    first = selectors.read_page(anna)
    make(anna)
    second = selectors.read_page(anna, before=first.before)
    assert [job.pk for job in [*first.rows, *second.rows]] == made
    assert second.before is None
    html = client_of(anna).get(f"/jobs/?state=waiting&before={first.before}").content.decode()
    assert html.count("Write the list</td>") == 2
    assert 'href="/jobs/?state=waiting"' in html


def test_the_list_asks_again_only_while_something_runs(ran: list[Any]) -> None:
    anna = common.user("manager")
    job = make(anna, State.RUNNING)
    client = client_of(anna)
    assert "every 3s" in client.get("/jobs/").content.decode()
    fragment = client.get("/jobs/?state=running", headers={"HX-Request": "true", "HX-Target": "k-jobs"})
    assert "<html" not in fragment.content.decode()
    assert 'hx-get="/jobs/?state=running"' in fragment.content.decode()
    Job.objects.filter(pk=job.pk).update(done_at=clock.now())
    assert "every 3s" not in client.get("/jobs/").content.decode()


def test_a_failed_job_is_tried_again_by_its_button(ran: list[Any]) -> None:
    anna = common.user("manager")
    job = make(anna, State.FAILED)
    client = client_of(anna)
    assert client.get("/jobs/").content.decode().count(f"/jobs/{job.pk}/retry/") == 1
    assert client.post(f"/jobs/{job.pk}/retry/").status_code == 303
    jobs.run_due()
    assert ran == [()]
    assert client.get(f"/jobs/{job.pk}/retry/").status_code == 405


def test_a_waiting_job_is_dropped_by_its_button(ran: list[Any]) -> None:
    anna = common.user("manager")
    job = make(anna)
    assert client_of(anna).post(f"/jobs/{job.pk}/drop/").status_code == 303
    jobs.run_due()
    job.refresh_from_db()
    assert (ran, job.state) == ([], "cancelled")


def test_nobody_touches_jobs_of_others(ran: list[Any]) -> None:
    anna, boris = common.user("manager"), common.user("manager")
    failed, waiting = make(anna, State.FAILED), make(anna)
    client = client_of(boris)
    assert client.post(f"/jobs/{failed.pk}/retry/").status_code == 404
    assert client.post(f"/jobs/{waiting.pk}/drop/").status_code == 404
    failed.refresh_from_db()
    waiting.refresh_from_db()
    assert (failed.state, waiting.state) == ("failed", "waiting")


def test_as_many_queries_for_two_jobs_as_for_twenty_two(ran: list[Any], django_assert_num_queries: Any) -> None:
    root = common.user("administrator")
    client = client_of(root)
    counts = []
    for more in (2, 20):
        for _n in range(more):
            make(common.user("manager"), State.RUNNING)
        client.get("/jobs/")
        with django_assert_num_queries(6, exact=False) as asked:
            client.get("/jobs/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_quarantine_is_told_on_every_page_and_released_by_an_administrator(ran: list[Any]) -> None:
    anna, root = common.user("manager"), common.user("administrator")
    assert "quarantine" not in text(client_of(anna).get("/me/"))
    quarantine.start()
    page = client_of(anna).get("/me/").content.decode()
    assert "Restored, in quarantine" in page
    assert "/upkeep/release/" not in page
    assert client_of(anna).post("/upkeep/release/", {"mails": "send"}).status_code == 403
    client = client_of(root)
    assert 'href="/upkeep/release/"' in client.get("/me/").content.decode()
    assert client.get("/upkeep/release/").status_code == 200
    assert client.post("/upkeep/release/", {"mails": "whatever"}).status_code == 422
    assert quarantine.is_on()
    assert client.post("/upkeep/release/", {"mails": "keep"}).status_code == 303
    assert not quarantine.is_on()
    assert quarantine.Quarantine.objects.get().released_by == root
    assert "quarantine" not in text(client_of(anna).get("/me/"))
