"""What the forms of deals offer."""

from __future__ import annotations

from django.db.models import F, QuerySet

from deals.models import ClosingReason, Deal, Outcome, Pipeline, Stage


def reasons_in_use(outcome: str = "") -> QuerySet[ClosingReason]:
    """The closing reasons one may choose, won first; of one outcome where it is given."""
    rows: QuerySet[ClosingReason] = ClosingReason.objects.in_use()
    if outcome in (Outcome.WON, Outcome.LOST):
        rows = rows.filter(outcome=outcome)
    return rows.order_by(F("outcome").desc(), "position", "name")


def open_stages(deal: Deal) -> QuerySet[Stage]:
    """The open stages of a deal's pipeline."""
    rows: QuerySet[Stage] = Stage.objects.in_use().filter(pipeline=deal.pipeline_id, outcome=Outcome.OPEN)
    return rows


def other_pipelines(deal: Deal) -> QuerySet[Pipeline]:
    """The pipelines a deal could move to."""
    rows: QuerySet[Pipeline] = Pipeline.objects.in_use().exclude(pk=deal.pipeline_id)
    return rows


def stages_in_use() -> QuerySet[Stage]:
    """The stages of all pipelines that are in use."""
    rows: QuerySet[Stage] = Stage.objects.in_use().filter(pipeline__archived_at=None).select_related("pipeline")
    return rows
