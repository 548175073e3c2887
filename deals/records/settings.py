"""The dictionaries of deals in the settings."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from common.home import going_live
from common.kinds import formats
from common.people.models import User
from common.records import registry, timeline
from common.setup import copying, dictionaries
from common.setup.dictionaries import DictionaryPage
from deals import selectors, services
from deals.models import ClosingReason, Pipeline, Stage


def _fields_of_a_deal() -> list[tuple[str, str]]:
    kind = registry.get("deals.deal")
    return [
        (name, timeline.field_label(kind.model, name)) for name in kind.form_names() if name not in ("name", "lead")
    ]


def _complete_pipeline(row: Pipeline, data: dict[str, Any], by: User) -> None:
    services.complete_pipeline(row, by=by)


dictionaries.declare(
    DictionaryPage(
        "pipelines",
        Pipeline,
        "sales",
        _("Pipelines"),
        _("A pipeline is the way a kind of deal goes."),
        ["name", "department", "is_default"],
        [
            dictionaries.Column(_("Department"), lambda row: row.department),
            dictionaries.Column(_("Default"), lambda row: row.is_default),
        ],
        order=10,
        saved=_complete_pipeline,
        step=70,
    )
)
copying.declare(Pipeline, _("Pipelines with their stages"), parts=("stages",))
dictionaries.declare(DictionaryPage(
    "stages", Stage, "sales", _("Stages"), _("Stages feed the board, the funnel and the forecast."),
    ["name", "pipeline", "outcome", "probability", "expected_days", "required_fields", "tone"],
    [
        dictionaries.Column(_("Means"), lambda row: row.get_outcome_display()),
        dictionaries.Column(_("Probability"), lambda row: formats.percent(row.probability), numeric=True),
        dictionaries.Column(_("Expected days"), lambda row: row.expected_days, numeric=True),
    ],
    parent="pipeline", order=20, choices={"required_fields": _fields_of_a_deal}, step=80,
    change_text=_("The board and the funnel follow the new order. No deal changes its stage."),
))  # fmt: skip
dictionaries.declare(DictionaryPage(
    "reasons", ClosingReason, "sales", _("Closing reasons"), _("Why deals are closed; choosing one closes the deal."),
    ["name", "outcome"], [dictionaries.Column(_("Means"), lambda row: row.get_outcome_display())], order=25,
    step=85, chapter="closing-reasons",
))  # fmt: skip


def _stages() -> dict[str, Any]:
    count = len(selectors.pipelines().stage_by_id)
    return {
        "title": _g("Stages of your pipeline"),
        "text": _g("Stages: %(count)s, taken from the presets") % {"count": count},
        "done": count > 2, "action": {"label": _g("Change"), "url": reverse("setup:list", args=["stages"])},
    }  # fmt: skip


going_live.step(20, _stages)
