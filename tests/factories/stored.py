"""What a refused act must leave alone: every row of the product's tables."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from common.kinds.models import DictionaryBase, Guarded, Ledger, Projection

OURS = (Guarded, DictionaryBase, Ledger, Projection)


def product_models() -> list[type[models.Model]]:
    """The models of the product, with their link tables; not sessions and the like."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model._meta.auto_created or model, OURS)
    ]


def everything() -> dict[str, list[Any]]:
    """Every row of every table of the product, by table."""
    return {m._meta.label: list(m._base_manager.order_by("pk").values_list()) for m in product_models()}


def counts() -> dict[str, int]:
    """How many rows each table of the product has."""
    return {m._meta.label: m._base_manager.count() for m in product_models()}


def difference(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The tables that differ."""
    return {label for label in after if before.get(label) != after[label]}
