"""What the files of deals, lines and payments hold beside the fields of their forms, and how known ones are found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common.importing.declaring import Extra, MatchKey, declare
from common.people.models import User
from common.records.declaring import Viewer
from deals import arriving, selectors
from deals.models import Deal, Stage


def _stages(viewer: Viewer) -> QuerySet[Stage]:
    return selectors.stages_in_use()


def _names(stage: Stage) -> Sequence[object]:
    return [stage.name, *stage.names.values(), stage.label]


def _new(stage: Stage) -> Mapping[str, Any]:
    return {"stage": stage} if stage.is_open else {"pipeline": stage.pipeline}


def _differs(deal: Deal, stage: Stage) -> bool:
    """A closed deal is at any stage of its outcome: that is where closing it leads."""
    now = selectors.pipelines().stage_by_id[deal.stage_id]
    is_there = not now.is_open and (now.outcome, now.pipeline_id) == (stage.outcome, stage.pipeline_id)
    return deal.stage_id != stage.pk and not is_there


def _apply(deal: Deal, stage: Stage, by: User) -> object:
    return arriving.bring_to_stage(deal, stage=stage, by=by)


def _demands(stage: Stage) -> Collection[str]:
    found: Collection[str] = stage.required_fields
    return found


declare(
    "deals.deal",
    keys=(MatchKey("name", _("name and company"), ("title_sort", "company_id"), needs=("name",)),),
    extras=(Extra("stage", _("stage"), _stages, _names, _new, _differs, _apply, _demands),),
)
declare(
    "deals.dealline",
    keys=(MatchKey("line", _("deal and text"), ("deal_id", "title_sort"), needs=("name", "product")),),
)
declare(
    "deals.payment",
    keys=(MatchKey("payment", _("deal, date and amount"), ("deal_id", "on", "amount"), needs=("on", "amount")),),
)
