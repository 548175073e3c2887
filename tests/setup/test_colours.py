"""Colour rules are made without code: words, colour and a condition line by line, with a history people can read."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from common.people.models import User
from common.records.models import ColourRule
from tests.factories import common, deals
from tests.records.driving import signed_in

pytestmark = pytest.mark.django_db
NEW = "/settings/colours/new/?type=deals.deal"
BIG = {"f0": "amount", "p0": "amount", "o0": "gte", "v0": "50 000", "j0": "and"}
IMPORTANT = {"f1": "is_important", "p1": "is_important", "o1": "is", "v1": "1", "j1": "or"}
NAMED = {"name": "Big or important", "name_ru": "Крупная или важная", "tone": "red", "apply": "1"}


@pytest.fixture
def boss() -> User:
    return common.user("administrator", common.department())


@pytest.fixture
def client(boss: User) -> Client:
    return signed_in(boss)


def rows(client: Client) -> dict[str, str]:
    response: Any = client.get("/deals/?all=1")
    return {row["title"]: row["tone_word"] for row in response.context["table"]["rows"]}


def test_a_rule_is_made_line_by_line_and_marks_rows(boss: User, client: Client) -> None:
    for name, amount in (("Small", "10"), ("Large", "60000")):
        deals.deal(boss, name=name, amount=amount)
    assert client.post(NEW, {**NAMED, **BIG, **IMPORTANT, "nonce": "n"}).status_code == 303
    rule = ColourRule.objects.get(name="Big or important")
    assert rule.condition == {"all": [{"any": [
        {"f": "amount", "op": "gte", "v": ["50000"]}, {"f": "is_important", "op": "is", "v": ["1"]},
    ]}]}  # fmt: skip
    assert rows(client) == {"Small": "", "Large": "Big or important"}


def test_its_page_shows_the_condition_and_changing_it_is_told_in_words(client: Client) -> None:
    client.post(NEW, {**NAMED, **BIG, "nonce": "n1"})
    rule = ColourRule.objects.get(name="Big or important")
    page: Any = client.get(f"/settings/colours/{rule.pk}/")
    [line] = page.context["builder"]["lines"]
    assert (line["name"], line["op"], line["values"]) == ("amount", "gte", ["50000"])
    client.post(f"/settings/colours/{rule.pk}/", {**NAMED, **BIG, "v0": "70 000", "nonce": "n2"})
    told = client.get(f"/settings/colours/{rule.pk}/history/").content.decode()
    assert "Amount at least 50,000" in told and "Amount at least 70,000" in told


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"v0": "plenty"}, "is not a number"),
        ({"name": ""}, "This field is required"),
        ({"f0": "no", "p0": "no"}, "no such field"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(client: Client, wrong: dict[str, str], said: str) -> None:
    answer = client.post(NEW, {**NAMED, **BIG, **wrong, "nonce": "n"})
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not ColourRule.objects.filter(type="deals.deal").exists()


def test_adding_a_line_blames_nobody_and_the_sentence_is_live(client: Client) -> None:
    answer = client.post(NEW, {"name": "", "tone": "red", **BIG, "add": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "This field is required" not in answer.content.decode()
    assert answer.content.decode().count("k-builder-line") >= 2
    live = {"HX-Request": "true", "HX-Target": "k-builder-told"}
    assert "found: " in client.post(NEW, {**BIG}, headers=live).content.decode()


def test_sent_twice_it_is_one_rule(client: Client) -> None:
    for _again in range(2):
        assert client.post(NEW, {**NAMED, **BIG, "nonce": "same"}).status_code == 303
    assert ColourRule.objects.filter(name="Big or important").count() == 1


def test_a_type_that_is_none_is_not_found(client: Client) -> None:
    assert client.get("/settings/colours/new/?type=nonsense").status_code == 404
