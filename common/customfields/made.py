"""Model fields made from the definitions of own fields, so that forms, lists, filters and files take them like columns.

`find` says where a field looks for rows, `path` where its values can be summed (empty: nowhere); the kit asks
them instead of naming a column.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from common.customfields.models import CONTACTS, Answer, CustomField, CustomOption, FieldType, RecordChoice
from common.kinds.among import among
from common.kinds.beside import PREFIX
from common.kinds.folding import COMPARISONS
from common.money.models import MoneyField


class Choice(models.ForeignKey):  # type: ignore[type-arg]  # generic only in the stubs
    """One of the options of a field."""

    def to_python(self, value: Any) -> Any:
        return int(value) if value not in self.empty_values else None

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        _check_options(self, [value] if value is not None else [])


class Choices(models.ManyToManyField):  # type: ignore[type-arg]  # generic only in the stubs
    """Several of the options of a field."""

    def to_python(self, value: Any) -> list[int]:
        return sorted(int(key) for key in value or ())

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        _check_options(self, value)


def _check_options(field: Any, keys: list[int]) -> None:
    if not keys and not field.blank:
        raise ValidationError(field.error_messages["blank"], code="blank")
    if not set(keys) <= field.known:
        raise ValidationError(_("Choose one of the offered entries."))


def name_of(definition: CustomField) -> str:
    """What a field is called in values, events, addresses: `x_size`."""
    return f"{PREFIX}{definition.key}"


def make(definition: CustomField, options: list[CustomOption]) -> models.Field[Any, Any]:
    """The field of a definition. `options`: all there ever were, for what is stored already."""
    field = _of_type(definition)
    field.null = field.get_internal_type() not in _NEVER_NULL
    field.blank = not definition.is_required or definition.kind == FieldType.YES_NO
    field.verbose_name = lazy(lambda: definition.label, str)()
    field.help_text = definition.hint
    field.set_attributes_from_name(name_of(definition))
    field.definition, field.is_contact = definition, definition.kind in CONTACTS
    field.only_for = frozenset(role.pk for role in definition.roles.all())
    field.known = {option.pk for option in options}
    field.find, field.path = _finder(definition), f"custom__{definition.slot}" if definition.slot else ""
    field.sorted_by = _sorted_by(definition, field.path)
    return field  # type: ignore[no-any-return]  # one of Django's


_NEVER_NULL = frozenset({"BooleanField", "CharField", "TextField", "ManyToManyField"})


def _of_type(definition: CustomField) -> Any:
    offered = {"field": definition.pk}
    kind = definition.kind
    if kind == FieldType.CHOICE:
        return Choice(CustomOption, models.PROTECT, related_name="+", limit_choices_to=offered)
    if kind == FieldType.CHOICES:
        return Choices(CustomOption, related_name="+", limit_choices_to=offered)
    plain: dict[str, models.Field[Any, Any]] = {
        FieldType.TEXT: models.CharField(max_length=250),
        FieldType.LONG_TEXT: models.TextField(max_length=20_000),
        FieldType.NUMBER: models.DecimalField(max_digits=24, decimal_places=6),
        FieldType.MONEY: MoneyField(),
        FieldType.DATE: models.DateField(),
        FieldType.MOMENT: models.DateTimeField(),
        FieldType.YES_NO: models.BooleanField(default=False),
        FieldType.LINK: models.URLField(max_length=500),
        FieldType.EMAIL: models.EmailField(),
        FieldType.PHONE: models.CharField(max_length=40),
        FieldType.ADDRESS: models.CharField(max_length=250),
    }
    return plain[kind]


def _sorted_by(definition: CustomField, path: str) -> str:
    """The path that brings a type's records into order by the field; empty: none does."""
    if definition.family in ("truth", "option", ""):
        return ""
    return f"{path}__lowered" if path and definition.family == "text" else path


def _finder(definition: CustomField) -> Any:
    """A function of a lookup and a value to the condition that a record's value meets it."""
    family = definition.family
    if not family:
        return lambda lookup, value: _by_choices(definition, lookup, value)
    if definition.slot:
        path = f"custom__{definition.slot}"
        if definition.kind == FieldType.YES_NO:
            return lambda lookup, value: Q(**{path: True}) if value else ~Q(**{path: True})
        return lambda lookup, value: _compared(path, lookup, value)
    return lambda lookup, value: _by_answer(definition, family, lookup, value)


def _compared(path: str, lookup: str, value: Any) -> Q:
    compare = COMPARISONS.get(lookup)
    return compare(path, value) if compare else Q(**{f"{path}__{lookup}": value})


def _by_answer(definition: CustomField, family: str, lookup: str, value: Any) -> Q:
    answers = Answer._base_manager.filter(question=definition.pk)
    if lookup == "isnull":
        met = among(answers, "record")
        return ~met if value else met
    if definition.kind == FieldType.YES_NO:
        met = among(answers.filter(truth=True), "record")
        return met if value else ~met
    return among(answers.filter(_compared(family, lookup, value)), "record")


def _by_choices(definition: CustomField, lookup: str, value: Any) -> Q:
    rows = RecordChoice._base_manager.filter(option__field=definition.pk)
    if lookup == "isnull":
        met = among(rows, "record")
        return ~met if value else met
    return among(rows.filter(**{f"option__{lookup}": value}), "record")
