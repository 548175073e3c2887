"""The only clock: every "now" and "today" of the product comes from here.

`KONTOR_CLOCK_OFFSET` (seconds) moves it in tests and demonstrations.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.conf import settings

_stopped_at: ContextVar[datetime | None] = ContextVar("clock_stopped_at", default=None)


def now() -> datetime:
    """The current moment, aware, in UTC."""
    stopped = _stopped_at.get()
    return stopped or datetime.now(UTC) + timedelta(seconds=settings.CLOCK_OFFSET_SECONDS)


@contextmanager
def stopped(at: datetime) -> Iterator[None]:
    """Stop the clock at a moment for the block: demonstration histories and tests."""
    token = _stopped_at.set(at)
    try:
        yield
    finally:
        _stopped_at.reset(token)


def today(zone: tzinfo | str) -> date:
    """The current date in `zone` (an IANA name or a tzinfo)."""
    return now().astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone).date()


def start_of_day(day: date, zone: tzinfo | str) -> datetime:
    """The moment `day` begins in `zone`, aware, in UTC."""
    place = ZoneInfo(zone) if isinstance(zone, str) else zone
    return datetime(day.year, day.month, day.day, tzinfo=place).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The first day of the month `months` after (or before) that of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return add_months(day, 1) - timedelta(days=1)
