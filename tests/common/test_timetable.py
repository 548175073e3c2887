"""What is done every so often: once a turn, by one worker, and again after a failure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from common.jobs import timetable
from common.jobs.tasks import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[datetime | None]:
    """The only entry of the timetable, hourly; it notes what it is told."""
    told: list[datetime | None] = []
    monkeypatch.setattr(timetable, "_entries", {})
    timetable.every("tests.turn", timedelta(hours=1))(told.append)
    return told


def test_the_first_sweep_does_it_and_the_next_waits_for_its_turn(turns: list[Any], clock: Any) -> None:
    sweep()
    sweep()
    assert turns == [None]
    clock.move(minutes=59)
    sweep()
    assert len(turns) == 1
    clock.move(minutes=2)
    sweep()
    sweep()
    assert len(turns) == 2 and turns[1] is not None


def test_a_turn_that_fails_leaves_the_others_and_comes_again(turns: list[Any], clock: Any) -> None:
    def fail(_since: datetime | None) -> None:
        raise ValueError("broken")

    timetable.every("tests.broken", timedelta(hours=1))(fail)
    timetable.every("tests.after", timedelta(hours=1))(turns.append)
    assert timetable.run_due() == 3 and turns == [None, None]
    clock.move(hours=2)
    assert timetable.run_due() == 3


def test_two_workers_claim_a_turn_once(turns: list[Any]) -> None:
    assert timetable._claim("tests.turn", timedelta(hours=1)) == (True, None)
    assert timetable._claim("tests.turn", timedelta(hours=1))[0] is False
