"""Log lines of production: a JSON object each, a request can be followed into its jobs, nothing secret is in them."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

from common.jobs import services as jobs
from common.jobs import tasks
from common.jobs.models import Job
from common.people import services as people
from tests.factories import common
from tests.operations.conftest import Lines

pytestmark = pytest.mark.django_db(transaction=True)


def client_of(person: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="common.policy.backends.PrincipalBackend")
    return client


def test_one_line_tells_of_a_request_by_its_route(lines: Lines) -> None:
    person = common.user("manager")
    answer = client_of(person).get("/deals/?q=anna@example.org")
    (line,) = lines.named("answered")
    assert (line["route"], line["method"], line["status"]) == ("deals/", "GET", 200)
    assert (line["user"], line["request"]) == (person.pk, answer["X-Request-ID"])
    assert line["ms"] >= 0
    assert "example.org" not in lines.stream.getvalue()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abcdef-0123.45", True),
        ("short", False),
        ("x" * 65, False),
        ('"}{evil\x1b[31m', False),
        ("a b c d e f g", False),
    ],
)
def test_the_id_of_the_proxy_is_kept_when_it_is_one(given: str, kept: bool, lines: Lines) -> None:
    answer = Client().get("/accounts/login/", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept
    assert lines.named("answered")[0]["request"] == answer["X-Request-ID"]


def test_a_request_is_followed_into_its_job(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda _name, args, kwargs, **_m: sent.append((args, kwargs)))
    monkeypatch.setattr(jobs, "_handlers", dict(jobs._handlers))
    jobs.handler("tests.followed")(lambda: logging.getLogger("kontor.jobs").info("worked"))
    person = common.user("manager")
    job = Job.objects.create(handler="tests.followed", by=person, failed_at="2026-01-01T00:00:00Z")
    answer = client_of(person).post(f"/jobs/{job.pk}/retry/")
    (queued,) = lines.named("queued")
    assert (queued["request"], queued["user"], queued["row"]) == (answer["X-Request-ID"], person.pk, job.pk)
    ((args, kwargs),) = sent
    tasks.run(*args, **kwargs)
    (worked,) = lines.named("worked")
    assert (worked["request"], worked["user"], worked["work"]) == (
        answer["X-Request-ID"], person.pk, f"jobs {job.pk}",
    )  # fmt: skip
    assert lines.named("done")[0]["request"] == answer["X-Request-ID"]


def test_no_secret_is_in_a_line(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    person = common.user("manager")
    token = people.new_sign_in_link(person)
    client = Client(raise_request_exception=False)
    client.get(f"/signin/{token}/")
    client.get("/signin/canary-token/")
    client.post("/accounts/login/?next=/canary/", {"login": "canary@example.org", "password": "canary"})
    client.get("/no-such-page/canary/")
    monkeypatch.setattr("common.people.services.find_link", lambda _token: 1 / 0)
    client.get("/signin/canary-token/")
    text = lines.stream.getvalue()
    assert text.count("\n") == len(list(lines)) >= 5
    assert {line["logger"] for line in lines} == {"kontor.request", "django.request"}
    assert "ZeroDivisionError" in text
    assert token not in text
    assert "canary" not in text


def test_a_hostile_line_break_makes_no_second_line(lines: Lines) -> None:
    logging.getLogger("kontor.jobs").warning("one\ntwo\r\n\x1b[31mthree\u2028")
    (line,) = lines
    assert line["message"].startswith("one\ntwo")
    assert lines.stream.getvalue().count("\n") == 1
