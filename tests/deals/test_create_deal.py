from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from common.changes.errors import ForeignRecord
from common.events.models import Event
from common.kinds.errors import Forbidden
from common.numbering import tickets
from deals import errors, services
from deals.models import Deal, Pipeline, Stage, StageTransition
from tests.factories import common, crm, deals

pytestmark = pytest.mark.django_db


def test_a_new_deal_stands_at_the_first_stage_of_its_departments_pipeline() -> None:
    common.currency()
    deals.pipeline()
    equipment = common.department("Equipment", currency=common.currency("USD"))
    own = deals.pipeline(equipment)
    manager = common.user(department=equipment)
    deal = services.create_deal(name="Valves", company=crm.company(owner=manager), by=manager)
    assert (deal.pipeline, deal.stage.name, deal.currency.code) == (own, "New", "USD")
    assert (deal.owner, deal.department, deal.amount_base) == (manager, equipment, None)
    assert tickets.is_ticket(deal.ticket)
    assert Event.objects.filter(subject=deal.pk, kind="deal.created", actor=manager).count() == 1
    stay = StageTransition.objects.get(deal=deal)
    assert (stay.stage, stay.left_at, stay.current) == (deal.stage, None, True)


def test_without_its_own_the_department_uses_the_common_pipeline_and_the_base_currency() -> None:
    common.currency()
    shared = deals.pipeline()
    deals.pipeline(common.department("Other"))
    manager = common.user(department=common.department())
    deal = services.create_deal(name="Valves", company=crm.company(owner=manager), by=manager)
    assert (deal.pipeline, deal.currency.code) == (shared, "EUR")


def test_a_deal_cannot_start_won_or_at_a_stage_of_another_pipeline() -> None:
    common.currency()
    one, other = deals.pipeline(), deals.pipeline(is_default=False)
    manager = common.user(department=common.department())
    given = {"name": "Valves", "company": crm.company(owner=manager), "by": manager}
    with pytest.raises(errors.ClosingNeedsReason):
        services.create_deal(stage=deals.stage(one, "Won"), **given)
    with pytest.raises(errors.StageOfAnotherPipeline):
        services.create_deal(pipeline=one, stage=deals.stage(other, "New"), **given)
    assert not Deal.objects.exists()


def test_no_pipeline_and_an_incomplete_one_are_refused_in_words() -> None:
    common.currency()
    manager = common.user(department=common.department())
    given = {"name": "Valves", "company": crm.company(owner=manager), "by": manager}
    with pytest.raises(errors.NoPipeline):
        services.create_deal(**given)
    row = Pipeline.objects.create(name="Half", is_default=True)
    Stage.objects.create(pipeline=row, name="New")
    with pytest.raises(errors.PipelineIncomplete, match="Half"):
        services.create_deal(**given)


def test_a_deal_needs_a_counterparty_its_maker_can_see() -> None:
    common.currency()
    deals.pipeline()
    manager = common.user(department=common.department())
    with pytest.raises(ValidationError):
        services.create_deal(name="Valves", by=manager)
    with pytest.raises(ForeignRecord):
        services.create_deal(
            name="Valves", company=crm.company(department=common.department("Other")), by=manager
        )
    assert not Deal.objects.exists()


def test_an_operator_and_an_executive_create_no_deals() -> None:
    common.currency()
    deals.pipeline()
    sales = common.department()
    for role in ("operator", "executive", "accountant"):
        with pytest.raises(Forbidden):
            services.create_deal(
                name="Valves", company=crm.company(department=sales), by=common.user(role, sales)
            )
