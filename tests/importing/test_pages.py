"""The pages of an import, step by step as a browser without scripts asks them."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.importing import checking, services
from common.importing.models import Import, Outcome, Step
from common.jobs import services as jobs
from common.people.models import User
from crm.models import Contact
from tests.factories import common, crm
from tests.importing.driving import checked, counts, fresh, imported, person, text_of
from tests.importing.files import HOSTILE
from tests.records.driving import body, signed_in

pytestmark = pytest.mark.django_db
HEAD = ["First name", "Last name", "E-mail", "Country"]


@pytest.fixture
def by() -> User:
    return person()


@pytest.fixture
def client(by: User) -> Client:
    return signed_in(by)


def filled(client: Client, path: str) -> dict[str, Any]:
    """The values of the form of a page as a browser would post them."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    form = answer.context["form"]
    return {bound.html_name: bound.value() for bound in form if bound.value() not in (None, "")}


def post(client: Client, path: str, **changes: Any) -> str:
    answer = client.post(path, {**filled(client, path), **changes})
    assert answer.status_code == 303, answer.content.decode()[:3000]
    return str(client.get(answer.url, follow=True).redirect_chain[-1][0])


def upload(client: Client, content: bytes, name: str = "people.csv", **more: Any) -> Any:
    return client.post("/imports/new/", {"type": "crm.contact", "file": SimpleUploadedFile(name, content), **more})


def test_from_a_file_to_records(client: Client, by: User) -> None:
    france = common.country("FR")
    file = text_of([HEAD, ["Petra", "Vogt", "p@x.example", "Gallien"], ["Ivan", "Petrov", "nonsense", ""]])
    answer = upload(client, file)
    assert answer.status_code == 303
    path = client.get(answer.url).url
    assert path.endswith("/file/")
    path = post(client, path)
    assert path.endswith("/columns/")
    page = client.get(path).content.decode()
    assert "Petra · Ivan" in page and "50 %" in page
    path = post(client, path)
    assert path.endswith("/values/")
    path = post(client, path, **{"v0-0": str(france.pk)})
    assert path.endswith("/rules/")
    path = post(client, path)
    assert path.endswith("/check/")
    assert "k-import-wait" in client.get(path).content.decode()
    jobs.run_due()
    page = client.get(path).content.decode()
    assert "Enter a valid email address." in page and 'value="nonsense"' in page
    path = post(client, path, **{"cell-2-2": "ivan@x.example"})
    imp = Import.objects.get()
    assert counts(imp) == {"new": 2}
    answer = client.post(f"/imports/{imp.pk}/write/", {"nonce": "n", "version": imp.version})
    jobs.run_due()
    page = client.get(answer.url, follow=True).content.decode()
    assert Contact.objects.get(last_name="Vogt").country == france
    assert "Petra Vogt" in page and f"/changes/{fresh(imp).change_set_id}/undo/" in page


def test_a_table_is_pasted(client: Client) -> None:
    text = "First name\tLast name\nPetra\tVogt"
    answer = client.post("/imports/new/", {"type": "crm.contact", "text": text, "nonce": "n"})
    imp = Import.objects.get()
    assert (answer.url, imp.reading["delimiter"]) == (f"/imports/{imp.pk}/", "\t")
    again = client.post("/imports/new/", {"type": "crm.contact", "text": text, "nonce": "n"})
    assert (again.url, Import.objects.count()) == (answer.url, 1)


def test_too_long_a_paste_is_refused_and_not_cut(client: Client) -> None:
    [box] = re.findall('<textarea[^>]*name="text"[^>]*>', client.get("/imports/new/").content.decode())
    assert "maxlength" not in box
    answer = client.post("/imports/new/", {"type": "crm.contact", "text": "a\tb\n" + "1\t2\n" * 130_000, "nonce": "n"})
    assert (answer.status_code, Import.objects.count()) == (422, 0)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_file_is_refused_in_words(client: Client, name: str) -> None:
    answer = upload(client, HOSTILE[name](), nonce="n")
    if answer.status_code == 303:  # its first rows are good
        path = client.get(answer.url).url
        answer = client.post(path, filled(client, path))
    assert answer.status_code == 422
    assert not Import.objects.filter(step=Step.COLUMNS).exists()


def test_another_way_of_reading_is_shown_at_once(client: Client) -> None:
    answer = upload(client, "Vorname;Nachname\nJürgen;Weiß".encode("cp1252"))
    path = client.get(answer.url).url
    assert "Jürgen" in client.get(path).content.decode()
    post(client, path, encoding="cp1251", show="1")
    assert "Jьrgen" in client.get(path).content.decode()


