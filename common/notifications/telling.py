"""From what happened to who is told: read from the log after the change, and what time brings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q

from common import clock
from common.changes.models import Undo
from common.events.models import Event
from common.jobs.models import Job
from common.kinds.models import RecordModel
from common.kinds.words import fold
from common.notifications import hours, selectors, services
from common.notifications.models import Kind, Preferences
from common.organisation.selectors import subtree
from common.people.models import Membership, User
from common.records import registry
from common.spine.models import Record

MENTION = re.compile(r"(?<![\w@.])@([\w.+-]*\w)")
PARTS = ("owner", "coowners", "assignees", "shared_with")
SIGHT = frozenset({*PARTS, "department"})
UNDONE = ".undone"
EXCERPT = 400
MOST_NAMED, MOST_TOLD = 50, 500
HEARD = frozenset({"noted", "called", "file_added", "moved", "closed", "reopened"})
"""What followers hear of: not each field that changes."""
EARLIEST, LATEST = 8, 20
"""The hours of a person's day in which due steps are told; later than that it can wait for tomorrow."""
OVERLAP = timedelta(minutes=2)


@dataclass(frozen=True)
class DueStep:
    """A step of somebody: which record it is of, what it says, and its day."""

    record: RecordModel
    text: str
    on: date


Steps = Callable[[User, date, date], Iterable[DueStep]]
_steps: list[Steps] = []


def steps(load: Steps) -> None:
    """Tell people of their steps: `load(user, first, last)` gives those of these days."""
    _steps.append(load)


def taken_in(event: Event) -> dict[int, str]:
    """The people an event made owner or member, and as what, without who did it."""
    found: dict[int, str] = {}
    for name in reversed(PARTS):
        if name not in event.data:
            continue
        old, new = (side if isinstance(side, list) else [side] for side in event.data[name])
        found |= {pk: name for pk in new if pk is not None and pk not in old and pk != event.actor_id}
    return found


def is_assigned(event: Event) -> bool:
    """Whether an event may be news for somebody it names: what the product makes is told by what makes it."""
    if event.kind.endswith(UNDONE) or (event.kind.endswith(".created") and event.actor_id is None):
        return False
    return bool(taken_in(event))


def is_mentioned(event: Event) -> bool:
    """Whether a note or a call names somebody."""
    return event.kind.endswith((".noted", ".called")) and bool(MENTION.search(event.data.get("_text", "")))


def is_taken_back(event: Event) -> bool:
    """Whether what was told may be wrong from now on, or no longer this person's to know; of what is new nobody was."""
    if event.kind.endswith(".created"):
        return False
    return event.kind.endswith(UNDONE) or not SIGHT.isdisjoint(event.data)


def tell_assigned(event: Event) -> None:
    """Somebody owns a record now, or takes part in it."""
    obj = _record_of(event)
    if obj is None or obj.parent_field is not None:
        return
    named = taken_in(event)
    people = User.objects.in_bulk(list(named))
    for name in dict.fromkeys(named.values()):
        services.tell(
            [user for pk, user in people.items() if named[pk] == name], Kind.ASSIGNED,
            f"event:{event.pk}:{Kind.ASSIGNED}", record=obj, event=event.pk, actor=event.actor, detail={"as": name},
            bundle=f"{event.change_set_id}:{obj._meta.label_lower}:{name}",
        )  # fmt: skip


def mentioned(text: str) -> list[User]:
    """The people a note names: first those by their user name, then those by the handle of a department they or
    theirs belong to; no more than `MOST_TOLD`.
    """
    names = {name.casefold() for name in MENTION.findall(text)[:MOST_NAMED]}
    if not names:
        return []
    active = User.objects.filter(is_active=True)
    people = list(active.filter(reduce(or_, (Q(username__iexact=name) for name in names))).order_by("pk"))
    handles = {fold(name) for name in names} - {fold(user.username) for user in people}
    places = subtree(frozenset(pk for pk, known in selectors.handles().items() if known & handles))
    if places:
        guests = Membership.objects.filter(department__in=places).values("user")
        team = active.filter(Q(department__in=places) | Q(pk__in=guests)).exclude(pk__in=[user.pk for user in people])
        people += team.order_by("pk")[: MOST_TOLD - len(people)]
    return people


