"""The roles a new company starts with, and the named actions roles can be given.

Each app adds its part in `access.py`; administrators change the rows afterwards, without code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.policy.models import Permission, Role

STANDARD: dict[str, Any] = {
    "view": pgettext_lazy("right", "See"), "create": pgettext_lazy("right", "Create"),
    "change": pgettext_lazy("right", "Change"), "delete": pgettext_lazy("right", "Delete"),
    "export": pgettext_lazy("right", "Export"), "import": pgettext_lazy("right", "Import"),
    "bulk": _("Many at once"), "transfer": _("Give away"),
}  # fmt: skip
STANDARD_ACTIONS = tuple(STANDARD)


@dataclass(frozen=True, slots=True)
class PresetRole:
    slug: str
    name: str
    names: dict[str, str]
    is_administrator: bool = False


@dataclass(frozen=True, slots=True)
class PresetGrant:
    role: str
    type: str
    action: str
    scope: str
    only: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()


@dataclass
class _Presets:
    roles: dict[str, PresetRole] = field(default_factory=dict)
    grants: list[PresetGrant] = field(default_factory=list)
    actions: dict[str, dict[str, Any]] = field(default_factory=dict)
    areas: dict[str, Any] = field(default_factory=dict)


registry = _Presets()


def role(slug: str, name: str, *, ru: str, is_administrator: bool = False) -> None:
    """Declare a preset role."""
    registry.roles[slug] = PresetRole(slug, name, {"ru": ru}, is_administrator)


def actions(type_key: str, **named: Any) -> None:
    """Name the special actions of a record type: `close=_("Close and reopen")`."""
    registry.actions.setdefault(type_key, {}).update(named)


def area(key: str, label: Any, **named: Any) -> None:
    """Name a thing of the product that is no record type, and what roles may do with it: all or nothing."""
    registry.areas[key] = label
    actions(key, **named)


def grant(
    role_slug: str, type_key: str, *, only: Sequence[str] = (), excepted: Sequence[str] = (), **scopes: str
) -> None:
    """Give a preset role actions on a type: `grant("manager", "deals.deal", view="team", change="assigned")`.

    `only` and `excepted` limit the fields of the view and change grants in this call.
    """
    for action, scope in scopes.items():
        limited = action in ("view", "change")
        registry.grants.append(
            PresetGrant(
                role_slug, type_key, action, scope, tuple(only) if limited else (), tuple(excepted) if limited else ()
            )
        )


def action_names(type_key: str) -> list[str]:
    """Every action a role can be given on a type."""
    return list(action_labels(type_key))


def action_labels(type_key: str) -> dict[str, Any]:
    """Every action a role can be given on a type or area, in words."""
    standard = {} if type_key in registry.areas else STANDARD
    return {**standard, **registry.actions.get(type_key, {})}


def load() -> None:
    """Create the preset roles that do not exist yet; roles that exist stay as administrators left them."""
    for position, preset in enumerate(registry.roles.values()):
        found, created = Role.objects.get_or_create(
            slug=preset.slug,
            defaults={
                "name": preset.name, "names": preset.names, "is_administrator": preset.is_administrator,
                "position": position,
            },
        )  # fmt: skip
        if created:
            for given in (g for g in registry.grants if g.role == preset.slug):
                Permission.objects.create(
                    role=found, type=given.type, action=given.action, scope=given.scope,
                    only_fields=list(given.only), except_fields=list(given.excepted),
                )  # fmt: skip
