"""What stands in the palette before anything is typed, besides what was opened last: given by the apps above."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from common.records.declaring import Viewer

Load = Callable[[Viewer], "dict[str, Any] | None"]
_starters: list[tuple[int, Load]] = []


def starter(order: int, load: Load) -> None:
    """Add a group: `load(viewer)` gives `label` and `rows` as `search/_hits.html` takes them, or None."""
    _starters.append((order, load))


def groups(viewer: Viewer) -> list[dict[str, Any]]:
    """All groups that have rows, in order."""
    loaded = (load(viewer) for _order, load in sorted(_starters, key=lambda entry: entry[0]))
    return [group for group in loaded if group]
