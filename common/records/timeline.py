"""What happened to a record, for its timeline and its history page. Asks the policy about every subject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.changes import values as tracked
from common.events.models import Event, EventLink, Via
from common.kinds import formats
from common.kinds.models import RecordModel
from common.kinds.words import capital
from common.money.models import MoneyField
from common.policy import scopes
from common.records import registry
from common.records.declaring import RecordType, Viewer, Words
from common.records.errors import BadFilter
from common.records.fieldkinds import LINK_LABELS
from common.spine.models import Record

SIZE = 20
VERBS: dict[str, Words] = {
    "created": gettext_lazy("Created"), "changed": gettext_lazy("Changed"), "removed": gettext_lazy("Moved to the bin"),
    "restored": gettext_lazy("Restored from the bin"), "transferred": gettext_lazy("Given to somebody else"),
    "file_added": gettext_lazy("File added"), "file_removed": gettext_lazy("File removed"),
    "noted": gettext_lazy("Note"),
}  # fmt: skip
_named: dict[str, Words] = {}


def describe(kind: str, words: Words) -> None:
    """Say an event kind in words: `describe("deal.closed", _("Closed"))`."""
    _named[kind] = words


def words_of(kind: str) -> str:
    """An event kind in words."""
    return str(_named.get(kind) or VERBS.get(kind.rpartition(".")[2], kind))


@dataclass(frozen=True)
class Told:
    """An event and what may be told of it."""

    event: Event
    kind: RecordType | None
    title: str
    changes: list[dict[str, Any]]


def placed_on(obj: RecordModel, viewer: Viewer, before: int | None = None, size: int = SIZE) -> tuple[list[Told], int]:
    """The newest events on a record's timeline that the person may see, and where to go on (0: the end)."""
    links = EventLink.objects.filter(record_id=obj.pk).select_related("event__actor").order_by("-at", "-event")
    if before:
        anchor = EventLink.objects.filter(pk=before, record_id=obj.pk).values("at", "event_id").first()
        if anchor is None:
            raise BadFilter(part="before")
        links = links.filter(at__lte=anchor["at"]).exclude(at=anchor["at"], event_id__gte=anchor["event_id"])
    page = list(links[: size + 1])
    more = page[size - 1].pk if len(page) > size else 0
    return tell([link.event for link in page[:size]], viewer, obj), more


def about(obj: RecordModel, viewer: Viewer, only: Mapping[str, str], size: int = 200) -> list[Told]:
    """The events of the record itself, for its history page; filtered by person, field and way."""
    events = Event.objects.filter(subject_id=obj.pk).select_related("actor").order_by("-id")
    if only.get("who", "").isdecimal():
        events = events.filter(actor_id=int(only["who"][:17]))
    if only.get("via") in Via.values:
        events = events.filter(via=only["via"])
    if only.get("field") in tracked.field_names(type(obj)):
        events = events.filter(data__has_key=only["field"])
    return tell(list(events[:size]), viewer, obj)


def tell(events: Sequence[Event], viewer: Viewer, here: RecordModel) -> list[Told]:
    """The visible ones of these events, with their readable changes; a few queries for any number."""
    subjects = {e.subject_id for e in events if e.subject_id} - {here.pk}
    types = dict(Record.objects.filter(pk__in=subjects).values_list("pk", "type"))
    types[here.pk] = here._meta.label_lower
    visible: dict[int, RecordModel] = {here.pk: here}
    by_type: dict[str, list[int]] = defaultdict(list)
    for pk in subjects:
        by_type[types[pk]].append(pk)
    for key, pks in by_type.items():
        rows = registry.get(key).model.everything.get_queryset().filter(pk__in=pks)
        visible |= {row.pk: row for row in rows.for_user(viewer.principal)}
    shown = [event for event in events if event.subject_id in visible]
    sayer = _Sayer(shown, types, viewer)
    told = []
    for event in shown:
        subject = visible[event.subject_id or 0]
        rights = scopes.fields(viewer.principal, type(subject))
        changes = sayer.changes(event, type(subject), rights)
        told.append(Told(event, registry.of(subject), subject.title if subject is not here else "", changes))
    return told


class _Sayer:
    """Says stored values in words, looking up what all events of a page refer to at once."""

    def __init__(self, events: Iterable[Event], types: Mapping[int, str], viewer: Viewer) -> None:
        self.hides = viewer.principal.hides_contacts
        wanted: dict[type[Any], set[Any]] = defaultdict(set)
        for event in events:
            model = registry.get(types[event.subject_id or 0]).model
            for name, pair in event.changes().items():
                target = _target(model, name)
                if target is not None:
                    for side in pair:
                        wanted[target].update(side if isinstance(side, list) else [side] if side is not None else [])
        self.names = {
            target: {row.pk: str(row) for row in as_named(target, viewer).filter(pk__in=keys)}
            for target, keys in wanted.items()
        }

    def say(self, model: type[RecordModel], name: str, stored: Any, label: str | None) -> str:
        if stored in (None, "", []):
            return ""
        target = _target(model, name)
        if target is not None:
            names = self.names[target]
            keys = stored if isinstance(stored, list) else [stored]
            return ", ".join(names.get(key) or label or "?" for key in keys)
        return say_plain(model, name, stored)

    def changes(self, event: Event, model: type[RecordModel], rights: scopes.FieldRights) -> list[dict[str, Any]]:
        """Field, old and new in words, of the fields this person may read."""
        labels = {} if self.hides else event.data.get("_labels", {})
        said = []
        for name, (old, new) in event.changes().items():
            if rights.readable(name) and name in tracked.field_names(model):
                before, after = labels.get(name, (None, None))
                said.append({
                    "field": field_label(model, name), "old": self.say(model, name, old, before),
                    "new": self.say(model, name, new, after),
                })  # fmt: skip
        return said


