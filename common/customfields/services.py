from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from common import clock
from common.changes import services as changes
from common.customfields import selectors
from common.customfields.errors import NoSlotLeft, OptionTwice
from common.customfields.models import SLOTS, CustomField, CustomOption, FieldLabel, FieldType
from common.jobs import services as jobs
from common.kinds.models import RecordModel
from common.people.models import User
from common.policy.models import Role

INDEX_JOB = "customfields.index"
Names = tuple[str, Mapping[str, str]]
"""A name, and the names in other languages."""


def save_field(field: CustomField, *, roles: Iterable[Role], options: Sequence[Names], by: User) -> None:
    """Create or change an own field with its options; those missing from the list are archived.

    Raises `NoSlotLeft` where the type's table is full, `OptionTwice`.
    """
    with transaction.atomic(), changes.change_set(str(field), by=by):
        if field.pk is None:
            field.slot = _free_slot(field)
            last = CustomField.objects.filter(type=field.type).aggregate(last=Max("position"))["last"]
            field.position = (last or 0) + 1
        changes.save_dictionary(field, by=by)
        _set_roles(field, list(roles), by)
        if field.kind in (FieldType.CHOICE, FieldType.CHOICES):
            _set_options(field, options, by)
        if field.slot:
            jobs.enqueue(INDEX_JOB, field.pk)


def _free_slot(field: CustomField) -> str:
    """The first unused column of the type's table; empty for what is kept in rows."""
    if field.questionnaire_id is not None or not field.family:
        return ""
    used = set(CustomField.objects.filter(type=field.type).values_list("slot", flat=True))
    for number in range(1, SLOTS[field.family] + 1):
        if (slot := f"{field.family}_{number:02}") not in used:
            return slot
    raise NoSlotLeft(type=field.type, count=SLOTS[field.family], field="kind")


def _set_roles(field: CustomField, roles: list[Role], by: User) -> None:
    before = sorted(map(str, field.roles.all()))
    after = sorted(map(str, roles))
    if before != after:
        field.roles.set(roles)
        changes.note_dictionary(field, "changed", {"roles.": [before, after]}, by=by)


def _set_options(field: CustomField, options: Sequence[Names], by: User) -> None:
    known = {option.name: option for option in CustomOption.objects.filter(field=field)}
    seen: set[str] = set()
    for position, (name, names) in enumerate(options, start=1):
        if name in seen:
            raise OptionTwice(name=name, field="options")
        seen.add(name)
        option = known.get(name) or CustomOption(field=field, name=name)
        after = (position, dict(names), None)
        if option.pk is None or (option.position, option.names, option.archived_at) != after:
            option.position, option.names, option.archived_at = after
            changes.save_dictionary(option, by=by)
    for name, option in known.items():
        if name not in seen and option.archived_at is None:
            option.archived_at = clock.now()
            changes.save_dictionary(option, by=by)


def rename(model: type[RecordModel], labels: Mapping[str, Mapping[str, str]], *, by: User) -> None:
    """Call fields (and `@one`, `@many`, `@new`: the type itself) by other words; no words: as they were."""
    key = model._meta.label_lower
    known = {row.name: row for row in FieldLabel.objects.filter(type=key)}
    with transaction.atomic(), changes.change_set(_("Renamed: %(type)s") % {"type": model._meta.verbose_name}, by=by):
        for name, given in labels.items():
            names = {language: text.strip() for language, text in given.items() if text.strip()}
            row = known.get(name)
            if row is None and names:
                changes.save_dictionary(FieldLabel(type=key, name=name, names=names), by=by)
            elif row is not None and not names:
                changes.delete_dictionary(row, by=by)
            elif row is not None and row.names != names:
                row.names = names
                changes.save_dictionary(row, by=by)


def keep_index(field: CustomField) -> None:
    """Make or drop the index of a field's column, as the field says; safe to run twice."""
    model = next(m for m in selectors.customisable() if m._meta.label_lower == field.type)
    table = selectors.table_of(model)
    assert table is not None  # noqa: S101  # customisable types have one
    quote = connection.ops.quote_name
    name = quote(f"{table._meta.db_table}_{field.slot}"[:60])
    column = f"({quote(field.slot)})" if field.family != "text" else f"(substr({quote(field.slot)}, 1, 200))"
    with connection.cursor() as cursor:
        if field.is_often_filtered and field.archived_at is None:
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {quote(table._meta.db_table)} {column}")
        else:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
