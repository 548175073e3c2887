"""Parts of the product that a company can do without. What is switched off is gone from menus, pages, search and jobs.

Nobody has a right on the areas of such a part, administrators included, and its routes answer 404; its records stay
and are there again when it is switched on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from common.kinds import dictionary
from common.policy.models import ModuleState


@dataclass(frozen=True, slots=True)
class Module:
    """A part of the product. `areas`: the keys of the record types and other areas it consists of."""

    key: str
    label: Any
    text: Any
    areas: tuple[str, ...]


_modules: dict[str, Module] = {}


def declare(key: str, label: Any, text: Any, *areas: str) -> None:
    """Name a part that can be switched off."""
    _modules[key] = Module(key, label, text, areas)


def all_modules() -> list[Module]:
    """Every part that can be switched off, by its key."""
    return [_modules[key] for key in sorted(_modules)]


def off() -> frozenset[str]:
    """The keys of the parts that are switched off."""
    return dictionary.lookup("policy.modules", _load)


def closed_areas() -> frozenset[str]:
    """The areas of the parts that are switched off."""
    return frozenset(area for key in off() if key in _modules for area in _modules[key].areas)


def _load() -> frozenset[str]:
    return frozenset(ModuleState.objects.filter(is_on=False).values_list("key", flat=True))
