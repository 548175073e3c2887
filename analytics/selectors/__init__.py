"""The figures of the reports. Every figure counts only what the person may see and knows the list of its rows."""

from analytics.selectors.conditions import (
    cohort_address,
    cohort_condition,
    funnel_condition,
    payment_address,
    payment_condition,
)
from analytics.selectors.funnel import FunnelReport, FunnelRow, LostReason, funnel, stuck_at
from analytics.selectors.income import IncomeMonth, IncomeReport, income

__all__ = [
    "FunnelReport", "FunnelRow", "IncomeMonth", "IncomeReport", "LostReason", "cohort_address", "cohort_condition",
    "funnel", "funnel_condition", "income", "payment_address", "payment_condition",
    "stuck_at",
]  # fmt: skip
