"""Which columns a list shows, in which order, and what that costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.people.models import User
from common.policy.models import Permission, Role
from common.records import columns, registry
from tests.factories import common, crm, deals
from tests.records.driving import export, exported, queries, shown, signed_in, viewer_of
from tests.records.suite import MOST_QUERIES

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller() -> User:
    common.own_company()
    common.currency()
    deals.pipeline()
    return common.user("manager", common.department("Sales"))


def heads(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content[:400]
    return [column["key"] for column in answer.context["table"]["columns"]]


def cell_text(answer: Any, at: int) -> str:
    """The HTML of a cell of the first row."""
    return str(answer.context["table"]["rows"][0]["cells"]).split("<td")[at + 1]


def test_the_address_chooses_columns_and_their_order(seller: User) -> None:
    deals.deal(seller, amount="120.00", description="Two lines\nof text", tags=[common.tag()])
    answer = signed_in(seller).get("/deals/", {"all": "1", "cols": "amount,name,tags,description,department"})
    assert heads(answer) == ["amount", "name", "tags", "description", "department"]
    assert "Tag " in cell_text(answer, 2)
    assert "Two lines of text" in cell_text(answer, 3)
    assert "Sales" in cell_text(answer, 4)


def test_what_names_the_row_stays_and_unknown_columns_are_refused(seller: User) -> None:
    client = signed_in(seller)
    assert heads(client.get("/deals/?all=1&cols=amount")) == ["name", "amount"]
    assert heads(client.get("/deals/?all=1&cols=amount&cols=name")) == ["amount", "name"]
    assert client.get("/deals/?all=1&cols=password").status_code == 400


def test_columns_are_kept_per_person_and_type(seller: User) -> None:
    client, other = signed_in(seller), signed_in(common.user("manager", seller.department))
    declared = heads(client.get("/deals/?all=1"))
    answer = client.post("/views/deals.deal/columns/", {"cols": ["name", "probability"], "next": "/deals/?all=1"})
    assert (answer.status_code, answer.url) == (303, "/deals/?all=1")
    assert heads(client.get("/deals/?all=1")) == ["name", "probability"]
    assert heads(other.get("/deals/?all=1")) == declared
    assert "email" in heads(client.get("/companies/?all=1"))
    client.post("/views/deals.deal/columns/", {"reset": "1"})
    assert heads(client.get("/deals/?all=1")) == declared


def test_widths_are_kept_within_bounds_and_forgotten(seller: User) -> None:
    client = signed_in(seller)
    assert (
        client.post("/views/deals.deal/widths/", {"name": "300", "amount": "9000", "nothing": "5"}).status_code == 204
    )
    found = {c["key"]: c["width"] for c in client.get("/deals/").context["table"]["columns"] if c["width"]}
    assert found == {"name": 300, "amount": columns.WIDEST}
    client.post("/views/deals.deal/widths/", {"name": ""})
    found = {c["key"]: c["width"] for c in client.get("/deals/").context["table"]["columns"] if c["width"]}
    assert found == {"amount": columns.WIDEST}


def test_a_column_one_may_not_read_is_not_offered_and_stays_away(seller: User) -> None:
    deals.deal(seller, amount="777.00")
    Permission.objects.filter(role=Role.objects.get(slug="manager"), type="deals.deal", action="view").update(
        except_fields=["amount"]
    )
    common.tag().save()
    client = signed_in(seller)
    answer = client.get("/deals/?all=1&cols=name,amount,company")
    assert heads(answer) == ["name", "company"]
    assert "777" not in answer.content.decode()
    assert "amount" not in {choice["key"] for choice in answer.context["columns"]["choices"]}


@pytest.mark.parametrize("key", ["deals.deal", "crm.company", "crm.contact", "requests_app.request", "deals.payment"])
def test_all_columns_together_keep_the_budget(seller: User, key: str) -> None:
    kind = registry.get(key)
    boss = common.user("administrator", seller.department)
    every = ",".join(columns.offered(kind, viewer_of(boss)))
    client = signed_in(boss)
    counts = []
    for more in (2, 20):
        for _n in range(more):
            of = deals.deal(boss, tags=[common.tag()], coowners=[common.user("manager")], assignees=[seller])
            deals.payment(of)
            crm.contact(owner=boss, company=of.company, tags=[common.tag()])
        counts.append(queries(lambda: client.get(kind.url("list"), {"all": "1", "cols": every})))
    assert counts[0] == counts[1]
    assert counts[1] <= MOST_QUERIES["list"], counts


def test_only_what_is_shown_is_joined(seller: User) -> None:
    deals.deal(seller)
    client = signed_in(seller)

    def joined(cols: str) -> bool:
        with CaptureQueriesContext(connection) as captured:
            assert shown(client.get("/deals/", {"all": "1", "cols": cols}))
        return any('JOIN "crm_company"' in entry["sql"] for entry in captured)

    assert joined("name,company")
    assert not joined("name,amount")


def test_the_footer_sums_chosen_numbers_over_the_whole_filter(seller: User) -> None:
    first = deals.deal(seller)
    for number in ("2.5", "0.125"):
        deals.line(first, quantity=Decimal(number))
    answer = signed_in(seller).get("/lines/totals/?cols=name,quantity")
    assert {"label": "Quantity", "value": "2.625"} in answer.context["totals"]["sums"]


def test_an_export_has_the_columns_of_the_list_or_all(seller: User) -> None:
    boss = signed_in(common.user("administrator", seller.department))
    deals.deal(seller, name="Valves", amount="120.50", next_step="Call")
    query = {"all": "1", "cols": "name,amount,next_step,owner"}
    answer = boss.post("/deals/export/", {"format": "csv", "columns": "shown"}, query_params=query)
    [row] = exported(answer)
    assert row[1:] == ["Valves", "120.50", "Call", str(seller)]
    [whole] = exported(export(boss, "/deals/export/", query))
    assert len(whole) > len(row) and whole[-1] == str(seller)
