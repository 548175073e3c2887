"""A backup comes back whole in an empty place, on either database, and the restored server keeps still."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from common.delivery import services as delivery
from common.delivery.models import Delivery
from common.events.models import Event
from common.jobs import services as jobs
from common.upkeep import archive, backups
from tests.access.http import scene as company
from tests.factories import common
from tests.operations import places
from tests.operations.places import Place
from tests.services.smtp import Sink, smtp_sink

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long passphrase 7"
UNLIKE = {"jobs.quarantine", "upkeep.backup", "kinds.config"}
"""What a restored server has otherwise than the backup: it stands still, and its configuration is read anew."""
SIGN_IN = f"""
from django.test import Client
client = Client()
answer = client.post("/accounts/login/", {{"login": "anna", "password": "{PASSWORD}"}})
print(answer.status_code, client.get("/deals/").status_code, client.get("/companies/").status_code)
"""
WORK = """
from common.jobs import services as jobs
jobs.run_due()
from common.delivery.models import Delivery
from common.events.models import Event
print(sorted(Delivery.objects.values_list("state", flat=True)))
"""


@pytest.fixture
def backup(tmp_path: Path, settings: Any) -> Path:
    """A backup of a company with a row of everything, files, and two mails, of which one waits."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    scene = company.build()
    administrator = scene.people["administrator"]
    assert administrator is not None
    administrator.username, administrator.email = "anna", "anna@nordhafen.eu"
    administrator.set_password(PASSWORD)
    administrator.save()
    common.rate("PLN", "0.2345678901")
    jobs.run_due()
    Delivery.objects.exclude(pk=scene.mail.pk).delete()
    settings.SMTP_URL = "smtp://127.0.0.1:9"
    delivery.send(to="b@example.org", subject="Жду ответа", body="“…” \u2028 𝄞", purpose="account")
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["pending", "skipped"]
    path = tmp_path / "backup.tar.gz"
    written = backups.write(path)
    assert (written.files, path.stat().st_mode & 0o777) == (1, 0o600)
    return path


@pytest.fixture
def targets(tmp_path: Path) -> Iterator[list[Place]]:
    """Empty places: SQLite, and on PostgreSQL that as well."""
    made = [places.sqlite(tmp_path / "sqlite")]
    name = f"restored_{connection.settings_dict['NAME']}"
    if connection.vendor == "postgresql":
        made.append(places.postgres(tmp_path / "postgres", name))
    yield made
    if connection.vendor == "postgresql":
        places.drop(name)


@pytest.fixture
def mail_server() -> Iterator[Sink]:
    """A mail server that takes everything."""
    with smtp_sink() as sink:
        yield sink


def hashes(path: Path) -> dict[str, tuple[int, str]]:
    """Rows and hash of every table in an archive, but for those that must differ."""
    tables = archive.verify(path)["tables"]
    return {label: (entry["rows"], entry["sha256"]) for label, entry in tables.items() if label not in UNLIKE}


DUMP = ("dumpdata", "--all", "--exclude=sessions", *(f"--exclude={label}" for label in sorted(UNLIKE)))
MOMENTS = "from common.events.models import Event\nprint([e.at.isoformat() for e in Event.objects.order_by('pk')])"


def dump(place: Place) -> list[Any]:
    """Every row as Django's own serializer tells it."""
    return list(json.loads(place.manage(*DUMP)))


def own_dump() -> list[Any]:
    """The same of the database that was backed up."""
    text = io.StringIO()
    call_command(*DUMP, stdout=text)
    return list(json.loads(text.getvalue()))


