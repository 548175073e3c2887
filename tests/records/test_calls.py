"""Calls on timelines: what is kept, where they stand, who may log one, and what becomes of bad input."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common.events.models import Event
from common.people.models import User, Withheld
from common.records import services as records
from common.records.calls import Call, Direction, Outcome
from crm.models import Contact
from deals.models import Deal
from tests.access.http.scene import client_of, text_of
from tests.conftest import Clock
from tests.factories import common, crm, deals

pytestmark = pytest.mark.django_db
NUMBER = "+49 431 555 1801"


@pytest.fixture
def anna() -> User:
    return common.user("manager", common.department("Sales"), first_name="Anna", last_name="Berg")


@pytest.fixture
def ivana(anna: User) -> Contact:
    return crm.contact(owner=anna, first_name="Ivana", last_name="Yilmaz", phone=NUMBER)


@pytest.fixture
def deal(anna: User, ivana: Contact) -> Deal:
    return deals.deal(anna, name="Control valves", contact=ivana)


@pytest.fixture
def client(anna: User) -> Client:
    return client_of(anna)


def last() -> Event:
    return Event.objects.latest("pk")


def url(obj: Any) -> str:
    return f"/deals/{obj.pk}/call/"


def test_a_call_keeps_who_and_how_but_no_number(deal: Deal, ivana: Contact, client: Client) -> None:
    posted = {"outcome": "no-answer", "direction": "in", "with": ivana.pk, "said": " Asked for\x00 the price. "}
    assert client.post(url(deal), posted).status_code == 303
    event = last()
    assert (event.kind, event.subject_id, event.via) == ("deal.called", deal.pk, "form")
    assert event.data == {
        "_text": "Asked for the price.", "_outcome": "no-answer", "_direction": "in", "_with": ["crm.contact", ivana.pk]
    }  # fmt: skip


def test_it_stands_on_both_timelines_with_who_was_called(deal: Deal, ivana: Contact, client: Client) -> None:
    client.post(url(deal), {"outcome": "reached", "with": ivana.pk, "said": "Price is <b>fine</b>."})
    page = text_of(client.get(f"/deals/{deal.pk}/"))
    assert "Call to: Ivana Yilmaz · Reached" in page and "Price is &lt;b&gt;fine&lt;/b&gt;." in page
    theirs = text_of(client.get(f"/contacts/{ivana.pk}/"))
    assert "Call to: Ivana Yilmaz · Reached" in theirs and "Deal: Control valves" in theirs


def test_a_call_with_somebody_of_a_company_stands_on_that_contact_too(anna: User) -> None:
    company, somebody = crm.company(owner=anna), crm.contact(owner=anna, last_name="Elsewhere")
    records.log_call(company, Call(Outcome.REACHED, Direction.INCOMING, "", somebody), by=anna)
    assert "Call from: " in text_of(client_of(anna).get(f"/contacts/{somebody.pk}/"))
    records.log_call(somebody, Call(Outcome.REACHED, other=somebody), by=anna)
    assert last().data["_with"] is None and last().links.filter(record=somebody.pk).count() == 1


def test_a_call_counts_as_activity(deal: Deal, anna: User, clock: Clock) -> None:
    clock.move(days=9)
    before = deal.record.touched_at
    records.log_call(deal, Call(Outcome.NO_ANSWER), by=anna)
    deal.record.refresh_from_db()
    assert deal.record.touched_at - before >= timedelta(days=9)


def test_who_may_not_see_the_contact_reads_no_name(deal: Deal, ivana: Contact, anna: User) -> None:
    records.log_call(deal, Call(Outcome.REACHED, other=ivana), by=anna)
    records.transfer(ivana, owner=common.user("manager", common.department("Far")), department=None, by=common.SETUP)
    page = text_of(client_of(anna).get(f"/deals/{deal.pk}/"))
    assert "Outgoing call · Reached" in page and "Call to" not in page


def test_somebody_invisible_or_unknown_is_not_kept(deal: Deal, client: Client) -> None:
    stranger = crm.contact(owner=common.user("manager", common.department("Far")))
    for key in (stranger.pk, "999999", "nobody", "9" * 40, "²"):
        assert client.post(url(deal), {"outcome": "reached", "with": key}).status_code == 303
        assert last().kind == "deal.called" and last().data["_with"] is None


@pytest.mark.parametrize("bad", [{}, {"outcome": "shouted"}, {"outcome": "reached", "direction": "sideways"}])
def test_an_unknown_outcome_is_refused_in_words_and_the_text_stays(
    deal: Deal, client: Client, bad: dict[str, str]
) -> None:
    before = Event.objects.count()
    refused = client.post(url(deal), {**bad, "said": "Do not lose me"})
    page = text_of(refused)
    assert refused.status_code == 422 and Event.objects.count() == before
    assert "Say how the call ended" in page and page.count("Do not lose me") == 1
    script = client.post(url(deal), bad, headers={"HX-Request": "true"})
    assert script.status_code == 422 and text_of(script).startswith("Say how the call ended")


def test_a_huge_text_is_cut_and_kept(deal: Deal, client: Client) -> None:
    assert client.post(url(deal), {"outcome": "reached", "said": "x" * 100_000}).status_code == 303
    assert len(last().data["_text"]) == 20_000


def test_calling_back_leads_to_the_next_step(deal: Deal, ivana: Contact, client: Client) -> None:
    assert client.post(url(deal), {"outcome": "call-back"})["Location"] == f"/deals/{deal.pk}/step/"
    assert client.post(url(deal), {"outcome": "reached"})["Location"] == f"/deals/{deal.pk}/#timeline"
    without = client.post(f"/contacts/{ivana.pk}/call/", {"outcome": "call-back"})
    assert without["Location"] == f"/contacts/{ivana.pk}/#timeline"
    script = client.post(url(deal), {"outcome": "call-back"}, headers={"HX-Request": "true"})
    toast = json.loads(script["HX-Trigger"])["toast"]
    assert script.status_code == 204 and toast["url"] == f"/deals/{deal.pk}/step/" and not toast["undo"]


def test_who_may_only_look_is_not_led_to_what_they_may_not_do(deal: Deal, anna: User) -> None:
    colleague = common.user("manager", anna.department)
    answer = client_of(colleague).post(url(deal), {"outcome": "call-back"})
    assert (answer.status_code, answer["Location"]) == (303, f"/deals/{deal.pk}/#timeline")


def test_a_hidden_number_is_no_link_and_a_shown_one_says_whose_it_is(ivana: Contact, deal: Deal, anna: User) -> None:
    for path in (f"/deals/{deal.pk}/", f"/contacts/{ivana.pk}/", "/contacts/", f"/contacts/{ivana.pk}/peek/"):
        assert 'href="tel:+494315551801"' in text_of(client_of(anna).get(path, headers={"HX-Request": "true"})), path
    anna.withheld = [Withheld.CONTACTS]
    anna.save()
    for path in (f"/deals/{deal.pk}/", f"/contacts/{ivana.pk}/", "/contacts/", f"/contacts/{ivana.pk}/peek/"):
        assert "tel:" not in text_of(client_of(anna).get(path, headers={"HX-Request": "true"})), path
