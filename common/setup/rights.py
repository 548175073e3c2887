"""What roles can be given, for the grid of a role and for its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from common.changes import values as tracked
from common.kinds.words import capital
from common.policy import presets
from common.policy.models import Permission, Role, Scope
from common.records import registry, timeline
from common.records.declaring import RecordType, Words

LIMITED = ("view", "create", "change")
"""The actions whose fields can be limited."""
BESIDE = ("number", "created_at")
"""What can be seen of a record besides the fields that change."""

SHORT: dict[str, Words] = {
    Scope.OWN: pgettext_lazy("short", "own"), Scope.ASSIGNED: pgettext_lazy("short", "assigned"),
    Scope.TEAM: pgettext_lazy("short", "team"), Scope.DEPARTMENT: pgettext_lazy("short", "department"),
    Scope.SUBTREE: pgettext_lazy("short", "and below"), Scope.ALL: pgettext_lazy("short", "all"),
    Scope.PARENT: pgettext_lazy("short", "as whole"),
}  # fmt: skip
"""How far a right reaches, in a word that fits a cell; `Scope` has the sentence."""


@dataclass(frozen=True)
class Area:
    """A record type, or a thing of the product that is none: then `kind` is None and rights have no scope."""

    key: str
    label: Words
    kind: RecordType | None

    @property
    def actions(self) -> dict[str, Words]:
        """What can be done there."""
        return presets.action_labels(self.key)

    @property
    def scopes(self) -> list[tuple[str, Words]]:
        """How far a right can reach there."""
        if self.kind is None:
            return [(Scope.ALL.value, SHORT[Scope.ALL])]
        is_part = self.kind.model.parent_field is not None
        return [(value, SHORT[value]) for value in Scope.values if value != Scope.PARENT or is_part]

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the record type with their labels, by label."""
        if self.kind is None:
            return {}
        model = self.kind.model
        found = {name: timeline.field_label(model, name) for name in (*tracked.field_names(model), *BESIDE)}
        return dict(sorted(found.items(), key=lambda item: item[1].casefold()))


def areas() -> list[Area]:
    """Everything rights can be given on: record types first, in the order of the side bar."""
    kinds = [Area(kind.key, kind.label_plural, kind) for kind in registry.all_types()]
    return [*kinds, *(Area(key, label, None) for key, label in presets.registry.areas.items())]


def area(key: str) -> Area | None:
    """The area of this key."""
    return next((found for found in areas() if found.key == key), None)


def legend() -> list[dict[str, Words]]:
    """What the short words of the grid mean."""
    return [{"label": SHORT[value], "value": label} for value, label in Scope.choices]


def of_role(role: Role) -> dict[tuple[str, str], Permission]:
    """The permissions of a role by (area, action)."""
    return {(row.type, row.action): row for row in role.permissions.all()} if role.pk else {}


def say(name: str, stored: Any) -> tuple[str, str]:
    """A changed right in words: `crm.company.view` or `crm.company.view.fields` and what it became."""
    is_fields = name.endswith(".fields")
    key, _dot, action = name.removesuffix(".fields").rpartition(".")
    found = area(key)
    label = f"{found.label if found else key} · {found.actions.get(action, action) if found else action}"
    if is_fields:
        return pgettext("rights", "%(right)s, fields") % {"right": label}, say_fields(found, stored)
    if stored is None:
        return label, ""
    whole = _("yes") if found is None or found.kind is None else dict(Scope.choices).get(stored, stored)
    return label, str(whole)


def say_fields(found: Area | None, stored: Any) -> str:
    """A limit of fields, stored as [only, excepted], in words."""
    only, excepted = stored or ([], [])
    if not only and not excepted:
        return _("all")
    known = found.fields if found else {}
    names = ", ".join(known.get(name, capital(name)) for name in (only or excepted))
    return _("only: %(names)s") % {"names": names} if only else _("all but: %(names)s") % {"names": names}
