"""The stage of the demonstration: whose words, which day, and a plan of what happened when.

Everything is drawn from `lots`, so the same seed and day give the same company; every moment is counted
back from that day. Builders plan acts at past moments; `run` plays them in order with the clock stopped at
each, through the same services as people use, so that events, stages and dates are honest.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from common import clock
from common.changes.services import consequences
from common.kinds import dictionary
from common.organisation.models import Department
from common.organisation.selectors import is_working_day
from common.people.models import User

T = TypeVar("T")
Text = tuple[str, str]
"""English and Russian."""
Act = Callable[[], object]
BUSY_UNTIL = 18


class Scene:
    """One demonstration company while it is made."""

    def __init__(self, *, today: date, now: datetime, language: str, seed: int, zone: str, size: float) -> None:
        self.today, self.now, self.language, self.seed, self.zone = today, now, language, seed, zone
        self.size = size
        self.people: dict[str, User] = {}
        self.departments: dict[str, Department] = {}
        self._kept: dict[type[Any], Any] = {}
        self._acts: list[tuple[datetime, int, Act]] = []
        self._working: dict[date, bool] = {}
        self._planned = 0

    def lots(self, topic: str) -> Random:
        """Random choices of one topic; others do not move them."""
        return Random(f"{self.seed}/{topic}")  # noqa: S311  # a demonstration, no secret

    def say(self, text: Text) -> str:
        """A text in the language of the demonstration."""
        return text[1] if self.language == "ru" else text[0]

    def count(self, whole: int) -> int:
        """How many of something there are at the size of this scene."""
        return max(1, round(whole * self.size))

    def keep(self, thing: object) -> None:
        """Hand something to later builders, by its class."""
        self._kept[type(thing)] = thing

    def get(self, kind: type[T]) -> T:
        """What an earlier builder kept."""
        found: T = self._kept[kind]
        return found

    def ago(self, days: float) -> date:
        """The day so many days before today."""
        return self.today - timedelta(days=int(days))

    def workday(self, day: date) -> date:
        """The last working day at or before `day`."""
        while not self._works(day):
            day -= timedelta(days=1)
        return day

    def _works(self, day: date) -> bool:
        """Whether `day` is a working day of everybody, asked once."""
        if day not in self._working:
            self._working[day] = is_working_day(day, None)
        return self._working[day]

    def at(self, day: date, hour: int = 9, minute: int = 0) -> datetime:
        """A moment of working time. Today's are moved closer to midnight where they were still to come."""
        start = clock.start_of_day(day, self.zone)
        moment = start + timedelta(hours=hour, minutes=minute)
        if day != self.today or self.now >= start + timedelta(hours=BUSY_UNTIL):
            return moment
        return start + (moment - start) * ((self.now - start) / timedelta(hours=BUSY_UNTIL))

    def some_time(self, day: date, lots: Random) -> datetime:
        """A moment between eight and half past five."""
        return self.at(day, lots.randint(8, 16), lots.randint(0, 59))

    def plan(self, moment: datetime, act: Act) -> None:
        """`act` happened at `moment`."""
        if moment > self.now:
            raise ValueError(f"{moment} lies in the future of the demonstration")
        self._planned += 1
        heapq.heappush(self._acts, (moment, self._planned, act))

    def run(self) -> None:
        """Play everything that is planned, in order; acts may plan later ones.

        Each act is one change set where it says so; rights are not asked again for a told story.
        """
        dictionary.use_version(dictionary.version())
        try:
            with consequences():
                while self._acts:
                    moment, _number, act = heapq.heappop(self._acts)
                    with clock.stopped(moment):
                        act()
        finally:
            dictionary.use_version(None)
