"""Colour rules: they mark rows and say so, only by what the person may read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common import clock
from common.organisation.selectors import company_today
from common.records.models import ColourRule
from deals.models import Deal
from tests.factories import common, deals
from tests.records.driving import signed_in

BIG = {"all": [{"f": "amount", "op": "gte", "v": ["1000"]}]}
LATE = {"all": [{"f": "next_step_on", "op": "is", "v": ["overdue"]}]}


def rule(name: str, condition: Any, tone: str = "red", **values: Any) -> ColourRule:
    return ColourRule.objects.create(name=name, type="deals.deal", condition=condition, tone=tone, **values)


@pytest.fixture
def sales(db: Any) -> list[Deal]:
    """A big deal whose step is late, and a small one."""
    common.own_company()
    manager = common.user("manager", common.department("Sales"))
    late = {"next_step": "Call", "next_step_on": company_today() - timedelta(days=40)}
    return [deals.deal(manager, amount="5000.00", **late), deals.deal(manager, amount="5.00")]


def rows_for(user: Any, **query: str) -> Any:
    answer = signed_in(user).get("/deals/", {"all": "1", **query})
    assert answer.status_code == 200
    return answer


def tones(answer: Any) -> dict[int, str]:
    return {row["pk"]: row["tone"] for row in answer.context["table"]["rows"]}


def test_a_rule_marks_its_rows_and_stands_in_the_legend(sales: list[Deal]) -> None:
    rule("Large one", BIG)
    rule("Never met", {"all": [{"f": "amount", "op": "gte", "v": ["1000000"]}]}, "green")
    answer = rows_for(sales[0].owner)
    assert tones(answer) == {sales[0].pk: "red", sales[1].pk: ""}
    assert answer.context["table"]["footer"]["legend"] == [{"word": "Large one", "tone": "red"}]
    page = answer.content.decode()
    assert page.count('class="k-tone-red"') == 1 and "Never met" not in page
    assert page.count("Large one") >= 2, "the colour has no word beside it"


def test_the_first_rule_that_fits_counts(sales: list[Deal]) -> None:
    rule("Second", BIG, "red", position=2)
    rule("First", LATE, "amber", position=1)
    assert tones(rows_for(sales[0].owner))[sales[0].pk] == "amber"


def test_an_archived_rule_and_one_of_another_type_do_not_colour(sales: list[Deal]) -> None:
    rule("Old", BIG, archived_at=clock.now())
    ColourRule.objects.create(name="Other", type="deals.payment", condition=BIG, tone="red")
    assert set(tones(rows_for(sales[0].owner)).values()) == {""}


def test_a_rule_on_a_field_one_may_not_read_neither_colours_nor_tells(sales: list[Deal]) -> None:
    rule("Step is late", LATE, position=1)
    rule("Late or large", {"any": [*LATE["all"], *BIG["all"]]}, "blue", position=2)
    rule("Plain large", BIG, "green", position=3)
    accountant = common.user("accountant")
    assert tones(rows_for(sales[0].owner))[sales[0].pk] == "red"
    answer = rows_for(accountant)
    assert tones(answer) == {sales[0].pk: "green", sales[1].pk: ""}
    page = answer.content.decode()
    assert "Step is late" not in page and "Late or large" not in page


def test_a_field_one_may_not_read_neither_filters_nor_orders(sales: list[Deal]) -> None:
    client = signed_in(common.user("accountant"))
    for query in ("f=next_step_on.is:overdue", "sort=next"):
        assert client.get(f"/deals/?all=1&{query}").status_code == 400, query
    assert "sort=next" not in client.get("/deals/?all=1").content.decode()
    assert signed_in(sales[0].owner).get("/deals/?all=1&sort=next").status_code == 200


@pytest.mark.parametrize(
    "condition", [{}, {"all": []}, {"any": []}, {"all": "x"}, {"f": "amount", "op": "no", "v": []}, {"f": 1}, [1], "x"]
)
def test_a_rule_that_cannot_be_read_is_passed_over(sales: list[Deal], condition: Any) -> None:
    rule("Broken", condition)
    rule("Large one", BIG, position=5)
    assert tones(rows_for(sales[0].owner))[sales[0].pk] == "red"
    assert tones(rows_for(sales[0].owner))[sales[1].pk] == ""
