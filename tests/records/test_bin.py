"""The bin's pages: what goes along and what refuses is said before, and only administrators delete for good."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.changes import binning
from common.changes import services as changes
from common.changes.errors import InUse, WholeInBin
from common.events.models import ChangeSet
from crm.models import Company
from deals.models import Deal, DealLine, Payment
from tests.factories import catalogue, common, crm, deals, stored
from tests.records.driving import queries, signed_in

pytestmark = pytest.mark.django_db


class Desk:
    """A manager, one elsewhere, an administrator, and a company of the first that a deal needs."""

    def __init__(self) -> None:
        common.own_company()
        common.currency()
        deals.pipeline()
        self.person = common.user("manager", common.department("Sales"))
        self.stranger = common.user("manager", common.department("Other"))
        self.boss = common.user("administrator")
        self.client, self.boss_client = signed_in(self.person), signed_in(self.boss)
        self.company = crm.company("Ankerwerk", owner=self.person)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def effects(answer: Any) -> list[tuple[str, list[str]]]:
    assert answer.status_code == 200
    return [(effect["tone"], effect["lines"]) for effect in answer.context["effects"]]


def test_before_binning_it_says_what_goes_along(desk: Desk) -> None:
    deal = deals.deal(desk.person)
    for n in range(7):
        deals.line(deal, name=f"Valve {n}")
    deals.payment(deal, invoice_number="RE-1")
    before = stored.everything()
    answer = desk.client.get(f"/deals/{deal.pk}/bin/")
    ((tone, lines),) = effects(answer)
    assert tone == "amber"
    assert set(lines) == {
        "Deal lines: 7 (Valve 0, Valve 1, Valve 2, Valve 3, Valve 4, 2 others)", "Payments: 1 (RE-1 100.00)",
    }  # fmt: skip
    assert "data-save" in answer.content.decode()
    assert stored.difference(before, stored.everything()) == set()
    desk.client.post(f"/deals/{deal.pk}/bin/", {"nonce": "n"})
    assert not (Deal.objects.exists() or DealLine.objects.exists() or Payment.objects.exists())


def test_before_binning_it_names_who_needs_it_and_counts_the_invisible(desk: Desk) -> None:
    crm.contact(owner=desk.person, company=desk.company, last_name="Vogt")
    crm.contact(owner=desk.stranger, company=desk.company, last_name="Zwetschge")
    deals.deal(desk.stranger, company=desk.company, name="Zwetschge deal")
    answer = desk.client.get(f"/companies/{desk.company.pk}/bin/")
    page = answer.content.decode()
    assert effects(answer) == [("red", ["Contacts: 2 (Petra Vogt, 1 other)", "Deals: 1"])]
    assert "data-save" not in page and "Zwetschge" not in page
    refused = desk.client.post(f"/companies/{desk.company.pk}/bin/", {"nonce": "n"})
    assert refused.status_code == 422
    assert "Petra Vogt, 2 others" in refused.content.decode() and "Zwetschge" not in refused.content.decode()
    assert Company.objects.filter(pk=desk.company.pk).exists()


def test_the_error_counts_what_one_may_not_see(desk: Desk) -> None:
    for n in range(8):
        crm.contact(owner=desk.person, company=desk.company, last_name=f"Vogt {n}")
    with pytest.raises(InUse, match="Vogt 4, 3 others"):
        binning.remove(desk.company, by=desk.person)


def test_a_bulk_says_it_before_too(desk: Desk) -> None:
    other = crm.company("Bootsbau", owner=desk.person)
    crm.contact(owner=desk.person, company=desk.company, last_name="Vogt")
    answer = desk.client.post("/companies/bulk/bin/", {"pk": [desk.company.pk, other.pk]})
    assert effects(answer) == [("red", ["Contacts: 1 (Petra Vogt)"])]
    assert "data-save" in answer.content.decode(), "the others can go"
    form = {"pk": [desk.company.pk, other.pk], "confirmed": "", "nonce": "n"}
    answer = desk.client.get(desk.client.post("/companies/bulk/bin/", form).url)
    assert [row["title"] for row in answer.context["refused"]] == ["Ankerwerk"]
    assert list(Company.objects.all()) == [desk.company]
    untouched = desk.client.post("/companies/bulk/tag/", {"pk": [desk.company.pk]})
    assert effects(untouched) == []


def test_twenty_more_parts_need_no_more_queries(desk: Desk) -> None:
    deal = deals.deal(desk.person)
    deals.line(deal), deals.line(deal)
    few = queries(lambda: desk.client.get(f"/deals/{deal.pk}/bin/"))
    for _n in range(20):
        deals.line(deal)
    assert queries(lambda: desk.client.get(f"/deals/{deal.pk}/bin/")) == few


def test_restoring_names_a_clash_and_a_whole_in_the_bin(desk: Desk) -> None:
    product = catalogue.product(code="P-1", name="Old pump")
    binning.remove(product, by=common.SETUP)
    catalogue.product(code="P-1")
    answer = desk.boss_client.post(f"/products/{product.pk}/restore/")
    assert answer.status_code == 422 and "another entry has taken its place" in answer.content.decode()
    contact = crm.contact(owner=desk.person, company=desk.company)
    for row in (contact, desk.company):
        binning.remove(row, by=common.SETUP)
    with pytest.raises(WholeInBin):
        binning.restore(contact, by=common.SETUP)
    assert desk.client.post(f"/contacts/{contact.pk}/restore/").status_code == 422
    binning.restore(desk.company, by=common.SETUP)
    assert desk.client.post(f"/contacts/{contact.pk}/restore/").status_code == 303


def test_an_administrator_deletes_one_for_good_after_being_asked(desk: Desk) -> None:
    binning.remove(desk.company, by=common.SETUP)
    (row,) = desk.boss_client.get("/companies/bin/").context["rows"]
    asked = desk.boss_client.get(row["purge_url"])
    assert "This cannot be undone" in asked.content.decode() and Company.everything.exists()
    done = desk.boss_client.post(row["purge_url"], {"nonce": "n"})
    assert (done.status_code, done.url) == (303, "/companies/bin/")
    assert not Company.everything.exists()
    page = desk.boss_client.get(done.url)
    assert [str(m) for m in page.context["messages"]] == ["Deleted for good"]
    assert [m.extra_tags for m in desk.boss_client.get("/").context["messages"]] == []
    entry = desk.boss_client.get("/changes/").context["days"][0]["entries"][0]
    assert (entry["text"], entry["undo_url"]) == ("Deleted for good", "")
    assert "Ankerwerk" not in desk.boss_client.get("/changes/").content.decode()
    assert desk.boss_client.post(row["purge_url"], {"nonce": "n"}).status_code == 303
    assert desk.boss_client.get(row["purge_url"]).status_code == 404


def test_the_toast_of_deleting_for_good_offers_no_undo(desk: Desk) -> None:
    binning.remove(desk.company, by=common.SETUP)
    desk.boss_client.post(f"/companies/{desk.company.pk}/purge/", {"nonce": "n"})
    assert [m.extra_tags for m in desk.boss_client.get("/").context["messages"]] == [""]


def test_what_is_not_in_the_bin_is_not_deleted_for_good(desk: Desk) -> None:
    assert desk.boss_client.get(f"/companies/{desk.company.pk}/purge/").status_code == 404
    assert desk.boss_client.post(f"/companies/{desk.company.pk}/purge/", {"nonce": "n"}).status_code == 404
    assert Company.objects.exists()


def test_who_may_restore_is_not_offered_to_delete_for_good(desk: Desk) -> None:
    binning.remove(desk.company, by=common.SETUP)
    answer = desk.client.get("/companies/bin/")
    assert [row["purge_url"] for row in answer.context["rows"]] == [""] and not answer.context["empty_url"]
    for url in (f"/companies/{desk.company.pk}/purge/", "/companies/bin/empty/"):
        assert desk.client.get(url).status_code == desk.client.post(url, {"nonce": "n"}).status_code == 403
    assert Company.everything.exists()


def test_the_bin_is_emptied_after_being_asked(desk: Desk) -> None:
    other = crm.company("Bootsbau")
    contact = crm.contact(company=other)
    for row in (contact, other, desk.company):
        binning.remove(row, by=common.SETUP)
    url = desk.boss_client.get("/companies/bin/").context["empty_url"]
    asked = desk.boss_client.get(url)
    assert "2 in all" in asked.content.decode() and Company.everything.count() == 2
    assert desk.boss_client.post(url).status_code == 200 and Company.everything.count() == 2, "a bare post asks"
    answer = desk.boss_client.post(url, {"nonce": "n"})
    assert [row["title"] for row in answer.context["refused"]] == ["Bootsbau"]
    assert list(Company.everything.all()) == [other]
    assert desk.boss_client.post(url, {"nonce": "n"}).status_code == 303
    assert ChangeSet.objects.filter(events__kind="company.purged").count() == 1


def test_a_restored_record_can_be_changed_again(desk: Desk) -> None:
    binning.remove(desk.company, by=common.SETUP)
    binning.restore(desk.company, by=common.SETUP)
    assert changes.edit(desk.company, {"name": "Again"}, by=desk.person).name == "Again"


def test_a_list_leads_to_its_bin_for_who_may_restore(desk: Desk) -> None:
    assert 'href="/companies/bin/"' in desk.client.get("/companies/").content.decode()
    accountant = signed_in(common.user("accountant", desk.person.department))
    assert 'href="/companies/bin/"' not in accountant.get("/companies/").content.decode()


def test_titles_that_are_hidden_addresses_are_named_by_no_one(desk: Desk) -> None:
    secret = "p.vogt@ankerwerk.example"
    contact = crm.contact(owner=desk.person, company=desk.company, first_name="", last_name="", email=secret)
    deal = deals.deal(desk.person, company=desk.company, contact=contact)
    assert secret in desk.client.get(f"/companies/{desk.company.pk}/bin/").content.decode()
    desk.person.withheld = ["contacts"]
    desk.person.save()
    for path in (f"/companies/{desk.company.pk}/bin/", f"/deals/{deal.pk}/bin/"):
        page = desk.client.get(path).content.decode()
        assert secret not in page, path
    assert "•••" in desk.client.get(f"/companies/{desk.company.pk}/bin/").content.decode()


def test_who_is_in_the_way_is_asked_for_once_however_many_there_are(desk: Desk) -> None:
    def asked(more: int) -> int:
        for _n in range(more):
            crm.contact(owner=desk.person, company=desk.company)
        with CaptureQueriesContext(connection) as captured, pytest.raises(InUse):
            binning.remove(desk.company, by=desk.person)
        return len(captured)

    asked(1)
    assert asked(1) == asked(20)
