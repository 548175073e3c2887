"""Gives the deals of the seeded company five own fields with values, for lists that are filtered by all of them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db import connection

from common.customfields.models import CustomField, CustomOption, FieldType
from common.customfields.selectors import table_of
from common.customfields.services import Names, save_field
from common.people.models import User
from deals.models import Deal

VALUES = {
    FieldType.NUMBER: "record_id % 1000", FieldType.DATE: "DATE '2026-01-01' + (record_id % 365)::int",
    FieldType.TEXT: "'code ' || record_id % 500", FieldType.CHOICE: "(ARRAY[{options}])[1 + record_id % 3]",
    FieldType.YES_NO: "record_id % 2 = 0",
}  # fmt: skip
"""The kind of field, and its value for a deal in SQL."""


def filtered_by_five(by: User) -> str:
    """The query of a list of deals that is filtered by five own fields; made the first time."""
    made = {kind: _field(kind, by) for kind in VALUES}
    options = list(CustomOption.objects.filter(field=made[FieldType.CHOICE]).values_list("pk", flat=True))
    table = table_of(Deal)
    assert table is not None  # noqa: S101  # deals can have own fields
    if not table._base_manager.exists():
        columns = ", ".join(field.slot for field in made.values())
        told = ", ".join(VALUES[kind].format(options=", ".join(map(str, options))) for kind in made)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table._meta.db_table} (of_id, {columns}) SELECT record_id, {told} FROM deals_deal"  # noqa: S608  # nosec B608  # our names
            )
            cursor.execute(f"ANALYZE {table._meta.db_table}")
    asked = {
        FieldType.NUMBER: "gte:200", FieldType.DATE: "between:2026-02-01,2026-12-20", FieldType.TEXT: "has:1",
        FieldType.CHOICE: f"in:{options[0]}", FieldType.YES_NO: "is:1",
    }  # fmt: skip
    return urlencode([("all", "1"), *(("f", f"x_{made[kind].key}.{said}") for kind, said in asked.items())])


def _field(kind: str, by: User) -> CustomField:
    key = f"bench_{kind}"
    known = CustomField.objects.filter(type="deals.deal", key=key).first()
    if known is not None:
        return known
    field = CustomField(type="deals.deal", kind=kind, key=key, name=f"Bench {kind}")
    options: list[Names] = [(name, {}) for name in ("One", "Two", "Three")] if kind == FieldType.CHOICE else []
    save_field(field, roles=[], options=options, by=by)
    return field
