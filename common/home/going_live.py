"""What a new company still has to do before it works with this: shown to administrators until it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from common.home import selectors
from common.records.declaring import Viewer

Check = Callable[[], "dict[str, Any] | None"]
_steps: list[tuple[int, Check]] = []


def step(order: int, check: Check) -> None:
    """Add a step: `check()` gives title, text, done and the action {label, url} that does it;
    None where there is nothing to do."""
    _steps.append((order, check))


def list_for(viewer: Viewer) -> dict[str, Any] | None:
    """The list as `partials/going_live.html` takes it; None when it is done or not this person's."""
    if not viewer.principal.is_administrator or selectors.is_running():
        return None
    checked = [check() for _order, check in sorted(_steps, key=lambda entry: entry[0])]
    steps = [entry for entry in checked if entry is not None]
    done = sum(1 for entry in steps if entry["done"])
    if done == len(steps):
        return None
    numbered = [{**entry, "number": number} for number, entry in enumerate(steps, start=1)]
    return {"done": done, "of": len(steps), "share": round(done * 100 / len(steps)), "steps": numbered}
