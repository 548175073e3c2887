"""Sums of chosen columns over every row of a filter, each exact and in one query for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, DecimalField, F, Sum
from django.db.models.functions import Cast, Round

from common.kinds import formats
from common.kinds.models import RecordQuerySet
from common.kinds.words import capital
from common.money import formats as money
from common.money.aggregates import ExactSum
from common.records import columns
from common.records.declaring import Column, RecordType
from common.records.fieldkinds import Kind
from common.records.fieldkinds.plain import MoneyKind

CENT = Decimal("0.01")


def of_columns(kind: RecordType, chosen: Sequence[Column], rows: RecordQuerySet[Any]) -> list[dict[str, str]]:
    """Label and sum of each chosen number and money column; money is told per currency, never mixed."""
    kinds = [found for column in chosen if (found := _summed(kind, column))]
    if not kinds:
        return []
    sums = {f"sum_{at}": _sum_of(found) for at, found in enumerate(kinds)}
    rows = rows.order_by()
    groups = list(rows.values("currency_id").annotate(**sums)) if _has_currency(kind) else [rows.aggregate(**sums)]
    return [{"label": capital(found.label), "value": _said(found, f"sum_{at}", groups)}
            for at, found in enumerate(kinds)]  # fmt: skip


def _has_currency(kind: RecordType) -> bool:
    return any(field.attname == "currency_id" for field in kind.model._meta.concrete_fields)


def _summed(kind: RecordType, column: Column) -> Kind | None:
    behind = columns.kind_behind(kind, column)
    if behind is None or not behind.numeric or behind.name != column.key or column.key in kind.unsummed:
        return None
    if not _path(behind):
        return None
    return behind if _has_currency(kind) or not isinstance(behind, MoneyKind) else None


def _path(kind: Kind) -> str:
    """Where the values stand; empty where a sum has no column to read."""
    path: str = getattr(kind.field, "path", kind.name)
    return path


def _sum_of(kind: Kind) -> Any:
    if isinstance(kind, MoneyKind):
        return ExactSum(_path(kind))
    return Sum(Cast(Round(F(_path(kind)) * _scale(kind)), BigIntegerField()), default=0)


def _scale(kind: Kind) -> int:
    """Fractions are summed as whole numbers: SQLite's sum of decimals is a float."""
    places: int = kind.field.decimal_places if isinstance(kind.field, DecimalField) else 0
    return int(10**places)


def _said(kind: Kind, name: str, groups: Sequence[Mapping[str, Any]]) -> str:
    if not isinstance(kind, MoneyKind):
        return formats.number(Decimal(sum(group[name] for group in groups)) / _scale(kind))
    parts = [(group["currency_id"], group[name].quantize(CENT)) for group in groups]
    return " + ".join(money.money_of(amount, key) for key, amount in parts if amount) or formats.number(0)
