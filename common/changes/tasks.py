from __future__ import annotations

from datetime import datetime

from common.changes import purging, undoing
from common.jobs import services as jobs


@jobs.handler(undoing.JOB)
def undo(pk: int) -> None:
    """Finish an undoing of many records."""
    undoing.run(pk)


@jobs.handler(purging.JOB)
def empty_bin(type_key: str, user_id: int, until: str) -> None:
    """Delete for good what was in the bin of a type at a moment."""
    purging.run(type_key, user_id, datetime.fromisoformat(until))
