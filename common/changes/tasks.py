from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common.changes import merging, purging, undoing
from common.jobs import services as jobs


@jobs.handler(undoing.JOB)
def undo(pk: int) -> None:
    """Finish an undoing of many records."""
    undoing.run(pk)


@jobs.handler(merging.JOB, label=_("Merge duplicates"))
def merge(pk: int) -> None:
    """Finish a merging to which many records pointed."""
    merging.go_on(pk)


@jobs.handler(purging.JOB)
def empty_bin(type_key: str, user_id: int, until: str) -> None:
    """Delete for good what was in the bin of a type at a moment."""
    purging.run(type_key, user_id, datetime.fromisoformat(until))