def files(folder: Path) -> dict[str, str]:
    """Path and hash of every file below a folder; exports and imports are kept for days only and not backed up."""
    kept = (file for file in folder.rglob("*") if not {"exports", "imports"} & set(file.parts))
    found = (file for file in kept if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


def test_every_row_and_file_comes_back_on_either_database(
    backup: Path, targets: list[Place], tmp_path: Path, settings: Any
) -> None:
    wanted, rows = hashes(backup), own_dump()
    moments = [event.at.isoformat() for event in Event.objects.order_by("pk")]
    assert sum(1 for rows, _hash in wanted.values() if rows) >= 35
    assert len(files(tmp_path / "files")) == 1
    for place in targets:
        place.manage("restore", str(backup))
        assert files(place.data / "files") == files(tmp_path / "files")
        again = place.data / "again.tar.gz"
        place.manage("backup", str(again))
        assert hashes(again) == wanted
        assert dump(place) == rows
        assert place.script(MOMENTS).strip() == str(moments)
        assert place.script(SIGN_IN).split() == ["302", "200", "200"]
    assert {row["model"] for row in rows} >= {"deals.deal", "events.event", "policy.permission", "files.blob"}


@pytest.mark.skipif("sqlite" in django_settings.DATABASES["default"]["ENGINE"], reason="needs PostgreSQL as well")
def test_a_backup_of_sqlite_comes_back_on_postgresql(backup: Path, targets: list[Place]) -> None:
    lite, postgres = targets
    lite.manage("restore", str(backup))
    crossing = lite.data / "crossing.tar.gz"
    lite.manage("backup", str(crossing))
    assert archive.verify(crossing)["database"] == "sqlite"
    postgres.manage("restore", str(crossing))
    again = postgres.data / "again.tar.gz"
    postgres.manage("backup", str(again))
    assert hashes(again) == hashes(backup)
    # Sequences stand behind the rows: something new gets a key of its own.
    new = "from common.people.models import User\nprint(User.objects.create_user('new', 'n@x.org').pk)"
    highest = "from common.people.models import User\nprint(max(User.objects.values_list('pk', flat=True)))"
    assert int(postgres.script(highest)) < int(postgres.script(new))
    assert postgres.script(SIGN_IN).split() == ["302", "200", "200"]


def test_a_restored_server_sends_nothing_until_it_is_released(
    backup: Path, targets: list[Place], mail_server: Sink
) -> None:
    for place in targets:
        place.manage("restore", str(backup))
        assert place.script(WORK, KONTOR_SMTP_URL=mail_server.url).strip() == "['pending', 'skipped']"
        assert mail_server.messages == []
    first = targets[0]
    assert "Released" in first.manage("release", "--send-mails")
    assert first.script(WORK, KONTOR_SMTP_URL=mail_server.url).strip() == "['sent', 'skipped']"
    assert [recipient for _sender, recipient, _body in mail_server.messages] == ["b@example.org"]
    assert "not in quarantine" in first.manage("release", "--send-mails", code=1)


def test_a_server_released_without_its_mails_never_sends_them(
    backup: Path, targets: list[Place], mail_server: Sink
) -> None:
    place = targets[-1]
    place.manage("restore", str(backup))
    place.manage("release", "--keep-mails")
    assert place.script(WORK, KONTOR_SMTP_URL=mail_server.url).strip() == "['skipped', 'skipped']"
    assert mail_server.messages == []


def test_nothing_is_restored_over_something(backup: Path, targets: list[Place]) -> None:
    for place in targets:
        place.manage("migrate", "--verbosity=0")
        place.manage("setup_presets")
        place.script("from common.people.models import User\nUser.objects.create_user('own', 'own@x.org')")
        before = dump(place)
        assert "not empty (there are people)" in place.manage("restore", str(backup), code=1)
        assert dump(place) == before
        assert files(place.data / "files") == {}


def test_nothing_is_restored_beside_files_of_others(backup: Path, targets: list[Place]) -> None:
    place = targets[0]
    kept = place.data / "files" / "ab"
    kept.mkdir(parents=True)
    assert "folder of files is not empty" in place.manage("restore", str(backup), code=1)


def test_a_prepared_installation_with_presets_only_counts_as_empty(backup: Path, targets: list[Place]) -> None:
    place = targets[-1]
    place.manage("migrate", "--verbosity=0")
    place.manage("setup_presets")
    place.manage("restore", str(backup))
    again = place.data / "again.tar.gz"
    place.manage("backup", str(again))
    assert hashes(again) == hashes(backup)
