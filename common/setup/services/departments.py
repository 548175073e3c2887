from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from common.changes import services as changes
from common.changes.services import Actor
from common.organisation.models import Department
from common.setup import selectors
from common.setup.copying import Copied


def copy_department(source: Department, target: Department, wanted: Iterable[Copied], *, by: Actor) -> Department:
    """Store `target` with the settings of `source`, and copy what belongs to that: only what is in use.

    People, heads and records stay where they are.
    """
    with changes.change_set(_("Copy of %(department)s") % {"department": source}, by=by):
        for name in ("parent", "keeps_to_owners", "country", "currency", "days_off"):
            setattr(target, name, getattr(source, name))
        target.position = selectors.next_department_position()
        changes.save_dictionary(target, by=by)
        for kind in wanted:
            for row in kind.rows(source):
                parts = kind.parts_of(row)
                _copy(row, by, department=target)
                for key, rows in parts:
                    for part in rows:
                        _copy(part, by, **{key: row})
    return target


def _copy(row: Any, by: Actor, **changed: Any) -> None:
    row.pk = None
    row._state.adding = True
    for name, value in changed.items():
        setattr(row, name, value)
    changes.save_dictionary(row, by=by)
