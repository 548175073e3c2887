"""What becomes of each deal of the demonstration: drawn before it is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from common.demo.scene import Scene
from common.people.models import User
from deals.demo.topics import PLACES, SERVICE_TOPICS, TOPICS, Topic
from deals.models import Outcome

DEALS, FRAMES = 300, 20
"""Deals in all; frames are service contracts of the years before, whose payments fill last year's months."""
MONTHS = 18
LAST_STAGE = 4
WIN_RATE = 0.3
SERVICE_SHARE = 0.22
SEASONS = {1: 0.9, 3: 1.15, 7: 0.8, 8: 0.7, 9: 1.15, 10: 1.2, 11: 1.1, 12: 0.75}
OWNERS = (("manager1", 34), ("manager2", 27), ("manager3", 33), ("head", 6))
# Up to so many days old: how likely a deal is still open, and how likely it then is in each stage.
OPEN = (
    (4, 0.97, (80, 20, 0, 0, 0)), (12, 0.94, (40, 45, 15, 0, 0)), (30, 0.88, (18, 37, 35, 8, 2)),
    (60, 0.72, (0, 30, 38, 24, 8)), (90, 0.5, (0, 15, 30, 35, 20)), (150, 0.28, (0, 8, 28, 36, 28)),
    (240, 0.06, (0, 5, 25, 40, 30)),
)  # fmt: skip
LOST_AT = (30, 27, 29, 12, 2)
LOST_AFTER = (9, 20, 38, 55, 70)
STEP_STATES = (
    "overdue", "today", "later", "none", "later", "later", "today", "later", "later", "overdue", "later", "none",
    "later", "today", "later", "later", "later", "later",
)  # fmt: skip


@dataclass(frozen=True)
class Fate:
    """The life of one deal. `moves`: the days it entered its second … stage. `step`: how its next step stands."""

    owner: User
    topic: Topic
    name: str
    is_service: bool
    outcome: str
    opened: date
    moves: tuple[date, ...]
    closed: date | None = None
    step: str = ""
    asked: bool = False
    is_frame: bool = False

    @property
    def last_day(self) -> date:
        """The day it entered the stage it is in, or was closed from."""
        return self.moves[-1] if self.moves else self.opened


@dataclass(frozen=True)
class Fates:
    """The lives of all deals; those that were `asked` for begin as a request."""

    all: tuple[Fate, ...]


def draw_fates(scene: Scene) -> Fates:
    """All fates, oldest first."""
    lots, names = scene.lots("fates"), _Names(scene)
    found = [_frame(scene, lots, names, number) for number in range(scene.count(FRAMES))]
    for opened in _opening_days(scene, lots, scene.count(DEALS) - len(found)):
        found.append(_fate(scene, lots, names, opened))
    found.sort(key=lambda fate: fate.opened)
    return Fates(tuple(_with_steps(found)))


