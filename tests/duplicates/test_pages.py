"""Pages of duplicates: the queue, two side by side, merging and taking it back, as the people who do it see them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.changes import merging
from common.changes import services as changes
from common.duplicates import declaring, scanning
from common.duplicates.models import Pair
from common.people.models import User
from common.records import services as records
from tests.access.http.scene import client_of, text_of
from tests.common.changes.undone import fresh
from tests.factories import common, crm, deals

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    common.own_company()
    common.currency()
    deals.pipeline()
    return common.user("manager", common.department(), username="anna", first_name="Anna", last_name="Berg")


def scan() -> None:
    for likeness in declaring.all_of_them():
        scanning.scan(likeness)


def twins(owner: User, name: str = "Lackwerk Moers") -> tuple[Any, Any]:
    """Two companies that are the same."""
    tail = f"{sum(map(ord, name)):06d}"
    one = crm.company(f"{name} GmbH", owner=owner, phone=f"+49 2841 {tail}")
    return one, crm.company(name, owner=owner, phone=f"02841-{tail}", website=f"https://w{tail}.example")


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What the side-by-side page would send as it is."""
    page = text_of(client.get(url))
    sent: dict[str, Any] = {"pk": re.findall(r'name="pk" value="(\d+)"', page)}
    for name, value in re.findall(r'name="(nonce|type|version-\d+)" value="([^"]+)"', page):
        sent[name] = value
    for name, value in re.findall(r'type="radio" name="([\w-]+)" value="(\d+)" checked', page):
        sent[name] = value
    return sent


def test_the_queue_shows_pairs_the_surest_first_with_the_reasons(anna: User) -> None:
    twins(anna)
    crm.company("Ankerwerk", owner=anna, website="https://anker.example")
    crm.company("Other name", owner=anna, website="https://anker.example")
    scan()
    page = text_of(client_of(anna).get("/duplicates/?type=crm.company"))
    assert page.index("same telephone") < page.index("same e-mail domain")
    assert "Ankerwerk" not in text_of(client_of(anna).get("/duplicates/?type=crm.company&sign=phone"))
    assert "Lackwerk" not in text_of(client_of(anna).get("/duplicates/?type=crm.contact"))


def test_the_queue_opens_where_there_are_pairs(anna: User) -> None:
    client = client_of(anna)
    assert client.get("/duplicates/").context["kind"].key == "crm.lead"
    twins(anna)
    scan()
    assert client.get("/duplicates/").context["kind"].key == "crm.company"


def test_only_pairs_one_may_change_are_shown_and_nobody_else_opens_them(anna: User) -> None:
    twins(anna)
    stranger, operator = common.user("manager", common.department("Other")), common.user("operator", anna.department)
    scan()
    pair = Pair.objects.get()
    assert "Lackwerk" not in text_of(client_of(stranger).get("/duplicates/?type=crm.company"))
    assert client_of(stranger).get(f"/duplicates/{pair.pk}/").status_code == 404
    colleague = client_of(common.user("manager", anna.department))
    assert "Lackwerk" in text_of(colleague.get("/companies/?all=1"))
    assert "Lackwerk" not in text_of(colleague.get("/duplicates/?type=crm.company"))
    assert client_of(operator).get("/duplicates/").status_code == 404
    for url in ("/duplicates/?type=nonsense", "/duplicates/?type=deals.deal", "/duplicates/side-by-side/deals.deal/"):
        assert client_of(anna).get(url).status_code == 404
    for after in ("1.2", "x.y", "9" * 40, "."):
        assert client_of(anna).get("/duplicates/", {"after": after}).status_code == 200


