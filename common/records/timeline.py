"""What happened to a record, for its timeline and its history page. Asks the policy about every subject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.signing import BadSignature, Signer
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from common.changes import values as tracked
from common.events.models import Event, EventLink, Via
from common.kinds import dictionary, formats
from common.kinds.models import RecordModel
from common.kinds.words import capital
from common.money.models import MoneyField
from common.policy import scopes
from common.policy import selectors as policy
from common.records import calls, registry
from common.records.declaring import RecordType, Viewer, Words
from common.records.errors import BadFilter
from common.records.fieldkinds import LINK_LABELS
from common.spine.models import Record

SIZE = 20
VERBS: dict[str, Words] = {
    "created": gettext_lazy("Created"), "changed": gettext_lazy("Changed"), "removed": gettext_lazy("Moved to the bin"),
    "restored": gettext_lazy("Restored from the bin"), "transferred": gettext_lazy("Given to somebody else"),
    "taken": gettext_lazy("Taken"),
    "file_added": gettext_lazy("File added"), "file_removed": gettext_lazy("File removed"),
    "noted": gettext_lazy("Note"), "called": pgettext_lazy("event", "Call"), "undone": gettext_lazy("Undone"),
    "purged": gettext_lazy("Deleted for good"),
    "merged": gettext_lazy("Merged with a duplicate"),
    "cut_off": gettext_lazy("Cut off from what was deleted for good"),
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
    other: str = ""
    """Who was at the other end of a call."""


def placed_on(
    obj: RecordModel, viewer: Viewer, joined: Sequence[int], before: int | None = None, size: int = SIZE
) -> tuple[list[Told], int]:
    """The newest events on a record's timeline that the person may see, and where to go on (0: the end).

    `joined`: the keys of the record and of what was merged into it.
    """
    links = EventLink.objects.filter(record_id__in=joined).order_by("-at", "-event")
    links = links.select_related("event__actor", "event__subject")
    if before:
        anchor = EventLink.objects.filter(pk=before, record_id__in=joined).values("at", "event_id").first()
        if anchor is None:
            raise BadFilter(part="before")
        links = links.filter(at__lte=anchor["at"]).exclude(at=anchor["at"], event_id__gte=anchor["event_id"])
    page = list(links[: size + 1])
    more = page[size - 1].pk if len(page) > size else 0
    events = {link.event_id: link.event for link in page[:size]}  # one may stand on several of the merged
    return tell(list(events.values()), viewer, obj), more


def about(obj: RecordModel, viewer: Viewer, only: Mapping[str, str], size: int = 200) -> list[Told]:
    """The events of the record itself, for its history page; filtered by person, field and way."""
    events = Event.objects.filter(subject_id=obj.pk).select_related("actor", "subject", "change_set").order_by("-id")
    if only.get("who", "").isdecimal():
        events = events.filter(actor_id=int(only["who"][:17]))
    if only.get("via") in Via.values:
        events = events.filter(via=only["via"])
    if only.get("field") in tracked.field_names(type(obj)):
        events = events.filter(data__has_key=only["field"])
    return tell(list(events[:size]), viewer, obj)


def tell(events: Sequence[Event], viewer: Viewer, here: RecordModel) -> list[Told]:
    """The visible ones of these events, with their readable changes; two queries for any number."""
    others = {event.subject for event in events if event.subject is not None and event.subject_id != here.pk}
    pairs = [(registry.get(subject.type).model, subject.pk) for subject in others]
    other_ends = {event.pk: pair for event in events if (pair := calls.other_of(event))}
    pairs += other_ends.values()
    visible = {here.pk} | policy.visible_keys(viewer.principal, pairs, with_bin=True)
    shown = [(event, event.subject) for event in events if event.subject is not None and event.subject_id in visible]
    sayer = Sayer([
        (registry.get(subject.type).model, name, side)
        for event, subject in shown for name, pair in event.changes().items() for side in pair
    ], viewer, named=[pair for pair in pairs if pair[1] in visible])  # fmt: skip
    told = []
    for event, subject in shown:
        kind = registry.get(subject.type)
        rights = scopes.fields(viewer.principal, kind.model)
        changes = sayer.changes(event, kind.model, rights)
        title = sayer.titles.get(subject.pk, "") if subject.pk != here.pk else ""
        other = other_ends.get(event.pk, (None, 0))[1]
        told.append(Told(event, kind, title, changes, sayer.titles.get(other, "") if other in visible else ""))
    return told


def titles(wanted: Iterable[tuple[type[RecordModel], int]], viewer: Viewer) -> dict[int, str]:
    """What these records are called: by the spine in one query, or as the viewer may read them, one for each type."""
    by_model: dict[type[RecordModel], set[int]] = defaultdict(set)
    for model, key in wanted:
        by_model[model].add(key)
    if not viewer.principal.hides_contacts:
        keys = [key for found in by_model.values() for key in found]
        return dict(Record.objects.filter(pk__in=keys).values_list("pk", "title")) if keys else {}
    return {
        row.pk: row.title for model, keys in by_model.items() for row in as_named(model, viewer).filter(pk__in=keys)
    }


def visible_records(pks: Iterable[int], viewer: Viewer) -> dict[int, RecordModel]:
    """Those of these records that the person may see, in the bin or not; one query for each type."""
    by_type: dict[str, list[int]] = defaultdict(list)
    for pk, key in Record.objects.filter(pk__in=pks).values_list("pk", "type"):
        by_type[key].append(pk)
    found: dict[int, RecordModel] = {}
    for key, keys in by_type.items():
        rows = registry.get(key).model.everything.get_queryset().filter(pk__in=keys)
        found |= {row.pk: row for row in rows.for_user(viewer.principal)}
    return found


class Sayer:
    """Says stored values in words, looking up at once what all of a page refer to.

    Records are named by their row of the spine, or as the viewer may read them, everything else from the process
    dictionary. `only_visible`: records the viewer may not see are not named. `named`: records to look up with them.
    """

    def __init__(
        self, stored: Iterable[tuple[type[RecordModel], str, Any]], viewer: Viewer, *, only_visible: bool = False,
        named: Sequence[tuple[type[RecordModel], int]] = (),
    ) -> None:  # fmt: skip
        self.hides = viewer.principal.hides_contacts
        wanted: set[tuple[type[RecordModel], int]] = set(named)
        for model, name, side in stored:
            target = _target(model, name)
            if target is not None and issubclass(target, RecordModel) and side is not None:
                wanted.update((target, key) for key in (side if isinstance(side, list) else [side]))
        keys = {key for _model, key in wanted}
        if only_visible:
            keys = policy.visible_keys(viewer.principal, wanted, with_bin=True)
        self.titles = titles(((model, key) for model, key in wanted if key in keys), viewer)

    def names(self, target: type[Any]) -> Mapping[Any, object]:
        """The rows of what is referred to, by key."""
        if issubclass(target, RecordModel):
            return self.titles
        return dictionary.lookup(f"timeline.{target._meta.label_lower}", target._base_manager.in_bulk)

    def say(self, model: type[RecordModel], name: str, stored: Any, label: str | None) -> str:
        if stored in (None, "", []):
            return ""
        target = _target(model, name)
        if target is not None:
            names = self.names(target)
            keys = stored if isinstance(stored, list) else [stored]
            return ", ".join(str(names.get(key) or label or "?") for key in keys)
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
    except FieldDoesNotExist:
        return None  # a field that is archived, or gone with an older version


def say_plain(model: type[Model], name: str, stored: Any) -> str:
    """A stored value that refers to nothing, in words."""
    found: Any = tracked.field_of(model, name)
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
        LINK_LABELS[name]
        if name in tracked.link_fields
        else getattr(tracked.field_of(model, name), "verbose_name", name)
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
    if calls.is_call(event):
        return {
            "kind": "box", "icon": "phone", "who": name, "what": where, "time": time,
            "title": calls.said(event, one.other), "text": event.data["_text"],
        }  # fmt: skip
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


def entries(told: Sequence[Told], undo_urls: Mapping[int, str]) -> list[dict[str, Any]]:
    """History entries by day, as `partials/history_list.html` takes them; `undo_urls` by change set."""
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
            "undo_url": undo_urls.get(one.event.change_set_id, ""),
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
