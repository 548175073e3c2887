"""When a mail may reach somebody: after a burst, outside their quiet hours, or with the mail of the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from common.notifications.models import Preferences
from common.organisation.selectors import company_zone
from common.people.models import User

BURST = timedelta(minutes=2)
"""What happens to a record within this time comes as one mail."""


def zone_of(user: User) -> ZoneInfo:
    """The time zone a person lives in."""
    return ZoneInfo(user.time_zone or company_zone())


def when_to_mail(wishes: Preferences, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment a mail about what happens now goes out."""
    if wishes.digest_hour is not None:
        return _next(now, time(wishes.digest_hour), zone)
    return end_of_quiet(wishes, zone, now + BURST)


def end_of_quiet(wishes: Preferences, zone: ZoneInfo, moment: datetime) -> datetime:
    """The moment itself, or where it is in somebody's quiet hours, their end."""
    start, end = wishes.quiet_from, wishes.quiet_until
    if start is None or end is None or start == end:
        return moment
    here = moment.astimezone(zone).time()
    quiet = start <= here < end if start < end else here >= start or here < end
    return _next(moment, end, zone) if quiet else moment


def _next(after: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The first moment from `after` on when it is `at` there; an hour the clocks skip is the one after it."""
    day = after.astimezone(zone).date()
    found = _moment(day, at, zone)
    return found if found >= after else _moment(day + timedelta(days=1), at, zone)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
