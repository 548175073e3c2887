"""Pipelines and their stages, deals, and the parts of deals."""

from deals.models.deal import Deal, DealQuerySet, DealValues, StageTransition
from deals.models.parts import Certainty, DealLine, DealLineValues, Payment
from deals.models.pipelines import ClosingReason, Outcome, Pipeline, Stage

__all__ = [
    "Certainty", "ClosingReason", "Deal", "DealLine", "DealLineValues", "DealQuerySet", "DealValues", "Outcome",
    "Payment", "Pipeline", "Stage", "StageTransition",
]  # fmt: skip
