"""Conditions of tables that are told from a row's values, without asking the database for each row."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CheckConstraint, Q

from common.kinds.models import RecordModel

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq, "lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge,
}  # fmt: skip


def has_open(obj: RecordModel) -> bool:
    """Whether a row has constraints that only the database can tell, or that perhaps do not hold."""
    found = [constraint for _model, constraints in obj.get_constraints() for constraint in constraints]
    return not all(isinstance(one, CheckConstraint) and _holds(one.condition, obj) is True for one in found)


def _holds(part: Any, obj: RecordModel) -> bool | None:
    """Whether a condition, or a part of one, holds; None where that is not known for sure."""
    if not isinstance(part, Q):
        return _compare(part[0], part[1], obj) if isinstance(part, tuple) else None
    if part.connector == Q.XOR:
        return None
    said = [_holds(child, obj) for child in part.children]
    decides = part.connector == Q.OR  # one that holds decides an OR, one that does not an AND
    if decides in said:
        return decides is not part.negated
    return None if None in said else decides is part.negated


def _compare(path: str, value: Any, obj: RecordModel) -> bool | None:
    name, _mark, lookup = path.partition("__")
    try:
        have = getattr(obj, obj._meta.get_field(name).attname)  # type: ignore[union-attr]  # a column
    except (FieldDoesNotExist, AttributeError):
        return None
    if lookup == "isnull" or value is None:
        return (have is None) == (value is not False)
    if lookup in ("", "exact") and isinstance(value, str) and isinstance(have, str):
        return have == value
    numbers = isinstance(have, int | Decimal) and isinstance(value, int | Decimal)
    return COMPARISONS[lookup or "exact"](have, value) if numbers and (lookup or "exact") in COMPARISONS else None
