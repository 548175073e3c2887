"""Merging a stale edit from the events written since the form was opened."""

from __future__ import annotations

from typing import Any

from common.changes.errors import Clash, Conflict
from common.events.models import Event
from common.kinds.models import RecordModel


def merge(row: RecordModel, wanted: dict[str, Any], before: dict[str, Any], base_version: int) -> dict[str, Any]:
    """What is left to write of `wanted` after others' changes since `base_version`.

    All values encoded. Fields the person did not touch keep the others' values; fields both changed
    differently raise `Conflict`.
    """
    since = list(
        Event.objects.filter(subject_id=row.pk, version__gt=base_version).order_by("id").select_related("actor")
    )
    base: dict[str, Any] = {}
    for event in since:
        for name, (old, _new) in event.changes().items():
            base.setdefault(name, old)
    left, clashes, merged = {}, {}, {}
    for name, yours in wanted.items():
        theirs = before[name]
        was = base.get(name, theirs)
        if yours == was and name in base:
            if theirs != was:
                merged[name] = Clash(was, theirs, yours)
        elif name in base and theirs not in (was, yours):
            clashes[name] = Clash(was, theirs, yours)
        else:
            left[name] = yours
    if clashes:
        last = since[-1]
        raise Conflict(clashes, merged, row.version, str(last.actor or last.system), last.at)
    return left
