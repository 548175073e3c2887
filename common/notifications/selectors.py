from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
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
from common.records import filtering, registry, timeline
from common.records.addresses import record_at
from common.records.declaring import Viewer
from common.records.filtering import MINE

SHOWN, MENTIONABLE, TEAMS = 100, 6, 2
"""Notifications of a page; people and teams that are proposed, and how many of these always have room."""
APART = 2
"""Of so many records that one act gives somebody, each stands by itself; more of them are one line."""
FILTERS: dict[str, tuple[str, ...]] = {
    "mentions": (Kind.MENTION,), "followed": (Kind.FOLLOWED,), "assigned": (Kind.ASSIGNED, Kind.REQUEST),
    "due": (Kind.DUE,), "system": (Kind.JOB,),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One notification in words, or a bundle of them. `text`: what was written on a record."""

    row: Notification
    words: str
    is_unread: bool
    text: str = ""


@dataclass
class Group:
    """The notifications of one record, or one that is of none, or a bundle; newest first."""

    title: str
    url: str
    icon: str
    obj: RecordModel | None
    bundle: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def is_unread(self) -> bool:
        """Whether one of them is not read."""
        return any(line.is_unread for line in self.lines)

    @property
    def can_be_answered(self) -> bool:
        """Whether somebody wrote something on the record."""
        return any(line.text for line in self.lines) and self.obj is not None

    @property
    def writer(self) -> str:
        """The user name of who wrote last, if an answer reaches them."""
        actor = next((line.row.actor for line in self.lines if line.text and line.row.actor), None)
        return actor.username if actor is not None and actor.is_active else ""


@dataclass(frozen=True)
class Bundle:
    """How many notifications of a bundle are of records the person sees, and how many of them are not read."""

    type: str
    count: int
    unread: int

    @property
    def is_one_line(self) -> bool:
        """Whether they are too many to stand by record."""
        return self.count > APART


def unread(principal: Principal) -> QuerySet[Any, Any]:
    """What a person has not read, of records that are not in the bin; a bundle once."""
    return one_of_each(_alive().filter(user=principal.user_id, read_at=None))


def _alive() -> QuerySet[Notification]:
    rows: QuerySet[Notification] = Notification.objects.filter(Q(record=None) | Q(record__deleted_at=None))
    return rows


def one_of_each(rows: QuerySet[Notification]) -> QuerySet[Notification]:
    """Of these notifications of one person, the newest of each bundle and all that are in none."""
    newer = rows.filter(bundle=OuterRef("bundle"), pk__gt=OuterRef("pk"))
    return rows.filter(Q(bundle="") | ~Exists(newer))


def told(user: User, chosen: str = "", *, only_unread: bool = False) -> QuerySet[Notification]:
    """What a person was told, of one filter or all."""
    rows = _alive().filter(user=user)
    if chosen in FILTERS:
        rows = rows.filter(kind__in=FILTERS[chosen])
    return rows.filter(read_at=None) if only_unread else rows


def newest(rows: QuerySet[Notification], before: int | None = None) -> list[Notification]:
    """The newest of these, one of each bundle, older than `before`; one more than are shown."""
    found = one_of_each(rows)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.select_related("actor").order_by("-pk")[: SHOWN + 1])


def attention(user: User, records: Iterable[int]) -> dict[int, str]:
    """What a person wants to hear of these records, where it is not the usual."""
    rows = Attention.objects.filter(user=user, record__in=list(records))
    return dict(rows.values_list("record_id", "level"))


def grouped(viewer: Viewer, rows: QuerySet[Notification], shown: Sequence[Notification]) -> list[Group]:
    """Notifications by record, bundles of many in one line; those of records the person does not see any more are left
    out. `shown` are one of each bundle of `rows`.
    """
    bundles = _bundles(viewer, rows, {row.bundle for row in shown if row.bundle})
    many = {key: bundle for key, bundle in bundles.items() if bundle.is_one_line}
    apart = list(_taken_apart(rows, shown, bundles))
    wanted = {row.record_id for row in apart if row.record_id and row.bundle not in many}
    seen = timeline.visible_records(wanted, viewer)
    groups: dict[object, Group] = {}
    for row in apart:
        obj = seen.get(row.record_id or 0)
        if row.bundle in many:
            groups[row.bundle] = _group_of_many(row, many[row.bundle], viewer)
        elif obj is not None or not row.record_id:
            place: object = row.record_id or ("row", row.pk)
            groups.setdefault(place, _group(row, obj)).lines.append(_line(row, obj))
    return list(groups.values())


def _bundles(viewer: Viewer, rows: QuerySet[Notification], keys: Collection[str]) -> dict[str, Bundle]:
    """What the person sees of these bundles; one query for each type of record."""
    mine = rows.filter(bundle__in=keys)
    found: dict[str, Bundle] = {}
    for key in {bundle.split(":")[1] for bundle in keys}:
        visible = registry.get(key).model.objects.get_queryset().for_user(viewer.principal).order_by().values("pk")
        counted = mine.filter(record__type=key, record__in=visible).order_by().values("bundle")
        for row in counted.annotate(count=Count("pk"), unread=Count("pk", filter=Q(read_at=None))):
            found[row["bundle"]] = Bundle(key, row["count"], row["unread"])
    return found


def _taken_apart(
    rows: QuerySet[Notification], shown: Sequence[Notification], bundles: Mapping[str, Bundle]
) -> Iterator[Notification]:
    """`shown`, with all of each bundle that is not drawn as one line, and none that is not to be seen."""
    small = [key for key, bundle in bundles.items() if not bundle.is_one_line]
    apart: dict[str, list[Notification]] = defaultdict(list)
    for row in rows.filter(bundle__in=small).select_related("actor").order_by("-pk"):
        apart[row.bundle].append(row)
    for row in shown:
        if not row.bundle or row.bundle in bundles:
            yield from apart.get(row.bundle, [row])


def _line(row: Notification, obj: RecordModel | None) -> Line:
    return Line(row, words_of(row), row.read_at is None, str(row.detail.get("text", "")))


def _group(row: Notification, obj: RecordModel | None) -> Group:
    if obj is None:
        title = jobs.label_of(Job(handler=row.detail.get("job", "")))
        return Group(title, row.detail.get("url") or reverse("jobs:list"), "clock-play", None)
    kind = registry.of(obj)
    return Group(obj.title, kind.page_url(obj), kind.icon, obj)


def _group_of_many(row: Notification, bundle: Bundle, viewer: Viewer) -> Group:
    kind, part = registry.get(bundle.type), row.detail["as"]
    query = "all=1"
    if part in ("owner", "coowners"):
        query = f"f={MINE}.is:me"
    elif part in filtering.fields_of(kind, viewer):
        query = f"f={part}.in:me"
    line = Line(row, _many_assigned(row, bundle.count), bundle.unread > 0)
    return Group(str(kind.label_plural), f"{kind.url('list')}?{query}", kind.icon, None, row.bundle, [line])


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


def _many_assigned(row: Notification, count: int) -> str:
    said = {
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
    return said[row.detail["as"]] % {"who": _who(row), "count": formats.number(count)}


def _assigned(row: Notification) -> str:
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


def _teams(typed: str, people: Iterable[User]) -> list[dict[str, Any]]:
    """Departments whose name has a word that begins so, by a handle that is nobody's user name."""
    taken = {fold(user.username) for user in people}
    found = []
    for department in departments():
        label = department.label
        own = (handle_of(name) for name in (label, department.name, *department.names.values()))
        handle = next((handle for handle in own if handle and handle not in taken), "")
        if handle and any(word.startswith(typed) for word in (handle, handle_of(label), *fold(label).split())):
            found.append({"value": handle, "label": label, "pk": "", "sees": True, "may_share": False, "person": None})
    return found


def mentionable(viewer: Viewer, obj: RecordModel, typed: str) -> list[dict[str, Any]]:
    """People and teams whose name or user name begins so; of people, whether they see the record, and whether it can be
    shared with them.
    """
    words, everybody = fold(typed), list(active_people())
    teams = _teams(words, everybody)
    found = [user for user in everybody if user.pk != viewer.user.pk and _is_called(user, words)]
    found = found[: MENTIONABLE - min(len(teams), TEAMS)]
    seeing = policy.who_may(found, obj, "view")
    may_share = "shared_with" in obj.link_fields and policy.may(viewer.principal, obj, "change")
    people = [
        {
            "value": user.username, "label": user.full_name, "pk": user.pk, "sees": user.pk in seeing,
            "may_share": may_share, "person": {"name": user.full_name, "initials": user.initials, "tint": user.tint},
        }
        for user in found
    ]  # fmt: skip
    return [*people, *teams][:MENTIONABLE]


def _is_called(user: User, typed: str) -> bool:
    words = fold(f"{user.username} {user.full_name}").split()
    return fold(user.full_name).startswith(typed) or any(word.startswith(typed) for word in words)
