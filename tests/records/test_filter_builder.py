"""The page that builds a filter: lines, groups, what was typed, what is wrong, the sentence and the count."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from common.people.models import User
from common.policy.models import Permission, Role
from common.records.fieldkinds.periods import RELATIVE_DAYS, span
from tests.factories import common, crm, deals
from tests.records.driving import signed_in
from tests.records.filter_oracle import Oracle

pytestmark = pytest.mark.django_db
PAGE = "/deals/filter/"
TOLD = {"HX-Request": "true", "HX-Target": "k-builder-told"}


@pytest.fixture
def seller() -> User:
    common.own_company()
    common.currency()
    deals.pipeline()
    return common.user("manager", common.department("Sales"))


@pytest.fixture
def client(seller: User) -> Client:
    return signed_in(seller)


def line(at: int, name: str, op: str, *values: str, join: str = "and", before: str | None = None) -> dict[str, Any]:
    """What a line of the page sends."""
    return {f"f{at}": name, f"p{at}": before or name, f"o{at}": op, f"v{at}": list(values), f"j{at}": join}


def lines(answer: Any) -> list[Any]:
    return list(answer.context["builder"]["lines"])


def asked(answer: Any) -> dict[str, list[str]]:
    """The conditions of the address that applying leads to."""
    assert answer.status_code == 303, [found["error"] for found in lines(answer)]
    return parse_qs(urlsplit(answer.url).query)


def test_lines_joined_by_or_become_a_group(client: Client) -> None:
    data = {
        **line(0, "state", "is", "open"), **line(1, "amount", "gte", "5 000"),
        **line(2, "is_important", "is", "1", join="or"), **line(3, "created_at", "in", "this-week"),
    }  # fmt: skip
    answer = client.post(f"{PAGE}?view=my-open&sort=next", {**data, "apply": "1"})
    query = asked(answer)
    assert query["f"] == ["state.is:open", "created_at.in:this-week"]
    assert query["any"] == ["1.amount.gte:5000", "1.is_important.is:1"]
    assert (query["view"], query["sort"]) == (["my-open"], ["next"])
    shown = lines(client.get(f"{PAGE}{answer.url[len('/deals/') :]}"))
    assert [(found["name"], found["join"]) for found in shown] == [
        ("state", "and"), ("created_at", "and"), ("amount", "and"), ("is_important", "or"),
    ]  # fmt: skip


def test_values_are_taken_as_people_write_them(client: Client) -> None:
    data = {
        **line(0, "amount", "between", "1.000,50 €", "2000"),
        **line(1, "expected_close", "between", "1.2.2026", "15.03.2026"),
        **line(2, "next_step_on", "is", "2026-03-01"), **line(3, "created_at", "older", "30"),
    }  # fmt: skip
    assert asked(client.post(PAGE, {**data, "apply": "1"}))["f"] == [
        "amount.between:1000.50,2000", "expected_close.between:2026-02-01,2026-03-15", "next_step_on.is:2026-03-01",
        "created_at.older:30",
    ]  # fmt: skip


def test_adding_and_removing_lines_keeps_what_was_typed(client: Client) -> None:
    data = {**line(0, "amount", "gte", "not a number"), **line(3, "state", "is", "won")}
    more = lines(client.post(PAGE, {**data, "add": "1"}))
    assert [(found["at"], found["name"], found["values"], found["error"]) for found in more] == [
        (0, "amount", ["not a number"], ""), (3, "state", ["won"], ""), (4, "", [""], ""),
    ]  # fmt: skip
    fewer = lines(client.post(PAGE, {**data, "away": "0"}))
    assert [found["name"] for found in fewer] == ["state"]


def test_what_is_wrong_is_said_at_its_line_and_nothing_is_lost(client: Client) -> None:
    data = {
        **line(0, "amount", "gte", "much"), **line(1, "expected_close", "is", "31.02.2026"),
        **line(2, "stage", "in"), **line(3, "state", "is", "won"), **line(4, "created_at", "last", "many"),
        **line(5, "secret", "is", "1"),
    }  # fmt: skip
    answer = client.post(PAGE, {**data, "apply": "1"})
    assert answer.status_code == 422
    errors = [found["error"] for found in lines(answer)]
    assert [bool(text) for text in errors] == [True, True, True, False, True, True]
    assert "“much” is not a number." in errors[0]
    page = answer.content.decode()
    assert all(f'value="{typed}"' in page for typed in ("much", "31.02.2026", "many"))


def test_another_field_begins_anew(client: Client) -> None:
    data = line(0, "department", "in", "1", before="stage")
    [found] = lines(client.post(PAGE, data, headers={"HX-Request": "true", "HX-Target": "k-builder"}))
    assert (found["op"], [value for value, _label, chosen in found["choices"] if chosen]) == ("in", [])


def test_the_sentence_and_the_count_stand_before_apply(client: Client, seller: User) -> None:
    deals.deal(seller, amount="9000.00")
    deals.deal(seller, amount="10.00")
    deals.deal(common.user("manager", common.department("Other")), amount="9000.00")
    data = {
        **line(0, "amount", "gte", "5000"),
        **line(1, "is_important", "is", "1", join="or"),
        **line(2, "stage", "in"),
    }
    answer = client.post(PAGE, data, headers=TOLD)
    told = " ".join(answer.content.decode().split())
    assert "Deals: (Amount at least 5,000 or Important is yes) · <b" in told
    assert ">found: 1</b>" in told
    assert "<html" not in told and "<form" not in told
    whole = client.get(f"{PAGE}?f=amount.gte:5000")
    assert "Amount at least 5,000" in whole.context["builder"]["told"]["sentence"]
    assert whole.context["builder"]["told"]["count"] == "1"


def test_fields_of_what_a_deal_leads_to_are_offered_as_far_as_they_may_be_read(client: Client, seller: User) -> None:
    def offered() -> set[str]:
        return {key for _group, names in client.get(PAGE).context["builder"]["fields"] for key, _label in names}

    assert {"company__industries", "company__country", "contact__job_title", "amount"} <= offered()
    assert not {"company__deals", "company__name_key"} & offered()
    Permission.objects.filter(role=Role.objects.get(slug="manager"), type="crm.company", action="view").update(
        except_fields=["industries"]
    )
    common.tag().save()
    assert "company__industries" not in offered()
    assert client.get("/deals/?f=company__industries.in:1").status_code == 400
    Permission.objects.filter(role=Role.objects.get(slug="manager"), type="crm.company").delete()
    common.tag().save()
    assert not {key for key in offered() if key.startswith("company__")}


def test_a_typed_name_is_found_without_scripts(client: Client, seller: User) -> None:
    company = crm.company("Hansa Chemie", owner=seller)
    sent = {**line(0, "company", "in"), "v0__text": "hansa chemie", "apply": "1"}
    assert asked(client.post(PAGE, sent))["f"] == [f"company.in:{company.pk}"]
    wrong = client.post(PAGE, {**sent, "v0__text": "Nobody"})
    assert wrong.status_code == 422 and "“Nobody” was not chosen" in lines(wrong)[0]["error"]
    assert 'value="Nobody"' in wrong.content.decode()


def test_no_condition_is_everything(client: Client) -> None:
    assert asked(client.post(f"{PAGE}?view=my-open", {"f0": "", "apply": "1"})) == {"view": ["my-open"], "all": ["1"]}


def test_a_filter_that_fits_no_address_is_refused(client: Client) -> None:
    data = {**line(0, "contact__job_title", "has", "щ" * 700), **line(1, "amount", "set"), "apply": "1"}
    answer = client.post(PAGE, data)
    assert answer.status_code == 422 and "too long" in lines(answer)[-1]["error"]


def test_the_board_gets_its_filter_back(client: Client) -> None:
    answer = client.post(f"{PAGE}?all=1&layout=board", {**line(0, "amount", "gte", "5"), "apply": "1"})
    assert answer.url.startswith("/deals/board/?f=amount.gte:5")


def test_every_period_is_what_the_calendar_says(seller: User) -> None:
    words = [word for word in RELATIVE_DAYS if word not in ("next7", "last-half-year")]
    for step in range(0, 740, 3):
        today = date(2026, 1, 1) + timedelta(days=step)
        oracle = Oracle(seller, today)
        assert {word: span(word, today) for word in words} == {word: oracle.period(word) for word in words}
