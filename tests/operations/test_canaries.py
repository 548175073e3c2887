"""Planted secrets are in no table, no backup, no page and no line of the log; each of them does open what it is for."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client

from common.delivery import services as delivery
from common.delivery.models import Delivery
from common.jobs import services as jobs
from common.people import services as people
from common.people.models import User
from common.upkeep import archive, backups
from tests.access.http import scene as scenes
from tests.access.http import table
from tests.factories import common
from tests.operations.conftest import Lines
from tests.people.driving import PASSWORD, code_of, set_up, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("outbox")]

SMTP_PASSWORD = "canary-of-the-mail-server"


@dataclass
class Planted:
    """A person and what opens their account, by name."""

    person: User
    client: Client
    secrets: dict[str, str]

    def found(self, text: str) -> list[str]:
        """The names of the secrets a text holds."""
        return [name for name, secret in self.secrets.items() if secret in text]


@pytest.fixture
def planted(settings: Any) -> Planted:
    cache.clear()
    common.own_company()
    settings.SMTP_URL = f"smtp://robot:{SMTP_PASSWORD}@127.0.0.1:1"
    person = common.user("manager", common.department(), email="ida@nordhafen.example")
    person.set_password(PASSWORD)
    person.save()
    client, _answer = sign_in(person)
    totp = set_up(client)
    codes = client.get("/accounts/second-factor/recovery-codes/download/").content.decode().split()
    assert Client().post("/accounts/password/reset/", {"email": person.email}).status_code == 302
    jobs.run_due()
    link = re.search(r"/reset/key/(\S+)/", Delivery.objects.get().text()[0])
    assert link is not None
    secrets = {
        "password": PASSWORD, "key of codes": totp, "recovery code": codes[0], "password link": link[1],
        "sign-in link": people.new_sign_in_link(person), "session": client.cookies["sessionid"].value,
        "key of the server": settings.SECRET_KEY, "password of the mail server": SMTP_PASSWORD,
    }  # fmt: skip
    return Planted(person, client, secrets)


def every_row() -> Iterator[str]:
    """Every row of every table, whatever it is for."""
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            for row in cursor.fetchall():
                yield f"{name}: {row}"


def test_each_secret_opens_what_it_is_for(planted: Planted) -> None:
    secrets = planted.secrets
    reset = Client().get(f"/accounts/password/reset/key/{secrets['password link']}/", follow=True)
    assert "password1" in reset.content.decode()
    assert planted.client.get("/").status_code == 200
    browser, answer = sign_in(planted.person)
    browser.post(answer["Location"], {"code": code_of(secrets["key of codes"], steps=1)})
    assert browser.get("/").status_code == 200
    browser, answer = sign_in(planted.person)
    browser.post(answer["Location"], {"code": secrets["recovery code"]})
    assert browser.get("/").status_code == 200
    assert people.find_link(secrets["sign-in link"])


def test_no_table_holds_one(planted: Planted) -> None:
    planted.client.get("/deals/")
    rows = list(every_row())
    assert any(planted.person.email in row for row in rows)
    assert [(row, names) for row in rows if (names := planted.found(row))] == []


def test_no_backup_holds_one(planted: Planted, tmp_path: Path) -> None:
    path = tmp_path / "kept.tar.gz"
    backups.write(path)
    text = "".join(content.read().decode(errors="replace") for _name, content in archive.members(path))
    assert planted.person.email in text
    assert planted.found(text) == []


def test_no_page_shows_one(planted: Planted) -> None:
    scene = scenes.build()
    delivery.send(to="b@example.org", subject="S", body="B", purpose="account")
    jobs.run_due()
    calls = [call for call in table.calls(scene) if call.method == "get"]
    wrong, seen = [], 0
    for reader in (scenes.client_of(scene.people["administrator"]), planted.client, Client()):
        for call in calls:
            answer: Any = scenes.ask(reader, "get", call.path, call.data)
            text = "" if answer.streaming else answer.content.decode(errors="replace")
            seen += answer.status_code == 200
            wrong += [(call.path, name) for name in planted.found(text)]
    own = {"/accounts/second-factor/recovery-codes/": ["recovery code"]}
    own["/accounts/second-factor/recovery-codes/download/"] = ["recovery code"]
    assert seen > 100
    assert {(path, name) for path, name in wrong} <= {(path, name) for path, names in own.items() for name in names}


def test_the_doctor_tells_none(planted: Planted) -> None:
    said = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("doctor", "--all", stdout=said, stderr=said)
    assert "mail server does not take us" in said.getvalue()
    assert planted.found(said.getvalue()) == []


def test_no_line_of_the_log_holds_one(lines: Lines, planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets, browser = planted.secrets, Client(raise_request_exception=False)
    browser.post("/accounts/login/", {"login": "ida", "password": PASSWORD})
    monkeypatch.setattr("common.people.services.find_link", lambda _token: 1 / 0)
    browser.get(f"/signin/{secrets['sign-in link']}/")
    browser.get(f"/accounts/password/reset/key/{secrets['password link']}/")
    jobs.run_due()
    assert "ZeroDivisionError" in lines.text and len(lines.named("answered")) > 8
    assert planted.found(lines.text) == []