def test_the_page_asks_only_about_what_differs_and_merges_what_was_chosen(anna: User) -> None:
    one, other = twins(anna)
    deals.deal(anna, company=other)
    contact = crm.contact(owner=anna, company=other)
    scan()
    client, pair = client_of(anna), Pair.objects.get()
    sent = form_of(client, f"/duplicates/{pair.pk}/")
    assert sent["keep"] == str(other.pk), "most points to this one"
    sent |= {"keep": str(one.pk), "field-name": str(one.pk), "field-phone": str(other.pk), "do": "merge"}
    answer = client.post(f"/duplicates/{pair.pk}/", sent)
    assert answer.status_code == 303
    kept = fresh(one)
    assert (kept.name, kept.phone, kept.website) == ("Lackwerk Moers GmbH", other.phone, other.website)
    assert fresh(contact).company == one and fresh(other).deleted_at
    assert client.post(f"/duplicates/{pair.pk}/", sent).status_code == 303, "the same form again does nothing"
    assert merging.standing().count() == 1
    gone = client.get(f"/companies/{other.pk}/")
    assert gone.status_code == 302 and gone["Location"] == f"/companies/{one.pk}/"


def test_the_page_of_the_one_that_stays_shows_timeline_and_files_of_the_others_and_the_way_back(anna: User) -> None:
    one, other = twins(anna)
    records.add_note(other, text="They pay late.", by=anna)
    act = merging.merge(one, [other], {}, {one.pk: 1, other.pk: 1}, by=anna)
    client = client_of(anna)
    page = text_of(client.get(f"/companies/{one.pk}/"))
    assert "They pay late." in page and f"/duplicates/merged/{act.pk}/" in page
    asked = text_of(client.get(f"/duplicates/merged/{act.pk}/"))
    assert "Lackwerk Moers" in asked
    nonce = re.findall(r'name="nonce" value="([^"]+)"', asked)[0]
    assert client.post(f"/duplicates/merged/{act.pk}/", {"nonce": nonce}).status_code == 303
    assert fresh(other).deleted_at is None
    page = text_of(client.get(f"/companies/{one.pk}/"))
    assert "They pay late." not in page and "/duplicates/merged/" not in page


def test_two_that_are_not_the_same_are_never_proposed_again_until_asked(anna: User) -> None:
    twins(anna)
    scan()
    client, pair = client_of(anna), Pair.objects.get()
    client.post(f"/duplicates/{pair.pk}/", {"do": "different"})
    scan()
    assert "Lackwerk" not in text_of(client.get("/duplicates/?type=crm.company"))
    assert "Lackwerk" in text_of(client.get("/duplicates/?type=crm.company&different=1"))
    client.post(f"/duplicates/{pair.pk}/again/")
    assert "Lackwerk" in text_of(client.get("/duplicates/?type=crm.company"))


def test_later_leads_to_the_next_and_comes_back_in_a_week(anna: User, clock: Any) -> None:
    twins(anna)
    twins(anna, "Ankerwerk Duisburg")
    scan()
    client = client_of(anna)
    first, second = Pair.objects.order_by("-score", "pk")
    answer = client.post(f"/duplicates/{first.pk}/", {"do": "later"})
    assert answer["Location"] == f"/duplicates/{second.pk}/"
    assert client.post(f"/duplicates/{second.pk}/", {"do": "later"})["Location"].startswith("/duplicates/?type=")
    assert "k-pair-one" not in text_of(client.get("/duplicates/?type=crm.company"))
    clock.move(days=8)
    assert text_of(client_of(anna).get("/duplicates/?type=crm.company")).count("k-pair-why") == 2


def test_what_changed_since_one_looked_is_asked_again(anna: User) -> None:
    one, other = twins(anna)
    client = client_of(anna)
    url = f"/duplicates/side-by-side/crm.company/?pk={one.pk}&pk={other.pk}"
    sent = form_of(client, url)
    changes.edit(fresh(other), {"address": "Hafenstraße 1"}, by=anna)
    answer = client.post(url, sent)
    assert answer.status_code == 409 and "Hafenstraße 1" in text_of(answer)
    assert not merging.standing().exists()


def test_who_comes_second_is_led_on_to_the_next(anna: User) -> None:
    one, _other = twins(anna)
    twins(anna, "Ankerwerk Kiel")
    scan()
    first, second = client_of(anna), client_of(anna)
    pair = Pair.objects.get(one_id=one.pk)
    url = f"/duplicates/{pair.pk}/"
    sent, late = form_of(first, url), form_of(second, url)
    del sent["pk"], late["pk"]
    assert first.post(url, {**sent, "do": "merge"}).status_code == 303
    for do in ("merge", "different", "later"):
        answer = second.post(url, {**late, "do": do}, follow=True)
        assert "Ankerwerk Kiel" in text_of(answer) and "Somebody else decided" in text_of(answer)
    assert merging.standing().count() == 1
    assert second.post(url, {"do": "merge"}).status_code == 404


