"""Deals that come from elsewhere at the stage they have there."""

from __future__ import annotations

from common.changes.services import Actor
from deals import errors, selectors, services
from deals.models import Deal, Stage


def bring_to_stage(deal: Deal, *, stage: Stage, by: Actor) -> Deal:
    """Bring a deal to a stage of any pipeline by the operations a person would use: move, close, reopen.

    A stage of won or lost deals closes it by the first reason of that outcome. Raises what these raise, and
    `ReasonMissing` where no reason of the outcome is in use.
    """
    if stage.pk == deal.stage_id:
        return deal
    if deal.closed_on is not None:
        deal = services.reopen_deal(deal, by=by)
    if not stage.is_open:
        return _close(deal, stage, by)
    if stage.pipeline_id != deal.pipeline_id:
        return services.change_pipeline(deal, pipeline=stage.pipeline, stage=stage, by=by)
    return services.move_to_stage(deal, stage=stage, by=by)


def _close(deal: Deal, stage: Stage, by: Actor) -> Deal:
    if stage.pipeline_id != deal.pipeline_id:
        deal = services.change_pipeline(deal, pipeline=stage.pipeline, by=by)
    reason = selectors.reasons_in_use(stage.outcome).first()
    if reason is None:
        raise errors.ReasonMissing(stage=stage)
    return services.close_deal(deal, reason=reason, by=by)
