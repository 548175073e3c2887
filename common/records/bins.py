"""The bin in words: what goes along, what refuses, who put it there. Only what the person may see is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.changes import binning
from common.events.models import Event
from common.kinds import formats
from common.kinds.models import RecordModel
from common.records import registry
from common.records.declaring import RecordType, Viewer

MOST_SHOWN = 200


def effects(rows: Sequence[RecordModel], viewer: Viewer) -> list[dict[str, Any]]:
    """What moving these records to the bin does to others, as `partials/confirm.html` takes it."""
    found = binning.foresee(rows)
    drawn = []
    if found.needing:
        drawn.append({
            "title": _("Still needed, so it stays") if len(rows) == 1 else _("Some are still needed, those stay"),
            "tone": "red", "icon": "alert-circle-filled", "lines": lines(found.needing, viewer),
            "blocking": len(rows) == 1,
        })  # fmt: skip
    if found.along:
        drawn.append({
            "title": _("This goes along, and comes back along"), "tone": "amber", "icon": "alert-triangle",
            "lines": lines(found.along, viewer), "blocking": False,
        })  # fmt: skip
    return drawn


def lines(rows: Sequence[RecordModel], viewer: Viewer) -> list[str]:
    """One line for each type: how many, the first names, and how many of them may not be seen."""
    by_type: dict[type[RecordModel], list[RecordModel]] = defaultdict(list)
    for row in rows:
        by_type[type(row)].append(row)
    told = []
    for model, found in by_type.items():
        found.sort(key=lambda row: row.pk)
        seen, rest = binning.first_seen(found, viewer.user)
        head = f"{registry.of(model).label_plural}: {len(found)}"
        names = binning.with_others([row.title for row in seen], rest)
        told.append(f"{head} ({names})" if seen else head)
    return told


def content(kind: RecordType, viewer: Viewer) -> list[dict[str, Any]]:
    """What this person may restore of a type, newest first, as `partials/bin_list.html` takes it."""
    rows = kind.model.everything.get_queryset().filter(deleted_at__isnull=False)
    found = list(rows.for_user(viewer.principal, "delete").order_by("-deleted_at", "-pk")[:MOST_SHOWN])
    removed = Event.objects.filter(subject__in=[row.pk for row in found], kind__endswith=".removed")
    actors = {e.subject_id: str(e.actor or _("System")) for e in removed.select_related("actor").order_by("id")}
    purges = viewer.principal.may(kind.key, "purge")
    return [
        {
            "title": row.title, "number": kind.number_of(row), "who": actors.get(row.pk, ""),
            "when": formats.moment_of(row.deleted_at), "restore_url": kind.url("restore", row.pk),
            "purge_url": kind.url("purge", row.pk) if purges else "",
        }
        for row in found
    ]  # fmt: skip


def count(kind: RecordType) -> int:
    """How many records of a type are in the bin."""
    return int(kind.model.everything.get_queryset().filter(deleted_at__isnull=False).count())
