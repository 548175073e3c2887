"""What each kind of field can do in lists and filters."""

from __future__ import annotations

from typing import Any

from django.db import models

from common.changes import values as tracked
from common.kinds.models import RecordModel
from common.money.models import MoneyField
from common.people.models import User
from common.records.fieldkinds.plain import (
    EMPTY,
    OPPOSITES,
    BoolKind,
    ChoiceKind,
    DateKind,
    Kind,
    MoneyKind,
    NumberKind,
)
from common.records.fieldkinds.references import LINK_LABELS, PersonKind, RecordKind, ReferenceKind, person_cell

__all__ = ["EMPTY", "LINK_LABELS", "OPPOSITES", "Kind", "kind_of", "person_cell"]


def kind_of(model: type[RecordModel], name: str) -> Kind:
    """The kind of a field or link field of a model."""
    target = tracked.related_model(model, name)
    if target is not None:
        is_set = tracked.is_set(model, name)
        if issubclass(target, RecordModel) and not is_set:
            return RecordKind(model, name)
        if target is User and not is_set:
            return PersonKind(model, name)
        return ReferenceKind(model, name)
    found = tracked.field_of(model, name)
    if getattr(found, "choices", None):
        return ChoiceKind(model, name)
    for field_class, kind in _KINDS:
        if isinstance(found, field_class):
            return kind(model, name)
    return Kind(model, name)


_KINDS: tuple[tuple[type[Any], type[Kind]], ...] = (
    (models.BooleanField, BoolKind),
    (MoneyField, MoneyKind),
    (models.DecimalField, NumberKind),
    (models.IntegerField, NumberKind),
    (models.DateField, DateKind),
)
