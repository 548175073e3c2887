"""Saved views: what they keep, who sees and changes them, the side bar, and the list as it was left."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from common.people.models import User
from common.policy.models import Permission, Role
from common.views import selectors, services
from common.views.models import ListPreference, SavedView, ViewPin
from deals.models import Deal
from tests.factories import common, deals
from tests.records.driving import queries, shown, signed_in

pytestmark = pytest.mark.django_db
BIG = "f=amount.gte:1000"


@pytest.fixture
def seller() -> User:
    common.own_company()
    common.currency()
    deals.pipeline()
    return common.user("manager", common.department("Sales"))


def make(client: Client, query: str = BIG, **values: Any) -> SavedView:
    """A view saved from the page of a list."""
    form = {"name": "Big ones", "reach": "own", "nonce": f"n{common.number()}", **values}
    answer = client.post(f"/views/deals.deal/new/?{query}", form)
    assert answer.status_code == 303, answer.content.decode()[:2000]
    return SavedView.objects.latest("pk")


def pair(owner: User) -> tuple[Deal, Deal]:
    """A small and a big deal."""
    return deals.deal(owner, amount="10.00"), deals.deal(owner, amount="5000.00")


def labels(client: Client) -> list[str]:
    return [str(tab["label"]) for tab in client.get("/deals/?all=1").context["tabs"]]


def test_a_view_keeps_filter_search_order_columns_and_layout(seller: User) -> None:
    client = signed_in(seller)
    _small, big = pair(seller)
    view = make(client, f"{BIG}&q=Valves&sort=next&cols=name,amount")
    answer = client.get(f"/deals/?view={view.pk}")
    assert shown(answer) == [big.pk]
    assert [column["key"] for column in answer.context["table"]["columns"]] == ["name", "amount"]
    assert answer.context["filters"]["q"] == "Valves"
    assert answer.context["filters"]["sort"]["label"] == "next step first"
    assert not answer.context["filters"]["reset_url"], "an untouched view is not changed"
    assert selectors.desk(User.objects.get(pk=seller.pk), "deals.deal").views[0].layout == "list"
    board = make(client, f"{BIG}&layout=board", name="Board")
    assert client.get(f"/views/{board.pk}/delete/").status_code == 200
    tab = next(t for t in client.get("/deals/?all=1").context["tabs"] if t["label"] == "Board")
    assert tab["url"] == f"/deals/board/?view={board.pk}"


def test_a_form_sent_twice_makes_one_view(seller: User) -> None:
    client = signed_in(seller)
    for _n in range(2):
        answer = client.post("/views/deals.deal/new/?all=1", {"name": "A", "reach": "own", "nonce": "twice"})
        assert answer.status_code == 303
    assert SavedView.objects.count() == 1


def test_private_views_are_ones_own_and_shared_ones_everybodys(seller: User) -> None:
    colleague, stranger = common.user("manager", seller.department), common.user("manager", common.department("Other"))
    client = signed_in(seller)
    for reach in ("own", "department", "company"):
        make(client, name=f"For {reach}", reach=reach)
    assert {"For own", "For department", "For company"} <= set(labels(client))
    assert {"For department", "For company"} == {name for name in labels(signed_in(colleague)) if name[:4] == "For "}
    assert {"For company"} == {name for name in labels(signed_in(stranger)) if name[:4] == "For "}
    private = SavedView.objects.get(name="For own")
    assert signed_in(colleague).get(f"/deals/?view={private.pk}").status_code == 400
    assert signed_in(colleague).get(f"/views/{private.pk}/").status_code == 404


def test_only_owner_and_named_editors_change_a_view(seller: User) -> None:
    editor, colleague = (common.user("manager", seller.department) for _n in range(2))
    view = make(signed_in(seller), reach="company", editors=[str(editor.pk)])
    url, other = f"/views/{view.pk}/save/?f=amount.gte:9", {"name": "Renamed"}
    for path in (url, f"/views/{view.pk}/", f"/views/{view.pk}/delete/"):
        assert signed_in(colleague).post(path, other).status_code == 403
    view.refresh_from_db()
    assert (view.name, view.state["query"]) == ("Big ones", "f=amount.gte%3A1000")
    assert signed_in(editor).post(url).status_code == 303
    assert signed_in(editor).post(f"/views/{view.pk}/", other).status_code == 303
    assert signed_in(editor).post(f"/views/{view.pk}/delete/").status_code == 403
    view.refresh_from_db()
    assert (view.name, view.reach, view.state["query"]) == ("Renamed", "company", "f=amount.gte%3A9")
    assert signed_in(seller).post(f"/views/{view.pk}/delete/").status_code == 303
    assert not SavedView.objects.exists()


def test_browsing_never_alters_a_shared_view(seller: User) -> None:
    colleague = common.user("manager", seller.department)
    view = make(signed_in(seller), reach="company")
    before = SavedView.objects.values().get()
    client = signed_in(colleague)
    address = f"view={view.pk}&f=stage.set&sort=next&cols=name"
    answer = client.get(f"/deals/?{address}")
    assert answer.context["filters"]["reset_url"] == f"/deals/?view={view.pk}"
    assert (answer.context["saving"]["url"], bool(answer.context["saving"]["as_url"])) == ("", True)
    assert client.post(f"/views/deals.deal/keep/?{address}").status_code == 204
    moved = client.post("/views/deals.deal/columns/", {"cols": ["name", "tags"], "next": f"/deals/?view={view.pk}"})
    assert moved.url == f"/deals/?view={view.pk}&cols=name,tags"
    client.post("/views/deals.deal/widths/", {"name": "300"})
    assert SavedView.objects.values().get() == before


def test_save_is_offered_only_where_the_list_differs(seller: User) -> None:
    client = signed_in(seller)
    view = make(client, f"{BIG}&sort=next&cols=name,amount")
    same = client.get(f"/deals/?view={view.pk}&sort=next&cols=name,amount&{BIG}")
    assert not same.context["filters"]["reset_url"]
    for change in ("sort=newest", "cols=amount,name", "f=amount.gte:2", "q=x", "all=1"):
        assert client.get(f"/deals/?view={view.pk}&{change}").context["filters"]["reset_url"], change
    assert client.get(f"/deals/board/?view={view.pk}").context["filters"]["reset_url"]


def test_shared_views_of_who_left_stay(seller: User) -> None:
    view = make(signed_in(seller), reach="company")
    User.objects.filter(pk=seller.pk).update(is_active=False)
    boss = signed_in(common.user("administrator", common.department("Other")))
    assert "Big ones" in labels(boss)
    assert boss.post(f"/views/{view.pk}/delete/").status_code == 303


def test_a_view_by_a_field_one_may_not_read_says_so(seller: User) -> None:
    boss = common.user("administrator", seller.department)
    view = make(signed_in(boss), reach="company")
    Permission.objects.filter(role=Role.objects.get(slug="manager"), type="deals.deal", action="view").update(
        except_fields=["amount"]
    )
    common.tag().save()
    pair(seller)
    for page in ("/deals/", "/deals/board/", "/deals/totals/", "/deals/print/"):
        answer = signed_in(seller).get(f"{page}?view={view.pk}")
        assert answer.status_code == 403
        assert "Big ones" in answer.content.decode()


def test_pinned_views_stand_in_the_side_bar_in_the_persons_order(seller: User) -> None:
    client = signed_in(seller)
    view = make(client)
    assert client.post("/views/deals.deal/pin/?view=overdue").status_code == 303
    assert client.post(f"/views/deals.deal/pin/?view={view.pk}").status_code == 303
    client.post(f"/views/deals.deal/pin/?view={view.pk}")
    assert ViewPin.objects.count() == 2

    def pinned() -> list[str]:
        return [str(item["label"]) for item in client.get("/companies/").context["chrome"]["pinned"]]

    assert pinned() == ["Overdue", "Big ones"]
    client.post("/views/order/", {"order": [f"deals.deal:{view.pk}", "deals.deal:overdue"]})
    assert pinned() == ["Big ones", "Overdue"]
    assert client.get("/views/").status_code == 200
    client.post("/views/deals.deal/unpin/?view=overdue")
    services.delete_view(view, by=seller)
    assert pinned() == []
    assert client.post("/views/deals.deal/pin/?view=nothing").status_code == 400


def test_the_list_opens_as_it_was_left_and_the_address_wins(seller: User) -> None:
    client = signed_in(seller)
    left = "view=overdue&q=pump&sort=next"
    answer = client.get(f"/deals/?{left}")
    keep_url = answer.context["saving"]["keep_url"]
    assert client.post(keep_url).status_code == 204
    assert client.get(f"/deals/?{left}").context["saving"]["keep_url"] == "", "what is kept is not sent again"
    assert client.get("/deals/").url == f"/deals/?{left}"
    assert client.get("/deals/?all=1").status_code == 200
    assert signed_in(common.user("manager", seller.department)).get("/deals/").status_code == 200
    assert client.get("/deals/?view=my-open").context["filters"]["sort"]["label"] == "next step first", (
        "the order stays"
    )
    assert client.get("/deals/board/").status_code == 200, "who asks for the board gets the board"
    client.post("/views/deals.deal/keep/?all=1&layout=board")
    assert client.get("/deals/").url == "/deals/board/?all=1"


def test_what_can_no_longer_be_asked_does_not_bar_the_list(seller: User) -> None:
    ListPreference.objects.create(user=seller, type="deals.deal", state={"last": "f=gone.is:1", "sort": "gone"})
    assert signed_in(seller).get("/deals/").status_code == 200


def test_the_rows_behind_a_figure_are_not_kept(seller: User) -> None:
    boss = common.user("administrator", seller.department)
    deals.deal(boss)
    page = signed_in(boss).get("/reports/").content.decode()
    figure = html.unescape(next(url for url in re.findall(r'href="(/deals/[^"]*)"', page) if "funnel" in url))
    answer = signed_in(boss).get(figure)
    assert shown(answer) and not answer.context["saving"]["keep_url"]
    signed_in(boss).post(f"/views/deals.deal/keep/?{figure.partition('?')[2]}")
    assert not ListPreference.objects.exists()


def test_views_pins_and_preferences_of_a_page_are_one_query(seller: User) -> None:
    client = signed_in(seller)
    pair(seller)
    before = queries(lambda: client.get("/deals/?all=1"))
    for n in range(5):
        view = make(client, name=f"View {n}", reach="company")
        client.post(f"/views/deals.deal/pin/?view={view.pk}")
    services.arrange(seller, "deals.deal", columns=["name", "amount"], sort="next")
    assert queries(lambda: client.get("/deals/?all=1&sort=newest")) <= before