@pytest.mark.parametrize("sent", [{}, {"keep": "x"}, {"keep": "999999"}, {"pk": ["1", "2"]}, {"pk": "9" * 30}])
def test_bad_input_is_answered_in_words(anna: User, sent: dict[str, Any]) -> None:
    one, other = twins(anna)
    url = f"/duplicates/side-by-side/crm.company/?pk={one.pk}&pk={other.pk}"
    posted = {"pk": [one.pk, other.pk], **sent}
    assert client_of(anna).post(url, posted).status_code == 422
    assert fresh(one).deleted_at is None and fresh(other).deleted_at is None


def test_selected_rows_and_a_chosen_record_are_laid_side_by_side(anna: User) -> None:
    one, other = twins(anna)
    client = client_of(anna)
    assert "/duplicates/selected/crm.company/" in text_of(client.get("/companies/"))
    answer = client.post("/duplicates/selected/crm.company/", {"pk": [one.pk, other.pk]})
    assert answer["Location"].endswith(f"?pk={one.pk}&pk={other.pk}")
    assert client.post("/duplicates/selected/crm.company/", {"pk": [one.pk]})["Location"] == "/companies/"
    page = text_of(client.get(f"/duplicates/of/crm.company/{one.pk}/"))
    assert other.title in page and "same telephone" in page
    far = crm.company("Something else", owner=anna)
    answer = client.post(f"/duplicates/of/crm.company/{one.pk}/", {"other": far.pk})
    assert answer["Location"].endswith(f"?pk={one.pk}&pk={far.pk}")
    assert client.post(f"/duplicates/of/crm.company/{one.pk}/", {"other": one.pk}).status_code == 422


def test_hidden_contact_details_say_nothing_of_duplicates(anna: User) -> None:
    crm.contact(owner=anna, first_name="Petra", last_name="Vogt", email="p@lack.example")
    crm.contact(owner=anna, first_name="Erik", last_name="Larsson", email="p@lack.example")
    scan()
    assert Pair.objects.count() == 1
    assert "same e-mail" in text_of(client_of(anna).get("/duplicates/?type=crm.contact"))
    User.objects.filter(pk=anna.pk).update(withheld=["contacts"])
    assert "Vogt" not in text_of(client_of(User.objects.get(pk=anna.pk)).get("/duplicates/?type=crm.contact"))


def test_a_merge_names_nobody_by_a_hidden_address(anna: User) -> None:
    one = crm.contact(owner=anna, first_name="Petra", last_name="Vogt")
    other = crm.contact(owner=anna, first_name="", last_name="", email="hidden@lack.example")
    User.objects.filter(pk=anna.pk).update(withheld=["contacts"])
    client = client_of(User.objects.get(pk=anna.pk))
    url = f"/duplicates/side-by-side/crm.contact/?pk={one.pk}&pk={other.pk}"
    sent = {**form_of(client, url), "keep": str(one.pk)}
    told = client.post(url, sent, follow=True)
    assert merging.standing().count() == 1 and "hidden@lack" not in text_of(told)
    asked = client.get(f"/duplicates/merged/{merging.merges_of(fresh(one))[0].pk}/")
    assert asked.status_code == 200 and "hidden@lack" not in text_of(asked)


def test_the_queue_costs_the_same_for_two_pairs_and_for_twelve(anna: User) -> None:
    def asked(count: int) -> int:
        for n in range(count):
            twins(anna, f"Werk {chr(65 + n)}{count} Nord")
        scan()
        client = client_of(anna)
        client.get("/duplicates/?type=crm.company")
        with CaptureQueriesContext(connection) as found:
            client.get("/duplicates/?type=crm.company")
        return len(found)

    assert asked(2) == asked(12)
