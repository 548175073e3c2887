"""Pages give up on what takes too long, workers do not; a database that is away is said in words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.operations.places import Place

SHOW = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW statement_timeout")
    print(cursor.fetchone()[0])
"""
needs_postgres = pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="needs PostgreSQL")


@needs_postgres
@pytest.mark.parametrize(
    ("start", "variables", "wanted"),
    [
        ("import config.wsgi", {}, "15s"),
        ("import config.wsgi", {"KONTOR_PAGE_TIMEOUT": "40"}, "40s"),
        ("import django; django.setup()", {}, "0"),
        ("import config.celery; import django; django.setup()", {}, "0"),
    ],
)
def test_only_pages_are_told_to_hurry(start: str, variables: dict[str, str], wanted: str, tmp_path: Path) -> None:
    place = Place(os.environ["DATABASE_URL"], tmp_path)
    assert place.run("-c", f"{start}\n{SHOW}", **variables).strip() == wanted


@needs_postgres
@pytest.mark.parametrize("start", ["import config.wsgi", "import django; django.setup()"])
def test_every_process_plans_for_solid_state_disks(start: str, tmp_path: Path) -> None:
    show = SHOW.replace("statement_timeout", "random_page_cost")
    assert Place(os.environ["DATABASE_URL"], tmp_path).run("-c", f"{start}\n{show}").strip() == "1.1"


@needs_postgres
@pytest.mark.django_db(transaction=True)
def test_a_page_that_takes_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_all: Any, **_more: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '50ms'")
            try:
                cursor.execute("SELECT pg_sleep(5)")
            finally:
                cursor.execute("SET statement_timeout = 0")

    monkeypatch.setattr("common.people.services.find_link", slow)
    answer = Client(raise_request_exception=False).get("/signin/token/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "Not answered in time" in answer.content.decode()


@pytest.mark.django_db
def test_an_error_of_ours_is_no_matter_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.people.services.find_link", lambda _token: 1 / 0)
    answer = Client(raise_request_exception=False).get("/signin/token/")
    assert (answer.status_code, "Retry-After" in answer) == (500, False)
    assert "Something broke on our side" in answer.content.decode()


def test_without_a_database_every_page_says_so(tmp_path: Path) -> None:
    place = Place("postgres://kontor:kontor@127.0.0.1:1/kontor", tmp_path)
    said = place.script(
        """
from django.test import Client
client = Client(raise_request_exception=False)
for path in ("/", "/accounts/login/", "/forms/website/", "/livez"):
    answer = client.get(path)
    print(answer.status_code, "Not answered in time" in answer.content.decode())
""",
        KONTOR_LOG_LEVEL="CRITICAL",
    )
    assert said.splitlines() == ["503 True"] * 3 + ["200 False"]
