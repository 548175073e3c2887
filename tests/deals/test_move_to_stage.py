from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from common import clock
from common.changes import services as changes
from common.events.models import Event
from common.kinds.errors import Forbidden
from deals import errors, selectors, services, tracking
from deals.models import Outcome, StageTransition
from tests.deals.conftest import Sales
from tests.factories import common, deals


def test_a_deal_moves_forward_and_back_among_open_stages(sales: Sales) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with clock.stopped(start):
        deal = services.move_to_stage(sales.deal, stage=sales.stage("Proposal"), by=sales.manager)
    assert (deal.stage.name, deal.stage_since) == ("Proposal", start)
    with clock.stopped(start + timedelta(days=3, hours=5)):
        assert selectors.days_in_stage(deal) == 3
        deal = services.move_to_stage(deal, stage=sales.stage("Qualified"), by=sales.manager)
    assert deal.stage.name == "Qualified"
    stays = list(StageTransition.objects.filter(deal=deal).order_by("pk").values_list("stage__name", "left_at"))
    assert [name for name, _left in stays] == ["New", "Proposal", "Qualified"]
    assert [left is None for _name, left in stays] == [False, False, True]
    assert Event.objects.filter(subject=deal.pk, kind="deal.moved").count() == 2


def test_moving_to_the_same_stage_writes_nothing(sales: Sales) -> None:
    before = Event.objects.count()
    deal = services.move_to_stage(sales.deal, stage=sales.stage("New"), by=sales.manager)
    assert (deal.version, Event.objects.count()) == (1, before)


def test_a_deal_does_not_move_to_a_closing_foreign_or_archived_stage(sales: Sales) -> None:
    other = deals.pipeline(is_default=False)
    archived = sales.stage("Negotiation")
    archived.archived_at = clock.now()
    archived.save()
    for stage, refusal in (
        (sales.stage("Won"), errors.ClosingNeedsReason),
        (deals.stage(other, "New"), errors.StageOfAnotherPipeline),
        (archived, errors.StageArchived),
    ):
        with pytest.raises(refusal):
            services.move_to_stage(sales.deal, stage=stage, by=sales.manager)
    assert (sales.fresh().stage.name, sales.fresh().version) == ("New", 1)


def test_a_closed_deal_does_not_move(sales: Sales) -> None:
    services.close_deal(sales.deal, reason=deals.reason(), by=sales.manager)
    with pytest.raises(errors.DealAlreadyClosed):
        services.move_to_stage(sales.deal, stage=sales.stage("Proposal"), by=sales.manager)
    with pytest.raises(errors.DealAlreadyClosed):
        services.change_pipeline(sales.deal, pipeline=deals.pipeline(is_default=False), by=sales.manager)


def test_a_colleague_sees_the_deal_but_does_not_move_it(sales: Sales) -> None:
    colleague = common.user(department=sales.manager.department)
    with pytest.raises(Forbidden):
        services.move_to_stage(sales.deal, stage=sales.stage("Proposal"), by=colleague)
    head = common.user("head", sales.manager.department)
    assert services.move_to_stage(sales.deal, stage=sales.stage("Proposal"), by=head).stage.name == "Proposal"


def test_in_another_pipeline_the_way_starts_anew(sales: Sales) -> None:
    services.move_to_stage(sales.deal, stage=sales.stage("Negotiation"), by=sales.manager)
    other = deals.pipeline(is_default=False)
    deal = services.change_pipeline(sales.deal, pipeline=other, by=sales.manager)
    assert (deal.pipeline, deal.stage) == (other, deals.stage(other, "New"))
    current = StageTransition.objects.filter(deal=deal, current=True)
    assert [stay.stage for stay in current] == [deal.stage]
    assert StageTransition.objects.filter(deal=deal, current=False).count() == 2


def test_a_plain_edit_can_neither_close_nor_reopen_a_deal(sales: Sales) -> None:
    for values in ({"stage": sales.stage("Won")}, {"closing_reason": deals.reason()}):
        with pytest.raises(ValidationError):
            changes.edit(sales.deal, values, by=sales.manager)
    closed = services.close_deal(sales.deal, reason=deals.reason(Outcome.WON), by=sales.manager)
    for values in ({"stage": sales.stage("New")}, {"amount": None}, {"closing_reason": deals.reason()}):
        with pytest.raises(ValidationError):
            changes.edit(closed, values, by=sales.manager)
    assert sales.fresh().version == closed.version


def test_transitions_are_what_the_events_tell(sales: Sales) -> None:
    services.move_to_stage(sales.deal, stage=sales.stage("Negotiation"), by=sales.manager)
    services.change_pipeline(sales.deal, pipeline=deals.pipeline(is_default=False), by=sales.manager)
    services.close_deal(sales.deal, reason=deals.reason(), by=sales.manager)
    deal = services.reopen_deal(sales.deal, by=sales.manager)
    columns = ("stage_id", "entered_at", "left_at", "by_id", "current")
    before = list(StageTransition.objects.filter(deal=deal).order_by("pk").values_list(*columns))
    tracking.rebuild_stages(deal)
    assert list(StageTransition.objects.filter(deal=deal).order_by("pk").values_list(*columns)) == before
    assert len(before) == 5


def test_the_stage_bar_tells_the_way_and_the_days(sales: Sales) -> None:
    now = clock.now()
    with clock.stopped(now + timedelta(days=2)):
        services.move_to_stage(sales.deal, stage=sales.stage("Proposal"), by=sales.manager)
    with clock.stopped(now + timedelta(days=9, minutes=1)):
        steps = [(step.stage.name, step.state, step.days) for step in selectors.stage_bar(sales.fresh())]
    assert steps == [
        ("New", "done", 2), ("Qualified", "done", None), ("Proposal", "now", 7), ("Negotiation", "ahead", None),
        ("Won", "ahead", None),
    ]  # fmt: skip
    services.close_deal(sales.deal, reason=deals.reason(), by=sales.manager)
    states = [step.state for step in selectors.stage_bar(sales.fresh())]
    assert states == ["done", "done", "done", "ahead", "lost"]
