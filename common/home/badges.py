"""The counts of the side bar: one query for all of them, bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from common.kinds.counting import bounded, said
from common.policy.principal import Principal

MOST = 99
Source = Callable[[Principal], "tuple[QuerySet[Any], QuerySet[Any]] | None"]
_sources: dict[str, Source] = {}


@dataclass(frozen=True)
class Count:
    """How many things wait, and whether one of them is late."""

    text: str
    late: bool


def source(key: str, rows: Source) -> None:
    """Count for the side bar item `key`: `rows(principal)` gives (all that wait, those that are late)."""
    _sources[key] = rows


def counts(principal: Principal) -> dict[str, Count]:
    """All counts of a person, in one query."""
    found = {key: rows for key, source in _sources.items() if (rows := source(principal)) is not None}
    counted = iter(bounded([part for pair in found.values() for part in pair], MOST))
    shown = {}
    for key in found:
        waiting, late = next(counted), next(counted)
        if waiting:
            shown[key] = Count(said(waiting, MOST), bool(late))
    return shown
