"""What is called a duplicate, and what is not: real twins are found, people who share an address are doubted."""

from __future__ import annotations

from typing import Any

import pytest

from common.changes import services as changes
from common.duplicates import declaring, scanning
from common.duplicates.declaring import MINIMUM, SURE
from common.duplicates.models import Pair
from crm import duplicates
from tests.factories import common, crm

pytestmark = pytest.mark.django_db


def score(one: Any, other: Any) -> int:
    """How alike two records are, the same from both sides."""
    compare = duplicates.compare_companies if one._meta.model_name == "company" else duplicates.compare_people
    here, there = compare(one, other), compare(other, one)
    assert (here and here.score) == (there and there.score)
    return here.score if here else 0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"name": "Lackwerk Moers GmbH"}, {"name": "Lackwerk Moers"}, "likely"),
        ({"name": "Lackwerk Moers GmbH", "phone": "+49 2841 900100"},
         {"name": "Lackwerk Moers", "phone": "02841/900 100"}, "sure"),
        ({"name": "Ростех"}, {"name": "Rostekh"}, "likely"),
        ({"name": "Overhaul Services"}, {"name": "Overhual Services"}, "likely"),
        ({"name": "Nordvarme Energi A/S"}, {"name": "Nordvarme Mejeri A/S"}, "no"),
        ({"name": "A", "website": "https://w.example"}, {"name": "B", "website": "https://w.example"}, "likely"),
        ({"name": "A", "email": "x@gmail.com"}, {"name": "B", "email": "y@gmail.com"}, "no"),
        ({"name": "Nothing in common"}, {"name": "With this one"}, "no"),
    ],
)  # fmt: skip
def test_companies(one: dict[str, Any], other: dict[str, Any], expected: str) -> None:
    check(score(crm.company(**one), crm.company(**other, country=common.country())), expected)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"email": "P.Vogt@lack.example"}, {"email": "p.vogt@lack.example"}, "sure"),
        ({"first_name": "P.", "email": "p@lack.example"}, {"email": "p@lack.example"}, "sure"),
        ({"first_name": "Erik", "last_name": "Larsson", "email": "info@lack.example"},
         {"email": "info@lack.example"}, "doubted"),
        ({"first_name": "Иван", "last_name": "Кузнецов", "phone": "8 912 345 67 89"},
         {"first_name": "Ivan", "last_name": "Kuznetsov", "phone": "+7 912 345-67-89"}, "sure"),
        ({}, {}, "likely"),
        ({"company": "one"}, {"company": "other"}, "no"),
        ({"company": "one"}, {"company": "one"}, "likely"),
        ({"first_name": "Erik", "last_name": "Larsson"}, {}, "no"),
    ],
)  # fmt: skip
def test_people(one: dict[str, Any], other: dict[str, Any], expected: str) -> None:
    firms = {"one": crm.company("Ankerwerk"), "other": crm.company("Lackwerk")}
    rows = []
    for given in (one, other):
        values = {"first_name": "Petra", "last_name": "Vogt", **given}
        rows.append(crm.contact(**{**values, "company": firms.get(str(values.get("company")))}))
    check(score(*rows), expected)


def check(found: int, expected: str) -> None:
    """Whether a score is what it is called."""
    ways = {
        "sure": found >= SURE, "likely": MINIMUM <= found < SURE, "doubted": MINIMUM <= found <= 60,
        "no": found < MINIMUM,
    }  # fmt: skip
    assert ways[expected], found


def test_the_looking_finds_them_again_and_drops_what_is_not_alike_any_more() -> None:
    one, other = crm.company("Lackwerk Moers GmbH"), crm.company("Lackwerk Moers")
    likeness = declaring.find("crm.company")
    assert likeness is not None
    for _again in range(2):
        assert scanning.scan(likeness) >= 1
        assert Pair.objects.get().one_id == one.pk
    changes.edit(other, {"name": "Quite another"}, by=common.SETUP)
    scanning.scan(likeness)
    assert not Pair.objects.exists()


def test_what_a_crowd_shares_proposes_nobody() -> None:
    """A switchboard's number is no sign; only names that are close are compared then."""
    for n in range(duplicates.MOST_ALIKE + 1):
        crm.contact(first_name=chr(65 + n) * 6, last_name=chr(66 + n) * 6, phone="+49 2841 900100")
    likeness = declaring.find("crm.contact")
    assert likeness is not None and scanning.scan(likeness) == 0
