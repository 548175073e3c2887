from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from common import clock
from common.changes import services as changes
from common.changes.errors import Conflict, FieldForbidden
from common.events.models import Event
from common.kinds.errors import Forbidden
from common.organisation.selectors import company_today
from deals import errors, services
from tests.deals.conftest import Sales
from tests.factories import common


def test_a_step_is_planned_done_and_followed_by_another(sales: Sales) -> None:
    today = company_today()
    services.set_next_step(sales.deal, text=" Call ", on=today, by=sales.manager)
    assert (sales.fresh().next_step, sales.fresh().next_step_on) == ("Call", today)
    later = today + timedelta(days=2)
    deal = services.finish_next_step(sales.deal, then_text="Offer", then_on=later, by=sales.manager)
    assert (deal.next_step, deal.next_step_on) == ("Offer", later)
    done = Event.objects.get(subject=deal.pk, kind="deal.step_done")
    assert (done.data["_done"], done.data["_due"]) == ("Call", today.isoformat())
    deal = services.finish_next_step(deal, by=sales.manager)
    assert (deal.next_step, deal.next_step_on) == ("", None)
    with pytest.raises(errors.NoNextStep):
        services.finish_next_step(deal, by=sales.manager)


def test_nobody_plans_for_a_day_that_is_over_but_an_old_plan_may_stay(sales: Sales) -> None:
    yesterday = company_today() - timedelta(days=1)
    with pytest.raises(errors.NextStepInThePast) as refusal:
        services.set_next_step(sales.deal, text="Call", on=yesterday, by=sales.manager)
    assert refusal.value.field == "next_step_on"
    with pytest.raises(errors.NextStepInThePast):
        changes.edit(sales.deal, {"next_step": "Call", "next_step_on": yesterday}, by=sales.manager)
    with clock.stopped(clock.now() - timedelta(days=2)):
        services.set_next_step(sales.deal, text="Call", on=yesterday, by=sales.manager)
    deal = services.set_next_step(sales.deal, text="Call again", on=yesterday, by=sales.manager)
    assert deal.next_step == "Call again"


def test_today_is_the_persons_own(sales: Sales) -> None:
    sales.manager.time_zone = "Pacific/Kiritimati"
    sales.manager.save()
    with clock.stopped(datetime(2026, 5, 4, 20, tzinfo=UTC)), pytest.raises(errors.NextStepInThePast):
        services.set_next_step(sales.deal, text="Call", on=datetime(2026, 5, 4).date(), by=sales.manager)


def test_two_people_finishing_the_same_step_are_told(sales: Sales) -> None:
    deal = services.set_next_step(sales.deal, text="Call", on=company_today(), by=sales.manager)
    services.finish_next_step(
        deal, then_text="Offer", then_on=company_today(), by=sales.manager, base_version=deal.version
    )
    with pytest.raises(Conflict):
        services.finish_next_step(
            deal, then_text="Visit", then_on=company_today(), by=sales.manager, base_version=deal.version
        )
    assert sales.fresh().next_step == "Offer"


def test_an_executive_plans_steps_and_marks_importance_and_nothing_else(sales: Sales) -> None:
    executive = common.user("executive")
    services.set_next_step(sales.deal, text="Report to me", on=company_today(), by=executive)
    assert services.toggle_important(sales.deal, by=executive).is_important
    assert not services.toggle_important(sales.deal, by=executive).is_important
    with pytest.raises(FieldForbidden):
        changes.edit(sales.deal, {"name": "Mine"}, by=executive)
    with pytest.raises(Forbidden):
        services.set_next_step(
            sales.deal, text="x", on=company_today(), by=common.user("operator", sales.manager.department)
        )
