from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.jobs import services as jobs
from common.jobs.models import Job
from common.kinds import formats
from common.kinds.errors import NotVisible
from common.kinds.models import RecordModel
from common.kinds.words import fold
from common.notifications.models import Attention, Kind, Notification
from common.organisation.selectors import departments
from common.people.models import User
from common.people.selectors import active_people
from common.policy import selectors as policy
from common.policy.principal import Principal
from common.records import registry, timeline
from common.records.addresses import record_at
from common.records.declaring import Viewer

SHOWN, MENTIONABLE = 100, 6
FILTERS: dict[str, tuple[str, ...]] = {
    "mentions": (Kind.MENTION,), "followed": (Kind.FOLLOWED,), "assigned": (Kind.ASSIGNED, Kind.REQUEST),
    "due": (Kind.DUE,), "system": (Kind.JOB,),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One notification in words. `text`: what was written; `answers`: the user name of who wrote it."""

    row: Notification
    words: str
    text: str = ""
    answers: str = ""


@dataclass
class Group:
    """The notifications of one record, or one that is of none, newest first."""

    title: str
    url: str
    icon: str
    obj: RecordModel | None
    lines: list[Line] = field(default_factory=list)

    @property
    def is_unread(self) -> bool:
        """Whether one of them is not read."""
        return any(line.row.read_at is None for line in self.lines)


def unread(principal: Principal) -> QuerySet[Any, Any]:
    """What a person has not read, of records that are not in the bin."""
    alive = Q(record=None) | Q(record__deleted_at=None)
    return Notification.objects.filter(alive, user=principal.user_id, read_at=None)


def newest(user: User, chosen: str = "", *, only_unread: bool = False, before: int | None = None) -> list[Notification]:
    """The newest notifications of a person, of one filter or all, older than `before`; one more than are shown."""
    rows = Notification.objects.filter(user=user)
    if chosen in FILTERS:
        rows = rows.filter(kind__in=FILTERS[chosen])
    if only_unread:
        rows = rows.filter(read_at=None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("actor").order_by("-pk")[: SHOWN + 1])


def attention(user: User, records: Iterable[int]) -> dict[int, str]:
    """What a person wants to hear of these records, where it is not the usual."""
    rows = Attention.objects.filter(user=user, record__in=list(records))
    return dict(rows.values_list("record_id", "level"))


def grouped(viewer: Viewer, rows: Sequence[Notification]) -> list[Group]:
    """Notifications by record; those of records the person does not see any more are left out."""
    seen = timeline.visible_records({row.record_id for row in rows if row.record_id}, viewer)
    groups: dict[object, Group] = {}
    for row in rows:
        obj = seen.get(row.record_id or 0)
        if row.record_id and (obj is None or obj.deleted_at is not None):
            continue
        place: object = row.record_id or ("row", row.pk)
        if place not in groups:
            groups[place] = _group(row, obj)
        groups[place].lines.append(_line(row, obj))
    return list(groups.values())


def _line(row: Notification, obj: RecordModel | None) -> Line:
    text = str(row.detail.get("text", ""))
    is_written = obj is not None and text and row.actor is not None
    return Line(row, words_of(row), text, row.actor.username if is_written and row.actor else "")


def _group(row: Notification, obj: RecordModel | None) -> Group:
    if obj is None and "count" in row.detail:
        kind = registry.get(row.detail["type"])
        return Group(str(kind.label_plural), f"{kind.url('list')}?f=mine.is:me", kind.icon, None)
    if obj is None:
        title = jobs.label_of(Job(handler=row.detail.get("job", "")))
        return Group(title, row.detail.get("url") or reverse("jobs:list"), "clock-play", None)
    kind = registry.of(obj)
    return Group(obj.title, kind.page_url(obj), kind.icon, obj)


def words_of(row: Notification) -> str:
    """What happened, in the reader's words."""
    if row.kind == Kind.MENTION:
        return _("%(who)s mentions you") % {"who": _who(row)}
    if row.kind == Kind.ASSIGNED:
        return _assigned(row)
    if row.kind == Kind.FOLLOWED:
        return _("%(who)s: %(what)s") % {"who": _who(row), "what": timeline.words_of(row.detail["kind"])}
    if row.kind == Kind.REQUEST:
        return _("New request")
    if row.kind == Kind.DUE:
        return _("Your step is late") if row.detail.get("late") else _("Your step is due today")
    return _("Done") if row.detail.get("done") else _("Failed")


def _assigned(row: Notification) -> str:
    if count := row.detail.get("count"):
        said_many = {
            "owner": ngettext("%(who)s gave you %(count)s record", "%(who)s gave you %(count)s records", count),
            "coowners": ngettext(
                "%(who)s made you co-owner of %(count)s record", "%(who)s made you co-owner of %(count)s records", count
            ),
            "assignees": ngettext(
                "%(who)s assigned you to %(count)s record", "%(who)s assigned you to %(count)s records", count
            ),
            "shared_with": ngettext(
                "%(who)s shared %(count)s record with you", "%(who)s shared %(count)s records with you", count
            ),
        }  # fmt: skip
        return said_many[row.detail["as"]] % {"who": _who(row), "count": formats.number(count)}
    said = {
        "owner": _("%(who)s gave it to you"), "coowners": _("%(who)s made you co-owner"),
        "assignees": _("%(who)s assigned you"), "shared_with": _("%(who)s shared it with you"),
    }  # fmt: skip
    return said[row.detail.get("as", "owner")] % {"who": _who(row)}


def _who(row: Notification) -> str:
    return row.actor.full_name if row.actor else _("System")


def visible_at(address: str, viewer: Viewer) -> RecordModel:
    """The record whose page has this address, as the person sees it. Raises `NotVisible`."""
    found = record_at(address)
    if found is None or not viewer.principal.may(found[0].key, "view"):
        raise NotVisible
    kind, pk = found
    obj: RecordModel = policy.get_visible(kind.model.objects.get_queryset(), viewer.principal, pk)
    return obj


def handles() -> dict[int, set[str]]:
    """By department, what it can be mentioned by: its name in any language, folded, its words joined by hyphens."""
    return {
        department.pk: {handle_of(name) for name in (department.name, *department.names.values()) if name}
        for department in departments()
    }


def handle_of(name: str) -> str:
    """`sales-dach` of "Sales DACH"."""
    return "-".join(re.findall(r"[^\W_]+", fold(name)))


def _teams(typed: str) -> list[dict[str, Any]]:
    """Departments whose name has a word that begins so."""
    found = []
    for department in departments():
        label, handle = department.label, handle_of(department.label)
        if handle and (handle.startswith(typed) or any(word.startswith(typed) for word in fold(label).split())):
            found.append({"value": handle, "label": label, "pk": "", "sees": True, "may_share": False, "person": None})
    return found


def mentionable(viewer: Viewer, obj: RecordModel, typed: str) -> list[dict[str, Any]]:
    """People and teams whose name or user name begins so; of people, whether they see the record, and whether it can be
    shared with them.
    """
    words = fold(typed)
    found = [
        user
        for user in active_people().exclude(pk=viewer.user.pk)
        if any(word.startswith(words) for word in fold(f"{user.username} {user.full_name}").split())
        or fold(user.full_name).startswith(words)
    ][:MENTIONABLE]
    may_share = "shared_with" in obj.link_fields and policy.may(viewer.principal, obj, "change")
    people = [
        {
            "value": user.username, "label": user.full_name, "pk": user.pk, "sees": policy.may(user, obj, "view"),
            "may_share": may_share, "person": {"name": user.full_name, "initials": user.initials, "tint": user.tint},
        }
        for user in found
    ]  # fmt: skip
    return [*people, *_teams(words)][:MENTIONABLE]
