"""Lists and records on paper: what stands on it, whose rights it follows, how long ones go on."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from common.people.models import User
from common.records import printing
from common.records.paper import Head, Paper, fitted, load_fonts
from tests.factories import catalogue, common, crm, deals
from tests.records.driving import queries, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller() -> User:
    common.own_company()
    common.currency()
    deals.pipeline()
    return common.user("manager", common.department("Sales"), language="en")


def pages(answer: Any) -> list[str]:
    """The text of each page."""
    assert answer.status_code == 200, answer.content[:300]
    assert answer["Content-Type"] == "application/pdf"
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]


def test_a_list_on_paper_has_its_filter_its_columns_and_its_sums(seller: User) -> None:
    deals.deal(seller, name="Клапаны для Düsseldorf №5", amount="1234.50")
    deals.deal(seller, name="Small", amount="3.00")
    [page] = pages(signed_in(seller).get("/deals/pdf/?f=amount.gte:1000&cols=name,amount,tags"))
    for text in ("Nordhafen", "Deals", "Amount at least 1,000", "Клапаны для Düsseldorf №5", "€1,234.50", "page 1 of 1",
                 "Tags"):  # fmt: skip
        assert text in page, page
    assert "Small" not in page and "Company" not in page


def test_a_long_list_has_its_head_on_every_page_and_says_where_it_ends(
    seller: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MOST_ROWS", 120)
    for n in range(125):
        catalogue.product(name=f"Product {n:03}", owner=seller, department=seller.department)
    client = signed_in(seller)
    found = pages(client.get("/products/pdf/?all=1&sort=title"))
    assert len(found) == 3
    assert all("Code" in page and f"page {at} of 3" in page for at, page in enumerate(found, start=1))
    whole = "".join(found)
    assert re.findall(r"Product \d{3}", whole) == [f"Product {n:03}" for n in range(120)]
    told = "Only the first 120 of 125 are here."
    assert told in whole and told in client.get("/products/print/?all=1").content.decode()


def test_paper_speaks_the_language_of_the_person(seller: User) -> None:
    User.objects.filter(pk=seller.pk).update(language="ru")
    deals.deal(seller)
    with translation.override(None):
        [page] = pages(signed_in(seller).get("/deals/pdf/?all=1"))
    assert "Сделки" in page


def test_a_record_on_paper_has_its_fields_and_its_parts(seller: User) -> None:
    deal = deals.deal(seller, name="Pump skid", amount="500.00", description="First line\nSecond line")
    deals.line(deal, name="Diaphragm pump")
    [page] = pages(signed_in(seller).get(f"/deals/{deal.pk}/pdf/"))
    for text in ("Pump skid", f"D-{deal.number}", "First line", "Second line", "Diaphragm pump", str(seller)):
        assert text in page, page


def test_several_records_are_one_file_in_the_order_they_were_selected(
    seller: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MOST_RECORDS", 2)
    monkeypatch.setattr("common.records.views.papers.MOST_RECORDS", 2)
    client = signed_in(seller)
    made = [crm.lead(owner=seller, last_name=name) for name in ("Arndt", "Berg", "Conti")]
    foreign = crm.lead(owner=common.user("manager", common.department("Other")), last_name="Foreign")
    found = pages(client.post("/leads/pdf/selected/", {"pk": [made[2].pk, foreign.pk, made[0].pk]}))
    assert ["Conti" in found[0], "Arndt" in found[1], len(found)] == [True, True, 2]
    assert "Foreign" not in "".join(found)
    more = pages(client.post("/leads/pdf/selected/", {"pk": [row.pk for row in made]}))
    assert "1 more record is not here: at most 2 at once." in more[0]
    assert client.post("/leads/pdf/selected/", {}).status_code == 422


def test_what_is_hidden_from_the_viewer_stays_hidden_on_paper(seller: User) -> None:
    contact = crm.contact(owner=seller, email="petra@secret.example", phone="+49 30 1234567")
    User.objects.filter(pk=seller.pk).update(withheld=["contacts"])
    client = signed_in(seller)
    for answer in (
        client.get("/contacts/pdf/?all=1"), client.get(f"/contacts/{contact.pk}/pdf/"),
        client.post("/contacts/pdf/selected/", {"pk": contact.pk}),
    ):  # fmt: skip
        text = "".join(pages(answer))
        assert "petra@" not in text and "123456" not in text and "•••" in text
    stranger: Client = signed_in(common.user("manager", common.department("Other")))
    assert stranger.get(f"/contacts/{contact.pk}/pdf/").status_code == 404


def test_more_rows_on_paper_need_no_more_queries(seller: User) -> None:
    client, counts = signed_in(seller), []
    for more in (2, 20):
        for _n in range(more):
            deals.deal(seller, tags=[common.tag()], coowners=[common.user("manager")])
        counts.append(queries(lambda: client.get("/deals/pdf/?all=1")))
    assert counts[0] == counts[1]


def test_what_is_too_long_is_cut_and_columns_share_the_page() -> None:
    load_fonts()
    assert fitted("abc", 500, "Kontor", 9) == "abc"
    assert fitted("a" * 500, 60, "Kontor", 9).endswith("a…")
    file = Paper("T", company="C", today="D")
    heads = [Head("A"), Head("B", numeric=True), *(Head(f"Column {n}") for n in range(8))]
    file.table(heads, [["x" * 300, "1,234.50", *(["word " * 20] * 8)]])
    [text] = [page.extract_text() for page in PdfReader(io.BytesIO(file.finish())).pages]
    assert "1,234.50" in text, "figures are not cut where words can be"
