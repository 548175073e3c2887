"""Whatever filter is asked for: the list, the export and an evaluation in Python agree on its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from common.kinds import formats
from common.people.models import User
from common.records.filtering import Condition, pairs_of
from crm.models import Company, Contact, Industry
from deals import services
from deals.models import Deal
from tests.factories import common, crm, deals
from tests.records.driving import export, exported, shown, signed_in
from tests.records.filter_oracle import Oracle, Row, row_of

pytestmark = pytest.mark.django_db
REFERENCE = ("in", "not", "empty", "set")
TEXT = ("has", "hasnot", "is", "isnot", "starts", "empty", "set")
NUMBER = ("is", "isnot", "gte", "lte", "between", "empty", "set")
DATE = ("in", "is", "gte", "lte", "between", "last", "next", "older", "empty", "set")
PERIODS = ("today", "yesterday", "tomorrow", "overdue", *(f"{which}-{unit}" for which in ("last", "this", "next")
           for unit in ("week", "month", "quarter", "year")))  # fmt: skip
POSTS = ("", "Главный инженер", "инженер", "Buyer", "100%_head")


@dataclass
class World:
    """Some deals, who looks at them, and what they are asked by."""

    viewer: User
    client: Client
    rows: list[Row]
    oracle: Oracle
    values: dict[str, tuple[tuple[str, ...], list[str]]]


@pytest.fixture
def world() -> World:
    common.own_company("UTC")
    common.currency()
    pipeline = deals.pipeline()
    here, other = common.department("Sales"), common.department("Other")
    viewer, colleague = common.user("manager", here, time_zone="UTC"), common.user("manager", here)
    stranger = common.user("manager", other)
    industries = [Industry.objects.create(name=f"Industry {n}") for n in range(3)]
    tags, countries = [common.tag() for _n in range(3)], [common.country("DE"), common.country("FR")]
    reason = deals.reason()
    made, today = [], formats.viewer_today()
    for n in range(24):
        owner = (viewer, colleague, stranger)[n % 3]
        company = crm.company(
            owner=stranger if n % 5 == 0 else owner, country=(*countries, None)[n % 3],
            industries=industries[: n % 4],
        )  # fmt: skip
        person = crm.contact(owner=stranger if n % 7 == 0 else owner, job_title=POSTS[n % 5], company=company)
        deal = deals.deal(
            owner, company=company, contact=person, amount=(None, "5.00", "10.00", "10.50", "9000.00")[n % 5],
            expected_close=None if n % 4 == 0 else today + (n * 37 % 400 - 200) * timedelta(days=1),
            is_important=n % 2 == 0, tags=tags[: n % 3],
        )  # fmt: skip
        if n % 6 == 5:
            services.close_deal(deal, reason=reason, amount=deal.amount, on=today, by=common.SETUP)
        made.append(deal.pk)
    seen = set(Deal.objects.for_user(viewer).values_list("pk", flat=True))
    known = {pk for model in (Company, Contact) for pk in model.objects.for_user(viewer).values_list("pk", flat=True)}
    assert known != {pk for model in (Company, Contact) for pk in model.objects.values_list("pk", flat=True)}
    whole = Deal.objects.filter(pk__in=seen & set(made)).select_related(
        "company", "contact", "closing_reason", "record"
    )
    rows = [row_of(deal, known) for deal in whole]
    people = ["me", "my-department", f"d{here.pk}", f"d{other.pk}", str(colleague.pk), str(stranger.pk)]
    days = [str(today + step * timedelta(days=1)) for step in (-200, -31, -1, 0, 1, 45)]
    values: dict[str, tuple[tuple[str, ...], list[str]]] = {
        "state": (("is",), ["open", "won", "lost"]), "is_important": (("is",), ["0", "1"]),
        "amount": (NUMBER, ["5", "10", "10.5", "8999.99", "-3"]), "created_at": (DATE, days),
        "expected_close": (DATE, days),
        "stage": (REFERENCE, [str(stage.pk) for stage in pipeline.stages.all()]),
        "closing_reason": (REFERENCE, [str(reason.pk)]), "tags": (REFERENCE, [str(tag.pk) for tag in tags]),
        "owner": (REFERENCE, people), "department": (REFERENCE, ["my-department", str(here.pk), str(other.pk)]),
        "company__country": (REFERENCE, [str(row.pk) for row in countries]),
        "company__industries": (REFERENCE, [str(row.pk) for row in industries]),
        "contact__job_title": (TEXT, ["инженер", "ГЛАВНЫЙ ИНЖЕНЕР", "Гл", "buyer", "%", "_"]),
    }  # fmt: skip
    return World(viewer, signed_in(viewer), rows, Oracle(viewer, today), values)


def condition(world: World, draw: Any, group: str) -> Condition:
    """A condition that can be asked."""
    name = draw(st.sampled_from(sorted(world.values)))
    ops, values = world.values[name]
    op = draw(st.sampled_from(ops))
    if op in ("empty", "set"):
        return Condition(name, op, (), group)
    if op in ("last", "next", "older"):
        return Condition(name, op, (str(draw(st.integers(0, 300))),), group)
    if op == "in" and ops == DATE:
        return Condition(name, op, (draw(st.sampled_from(PERIODS)),), group)
    several = 2 if op == "between" else 1 if ops in (TEXT, NUMBER, DATE) or name == "is_important" else 3
    least = 2 if op == "between" else 1
    return Condition(name, op, tuple(draw(st.lists(st.sampled_from(values), min_size=least, max_size=several))), group)


@given(st.data())
def test_list_export_and_evaluation_agree(world: World, data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    conditions = [
        condition(world, data.draw, str(at) if size > 1 else "") for at, size in enumerate(sizes) for _n in range(size)
    ]
    query = urlencode(pairs_of(conditions))
    expected = {row.pk for row in world.rows if world.oracle.holds(row, conditions)}
    assert set(shown(world.client.get(f"/deals/?{query}"))) == expected, query
    taken = exported(export(signed_in(world.viewer), f"/deals/export/?{query}")) if data.draw(st.booleans()) else None
    if taken is not None:
        numbers = Deal.objects.filter(pk__in=expected).values_list("number", flat=True)
        assert sorted(row[0] for row in taken) == sorted(f"D-{number}" for number in numbers), query
