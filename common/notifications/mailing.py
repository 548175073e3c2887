"""The mails of notifications: one for a burst about one record, one for many records at once, or one a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from common import clock
from common.delivery import services as delivery
from common.notifications import hours, selectors, services
from common.notifications.models import Notification
from common.notifications.selectors import Group
from common.people.models import User
from common.policy.principal import principal_of
from common.records.declaring import Viewer

MOST = 2000
MOST_APART, MOST_TOLD = 5, 50
"""About more records than these at once somebody gets one mail; so many of them it tells of."""


def send_due(_since: datetime | None = None) -> None:
    """Mail what is due: unread, still to be seen, and not in anybody's quiet hours."""
    now = clock.now()
    due = _unsent().filter(mail_due_at__lte=now).order_by("mail_due_at")
    people = _places(list(due.values_list("user_id", "record_id", "bundle")[:MOST]))
    wishes = services.wishes_of(people)
    for user in User.objects.filter(pk__in=people):
        until = hours.end_of_quiet(wishes[user.pk], hours.zone_of(user), now)
        if until > now:
            _unsent().filter(user=user, mail_due_at__lte=now).update(mail_due_at=until)
            continue
        if wishes[user.pk].digest_hour is not None or len(people[user.pk]) > MOST_APART:
            _send(user, {})
            continue
        for name, value in people[user.pk]:
            _send(user, {name: value})


def _unsent() -> QuerySet[Notification]:
    rows: QuerySet[Notification] = Notification.objects.filter(mail_due_at__isnull=False, mailed_at=None)
    return rows


def _places(due: Sequence[tuple[int, int | None, str]]) -> dict[int, set[tuple[str, Any]]]:
    """What each person gets a mail of: a record, or a bundle of many."""
    sizes = Counter((user_id, bundle) for user_id, _record, bundle in due if bundle)
    people: dict[int, set[tuple[str, Any]]] = defaultdict(set)
    for user_id, record_id, bundle in due:
        is_many = sizes[user_id, bundle] > selectors.APART
        people[user_id].add(("bundle", bundle) if is_many else ("record", record_id))
    return people


def _send(user: User, chosen: Mapping[str, Any]) -> None:
    """Claim what is chosen and mail what of it is still worth it, in one transaction: twice run, sent once."""
    now = clock.now()
    with transaction.atomic():
        if not _unsent().filter(user=user, **chosen).update(mailed_at=now):
            return
        wanted = selectors.told(user, only_unread=True).filter(mailed_at=now, **chosen)
        lines = list(selectors.one_of_each(wanted).select_related("actor").order_by("pk"))
        if not user.is_active or not user.email or not lines:
            return
        language = user.language or settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(hours.zone_of(user)):
            groups = selectors.grouped(Viewer(user, principal_of(user)), wanted, lines)
            if groups:
                _write(user, groups, lines[0].pk)


def _write(user: User, groups: Sequence[Group], first: int) -> None:
    host = urlsplit(settings.SITE_URL).hostname
    one = groups[0]
    subject = _("What happened: %(count)s") % {"count": sum(len(group.lines) for group in groups)}
    if len(groups) == 1:
        subject = f"{one.lines[0].words}: {one.title}"
    parts = [_told(group) for group in groups[:MOST_TOLD]]
    if len(groups) > MOST_TOLD:
        parts.append(_("And more: %(url)s") % {"url": _address("/notifications/")})
    record = one.obj if len(groups) == 1 else None
    delivery.send(
        to=user.email, subject=subject, body="\n\n".join([*parts, _footer()]), purpose="notification", record=record,
        message_id=f"<notification-{first}-{user.pk}@{host}>",
    )  # fmt: skip


def _told(group: Group) -> str:
    return "\n".join([group.title, *(_said(line) for line in group.lines), _address(group.url)])


def _said(line: selectors.Line) -> str:
    return f"- {line.words}\n  {line.text}" if line.text else f"- {line.words}"


def _address(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _footer() -> str:
    return _("Choose what you are told: %(url)s") % {"url": _address("/notifications/settings/")}
