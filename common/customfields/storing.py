"""Reads and writes what own fields hold: slots of a type's table, answers to questions, chosen options."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import models

from common.customfields import selectors
from common.customfields.models import Answer, FieldType, RecordChoice
from common.kinds.masking import masked_text
from common.kinds.models import RecordModel
from common.policy.principal import Principal

Row = dict[str, Any]
CENT = Decimal("0.01")


class OwnFields:
    """The keeper of `common.kinds.beside`."""

    def fields(self, model: type[RecordModel]) -> selectors.Fields:
        return selectors.fields_of(model)

    def load(self, model: type[RecordModel], keys: Sequence[int]) -> dict[int, Row]:
        fields: Mapping[str, Any] = selectors.fields_of(model)
        found: dict[int, Row] = {pk: {name: _kept(field, None) for name, field in fields.items()} for pk in keys}
        _load_slots(model, fields, found)
        _load_answers(fields, found)
        _load_choices(fields, found)
        return found

    def shown(self, field: Any, value: Any, *, masked: bool) -> Any:
        if masked and field.is_contact:
            return masked_text(value)
        if field.definition.kind == FieldType.CHOICE:
            return selectors.options().get(value)
        if field.definition.kind == FieldType.CHOICES:
            return [selectors.options()[key] for key in value]
        return value

    def store(self, model: type[RecordModel], rows: Mapping[int, Mapping[str, Any]]) -> None:
        fields: Mapping[str, Any] = selectors.fields_of(model)
        slots: dict[tuple[str, ...], list[tuple[int, Row]]] = defaultdict(list)
        for pk, given in rows.items():
            held = {
                fields[name].definition.slot: _stored(v) for name, v in given.items() if fields[name].definition.slot
            }
            if held:
                slots[tuple(sorted(held))].append((pk, held))
        _store_slots(model, slots)
        asked = [(pk, fields[n], v) for pk, given in rows.items() for n, v in given.items()
                 if not fields[n].definition.slot]  # fmt: skip
        _store_answers([one for one in asked if one[1].definition.family])
        _store_choices([one for one in asked if not one[1].definition.family])

    def hidden_from(self, principal: Principal, model: type[RecordModel]) -> tuple[Collection[str], Collection[str]]:
        fields: Mapping[str, Any] = selectors.fields_of(model)
        contacts = {n for n, field in fields.items() if field.is_contact} if principal.hides_contacts else set()
        closed = {
            name for name, field in fields.items()
            if (wanted := {role.pk for role in field.definition.roles.all()})
            and not (principal.is_administrator or wanted & principal.roles)
        }  # fmt: skip
        return contacts | closed, contacts - closed


def _stored(value: Any) -> Any:
    return None if value == "" else value


def _kept(field: Any, value: Any) -> Any:
    """A column's value as the field has it; its own nothing for NULL."""
    kind = field.definition.kind
    if value is None:
        nothing = {FieldType.YES_NO: False, FieldType.CHOICES: []}
        return nothing.get(kind, None if field.null else "")
    return value.quantize(CENT) if kind == FieldType.MONEY else value


def _load_slots(model: type[RecordModel], fields: Mapping[str, Any], found: dict[int, Row]) -> None:
    held = {name: field for name, field in fields.items() if field.definition.slot}
    table = selectors.table_of(model)
    if not held or table is None:
        return
    columns = [field.definition.slot for field in held.values()]
    for pk, *values in table._base_manager.filter(pk__in=found).values_list("pk", *columns):
        found[pk] |= {name: _kept(field, v) for (name, field), v in zip(held.items(), values, strict=True)}


def _load_answers(fields: Mapping[str, Any], found: dict[int, Row]) -> None:
    asked = {f.definition.pk: (name, f) for name, f in fields.items() if not f.definition.slot and f.definition.family}
    if not asked:
        return
    for answer in Answer._base_manager.filter(record__in=found, question__in=asked):
        name, field = asked[answer.question_id]
        found[answer.record_id][name] = _kept(field, getattr(answer, field.definition.family))


def _load_choices(fields: Mapping[str, Any], found: dict[int, Row]) -> None:
    several = {f.definition.pk: name for name, f in fields.items() if not f.definition.family}
    if not several:
        return
    rows = RecordChoice._base_manager.filter(record__in=found, option__field__in=several).order_by("option")
    for pk, key, field in rows.values_list("record_id", "option_id", "option__field_id"):
        found[pk][several[field]].append(key)


def _store_slots(model: type[RecordModel], slots: Mapping[tuple[str, ...], list[tuple[int, Row]]]) -> None:
    table: Any = selectors.table_of(model)
    for columns, rows in slots.items():
        table._base_manager.bulk_create(
            [table(pk=pk, **held) for pk, held in rows],
            update_conflicts=True, unique_fields=["of"], update_fields=list(columns),
        )  # fmt: skip


def _store_answers(given: list[tuple[int, Any, Any]]) -> None:
    emptied: dict[int, list[int]] = defaultdict(list)
    for pk, field, value in given:
        if _stored(value) is None or value is False:
            emptied[field.definition.pk].append(pk)
    for question, keys in emptied.items():
        Answer._base_manager.filter(question=question, record__in=keys).delete()
    for family in {field.definition.family for _pk, field, _value in given}:
        answers = [
            Answer(record_id=pk, question_id=field.definition.pk, **{family: value})
            for pk, field, value in given
            if field.definition.family == family and _stored(value) is not None and value is not False
        ]
        Answer._base_manager.bulk_create(
            answers, update_conflicts=True, unique_fields=["question", "record"], update_fields=[family]
        )


def _store_choices(given: list[tuple[int, Any, Any]]) -> None:
    by_field: dict[int, dict[int, set[int]]] = defaultdict(dict)
    for pk, field, keys in given:
        by_field[field.definition.pk][pk] = set(keys)
    for field_pk, wanted in by_field.items():
        have = RecordChoice._base_manager.filter(record__in=wanted, option__field=field_pk)
        kept: set[tuple[int, int]] = set()
        gone = []
        for row_pk, record, option in have.values_list("pk", "record_id", "option_id"):
            if option in wanted[record]:
                kept.add((record, option))
            else:
                gone.append(row_pk)
        RecordChoice._base_manager.filter(pk__in=gone).delete()
        missing = {(pk, key) for pk, keys in wanted.items() for key in keys} - kept
        RecordChoice._base_manager.bulk_create(RecordChoice(record_id=pk, option_id=key) for pk, key in sorted(missing))


def forget(record_id: int) -> None:
    """Delete everything own fields hold of a record; the door is open."""
    tables: list[type[models.Model]] = [selectors.table_of(model) for model in selectors.customisable()]  # type: ignore[misc]  # they have one
    for table in tables:
        table._base_manager.filter(pk=record_id).delete()
    Answer._base_manager.filter(record=record_id).delete()
    RecordChoice._base_manager.filter(record=record_id).delete()