class _Names:
    """Names of deals, each once."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self._used = scene, set[str]()

    def give(self, topic: Topic, opened: date, lots: Random) -> str:
        while True:
            place = self.scene.say(lots.choice(PLACES)).format(year=opened.year + 1)
            name = self.scene.say(topic.name)
            if lots.random() < 0.85 or name in self._used:
                name = f"{name}, {place}"
            if name not in self._used:
                self._used.add(name)
                return name


def _opening_days(scene: Scene, lots: Random, count: int) -> list[date]:
    """More in good seasons, and more lately than long ago."""
    ages = range(1, MONTHS * 30)
    weights = [SEASONS.get(scene.ago(age).month, 1.0) / (1 + age / 400) for age in ages]
    return [scene.workday(scene.ago(age)) for age in lots.choices(ages, weights, k=count)]


def _owner(scene: Scene, lots: Random) -> User:
    names, shares = [name for name, _share in OWNERS], [share for _name, share in OWNERS]
    return scene.people[lots.choices(names, shares)[0]]


def _frame(scene: Scene, lots: Random, names: _Names, number: int) -> Fate:
    """A contract won two years ago that was paid month by month."""
    closed = scene.workday(scene.ago(775 - number * 14))
    opened = scene.workday(closed - timedelta(days=lots.randint(30, 52)))
    topic = lots.choice(SERVICE_TOPICS)
    return Fate(
        owner=_owner(scene, lots), topic=topic, name=names.give(topic, opened, lots), is_service=True,
        outcome=Outcome.WON, opened=opened, moves=_spread(scene, lots, opened, closed, LAST_STAGE), closed=closed,
        is_frame=True,
    )  # fmt: skip


def _fate(scene: Scene, lots: Random, names: _Names, opened: date) -> Fate:
    is_service = lots.random() < SERVICE_SHARE
    topic = lots.choice(SERVICE_TOPICS if is_service else TOPICS)
    fate = Fate(
        owner=_owner(scene, lots), topic=topic, name=names.give(topic, opened, lots), is_service=is_service,
        outcome=Outcome.OPEN, opened=opened, moves=(), asked=not is_service and lots.random() < 0.85,
    )  # fmt: skip
    age = (scene.today - opened).days
    chance, stages = next(((chance, stages) for days, chance, stages in OPEN if age <= days), (0.0, ()))
    if lots.random() < chance:
        return _open(scene, lots, fate, lots.choices(range(LAST_STAGE + 1), stages)[0])
    return _won(scene, lots, fate) if lots.random() < WIN_RATE else _lost(scene, lots, fate)


def _open(scene: Scene, lots: Random, fate: Fate, stage: int) -> Fate:
    """In its stage for some days, one in eight for too long."""
    age = (scene.today - fate.opened).days
    stays = lots.randint(0, 13) if lots.random() > 0.12 else lots.randint(17, 30)
    last = max(fate.opened, scene.ago(min(stays, max(age - stage, 0))))
    return replace(fate, moves=_spread(scene, lots, fate.opened, last, stage, ends=True))


def _won(scene: Scene, lots: Random, fate: Fate) -> Fate:
    days = min(lots.randint(18, 55) + lots.randint(0, 45), (scene.today - fate.opened).days)
    closed = scene.workday(fate.opened + timedelta(days=days))
    closed = max(closed, fate.opened)
    return replace(
        fate, outcome=Outcome.WON, closed=closed, moves=_spread(scene, lots, fate.opened, closed, LAST_STAGE)
    )


def _lost(scene: Scene, lots: Random, fate: Fate) -> Fate:
    stage = lots.choices(range(LAST_STAGE + 1), LOST_AT)[0]
    days = min(int(LOST_AFTER[stage] * lots.uniform(0.5, 1.7)), (scene.today - fate.opened).days)
    closed = max(scene.workday(fate.opened + timedelta(days=days)), fate.opened)
    moves = _spread(scene, lots, fate.opened, closed, stage)
    return replace(fate, outcome=Outcome.LOST, closed=closed, moves=moves)


def _spread(scene: Scene, lots: Random, start: date, end: date, count: int, *, ends: bool = False) -> tuple[date, ...]:
    """So many working days between two, in order; with `ends` the last is the end itself."""
    span = (end - start).days
    points = sorted(lots.uniform(0.08, 0.95) for _i in range(count))
    if ends and points:
        points[-1] = 1.0
    return tuple(max(scene.workday(start + timedelta(days=round(span * point))), start) for point in points)


def _with_steps(fates: list[Fate]) -> list[Fate]:
    """Give open deals the states of their next step, in turn for each person."""
    turns: dict[int, int] = {}
    done = []
    for fate in reversed(fates):
        if fate.outcome == Outcome.OPEN:
            turn = turns.get(fate.owner.pk, 0)
            turns[fate.owner.pk] = turn + 1
            done.append(replace(fate, step=STEP_STATES[turn % len(STEP_STATES)]))
        else:
            done.append(fate)
    return done[::-1]
