"""What the apps put on Today: groups of rows to do, and figures for the rail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from common.records.declaring import Viewer

Load = Callable[[Viewer], "dict[str, Any] | None"]
_groups: list[tuple[int, Load]] = []
_rails: list[tuple[int, Load]] = []


def group(order: int, load: Load) -> None:
    """Add a group: `load(viewer)` gives what `partials/today.html` shows of it, or None."""
    _groups.append((order, load))


def rail(order: int, load: Load) -> None:
    """Add figures: `load(viewer)` gives `template` and its data, or None."""
    _rails.append((order, load))


def groups() -> list[Load]:
    """All groups, in order."""
    return [load for _order, load in sorted(_groups, key=lambda entry: entry[0])]


def rails() -> list[Load]:
    """All figures, in order."""
    return [load for _order, load in sorted(_rails, key=lambda entry: entry[0])]
