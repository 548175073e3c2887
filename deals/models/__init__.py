"""Pipelines and their stages, deals, and the parts of deals."""

from deals.models.deal import Deal, DealQuerySet, StageTransition
from deals.models.parts import Certainty, DealLine, Payment
from deals.models.pipelines import ClosingReason, Outcome, Pipeline, Stage

__all__ = [
    "Certainty", "ClosingReason", "Deal", "DealLine", "DealQuerySet", "Outcome", "Payment", "Pipeline", "Stage",
    "StageTransition",
]  # fmt: skip
