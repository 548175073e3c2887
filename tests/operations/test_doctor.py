"""The doctor is content with a sound installation, and each broken part shows exactly itself."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from common import clock as product_clock
from common.files import services as files
from common.jobs import quarantine
from common.jobs import services as jobs
from common.jobs.models import Job
from common.upkeep import checks
from common.upkeep.models import Backup
from tests.factories import catalogue, common, crm, deals
from tests.operations import places

pytestmark = pytest.mark.django_db

Break = Callable[["Installation"], object]


class Installation:
    """A sound installation, and what a test needs to break it."""

    def __init__(self, settings: Any, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.settings, self.patch, self.folder = settings, patch, folder
        settings.DATA_DIR, settings.MEDIA_ROOT = folder, folder / "files"
        settings.SMTP_URL, settings.PRODUCTION = "smtp://mail.example.org", True
        patch.setattr(checks.outbound, "probe", lambda: None)
        patch.setattr(checks.current_app, "connection_for_write", lambda **_more: Broker())
        self.use_disk(free=500_000)
        owner = common.user("manager")
        common.currency()
        deals.pipeline()
        self.deal = deals.deal(owner, company=crm.company(owner=owner))
        jobs.beat()
        jobs.run_due()
        Backup.objects.create(name="b", size=1)

    def use_disk(self, *, free: int) -> None:
        """Pretend so many megabytes are free."""
        usage = (0, 0, free * checks.MEGABYTE)
        self.patch.setattr(shutil, "disk_usage", lambda _path: type("Usage", (), {"free": usage[2]}))

    def lose_file(self) -> None:
        blob = files.attach(catalogue.product(), ContentFile(b"x", name="x"), by=common.SETUP).blob
        default_storage.delete(blob.path)
        jobs.run_due()

    def lose_folder(self) -> None:
        def refuse(**_more: Any) -> None:
            raise PermissionError(13, "Permission denied")

        self.patch.setattr(checks.tempfile, "TemporaryFile", refuse)

    def open_key(self) -> None:
        (self.folder / "secret_key").write_text("k" * 64)
        (self.folder / "secret_key").chmod(0o644)

    def refuse_mail(self) -> None:
        self.settings.SMTP_URL = "smtp://127.0.0.1:1"
        self.patch.setattr(checks.outbound, "probe", PROBE)

    def lose_broker(self) -> None:
        self.patch.setattr(checks.current_app, "connection_for_write", CONNECT)
        self.settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        self.patch.setattr(checks.current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
        self.patch.setattr(checks.current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")


class Broker:
    """One that answers."""

    default_channel: Any = type("Channel", (), {"queue_declare": staticmethod(lambda *_a, **_k: None)})

    def __enter__(self) -> Broker:
        return self

    def __exit__(self, *_all: Any) -> None:
        pass

    def ensure_connection(self, **_more: Any) -> None:
        pass


PROBE, CONNECT = checks.outbound.probe, checks.current_app.connection_for_write


@pytest.fixture
def sound(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Installation]:
    """An installation without a fault, in production."""
    jobs.handler("tests.doctor")(lambda: None)
    yield Installation(settings, monkeypatch, tmp_path)
    jobs._handlers.pop("tests.doctor")


def make(**values: Any) -> None:
    Job.objects.create(handler="tests.doctor", **values)


OLD = timedelta(minutes=11)
BREAKS: dict[str, Break] = {
    "migrations": lambda _i: MigrationRecorder.Migration.objects.filter(app="upkeep").delete(),
    "data folder": lambda i: i.lose_folder(),
    "disk": lambda i: i.use_disk(free=199),
    "secret key": lambda i: i.open_key(),
    "broker": lambda i: i.lose_broker(),
    "mail server": lambda i: i.refuse_mail(),
    "files": lambda i: i.lose_file(),
    "worker": lambda _i: checks.Heartbeat.objects.update(at=product_clock.now() - timedelta(seconds=121)),
    "overdue work": lambda _i: make(due_at=product_clock.now() - OLD),
    "given up work": lambda _i: make(failed_at=product_clock.now(), error="x"),
    "exchange rates": lambda _i: deals.payment(
        deals.deal(common.user("manager"), currency=common.currency("USD")), currency=common.currency("USD")
    ),
    "backup": lambda _i: Backup.objects.update(made_at=product_clock.now() - timedelta(hours=49)),
}
ADVICE: dict[str, Break] = {
    "disk": lambda i: i.use_disk(free=201),
    "mail server": lambda i: setattr(i.settings, "SMTP_URL", ""),
    "quarantine": lambda _i: quarantine.start(),
    "backup": lambda i: (Backup.objects.all().delete(), setattr(i.settings, "PRODUCTION", False)),
}
STANDING_ON = {"migrations": set(checks.TABLES)}
NEVER_HERE = {"SQLite"}
"""Advice that a test on SQLite gets in production."""


def wrong(*, advice: bool) -> set[str]:
    """The names of what the doctor finds: faults, or mere advice."""
    found = [result for result in checks.examine(all_files=True) if result.trouble]
    return {r.name for r in found if r.trouble and r.trouble.only_advice is advice} - NEVER_HERE


def test_a_sound_installation_has_nothing_wrong(sound: Installation) -> None:
    assert (wrong(advice=False), wrong(advice=True)) == (set(), set())
    call_command("doctor")
    assert Client().get("/readyz").content == b"ok"


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_shows_itself_and_nothing_else(name: str, sound: Installation) -> None:
    BREAKS[name](sound)
    results = {result.name: result for result in checks.examine(all_files=True)}
    assert {n for n, r in results.items() if r.trouble and not r.trouble.only_advice} == {name}
    assert {n for n, r in results.items() if not r.asked} == STANDING_ON.get(name, set())
    trouble = results[name].trouble
    assert trouble is not None
    assert trouble.text and trouble.mend
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", all=True)
    assert ended.value.code == 1


@pytest.mark.parametrize("name", ADVICE)
def test_advice_is_no_fault(name: str, sound: Installation) -> None:
    ADVICE[name](sound)
    assert (wrong(advice=False), wrong(advice=True)) == (set(), {name})
    call_command("doctor")


@pytest.mark.parametrize("name", ["migrations", "data folder", "disk"])
def test_readiness_names_the_broken_part(name: str, sound: Installation) -> None:
    BREAKS[name](sound)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content.decode()) == (503, f"not ready: {name}")
    assert Client().get("/livez").status_code == 200


@pytest.mark.parametrize("name", ["broker", "mail server", "worker", "backup"])
def test_pages_are_served_without_what_only_the_worker_needs(name: str, sound: Installation) -> None:
    BREAKS[name](sound)
    assert Client().get("/readyz").status_code == 200


def test_without_a_database_only_the_database_is_wrong(tmp_path: Path) -> None:
    place = places.Place("postgres://kontor:kontor@127.0.0.1:1/kontor", tmp_path)
    said = place.script(
        """
