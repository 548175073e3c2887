"""A backup is of one moment, whole, and says so when it is not."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from common.changes import services as changes
from common.files import services as files
from common.files.models import Blob
from common.upkeep import archive, backups, restoring
from common.upkeep.errors import UpkeepError
from tests.factories import catalogue, common

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def rows(path: Path, label: str) -> list[dict[str, Any]]:
    """The rows of one table of an archive."""
    for name, content in archive.members(path):
        if name == f"tables/{label}.jsonl":
            columns, *lines = (json.loads(line) for line in content)
            return [dict(zip(columns, line, strict=True)) for line in lines]
    raise AssertionError(label)


def test_a_backup_under_writes_is_of_one_moment(tmp_path: Path, scale: float) -> None:
    products = [catalogue.product() for _n in range(3)]
    enough, written, broken = threading.Event(), threading.Semaphore(0), []

    def work() -> None:
        try:
            step = 0
            while not enough.is_set():
                product = products[step % 3]
                with changes.change_set("Step", by=common.SETUP):
                    for text in (f"{step} first", f"{step} second"):
                        changes.edit(product, {"description": text}, by=common.SETUP)
                        product.refresh_from_db()
                files.attach(product, ContentFile(str(step).encode(), name="step.txt"), by=common.SETUP)
                step += 1
                written.release()
        except Exception as problem:  # noqa: BLE001  # told by the test
            broken.append(problem)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for turn in range(max(3, round(3 * scale))):
            assert written.acquire(timeout=20)
            path = tmp_path / f"{turn}.tar.gz"
            backups.write(path)
            assert written.acquire(timeout=20), "writers go on"
            check_one_moment(path)
    finally:
        enough.set()
        worker.join()
    assert not broken


def check_one_moment(path: Path) -> None:
    """Every product's version is the number of its events, half a change set is nowhere, every file is there."""
    archive.verify(path)
    told = Counter(event["subject_id"] for event in rows(path, "events.event") if event["kind"] == "product.changed")
    for product in rows(path, "catalogue.product"):
        assert product["version"] == 1 + told[product["record_id"]]
        assert not product["description"].endswith("first")
    kept = {name.removeprefix("files/") for name, _content in archive.members(path) if name.startswith("files/")}
    assert kept == {blob["sha256"] for blob in rows(path, "files.blob")}


def test_a_missing_file_fails_the_backup_loudly_and_leaves_none(tmp_path: Path) -> None:
    product = catalogue.product()
    lost = files.attach(product, ContentFile(b"lost", name="a.txt"), by=common.SETUP).blob
    kept = files.attach(product, ContentFile(b"kept", name="b.txt"), by=common.SETUP).blob
    default_storage.delete(lost.path)
    path = tmp_path / "backups" / "b.tar.gz"
    with pytest.raises(CommandError, match=f"1 files are missing.*{lost.sha256}"):
        call_command("backup", path)
    assert list(path.parent.iterdir()) == []
    assert backups.newest() is None
    call_command("backup", path, allow_missing=True, stdout=io.StringIO())
    assert archive.verify(path)["missing"] == [lost.sha256]
    assert [n for n, _c in archive.members(path) if n.startswith("files/")] == [f"files/{kept.sha256}"]
    assert backups.newest() is not None


def test_a_damaged_file_fails_the_backup(tmp_path: Path) -> None:
    blob = files.attach(catalogue.product(), ContentFile(b"12345", name="a.txt"), by=common.SETUP).blob
    Path(default_storage.path(blob.path)).write_bytes(b"12346")
    with pytest.raises(UpkeepError, match="damaged"):
        backups.write(tmp_path / "b.tar.gz")


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "b.tar.gz"
    path.write_text("older")
    with pytest.raises(UpkeepError, match="exists already"):
        backups.write(path)
    assert path.read_text() == "older"


def test_no_session_and_no_secret_key_is_in_it(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "b.tar.gz"
    backups.write(path)
    assert "sessions.session" not in archive.verify(path)["tables"]
    assert settings.SECRET_KEY.encode() not in gzip.decompress(path.read_bytes())


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The archive with every member passed through `change` (None: left out)."""
    target = path.with_name("changed.tar.gz")
    with tarfile.open(path) as source, tarfile.open(target, "w:gz") as tar:
        for info in source:
            reader = source.extractfile(info)
            assert reader is not None
            data = change(info.name, reader.read())
            if data is not None:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return target


def newer(data: bytes) -> bytes:
    """A manifest that names a migration of the future."""
    return data.replace(b'"0001_backup"', b'"0009_of_tomorrow"')


DAMAGE: dict[str, tuple[Callable[[str, bytes], bytes | None], str]] = {
    "a changed row": (lambda n, d: d.replace(b"Pump", b"Lump") if "product" in n else d, "damaged"),
    "a missing table": (lambda n, d: None if "product" in n else d, "damaged, missing"),
    "a changed file": (lambda n, d: d + b"!" if n.startswith("files/") else d, "damaged"),
    "a missing file": (lambda n, d: None if n.startswith("files/") else d, "0 files; its manifest says 1"),
    "no manifest": (lambda n, d: None if n == "manifest.json" else d, "no manifest"),
    "another format": (lambda n, d: d.replace(b'"format": 1', b'"format": 2'), "format 2"),
    "a newer version": (lambda n, d: newer(d) if n == "manifest.json" else d, "newer version"),
}


@pytest.mark.parametrize("name", [*DAMAGE, "cut short"])
def test_an_archive_that_is_not_whole_is_refused_before_anything_is_written(name: str, tmp_path: Path) -> None:
    product = catalogue.product(name="Pump")
    files.attach(product, ContentFile(b"12345", name="a.txt"), by=common.SETUP)
    path = tmp_path / "b.tar.gz"
    backups.write(path)
    if name == "cut short":
        bad, words = tmp_path / "cut.tar.gz", "read to its end"
        bad.write_bytes(path.read_bytes()[:-200])
    else:
        change, words = DAMAGE[name]
        bad = rewritten(path, change)
    # Were it taken for whole, this place, which is not empty, would be refused with other words.
    with pytest.raises(UpkeepError, match=words):
        restoring.restore(bad)
    assert Blob.objects.count() == 1
    with pytest.raises(UpkeepError, match="not empty"):
        restoring.restore(rewritten(path, lambda _name, data: data))
