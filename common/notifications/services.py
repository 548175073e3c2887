from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from common import clock
from common.kinds import dictionary
from common.kinds.models import RecordModel
from common.notifications import hours
from common.notifications.models import Attention, Channel, Notification, Preferences
from common.people.models import User
from common.policy import selectors as policy
from common.policy.principal import principal_of
from common.records import registry

KEPT_READ, KEPT = timedelta(days=30), timedelta(days=180)


@dictionary.held()
def tell(
    users: Iterable[User], kind: str, key: str, *, record: RecordModel | None = None, event: int | None = None,
    actor: User | None = None, detail: Mapping[str, Any] | None = None, bundle: str = "", mails_itself: bool = False,
    follows: bool = False,
) -> list[User]:  # fmt: skip
    """Tell people something, each once for a `key`: those who may sign in and see the record, want to know, and did
    not do it themselves. With `mails_itself` the caller mails those it gets back, who want a mail now. `follows`: who
    is told hears of the record from then on.
    """
    people = [user for user in users if user.is_active and (actor is None or user.pk != actor.pk)]
    if record is not None:
        people = _let_in(people, record)
    wishes, now, told, mail_now = wishes_of([user.pk for user in people]), clock.now(), [], []
    for user in people:
        channel = wishes[user.pk].channel(kind)
        if channel == Channel.OFF:
            continue
        due = hours.when_to_mail(wishes[user.pk], hours.zone_of(user), now) if channel == Channel.MAIL else None
        at_once = mails_itself and due is not None and due <= now + hours.BURST
        told.append(Notification(
            user=user, key=key, kind=kind, record_id=record.pk if record else None, event_id=event, actor=actor,
            detail=dict(detail or {}), bundle=bundle, at=now, mail_due_at=None if at_once else due,
        ))  # fmt: skip
        if at_once:
            mail_now.append(user)
    Notification.objects.bulk_create(told, ignore_conflicts=True)
    if follows and record is not None:
        _begin_following([row.user_id for row in told], record)
    return mail_now


def _let_in(people: Sequence[User], record: RecordModel) -> list[User]:
    """Those who see the record and did not mute it."""
    muted = set(_attending(record, Attention.Level.MUTED).filter(user__in=people).values_list("user", flat=True))
    seeing = policy.who_may(people, record, "view")
    return [user for user in people if user.pk in seeing and user.pk not in muted]


def _begin_following(people: Iterable[int], record: RecordModel) -> None:
    level = Attention.Level.FOLLOWED
    rows = [Attention(user_id=pk, record_id=record.pk, level=level) for pk in people]
    Attention.objects.bulk_create(rows, ignore_conflicts=True)


def _attending(record: RecordModel, level: str) -> QuerySet[Attention]:
    return Attention.objects.filter(record=record.pk, level=level)


def followers(record: RecordModel) -> QuerySet[User]:
    """Who wants to hear what happens to a record."""
    people: QuerySet[User] = User.objects.filter(pk__in=_attending(record, Attention.Level.FOLLOWED).values("user"))
    return people


def wishes_of(users: Iterable[int]) -> dict[int, Preferences]:
    """The preferences of people, those of who chose nothing too."""
    keys = list(users)
    found = Preferences.objects.in_bulk(keys)
    return {key: found.get(key) or Preferences(user_id=key) for key in keys}


def wanting(users: Iterable[int], kind: str) -> set[int]:
    """Those of these people who want to be told things of this kind."""
    return {pk for pk, wishes in wishes_of(users).items() if wishes.channel(kind) != Channel.OFF}


def mark(user: User, *, read: bool, keys: Sequence[int] = (), bundle: str = "", record: int | None = None) -> int:
    """Mark notifications read or unread: a bundle, or these, or all of a record, or else all; how many changed."""
    rows = Notification.objects.filter(user=user, read_at__isnull=read)
    if bundle:
        rows = rows.filter(bundle=bundle)
    elif keys:
        rows = rows.filter(pk__in=keys)
    elif record is not None:
        rows = rows.filter(record=record)
    return rows.update(read_at=clock.now() if read else None)


def attend(user: User, record: RecordModel, level: str) -> None:
    """Tell this person more of a record, nothing more (what is unread of it is read), or without a level the usual."""
    if not level:
        Attention.objects.filter(user=user, record=record.pk).delete()
        return
    Attention.objects.update_or_create(user=user, record_id=record.pk, defaults={"level": level})
    if level == Attention.Level.MUTED:
        mark(user, read=True, record=record.pk)


def withdraw_undone(change_set: int) -> None:
    """An act was undone: what was told of it was not so."""
    Notification.objects.filter(event__change_set=change_set).delete()


def withdraw_unseen(record: RecordModel) -> None:
    """Take back what people were told of a record they see no more."""
    rows = Notification.objects.filter(record=record.pk)
    people = User.objects.filter(pk__in=rows.values("user"))
    rows.exclude(user__in=policy.who_may(people, record, "view")).delete()


def forget(record_id: int) -> None:
    """A record is deleted for good."""
    Notification.objects.filter(record=record_id).delete()
    Attention.objects.filter(record=record_id).delete()


def withdraw_hidden() -> None:
    """Take back what is unread of records people see no more, because their roles or departments changed."""
    unread = Notification.objects.filter(read_at=None).exclude(record=None)
    for user in User.objects.filter(pk__in=unread.values("user")):
        mine = unread.filter(user=user)
        types = dict(mine.values_list("record_id", "record__type").distinct())
        pairs = [(registry.get(key).model, pk) for pk, key in types.items()]
        mine.exclude(record__in=policy.visible_keys(principal_of(user), pairs, with_bin=True)).delete()


def tidy(_since: object = None) -> None:
    """Drop what was read a month ago, anything after half a year, and what is hidden now."""
    now = clock.now()
    Notification.objects.filter(Q(read_at__lt=now - KEPT_READ) | Q(at__lt=now - KEPT)).delete()
    withdraw_hidden()


def save_wishes(user: User, values: Mapping[str, Any]) -> None:
    """Keep how a person wants to be told."""
    Preferences.objects.update_or_create(user=user, defaults=dict(values))
