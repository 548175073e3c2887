"""Columns of a file that no field takes become own fields, by what stands in them: numbers, days or texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.customfields import selectors as customfields
from common.customfields.made import name_of
from common.customfields.models import CustomField, FieldType
from common.customfields.services import save_field
from common.importing.meaning import read_day, read_number
from common.importing.models import Import
from common.importing.tables import Reading
from common.kinds.errors import Forbidden
from common.people.models import User
from common.policy.principal import Principal, principal_of
from common.records import registry
from common.records.declaring import RecordType

KEEP = "+"
"""What a column fills that becomes an own field."""
MOST_LOOKED_AT = 1000
LONG = 100
"""Characters of a text from which on later ones may be too long for a field of one line."""
CODE = re.compile(r"0\d|\+|\d{16}")
"""How texts begin that are written in digits and no numbers: telephones, articles."""


def may_keep(principal: Principal, kind: RecordType) -> bool:
    """Own fields are made by administrators, for types that have them."""
    return principal.is_administrator and kind.model in customfields.customisable()


def keep(imp: Import, columns: Sequence[str], by: User) -> list[str]:
    """The columns, with the own fields that are made for those to keep. Raises `Forbidden`, `NoSlotLeft`."""
    if KEEP in columns and not may_keep(principal_of(by), registry.get(imp.type)):
        raise Forbidden
    return [_made(imp, place, by) if key == KEEP else key for place, key in enumerate(columns)]


def _made(imp: Import, place: int, by: User) -> str:
    name = imp.headers[place].strip()[:120] or _("Column %(place)s") % {"place": place + 1}
    field = CustomField(type=imp.type, name=name, key=customfields.key_for(imp.type, name), kind=_kind(imp, place))
    save_field(field, roles=(), options=(), by=by)
    return name_of(field)


def _kind(imp: Import, place: int) -> FieldType:
    """What kind of field holds what stands in a column, as far as its first rows tell."""
    reading = Reading.of(imp.reading)
    rows = imp.rows.order_by("line").values_list("cells", flat=True)[:MOST_LOOKED_AT]
    cells = [cells[place] for cells in rows if place < len(cells) and str(cells[place]).strip()]
    if cells and not any(isinstance(cell, str) and CODE.match(cell.strip()) for cell in cells):
        if _all_read(cells, lambda cell: read_number(cell, reading)):
            return FieldType.NUMBER
        if _all_read(cells, lambda cell: read_day(str(cell), reading.dates, moment=False), as_type=date):
            return FieldType.DATE
    return FieldType.LONG_TEXT if max((len(str(cell)) for cell in cells), default=0) > LONG else FieldType.TEXT


def _all_read(cells: Sequence[Any], read: Callable[[Any], Any], as_type: type = object) -> bool:
    try:
        return all(isinstance(read(cell), as_type) for cell in cells)
    except ValidationError:
        return False
