"""What belongs to a department and can be copied with it: apps declare their dictionaries that name one.

`declare(Pipeline, _("Pipelines and their stages"), parts=("stages",))`: the rows in use whose `department` it is, and
with each the rows behind these reverse relations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from common.kinds.models import DictionaryBase
from common.organisation.models import Department
from common.records.declaring import Words


@dataclass(frozen=True)
class Copied:
    """A dictionary whose rows are copied with their department."""

    model: type[DictionaryBase]
    label: Words
    parts: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name in the form."""
        return str(self.model._meta.label_lower)

    def rows(self, department: Department) -> list[Any]:
        """The rows in use that belong to the department."""
        rows: Any = self.model._base_manager.filter(**{"department": department}).order_by("pk")
        return [row for row in rows if getattr(row, "archived_at", None) is None]

    def parts_of(self, row: Any) -> list[tuple[str, list[Any]]]:
        """For each kind of part: its key to the row, and the parts in use."""
        found = []
        for name in self.parts:
            key = row._meta.get_field(name).field.name
            found.append((key, [part for part in getattr(row, name).all() if part.archived_at is None]))
        return found


_declared: list[Copied] = []


def declare(model: type[DictionaryBase], label: Words, *, parts: tuple[str, ...] = ()) -> None:
    """Let the rows of a dictionary be copied with the department they name."""
    _declared.append(Copied(model, label, parts))


def declared() -> list[Copied]:
    """What can be copied with a department."""
    return list(_declared)
