"""The one way to alter the log: erase what it says of a record that is deleted for good."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from common.events.models import ChangeSet, Event
from common.kinds.guard import altering, door

ERASED = {"_erased": True}
PAGE = 500


def redact(record: int, pointing: Iterable[tuple[str, str, bool]]) -> None:
    """Erase the values in a record's events, the labels of its change sets, and its title where others pointed to it.

    That something happened, when, by whom and how stays. `pointing`: (first word of kinds, field, whether it is a set)
    of what may point to it.
    """
    with door(), altering():
        Event.objects.filter(subject=record).update(data=ERASED)
        ChangeSet.objects.filter(events__subject=record).update(label="")
        for noun, name, is_set in pointing:
            rows = Event.objects.filter(kind__startswith=f"{noun}.", data__has_key=name)
            if not is_set:
                rows = rows.filter(Q(**{f"data__{name}__0": record}) | Q(**{f"data__{name}__1": record}))
            for event in rows.iterator(PAGE):
                _erase_title(event, name, record)


def _erase_title(event: Event, name: str, record: int) -> None:
    sides = [side if isinstance(side, list) else [side] for side in event.data[name]]
    words = event.data.get("_labels", {})
    if name in words and any(record in side for side in sides):
        del words[name]
        if not words:
            del event.data["_labels"]
        Event.objects.filter(pk=event.pk).update(data=event.data)
