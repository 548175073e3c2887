"""Fields a stage asks for: on the way there, in the form, and not for what was missing before."""

from __future__ import annotations

from decimal import Decimal

import pytest

from common.changes import services as changes
from common.customfields.models import FieldType
from common.people.models import User
from deals import services
from deals.errors import StageNeedsFields
from deals.models import Deal, Stage
from tests.factories import common, customfields, deals
from tests.records.driving import filled, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    common.own_company()
    common.currency()
    return common.user("manager", common.department())


@pytest.fixture
def stages(person: User) -> list[Stage]:
    """The open stages of the default pipeline; the second asks for an amount and an own field."""
    field = customfields.field("deals.deal", FieldType.TEXT, by=person, key="tender")
    found = [s for s in deals.pipeline().stages.order_by("position") if s.is_open]
    found[1].required_fields = ["amount", f"x_{field.key}"]
    found[1].save()
    return found


def test_a_deal_does_not_come_to_a_stage_without_what_it_asks_for(person: User, stages: list[Stage]) -> None:
    deal = deals.deal(owner=person, stage=stages[0], amount=None)
    with pytest.raises(StageNeedsFields, match="Amount, Own text"):
        services.move_to_stage(deal, stage=stages[1], by=person)
    changes.edit(deal, {"amount": Decimal(5), "x_tender": "T-1"}, by=person)
    assert services.move_to_stage(deal, stage=stages[1], by=person).stage == stages[1]


def test_what_a_stage_asks_for_is_not_emptied_there(person: User, stages: list[Stage]) -> None:
    deal = deals.deal(owner=person, stage=stages[0], amount=Decimal(5), x_tender="T-1")
    deal = services.move_to_stage(deal, stage=stages[1], by=person)
    with pytest.raises(StageNeedsFields):
        changes.edit(deal, {"x_tender": ""}, by=person)


def test_what_was_missing_before_blocks_no_other_change_but_the_form_asks_for_it(
    person: User, stages: list[Stage]
) -> None:
    deal = deals.deal(owner=person, stage=stages[2], amount=Decimal(5))
    stages[2].required_fields = ["x_tender"]
    stages[2].save()
    assert changes.edit(deal, {"name": "Renamed"}, by=person).name == "Renamed"
    client, url = signed_in(person), f"/deals/{deal.pk}/edit/"
    answer = client.post(url, filled(client.get(url).context["form"]))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["x_tender"]


def test_moving_by_hand_says_which_fields_are_missing(person: User, stages: list[Stage]) -> None:
    deal = deals.deal(owner=person, stage=stages[0], amount=None)
    answer = signed_in(person).post(f"/deals/{deal.pk}/move/", {"stage": stages[1].pk}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Amount" in answer.content.decode()
    assert Deal.objects.get(pk=deal.pk).stage == stages[0]


def test_an_administrator_chooses_the_fields_in_the_settings(person: User, stages: list[Stage]) -> None:
    client, url = signed_in(common.user("administrator")), f"/settings/stages/{stages[0].pk}/"
    form = client.get(url).context["sections"][0]["rows"][0]["fields"][0].form
    assert client.post(url, {**filled(form), "required_fields": ["amount", "x_tender"]}).status_code == 303
    assert Stage.objects.get(pk=stages[0].pk).required_fields == ["amount", "x_tender"]
    assert "Own text" in client.get(f"{url}history/").content.decode()
