from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from common import clock
from deals import selectors, services
from deals.models import Outcome, Pipeline, Stage
from tests.deals.conftest import Sales
from tests.factories import common, deals


def test_a_new_pipeline_can_be_used_at_once(sales: Sales) -> None:
    pipeline = Pipeline.objects.create(name="Service")
    with pytest.raises(ValidationError):
        pipeline.full_clean()
    services.complete_pipeline(pipeline, by=common.user("administrator"))
    assert {stage.outcome for stage in selectors.stages_of(pipeline)} == set(Outcome.values)
    pipeline.full_clean()
    assert deals.deal(sales.manager, pipeline=pipeline).stage.name == "New"


def test_a_pipeline_keeps_a_way_to_win_and_to_lose(sales: Sales) -> None:
    won = sales.stage("Won")
    won.outcome = Outcome.OPEN
    with pytest.raises(ValidationError):
        won.full_clean()
    lost = sales.stage("Lost")
    lost.archived_at = clock.now()
    with pytest.raises(ValidationError):
        lost.full_clean()
    Stage.objects.create(pipeline=sales.pipeline, name="Cancelled", outcome=Outcome.LOST, position=95)
    lost.full_clean()
    Stage.objects.filter(pipeline=sales.pipeline, outcome=Outcome.LOST).delete()
    with pytest.raises(ValidationError):
        sales.pipeline.full_clean()


def test_a_stage_in_use_keeps_its_pipeline_and_meaning(sales: Sales) -> None:
    services.move_to_stage(sales.deal, stage=sales.stage("Proposal"), by=sales.manager)
    for name in ("New", "Proposal"):
        stage = sales.stage(name)
        stage.outcome = Outcome.LOST
        with pytest.raises(ValidationError):
            stage.full_clean()
    stage = sales.stage("New")
    stage.pipeline = deals.pipeline(is_default=False)
    with pytest.raises(ValidationError):
        stage.full_clean()
    unused = sales.stage("Qualified")
    unused.outcome = Outcome.LOST
    unused.full_clean()


def test_a_stage_with_open_deals_is_not_archived(sales: Sales) -> None:
    stage = sales.stage("New")
    stage.archived_at = clock.now()
    with pytest.raises(ValidationError):
        stage.full_clean()
    services.move_to_stage(sales.deal, stage=sales.stage("Proposal"), by=sales.manager)
    stage.full_clean()


def test_a_used_closing_reason_keeps_its_meaning(sales: Sales) -> None:
    reason = deals.reason(Outcome.LOST)
    reason.outcome = Outcome.WON
    reason.full_clean()
    reason.outcome = Outcome.LOST
    services.close_deal(sales.deal, reason=reason, by=sales.manager)
    reason.outcome = Outcome.WON
    with pytest.raises(ValidationError):
        reason.full_clean()