def test_two_columns_for_one_field_are_refused(client: Client, by: User) -> None:
    path = post(client, client.get(upload(client, text_of([HEAD, ["a", "b", "c@x.example", ""]])).url).url)
    answer = client.post(path, {**filled(client, path), "c0": "last_name", "c1": "last_name"})
    assert answer.status_code == 422
    assert "Two columns fill" in answer.content.decode()


def test_a_form_posted_twice_does_its_work_once(client: Client, by: User) -> None:
    imp = checked(text_of([HEAD, ["Petra", "Vogt", "p@x.example", ""]]), "crm.contact", by)
    given = {"nonce": "once", "version": imp.version}
    for _n in range(2):
        assert client.post(f"/imports/{imp.pk}/write/", given).status_code == 303
    jobs.run_due()
    assert Contact.objects.count() == 1


def test_refused_rows_are_a_file_without_formulas_that_can_be_imported_again(client: Client, by: User) -> None:
    rows = [HEAD, ["=cmd()", "Vogt", "nonsense", ""], ["Ivan", "Petrov", "i@x.example", ""]]
    imp = imported(text_of(rows), "crm.contact", by)
    answer = client.get(f"/imports/{imp.pk}/failed/")
    found = list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"))))
    assert found == [[*HEAD, "error"], ["'=cmd()", "Vogt", "nonsense", "", "Enter a valid email address."]]
    mended = body(client.get(f"/imports/{imp.pk}/failed/")).replace(b"nonsense", b"v@x.example")
    assert counts(imported(mended, "crm.contact", by)) == {"new": 1}
    assert Contact.objects.get(last_name="Vogt").first_name == "=cmd()"


def test_steps_that_are_past_or_to_come_lead_to_the_one_that_is(client: Client, by: User) -> None:
    imp = checked(text_of([HEAD, ["Petra", "Vogt", "p@x.example", ""]]), "crm.contact", by)
    assert client.get(f"/imports/{imp.pk}/result/").url == f"/imports/{imp.pk}/check/"
    done = imported(text_of([HEAD, ["Petra", "Vogt", "p@x.example", ""]]), "crm.contact", by)
    for page in ("file", "columns", "values", "rules", "check"):
        assert client.get(f"/imports/{done.pk}/{page}/").url == f"/imports/{done.pk}/result/"


def test_an_import_is_dropped_until_it_is_written(client: Client, by: User) -> None:
    imp = checked(text_of([HEAD, ["Petra", "Vogt", "p@x.example", ""]]), "crm.contact", by)
    assert client.post(f"/imports/{imp.pk}/drop/").url == "/imports/"
    assert not Import.objects.exists()
    done = imported(text_of([HEAD, ["Petra", "Vogt", "p@x.example", ""]]), "crm.contact", by)
    assert client.post(f"/imports/{done.pk}/drop/").status_code == 409


def test_progress_asks_for_the_page_when_the_work_is_done(client: Client, by: User) -> None:
    imp = checked(text_of([HEAD, ["Petra", "Vogt", "p@x.example", ""]]), "crm.contact", by)
    services.write(imp, version=imp.version, by=by)
    assert "HX-Refresh" not in client.get(f"/imports/{imp.pk}/progress/")
    jobs.run_due()
    assert client.get(f"/imports/{imp.pk}/progress/")["HX-Refresh"] == "true"


@pytest.mark.parametrize("page", ["list", "check", "result"])
def test_pages_need_the_same_queries_for_two_rows_and_twenty_two(client: Client, by: User, page: str) -> None:
    needed = []
    for count in (2, 22):
        rows = [["Petra", f"Vogt {n}{count}", f"p{n}{count}@x.example", ""] for n in range(count)]
        known = {row[1]: crm.contact(owner=by, email=row[2]) for row in rows}
        assert len(known) == count
        make = checked if page == "check" else imported
        imp = make(text_of([HEAD, *rows]), "crm.contact", by)
        if page == "list":
            for _n in range(count):
                checked(text_of([HEAD, rows[0]]), "crm.contact", by)
        path = "/imports/" if page == "list" else f"/imports/{imp.pk}/{page}/?show={Outcome.UPDATED}"
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        needed.append(len(queries))
    assert needed[0] == needed[1]


def test_checking_needs_the_same_queries_for_two_rows_and_twenty_two(by: User) -> None:
    needed = []
    for count in (2, 22):
        rows = [["Petra", f"Vogt {n}", f"p{n}@x.example", ""] for n in range(count)]
        imp = checked(text_of([HEAD, *rows]), "crm.contact", by)
        bench, found = checking.Bench(imp), list(imp.rows.all())
        with CaptureQueriesContext(connection) as queries:
            meants = bench.reader.chunk(found)
            bench.decider.relations(bench.finder.find(meants))
        needed.append(len(queries))
    assert needed[0] == needed[1]
