"""What the reports add to the lists: the conditions behind their figures, and their place in the side bar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from analytics.access import REPORT
from analytics.selectors import conditions
from common.home.context import Page, page
from common.kinds import formats
from common.records.declaring import NamedFilter
from common.records.registry import extend

KINDS = {
    "reached": _("reached"), "still": _("still open at"), "lost": _("lost at"), "passed": _("passed"), "won": _("won"),
    "now": _("now at"),
}  # fmt: skip


def _say_funnel(values: Sequence[str]) -> str:
    kind, pipeline, position = values
    stages = conditions.positions(int(pipeline)).stages
    at = int(position)
    stage = f" {stages[at - 1]}" if 0 < at <= len(stages) and kind != "won" else ""
    return f"{KINDS[kind]}{stage}"


def _say_cohort(values: Sequence[str]) -> str:
    first, last = (date.fromisoformat(value) for value in values)
    return f"{formats.full_date(first)} – {formats.full_date(last)}"


extend(
    "deals.deal",
    filters=[
        NamedFilter(
            conditions.FUNNEL,
            _("funnel"),
            lambda values, viewer: conditions.funnel_from_values(values),
            say=_say_funnel,
        ),
        NamedFilter(
            conditions.COHORT,
            _("created in the period"),
            lambda values, viewer: conditions.cohort_from_values(values),
            say=_say_cohort,
        ),
    ],
)
page(
    Page(
        "reports",
        _("Reports"),
        "chart-bar",
        "reports:funnel",
        "office",
        90,
        lambda principal: principal.may(REPORT, "view"),
    )
)
