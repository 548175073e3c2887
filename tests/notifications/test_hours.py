"""When a mail goes out: quiet hours and the mail of the day are those of the person's own clock, summer and winter."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.notifications.hours import BURST, end_of_quiet, when_to_mail
from common.notifications.models import Preferences

BERLIN, KOLKATA, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Apia")


def quiet(start: str, end: str) -> Preferences:
    return Preferences(quiet_from=time.fromisoformat(start), quiet_until=time.fromisoformat(end))


@pytest.mark.parametrize(
    ("start", "end", "zone", "moment", "until"),
    [
        ("22:00", "07:00", BERLIN, "2031-01-10T23:30", "2031-01-11T07:00"),
        ("22:00", "07:00", BERLIN, "2031-01-10T03:30", "2031-01-10T07:00"),
        ("22:00", "07:00", BERLIN, "2031-01-10T07:00", "2031-01-10T07:00"),
        ("22:00", "07:00", BERLIN, "2031-01-10T21:59", "2031-01-10T21:59"),
        ("12:00", "13:00", KOLKATA, "2031-01-10T12:10", "2031-01-10T13:00"),
        ("22:00", "22:00", BERLIN, "2031-01-10T22:00", "2031-01-10T22:00"),
        ("22:00", "07:00", APIA, "2031-01-10T23:30", "2031-01-11T07:00"),
        # The night the clocks go forward, and the hour that is not there.
        ("22:00", "07:00", BERLIN, "2031-03-29T23:30", "2031-03-30T07:00"),
        ("22:00", "02:30", BERLIN, "2031-03-29T23:30", "2031-03-30T03:30"),
        # The night they go back.
        ("22:00", "07:00", BERLIN, "2031-10-25T23:30", "2031-10-26T07:00"),
    ],
)  # fmt: skip
def test_quiet_hours_end(start: str, end: str, zone: ZoneInfo, moment: str, until: str) -> None:
    found = end_of_quiet(quiet(start, end), zone, datetime.fromisoformat(moment).replace(tzinfo=zone).astimezone(UTC))
    assert found.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes") == until


def test_a_night_of_the_clocks_is_an_hour_shorter_and_longer() -> None:
    spring = datetime(2031, 3, 29, 22, tzinfo=BERLIN).astimezone(UTC)
    autumn = datetime(2031, 10, 25, 22, tzinfo=BERLIN).astimezone(UTC)
    wishes = quiet("22:00", "07:00")
    assert end_of_quiet(wishes, BERLIN, spring) - spring == timedelta(hours=8)
    assert end_of_quiet(wishes, BERLIN, autumn) - autumn == timedelta(hours=10)


def test_without_wishes_a_mail_waits_for_its_burst() -> None:
    now = datetime(2031, 5, 14, 10, tzinfo=UTC)
    assert when_to_mail(Preferences(), BERLIN, now) == now + BURST


@pytest.mark.parametrize(("hour", "day"), [(7, 14), (8, 14), (9, 15)])
def test_the_mail_of_the_day_comes_at_its_hour(hour: int, day: int) -> None:
    now = datetime(2031, 5, hour and 14, hour, 0, tzinfo=KOLKATA)
    found = when_to_mail(Preferences(digest_hour=8), KOLKATA, now.astimezone(UTC)).astimezone(KOLKATA)
    assert (found.day, found.hour, found.minute) == (day, 8, 0)


ZONES = st.sampled_from([BERLIN, KOLKATA, APIA, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe")])
TIMES = st.times().map(lambda given: given.replace(second=0, microsecond=0))


@given(ZONES, TIMES, TIMES, st.datetimes(datetime(2026, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_no_mail_leaves_in_quiet_hours_nor_waits_longer_than_they_last(
    zone: ZoneInfo, start: time, end: time, moment: datetime
) -> None:
    wishes = Preferences(quiet_from=start, quiet_until=end)
    found = end_of_quiet(wishes, zone, moment)
    assert moment <= found <= moment + timedelta(hours=26)
    if found != moment:
        assert (
            found.astimezone(zone).time() >= end
            or found.astimezone(zone).utcoffset() != moment.astimezone(zone).utcoffset()
        )