def as_named(target: type[Any], viewer: Viewer) -> QuerySet[Any]:
    """Rows of what a field refers to, for their names: no name is a hidden address."""
    rows: Any = target._base_manager.all()
    return rows.masked() if viewer.principal.hides_contacts and issubclass(target, RecordModel) else rows  # type: ignore[no-any-return]


def _target(model: type[RecordModel], name: str) -> type[Any] | None:
    try:
        return tracked.related_model(model, name)
    except LookupError:
        return None


def say_plain(model: type[Model], name: str, stored: Any) -> str:
    """A stored value that refers to nothing, in words."""
    found: Any = model._meta.get_field(name)
    value = found.to_python(stored)
    if found.choices:
        return str(dict(found.choices).get(value, value))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if found.get_internal_type() == "DateTimeField":
        return formats.moment_of(value)
    if isinstance(value, date):
        return formats.full_date(value)
    if isinstance(value, Decimal):
        return formats.number(value, 2 if isinstance(found, MoneyField) else None)
    return str(value)


def field_label(model: type[RecordModel], name: str) -> str:
    """The name of a field as people see it."""
    label = (
        LINK_LABELS[name] if name in tracked.link_fields else getattr(model._meta.get_field(name), "verbose_name", name)
    )
    return capital(label)


def who(event: Event) -> str:
    """Who did it, in words."""
    return event.actor.full_name if event.actor else _("System")


def draw(told: Sequence[Told]) -> list[dict[str, Any]]:
    """Timeline items by day, newest first, as `partials/timeline_items.html` takes them."""
    days: list[dict[str, Any]] = []
    today = formats.viewer_today()
    noted = {one.event.change_set_id for one in told if one.event.kind.endswith(".noted")}
    for one in told:
        if one.event.kind.endswith(".file_added") and one.event.change_set_id in noted:
            continue  # its note names the file
        day = timezone.localtime(one.event.at).date()
        label = "" if day == today else formats.long_date(day)
        if not days or days[-1]["day"] != day:
            days.append({"day": day, "label": label, "items": []})
        days[-1]["items"].append(_item(one))
    return days


def _item(one: Told) -> dict[str, Any]:
    event = one.event
    time, name = formats.time_of(event.at), who(event)
    where = f"{one.kind.label}: {one.title}" if one.kind and one.title else ""
    if event.kind.endswith((".noted", ".file_added")):
        files = event.data.get("_files") or (
            [{"id": event.data["_file"], "name": event.data["_name"]}] if "_file" in event.data else []
        )
        return {
            "kind": "box", "icon": "note" if event.kind.endswith(".noted") else "paperclip", "who": name,
            "what": where or ("" if event.data.get("_text") else words_of(event.kind)), "time": time,
            "text": event.data.get("_text", ""),
            "files": [{"name": f["name"], "url": reverse("files:serve", args=[f["id"], f["name"]])} for f in files],
        }  # fmt: skip
    return {"kind": "line", "text": _line(one, name, where), "time": time, "changes": one.changes}


def _line(one: Told, name: str, where: str) -> str:
    verb = one.event.kind.rpartition(".")[2]
    text: str = one.event.data.get("_text", "")
    if verb == "changed" and one.changes:
        count = len(one.changes)
        counted = ngettext("%(who)s changed %(count)s field", "%(who)s changed %(count)s fields", count)
        fields = ", ".join(change["field"].lower() for change in one.changes)
        said = f"{counted % {'who': name, 'count': count}}: {fields}"
    elif verb == "moved" and one.changes:
        said = f"{one.changes[0]['old']} → {one.changes[0]['new']} · {name}"
    else:
        said = f"{words_of(one.event.kind)} · {name}"
    return " · ".join(part for part in (where, said, text) if part)


def entries(told: Sequence[Told]) -> list[dict[str, Any]]:
    """History entries by day, as `partials/history_list.html` takes them."""
    days: list[dict[str, Any]] = []
    for one in told:
        day = timezone.localtime(one.event.at).date()
        if not days or days[-1]["day"] != day:
            days.append({"day": day, "label": formats.long_date(day), "entries": []})
        actor = one.event.actor
        person = {
            "name": who(one.event),
            "initials": actor.initials if actor else "",
            "tint": actor.tint if actor else 0,
        }
        days[-1]["entries"].append({
            "who": person, "text": words_of(one.event.kind), "time": formats.time_of(one.event.at),
            "iso": one.event.at.isoformat(), "via": one.event.get_via_display(), "changes": one.changes,
        })  # fmt: skip
    return days


def sign(pk: int) -> str:
    """A place in a timeline, for the address."""
    return Signer(salt="timeline").sign(str(pk))


def unsign(text: str) -> int | None:
    """The place behind a signed text; None for an empty one. Raises `BadFilter` for a forged one."""
    if not text:
        return None
    try:
        return int(Signer(salt="timeline").unsign(text))
    except (BadSignature, ValueError):
        raise BadFilter(part="before") from None
