from __future__ import annotations

from common.changes import undoing
from common.jobs import services as jobs


@jobs.handler(undoing.JOB)
def undo(pk: int) -> None:
    """Finish an undoing of many records."""
    undoing.run(pk)
