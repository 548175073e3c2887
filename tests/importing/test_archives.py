"""A ZIP of several tables: looked into without harm, taken apart, and gone through file by file."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock
from common.importing import access, archiving, services
from common.importing.errors import Unreadable
from common.importing.models import Archive, Import
from common.importing.tables import archives
from common.jobs import services as jobs
from common.jobs.models import Job
from common.people.models import User
from common.policy.principal import principal_of
from common.records.declaring import Viewer
from crm.models import Company, Contact
from tests.importing.driving import counts, fresh, person
from tests.importing.files import COMPANIES, CONTACTS, broken, workbook, zipped
from tests.importing.test_pages import filled, post
from tests.records.driving import signed_in

pytestmark = pytest.mark.django_db
EXPORT = {
    "export/hubspot-crm-exports-contacts.csv": CONTACTS, "export/hubspot-crm-exports-companies.csv": COMPANIES,
    "export/logo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "__MACOSX/._contacts.csv": b"\x00\x05\x16\x07",
}  # fmt: skip


@pytest.fixture
def by() -> User:
    return person()


@pytest.fixture
def client(by: User) -> Client:
    return signed_in(by)


def upload(client: Client, content: bytes, **more: Any) -> Any:
    return client.post("/imports/new/", {"file": SimpleUploadedFile("export.zip", content), "nonce": "n", **more})


def encrypted(content: bytes) -> bytes:
    """An archive whose files say that they are encrypted."""
    found = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = found.find(mark)
        while start >= 0:
            found[start + place] |= 1
            start = found.find(mark, start + 1)
    return bytes(found)


def lying() -> bytes:
    """An archive whose file unpacks to far more than its directory says."""
    found = bytearray(zipped({"a.csv": b"a,b\n" + b"1,2\n" * 500_000}))
    place = found.find(b"PK\x01\x02")
    found[place + 24 : place + 28] = (8).to_bytes(4, "little")
    return bytes(found)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: zipped({}), "holds no file"),
    "only folders": (lambda: zipped({"a/": b"", "b/": b""}), "holds no file"),
    "half": (lambda: zipped({"a.csv": CONTACTS, "b.csv": COMPANIES})[:150], "damaged"),
    "bomb": (lambda: zipped({"a.csv": b"a,b\n" + b" " * 150_000_000, "b.csv": b"a\n1"}), "unpacks to more"),
    "too large a file": (lambda: zipped({"a.csv": random.Random(1).randbytes(1_000_000) * 60}), "at most"),
    "many files": (lambda: zipped({f"{n}.csv": b"a\n1" for n in range(101)}), "more than 100 files"),
    "very many files": (lambda: zipped({f"{n}.csv": b"" for n in range(2_100)}), "unpacks to more"),
    "archive inside": (lambda: zipped({"a.zip": zipped({"a.csv": b"a,b\n1,2"})}), "archive inside an archive"),
    "encrypted": (lambda: encrypted(zipped({"a.csv": CONTACTS})), "password"),
    "other packing": (lambda: zipped({"a.csv": CONTACTS}, zipfile.ZIP_LZMA), "packed in a way"),
    "lying about its size": (lying, "damaged"),
    "no table": (lambda: zipped({"a.json": b'{"a": [1, 2]}', "b.png": b"\x89PNG\r\n\x1a\n" + bytes(99)}), "no table"),
    "head alone": (lambda: zipped({"a.csv": b"a,b\n", "b.csv": b""}), "no rows"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_archive_is_refused_in_words(client: Client, name: str) -> None:
    make, words = HOSTILE[name]
    answer = upload(client, make())
    assert answer.status_code == 422
    [said] = answer.context["form"].non_field_errors()
    assert words in said and said.endswith(".")
    assert not Archive.objects.exists() and not Import.objects.exists()


def test_broken_archives_are_read_or_refused_and_nothing_else(by: User) -> None:
    chance = random.Random(3)
    good = [zipped({"a.csv": CONTACTS, "b.xlsx": workbook([["Name"], ["x"]])}), zipped(EXPORT, zipfile.ZIP_STORED)]
    for _turn in range(300):
        file = SimpleUploadedFile("a.zip", broken(chance.choice(good), chance))
        try:
            found = archiving.look(file, type_key="", by=by)
        except Unreadable:
            continue
        assert all({"name", "problem"} <= set(seen) for seen in found)


def test_a_table_whose_first_head_begins_like_an_archive_is_a_table(client: Client) -> None:
    answer = upload(client, b"PK,Name\n1,Lackwerk\n", type="crm.company")
    assert answer.status_code == 303 and Import.objects.get().headers == ["PK", "Name"]


def test_names_lose_their_folders_and_are_told_apart() -> None:
    names = {"../../etc/passwd.csv": b"x", "b/people.csv": b"x", "c\\People.csv": b"x", "/people.csv": b"x"}
    found = [member.name for member in archives.members(io.BytesIO(zipped(names)))]
    assert found == ["passwd.csv", "people.csv", "People (2).csv", "people (3).csv"]


def test_names_of_a_russian_windows_are_read() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("XXXXXXXX.csv", b"x")
    content = stream.getvalue().replace(b"XXXXXXXX", "Контакты".encode("cp866"))
    assert [member.name for member in archives.members(io.BytesIO(content))] == ["Контакты.csv"]


def test_an_archive_with_one_table_is_that_table(client: Client) -> None:
    answer = upload(client, zipped({"people.csv": CONTACTS}))
    imp = Import.objects.get()
    assert (answer.url, imp.name, imp.type) == (f"/imports/{imp.pk}/", "people.csv", "crm.contact")
    assert not Archive.objects.exists()


def test_two_files_of_an_archive_are_imported_one_after_the_other(client: Client, by: User) -> None:
    path = upload(client, zipped(EXPORT)).url
    page = client.get(path)
    assert [row["system"] for row in page.context["rows"]] == ["HubSpot", "HubSpot"]
    assert [row["count"] for row in page.context["rows"]] == ["1", "2"]
    assert [member["name"] for member in page.context["left_out"]] == ["logo.png"]
    assert "._contacts" not in page.content.decode()
    assert client.post(path, filled(client, path)).status_code == 303
    companies, contacts = Import.objects.order_by("pk")
    assert [companies.type, contacts.type] == ["crm.company", "crm.contact"]
    assert client.get(path).context["following"]["url"] == f"/imports/{companies.pk}/"
    result = through(client, companies)
    assert result.context["batch"]["following"]["url"] == f"/imports/{contacts.pk}/"
    assert "Next file: hubspot-crm-exports-contacts.csv" in result.content.decode()
    result = through(client, contacts)
    assert result.context["batch"]["following"] is None
    assert [counts(fresh(imp)) for imp in (companies, contacts)] == [{"new": 2}, {"new": 1}]
    assert Contact.objects.get().company == Company.objects.get(name="Lackwerk")


def through(client: Client, imp: Import) -> Any:
    """Every step of an import as it is proposed, to the page of its result."""
    path = client.get(f"/imports/{imp.pk}/").url
    while not path.endswith("/check/"):
        path = post(client, path)
    jobs.run_due()
    client.post(f"/imports/{imp.pk}/write/", {"nonce": f"w{imp.pk}", "version": fresh(imp).version})
    jobs.run_due()
    return client.get(f"/imports/{imp.pk}/", follow=True)


def kept() -> set[str]:
    """The files that imports keep."""
    return set(default_storage.listdir("imports")[1]) if default_storage.exists("imports") else set()


def test_only_ticked_files_are_taken_and_once(client: Client, by: User) -> None:
    before = kept()
    path = upload(client, zipped(EXPORT)).url
    given = filled(client, path)
    [contacts, companies] = [row["chosen"].html_name for row in client.get(path).context["rows"]]
    nothing = {name: value for name, value in given.items() if name not in (contacts, companies)}
    assert client.post(path, nothing).status_code == 422
    only = {name: value for name, value in given.items() if name != companies}
    for _n in range(2):
        assert client.post(path, only).status_code == 303
    archiving.choose(Archive.objects.get(), {1: "crm.company"}, by=by)  # as in another window
    assert [imp.type for imp in Import.objects.all()] == ["crm.contact"]
    assert len(kept() - before) == 2


def test_what_a_file_holds_is_chosen_among_what_one_may_import(client: Client) -> None:
    path = upload(client, zipped({"a.csv": b"x,y\n1,2", "b.csv": CONTACTS})).url
    page = client.get(path).context
    assert [row["chosen"].value() for row in page["rows"]] == [False, True]
    given = {**filled(client, path), page["rows"][0]["type"].html_name: "people.user"}
    assert client.post(path, given).status_code == 422


@pytest.mark.parametrize(
    ("name", "key"),
    [("Companies.csv", "crm.company"), ("old-crm_contacts_2024.csv", "crm.contact"), ("Компании.csv", "crm.company"),
     ("deal lines.csv", "deals.dealline"), ("contactless.csv", ""), ("x.csv", "")],
)  # fmt: skip
def test_a_file_without_heads_one_knows_is_what_it_is_called(name: str, key: str, by: User) -> None:
    assert services.recognised(name, ["x", "y"], [["1", "2"]], "", by) == (key, "")


def test_an_archive_is_its_persons_own(client: Client) -> None:
    path = upload(client, zipped(EXPORT)).url
    for verb in ("get", "post"):
        assert getattr(signed_in(person("head")), verb)(path).status_code == 404
    other = signed_in(person())
    assert other.get(path).status_code == 200
    assert other.post(path, filled(other, path)).status_code == 422
    assert other.post(f"{path}drop/").status_code == 403
    assert not Import.objects.exists()


def test_an_archive_is_dropped_or_goes_after_thirty_days(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    before = kept()
    path = upload(client, zipped(EXPORT)).url
    assert path in client.get("/imports/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{path}drop/")
    assert not Archive.objects.exists() and kept() == before
    upload(client, zipped(EXPORT), nonce="second")
    Job.objects.filter(handler=archiving.FORGET).update(due_at=clock.now())
    jobs.run_due()
    assert not Archive.objects.exists() and kept() == before


def test_an_archive_that_is_gone_is_said(client: Client) -> None:
    path = upload(client, zipped(EXPORT)).url
    given = filled(client, path)
    default_storage.delete(Archive.objects.get().path)
    answer = client.post(path, given)
    assert answer.status_code == 422 and "not here any more" in answer.content.decode()


def test_types_stand_behind_those_they_lead_to(by: User) -> None:
    viewer = Viewer(by, principal_of(by))
    order = archiving.in_order(access.importable(viewer.principal), viewer)
    assert order.index("crm.company") < order.index("crm.contact") < order.index("deals.deal")
    assert order.index("crm.lead") < order.index("deals.deal")


def test_the_page_needs_the_same_queries_for_two_files_and_twelve(client: Client) -> None:
    needed = []
    for count in (2, 12):
        path = upload(client, zipped({f"{n}.csv": CONTACTS for n in range(count)}), nonce=str(count)).url
        for _step in ("choosing", "chosen"):
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            needed.append(len(queries))
            client.post(path, filled(client, path)) if _step == "choosing" else None
    assert needed[:2] == needed[2:]
