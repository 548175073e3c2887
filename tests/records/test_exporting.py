"""Rows taken away as files: typed, without formulas, known afterwards, and for their maker only."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from common.jobs import services as jobs
from common.jobs.models import Job
from common.people.models import User
from common.policy.models import RoleMember
from common.records import exporting
from common.records.models import ExportFile
from tests.conftest import Clock
from tests.factories import common, deals
from tests.records.driving import body, export, exported, shown, signed_in

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
CELLS = st.one_of(TEXT, st.sampled_from(["=1+1", "+1", "-2", "@x", "\t=1", " =1", "'=1"]), st.integers(-99, 99),
                  st.decimals("-99", "99", places=2), st.dates(date(1990, 1, 1)), st.booleans(), st.none())  # fmt: skip


@pytest.fixture
def head() -> User:
    common.own_company()
    common.currency()
    return common.user("administrator", common.department())


@pytest.fixture
def client(head: User) -> Client:
    return signed_in(head)


def sheet(response: Any) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(body(response)))
    return [tuple(cell.value for cell in row) for row in book.active.iter_rows()]


def test_a_workbook_has_numbers_days_and_texts_and_no_formula(client: Client, head: User) -> None:
    deals.deal(head, name="=HYPERLINK(1)", amount="1234.50", expected_close=date(2026, 12, 18))
    answer = export(client, "/deals/export/", {"all": "1"}, "xlsx")
    assert answer["Content-Disposition"].startswith('attachment; filename="deals-20')
    titles, row = sheet(answer)
    told = dict(zip(titles, row, strict=True))
    assert told["name"] == "=HYPERLINK(1)"
    assert told["amount"] == pytest.approx(1234.5)
    assert told["expected close"] == datetime(2026, 12, 18)
    book = load_workbook(io.BytesIO(body(export(client, "/deals/export/", {"all": "1"}, "xlsx"))))
    cells = [cell for line in book.active.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell.quotePrefix for cell in cells if cell.value == "=HYPERLINK(1)"] == [True]


@given(st.lists(st.tuples(st.integers(1, 9), CELLS, CELLS, CELLS).map(list), max_size=8))
def test_both_formats_give_back_what_they_were_given(rows: list[list[Any]]) -> None:
    whole = [["number", "a", "b", "c"], *rows]
    text, book = io.BytesIO(), io.BytesIO()
    assert exporting.write_csv(iter(whole), text, lambda done: None) == len(rows)
    assert exporting.write_xlsx(iter(whole), book, lambda done: None) == len(rows)
    read = list(csv.reader(io.StringIO(text.getvalue().decode("utf-8-sig"), newline="")))
    assert read == [["" if value is None else str(exporting.safe(value)) for value in row] for row in whole]
    assert not [cell for row in read[1:] for cell in row if cell.lstrip().startswith("=")]
    cells = list(load_workbook(io.BytesIO(book.getvalue())).active.iter_rows())
    assert not [cell for row in cells for cell in row if cell.data_type == "f"]
    for line, row in zip(cells, whole, strict=True):
        for cell, value in zip(line, row, strict=True):
            if isinstance(value, str):
                assert (cell.value or "") == value
            elif isinstance(value, Decimal):
                assert Decimal(str(cell.value)) == value
            elif not isinstance(value, date):
                assert cell.value == value


def test_what_was_taken_away_is_known(client: Client, head: User) -> None:
    for _n in range(3):
        deals.deal(head)
    answer = body(export(client, "/deals/export/", {"f": "mine.is:me"}))
    kept = ExportFile.objects.get()
    assert (kept.by, kept.type, kept.query, kept.rows) == (head, "deals.deal", "f=mine.is%3Ame", 3)
    assert kept.sha256 == hashlib.sha256(answer).hexdigest()
    assert "/deals/?f=mine.is%3Ame" in client.get("/exports/").content.decode()


def test_a_get_takes_nothing_away(client: Client) -> None:
    assert client.get("/deals/export/").status_code == 405
    assert not ExportFile.objects.exists()


def test_many_rows_are_a_job_with_progress_and_a_link(
    client: Client, head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    monkeypatch.setattr(exporting, "CHUNK", 1)
    told: list[tuple[int, int | None]] = []
    progress = jobs.progress

    def watch(job: Any, done: int, total: int | None = None) -> None:
        told.append((done, total))
        progress(job, done, total)

    monkeypatch.setattr(jobs, "progress", watch)
    made = [deals.deal(head).number for _n in range(3)]
    answer = export(client, "/deals/export/", {"all": "1"})
    assert (answer.status_code, answer.url) == (303, "/jobs/")
    jobs.run_due()
    job = Job.objects.get(handler=exporting.JOB)
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert sorted(row[0] for row in exported(client.get(job.result_url))) == sorted(f"D-{n}" for n in made)
    other = signed_in(common.user("administrator", head.department))
    assert other.get(job.result_url).status_code == 404


def test_who_lost_the_right_meanwhile_gets_nothing(client: Client, head: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 0)
    deals.deal(head)
    export(client, "/deals/export/", {"all": "1"})
    RoleMember.objects.filter(user=head).delete()
    common.user("administrator", head.department).save()
    jobs.run_due()
    assert Job.objects.get(handler=exporting.JOB).done_at is None
    assert ExportFile.objects.get().path == ""


def test_who_lost_the_right_afterwards_gets_the_file_no_more(client: Client, head: User) -> None:
    deals.deal(head)
    export(client, "/deals/export/")
    path = f"/exports/{ExportFile.objects.get().pk}/"
    assert client.get(path).status_code == 200
    RoleMember.objects.filter(user=head).delete()
    common.department().save()
    assert client.get(path).status_code == 404
    assert path not in client.get("/exports/").content.decode()


def test_a_file_made_again_takes_the_place_of_the_first(client: Client, head: User) -> None:
    deals.deal(head)
    export(client, "/deals/export/")
    kept = ExportFile.objects.get()
    first = kept.path
    exporting.make(kept)
    assert kept.path != first
    assert not default_storage.exists(first)
    assert default_storage.exists(kept.path)


def test_files_go_after_seven_days_and_are_still_known(client: Client, head: User, clock: Clock) -> None:
    deals.deal(head)
    export(client, "/deals/export/")
    kept = ExportFile.objects.get()
    assert default_storage.exists(kept.path)
    clock.move(days=8)
    export(client, "/companies/export/")
    assert not default_storage.exists(kept.path)
    assert client.get(f"/exports/{kept.pk}/").status_code == 404
    assert ExportFile.objects.filter(pk=kept.pk, path="").exists()


def test_a_person_exports_the_rows_of_their_list(head: User) -> None:
    seller = common.user("manager", head.department)
    stranger = common.user("manager", common.department("Other"))
    for owner in (seller, stranger, head):
        deals.deal(owner)
    mine = signed_in(seller)
    listed = shown(mine.get("/deals/?all=1"))
    rows = exported(export(mine, "/deals/export/", {"all": "1"}))
    assert len(rows) == len(listed) == 2