def tell_mentioned(event: Event) -> None:
    """Somebody is named in a note or a call, by user name or by team. They follow the record from then on."""
    obj, text = _record_of(event), event.data.get("_text", "")
    if obj is not None:
        services.tell(
            mentioned(text), Kind.MENTION, f"event:{event.pk}:mention", record=obj, event=event.pk,
            actor=event.actor, detail={"text": text[:EXCERPT]}, follows=True,
        )  # fmt: skip


def is_followed(event: Event) -> bool:
    """Whether an event is something that followers of its record hear of."""
    return event.kind.rpartition(".")[2] in HEARD


def tell_followers(event: Event) -> None:
    """Something happened to a record that people follow; who is named in the note, and wants to hear that, is told that
    instead.
    """
    obj, text = _record_of(event), event.data.get("_text", "")
    if obj is None or (event.kind.endswith(".file_added") and _is_with_note(event)):
        return
    named = services.wanting([user.pk for user in mentioned(text)], Kind.MENTION)
    services.tell(
        services.followers(obj).exclude(pk__in=named), Kind.FOLLOWED, f"event:{event.pk}:followed",
        record=obj, event=event.pk, actor=event.actor, detail={"kind": event.kind, "text": text[:EXCERPT]},
    )  # fmt: skip


def _is_with_note(event: Event) -> bool:
    return Event.objects.filter(
        change_set=event.change_set_id, subject=event.subject_id, kind__endswith=".noted"
    ).exists()


def take_back(event: Event) -> None:
    """An act was undone, or a record went to others."""
    if event.kind.endswith(UNDONE):
        undo = Undo.objects.filter(made=event.change_set_id).first()
        if undo is not None:
            services.withdraw_undone(undo.of_id)
    obj = _record_of(event)
    if obj is not None:
        services.withdraw_unseen(obj)


def _record_of(event: Event) -> RecordModel | None:
    """The record of an event, if it is not in the bin."""
    key = Record.objects.filter(pk=event.subject_id or 0).values_list("type", flat=True).first()
    kind = registry.find(key or "")
    found: RecordModel | None = kind.model.objects.filter(pk=event.subject_id).first() if kind else None
    return found


def tell_jobs(since: datetime | None) -> None:
    """Background work that somebody asked for came to its end since the last turn."""
    if since is None:
        return
    ended = Q(done_at__gte=since - OVERLAP) | Q(failed_at__gte=since - OVERLAP)
    for job in Job.objects.filter(ended, cancelled="").exclude(by=None).select_related("by"):
        detail = {"job": job.handler, "done": job.done_at is not None, "url": job.result_url}
        services.tell([job.by] if job.by else [], Kind.JOB, f"job:{job.pk}:{job.attempts}", detail=detail)


def tell_due(_since: datetime | None) -> None:
    """Each person, once a day and in their own morning: the steps that are due today or became late."""
    for user in User.objects.filter(is_active=True):
        here = clock.now().astimezone(hours.zone_of(user))
        if not EARLIEST <= here.hour < LATEST:
            continue
        wishes, _new = Preferences.objects.get_or_create(user=user)
        today = here.date()
        if wishes.due_on == today:
            continue
        for load in _steps:
            for step in load(user, today - timedelta(days=1), today):
                _tell_step(user, step, today)
        Preferences.objects.filter(user=user).update(due_on=today)


def _tell_step(user: User, step: DueStep, today: date) -> None:
    late = step.on < today
    key = f"step:{step.record.pk}:{step.on}:{'late' if late else 'due'}"
    detail = {"text": step.text[:EXCERPT], "late": late}
    services.tell([user], Kind.DUE, key, record=step.record, detail=detail)
