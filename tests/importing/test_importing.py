"""From a file to records: what becomes of rows, by the rules their person chose."""

from __future__ import annotations

import time

import pytest

from common.events.models import Event, Via
from common.importing.models import OnMatch, OnNew
from crm.models import Company, Contact
from tests.factories import common, crm, deals
from tests.importing.driving import checked, counts, imported, person, text_of

pytestmark = pytest.mark.django_db
HEAD = ["First name", "Last name", "E-mail", "Company", "Tags"]
PETRA = ["Petra", "Vogt", "petra@lackwerk.example", "Lackwerk", ""]
IVAN = ["Иван", "Петров", "", "Lackwerk", ""]


def test_rows_become_records_and_the_same_file_again_changes_nothing() -> None:
    by = person()
    file = text_of([HEAD, PETRA, IVAN])
    imp = imported(file, "crm.contact", by)
    assert counts(imp) == {"new": 2}
    assert [contact.company.name for contact in Contact.objects.order_by("pk") if contact.company] == ["Lackwerk"] * 2
    assert Company.objects.count() == 1
    assert {event.via for event in Event.objects.filter(change_set=imp.change_set)} == {Via.IMPORT}
    again = imported(file, "crm.contact", by)
    assert counts(again) == {"unchanged": 2}
    assert Contact.objects.count() == 2
    assert again.change_set is None


def test_a_dry_run_says_what_comes_and_writes_nothing() -> None:
    by = person()
    known = crm.contact(owner=by, first_name="Petra", last_name="Vogt", email="PETRA@lackwerk.example")
    imp = checked(text_of([HEAD, PETRA, IVAN, IVAN, ["", "", "nonsense", "", ""]]), "crm.contact", by)
    assert counts(imp) == {"new": 1, "updated": 1, "unchanged": 1, "failed": 1}
    assert Contact.objects.count() == 1
    assert not Company.objects.exists()
    known.refresh_from_db()
    assert known.company is None


@pytest.mark.parametrize(
    ("on_match", "job_title", "phone", "outcome"),
    [(OnMatch.UPDATE, "Head", "+49 1", "updated"), (OnMatch.FILL, "Buyer", "+49 1", "updated"),
     (OnMatch.SKIP, "Buyer", "", "skipped")],
)  # fmt: skip
def test_what_a_row_does_to_the_record_it_fits(on_match: str, job_title: str, phone: str, outcome: str) -> None:
    by = person()
    known = crm.contact(owner=by, email="petra@lackwerk.example", job_title="Buyer")
    file = text_of([["E-mail", "Job title", "Telephone"], ["petra@lackwerk.example", "Head", "+49 1"]])
    imp = imported(file, "crm.contact", by, on_match=on_match)
    known.refresh_from_db()
    assert (counts(imp), known.job_title, known.phone) == ({outcome: 1}, job_title, phone)


def test_rows_that_fit_nothing_may_be_left_out() -> None:
    by = person()
    imp = imported(text_of([HEAD, PETRA]), "crm.contact", by, on_new=OnNew.SKIP)
    assert counts(imp) == {"skipped": 1}
    assert not Contact.objects.exists()


def test_an_empty_cell_takes_nothing_away_and_tags_are_added() -> None:
    by = person()
    one, two = common.tag(), common.tag()
    known = crm.contact(owner=by, first_name="Petra", last_name="Vogt", email=PETRA[2], job_title="Buyer", tags=[one])
    file = text_of([[*HEAD, "Job title"], [*PETRA[:4], f"{two.name}; {one.name}", ""]])
    imported(file, "crm.contact", by)
    known.refresh_from_db()
    assert known.job_title == "Buyer"
    assert known.record.record_tags.count() == 2


LONG = 32_000
SLOW = {
    "crm.company": {"Tags": "a," * (LONG // 2), "Source": "x" * LONG, "E-mail": "a@" + "b." * (LONG // 3)},
    "requests_app.request": {"Products": ",".join(f"p{n}" for n in range(LONG // 7)), "E-mail": "@" * LONG},
    "deals.deal": {"Amount": "1" + " " * (LONG - 4) + "?!", "Expected close": "1." + " " * (LONG - 5) + "?!",
                   "Company": "x;" * (LONG // 2), "Probability": "1 1" * (LONG // 3)},
}  # fmt: skip


@pytest.mark.parametrize("key", SLOW)
def test_a_cell_full_of_anything_is_refused_at_once(key: str) -> None:
    by, start = person(), time.thread_time()
    deals.pipeline()
    common.tag()
    crm.source()
    rows = [["Name", *SLOW[key]], *([f"Name {n}", *SLOW[key].values()] for n in range(3))]
    imp = checked(text_of(rows), key, by, keys=[])
    assert set(filter(None, imp.columns)) > {"name"}
    assert counts(imp) == {"failed": 3}
    assert sum(len(problem["text"]) for row in imp.rows.all() for problem in row.errors) < 10_000
    assert time.thread_time() - start < 10
