"""The palette and the search page over HTTP: what they show to whom, and that looking writes nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import escape

from common.changes import binning, purging
from common.organisation.selectors import company_today
from common.people.models import User
from common.policy.models import Permission, Role, RoleMember
from common.search import drawing
from common.search.models import Opened
from common.search.services import KEPT, note_opened
from tests.access.http.scene import client_of, text_of
from tests.factories import common, crm, deals, stored

pytestmark = pytest.mark.django_db
Q = "/search/palette/"


@pytest.fixture
def seller() -> User:
    return common.user("manager", common.department(), first_name="Anna", last_name="Berg")


def shown(client: Client, typed: str, at: str = "/") -> str:
    response = client.get(Q, {"q": typed, "at": at}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return text_of(response)


def test_looking_writes_nothing(seller: User) -> None:
    deal = deals.deal(seller)
    client = client_of(seller)
    before = stored.everything()
    for typed in ("", "valves", ">move", "@anna", f"D-{deal.number}", "vavles"):
        shown(client, typed, f"/deals/{deal.pk}/")
    client.get("/search/", {"q": "valves"})
    client.get("/search/actions/", {"at": f"/deals/{deal.pk}/"})
    assert not stored.difference(before, stored.everything())


def test_it_begins_with_what_was_opened_last_and_is_still_seen(seller: User) -> None:
    client = client_of(seller)
    deal, company = deals.deal(seller, name="Verdichter"), crm.company("Hansa Chemie", owner=seller)
    gone, foreign = crm.company("Binned", owner=seller), deals.deal(common.user(None), name="Foreign")
    for path in (f"/deals/{deal.pk}/", f"/companies/{company.pk}/", f"/companies/{gone.pk}/", f"/deals/{foreign.pk}/",
                 "/deals/", "/nowhere/5/", f"/deals/{2**70}/"):  # fmt: skip
        assert client.post("/search/opened/", {"at": path}).status_code == 204
    binning.remove(gone, by=common.SETUP)
    text = shown(client, "")
    assert text.index("Hansa Chemie") < text.index("Verdichter")
    assert "Binned" not in text and "Foreign" not in text
    assert Opened.objects.filter(user=seller).count() == 3


def test_the_newest_thirty_are_kept_and_go_with_their_record(seller: User) -> None:
    companies = [crm.company(owner=seller) for _n in range(KEPT + 2)]
    for company in companies:
        note_opened(company, by=seller)
    kept = set(Opened.objects.values_list("record_id", flat=True))
    assert kept == {company.pk for company in companies[2:]}
    binning.remove(companies[-1], by=common.SETUP)
    purging.purge(companies[-1], by=common.SETUP)
    assert not Opened.objects.filter(record=companies[-1].pk).exists()


def test_own_due_steps_stand_below(seller: User, clock: Any) -> None:
    for owner, step in ((seller, "Call the works"), (common.user("manager", seller.department), "Not mine")):
        deals.deal(owner, next_step=step, next_step_on=company_today())
    clock.move(days=2)
    text = shown(client_of(seller), "")
    assert "Call the works" in text and "Not mine" not in text and "late" in text


def test_hits_stand_by_type_with_amount_and_what_was_found_in_bold(seller: User) -> None:
    deals.deal(seller, name="Control valves <b>", company=crm.company("Hansa", owner=seller), amount="84200")
    text = shown(client_of(seller), "VALV")
    assert "Control <b>valv</b>es &lt;b&gt;" in text and "€84,200" in text and ">Deals<" in text
    assert "1 hit<" in text


@pytest.mark.parametrize(
    ("text", "marked", "bold"),
    [
        ("Ёлка Süd", ["елка"], "<b>Ёлка</b> Süd"), ("Ольга", ["olga"], "<b>Ольга</b>"),
        ("Straße 5", ["strasse"], "<b>Straße</b> 5"), ("abab", ["ab", "b"], "<b>abab</b>"), ("x", [], "x"),
        ("a<b", ["<"], "a<b>&lt;</b>b"), ("Насос", ["насос", "nasos"], "<b>Насос</b>"),
    ],
)  # fmt: skip
def test_what_was_found_is_bold(text: str, marked: list[str], bold: str) -> None:
    assert drawing.emphasised(text, marked) == bold


def test_amounts_a_person_may_not_read_are_not_shown() -> None:
    place = common.department()
    owner = common.user("manager", place)
    deals.deal(owner, name="Control valves", amount="84200")
    reader = common.user(None, place)
    role = Role.objects.create(slug="reader", name="Reader")
    Permission.objects.create(role=role, type="deals.deal", action="view", scope="all", except_fields=["amount"])
    RoleMember.objects.create(role=role, user=reader)
    text = shown(client_of(reader), "valves")
    assert "valves" in text and "84,200" not in text


def test_commands_are_those_one_may_use(seller: User) -> None:
    plain, boss = shown(client_of(seller), ">"), shown(client_of(common.user("administrator")), ">")
    assert "/deals/new/" in plain and "/reports/" in plain and 'href="/settings/' not in plain
    assert "/settings/people/" in boss and "/settings/departments/" in boss
    assert "/payments/" in shown(client_of(seller), ">go paym")
    assert "/payments/" in shown(client_of(seller), ">зфньутеы")


def test_the_actions_of_the_record_that_is_open_come_first(seller: User) -> None:
    deal = deals.deal(seller)
    client, at = client_of(seller), f"/deals/{deal.pk}/?x=1#timeline"
    text = shown(client, ">move to prop", at)
    assert "Move to Proposal" in text and "data-posts" in text
    assert "Move to Proposal" in text_of(client.get("/search/actions/", {"at": at}))
    assert f"/deals/{deal.pk}/edit/" in shown(client, ">edit", at)
    other = client_of(common.user("manager", common.department("Other")))
    assert deal.name not in shown(other, ">move", at) and other.get("/search/actions/", {"at": at}).status_code == 404


def test_who_may_only_look_is_offered_no_change() -> None:
    place = common.department()
    deal = deals.deal(common.user("manager", place))
    text = text_of(client_of(common.user("operator", place)).get("/search/actions/", {"at": f"/deals/{deal.pk}/"}))
    assert "/history/" in text and "Move to" not in text and "/edit/" not in text


def test_people_are_found_by_at_and_lead_to_what_they_own(seller: User) -> None:
    person = common.user("manager", common.department("Süd"), first_name="Анна", last_name="Кузнецова")
    common.user("manager", first_name="Gone", last_name="Kuznetsova", is_active=False)
    client = client_of(seller)
    for typed in ("@анна", "@kuznets", "@fyyf", "@Кузн анн"):
        text = shown(client, typed)
        assert "Кузнецова" in text and "Gone" not in text, typed
    page = text_of(client.get(f"/search/people/{person.pk}/"))
    assert f"/deals/?f=owner.in:{person.pk}" in page and client.get("/search/people/99999/").status_code == 404


def test_the_search_page_works_without_scripts_and_is_paged_by_type(seller: User) -> None:
    for number in range(53):
        crm.company(f"Verdichterwerk {number}", owner=seller)
    client = client_of(seller)
    page = text_of(client.get("/search/", {"q": "verdichter"}))
    assert page.count('class="k-hit"') == 20 and "in=crm.company" in page
    first = client.get("/search/", {"q": "verdichter", "in": "crm.company"})
    assert text_of(first).count('class="k-hit"') == 50
    following = first.context["pages"]["next_url"]
    second = client.get(following)
    assert text_of(second).count('class="k-hit"') == 3 and "51–53" in text_of(second)
    assert client.get("/search/", {"q": "verdichter", "in": "crm.company", "after": "forged"}).status_code == 400


@pytest.mark.parametrize("typed", ["", "xqzxqz", '"', "\x00", "%", "a" * 5000, "@", ">", "in=deals.deal"])
def test_no_address_breaks_the_pages(typed: str, seller: User) -> None:
    client = client_of(seller)
    for address in (f"{Q}?q={quote(typed)}&at=%00//", f"/search/?q={quote(typed)}&in=deals.deal",
                    f"/search/?q={quote(typed)}&in=nothing&f=x&sort=y"):  # fmt: skip
        assert client.get(address).status_code == 200, address
    assert escape(typed[:50]) in text_of(client.get("/search/", {"q": typed})) or "\x00" in typed
