"""The history of a dictionary's row in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.events.models import Event
from common.kinds.words import capital
from common.records import timeline
from common.records.timeline import Told
from common.setup.dictionaries import DictionaryPage

SIZE = 200


def of_row(page: DictionaryPage, row: Any) -> list[dict[str, Any]]:
    """The changes of a row by day, newest first, as `partials/history_list.html` takes them."""
    events = Event.objects.filter(ref=f"{row._meta.label_lower}:{row.pk}").select_related("actor").order_by("-id")
    told = [Told(event, None, "", [_change(page, row, *change) for change in event.changes().items()])
            for event in events[:SIZE]]  # fmt: skip
    return timeline.entries(told, {})


def _change(page: DictionaryPage, row: Any, name: str, pair: tuple[Any, Any]) -> dict[str, str]:
    if "." in name and page.say is not None:
        (label, old), (_label, new) = (page.say(name, side) for side in pair)
        return {"field": label, "old": old, "new": new}
    field: Any = row._meta.get_field(name)
    known = dict(page.choices[name]()) if name in page.choices else dict(getattr(field, "base_choices", ()))
    old, new = (_words(field, side, known) for side in pair)
    return {"field": capital(field.verbose_name), "old": old, "new": new}


def _words(field: Any, stored: Any, known: Mapping[str, object]) -> str:
    if stored in (None, "", {}, []):
        return ""
    if field.is_relation:
        found = field.related_model._base_manager.filter(**{field.target_field.name: stored}).first()
        return str(found or stored)
    if isinstance(stored, dict):
        return ", ".join(f"{key}: {value}" for key, value in stored.items())
    if isinstance(stored, list):
        return ", ".join(str(known.get(value, value)) for value in stored)
    return timeline.say_plain(field.model, field.name, stored)