from common.upkeep import checks
from django.test import Client
answer = Client().get("/readyz")
print(answer.status_code, answer.content.decode())
print([result.name for result in checks.examine() if result.trouble and not result.trouble.only_advice])
""",
        BROKER_URL="filesystem://localhost/",
    )
    assert said.splitlines() == ["503 not ready: database", "['database']"]


def test_a_real_mail_server_and_a_real_broker_are_found(sound: Installation, redis_url: str) -> None:
    sound.lose_broker()
    sound.patch.setattr(checks.current_app.conf, "broker_url", redis_url)
    sound.patch.setattr(checks.current_app.conf, "broker_write_url", redis_url)
    assert checks.broker() is None
    sound.patch.setattr(checks.outbound, "probe", PROBE)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sound.settings.SMTP_URL = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        sound.patch.setattr("common.delivery.outbound.TIMEOUT", 0.2)
        trouble = checks.mail()
    assert trouble is not None
    assert "does not take us" in trouble.text, "it never says hello"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="needs PostgreSQL")
def test_a_database_that_folds_no_cyrillic_capitals_is_wrong(tmp_path: Path) -> None:
    name = f"ascii_{connection.settings_dict['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    try:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        place = places.Place(url, tmp_path)
        place.manage("migrate", "--verbosity=0")
        said = place.script("from common.upkeep import checks\nprint(checks.letters())")
        assert "ASCII letters only" in said
    finally:
        places.drop(name)
    assert checks.letters() is None
