from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import slugify

from common.customfields import made
from common.customfields.models import CustomField, CustomOption, FieldLabel, Questionnaire, Values
from common.kinds import dictionary
from common.kinds.models import RecordModel

Fields = Mapping[str, "models.Field[Any, Any]"]


@dataclass(frozen=True)
class _Known:
    fields: Mapping[str, Fields]
    options: Mapping[int, CustomOption]
    labels: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


def _load() -> _Known:
    options: dict[int, list[CustomOption]] = defaultdict(list)
    for option in CustomOption.objects.all():
        options[option.field_id].append(option)
    rows = CustomField.objects.in_use().select_related("questionnaire").prefetch_related("roles")
    by_type: dict[str, dict[str, models.Field[Any, Any]]] = defaultdict(dict)
    for row in rows:
        if row.questionnaire is None or row.questionnaire.archived_at is None:
            by_type[row.type][made.name_of(row)] = made.make(row, options[row.pk])
    return _Known(
        by_type,
        {option.pk: option for found in options.values() for option in found},
        {(row.type, row.name): row.names for row in FieldLabel.objects.all()},
    )


def known() -> _Known:
    """All definitions, kept until one changes."""
    return dictionary.lookup("customfields", _load)


def fields_of(model: type[RecordModel]) -> Fields:
    """The own fields of a type in use, questions included, by name and in order."""
    return known().fields.get(model._meta.label_lower, {})


def options() -> Mapping[int, CustomOption]:
    """Every option by key, those out of use too."""
    return known().options


def labels_of(model: type[RecordModel]) -> dict[str, FieldLabel]:
    """What the company calls a type and its fields, or called them once, by their names."""
    return {row.name: row for row in FieldLabel.objects.filter(type=model._meta.label_lower)}


def questionnaires(model: type[RecordModel]) -> models.QuerySet[Questionnaire]:
    """The questionnaires about a type in use."""
    rows: models.QuerySet[Questionnaire] = Questionnaire.objects.in_use().filter(type=model._meta.label_lower)
    return rows


def options_of(definition: CustomField) -> models.QuerySet[CustomOption]:
    """The options of a field in use, in order."""
    rows: models.QuerySet[CustomOption] = CustomOption.objects.in_use().filter(field=definition)
    return rows


def key_of(name: str) -> str:
    """The key that a name gives; empty: none."""
    key = slugify(name).replace("-", "_")[:31]
    return key if key[:1].isalpha() else ""


def key_for(type: str, name: str) -> str:
    """A key no field of this type has, by the name where that gives one."""
    key = key_of(name)
    return key if key and not CustomField.objects.filter(type=type, key=key).exists() else free_key(type)


def free_key(type: str) -> str:
    """A key no field of this type has, where its name gives none."""
    taken = set(CustomField.objects.filter(type=type).values_list("key", flat=True))
    return next(key for number in count(len(taken) + 1) if (key := f"field_{number}") not in taken)


def table_of(model: type[RecordModel]) -> type[Values] | None:
    """The table of a type's own fields; None: it cannot have any."""
    relation: Any = next((r for r in model._meta.related_objects if r.get_accessor_name() == "custom"), None)
    return relation.related_model if relation is not None else None


def customisable() -> list[type[RecordModel]]:
    """The types that can have own fields."""
    tables = [model for model in apps.get_models() if issubclass(model, Values)]
    found = [table._meta.get_field("of").related_model for table in tables]  # type: ignore[misc]  # each table has it
    return [model for model in found if isinstance(model, type) and issubclass(model, RecordModel)]
