"""Random histories of deals, and what a report must tell about them, counted here in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from statistics import median
from typing import Any

from common import clock
from deals import services
from deals.models import ClosingReason, Deal, Outcome, Pipeline
from tests.factories import common, crm, deals

RATES = {"EUR": Decimal(1), "USD": Decimal("0.87654321")}
ORDER = [name for name, _probability in deals.STAGES]


@dataclass
class Story:
    """One deal as the test remembers it."""

    pk: int
    owner: Any
    pipeline: Pipeline
    created: datetime
    amount: Decimal | None
    code: str
    stage: str
    furthest: int
    state: str = "open"
    came_from: str = ""
    reason: ClosingReason | None = None
    worth: Decimal | None = None
    entered: datetime | None = None
    stays: list[tuple[str, timedelta]] = field(default_factory=list)
    won_after: timedelta | None = None


class World:
    """Two managers, two pipelines, and a lot that happens."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        common.own_company("Europe/Berlin")
        common.currency()
        self.north, self.south = common.department("North"), common.department("South")
        self.pipelines = [deals.pipeline(), deals.pipeline(is_default=False)]
        self.managers = [common.user(department=self.north), common.user(department=self.south)]
        self.executive = common.user("executive")
        self.reasons = {
            Outcome.WON: [deals.reason(Outcome.WON)],
            Outcome.LOST: [deals.reason(Outcome.LOST), deals.reason(Outcome.LOST)],
        }
        self.firms = {manager.pk: crm.company(owner=manager) for manager in self.managers}
        self.now = datetime(2026, 3, 1, 8, tzinfo=UTC)
        self.stories: list[Story] = []
        for code, value in RATES.items():
            if code != "EUR":
                for week in range(0, 500, 7):
                    common.rate(code, str(value), date(2026, 2, 26) + timedelta(days=week))
        common.currency("GBP")

    def live(self, steps: int) -> None:
        """Let `steps` things happen, some hours apart."""
        for _step in range(steps):
            self.now += timedelta(minutes=self.chance.randrange(30, 4000))
            with clock.stopped(self.now):
                if len(self.stories) < 5 or self.chance.random() < 0.35:
                    self._create()
                else:
                    self._change(self.chance.choice(self.stories))

    def _create(self) -> None:
        manager, pipeline = self.chance.choice(self.managers), self.chance.choice(self.pipelines)
        code = self.chance.choice(["EUR", "EUR", "USD", "GBP"])
        amount = self.chance.choice([None, Decimal(self.chance.randrange(1, 9_999_999)) / 100])
        stage = self.chance.choice(ORDER[:2])
        deal = deals.deal(
            manager, amount=str(amount) if amount else None, currency=common.currency(code), pipeline=pipeline,
            stage=deals.stage(pipeline, stage), company=self.firms[manager.pk],
        )  # fmt: skip
        self.stories.append(
            Story(
                deal.pk,
                manager,
                pipeline,
                self.now,
                amount,
                code,
                stage,
                ORDER.index(stage) + 1,
                entered=self.now,
            )
        )

    def _change(self, story: Story) -> None:
        deal = Deal.objects.get(pk=story.pk)
        if story.state != "open":
            if self.chance.random() < 0.3:
                services.reopen_deal(deal, by=story.owner)
                self._enter(story, story.came_from)
                story.state, story.reason, story.worth, story.won_after = "open", None, None, None
            return
        happens = self.chance.random()
        if happens < 0.25:
            story.pipeline = next(p for p in self.pipelines if p != story.pipeline)
            services.change_pipeline(deal, pipeline=story.pipeline, by=story.owner)
            story.stays.clear()
            story.stage, story.furthest, story.entered = ORDER[0], 1, self.now
        elif happens < 0.7:
            stage = self.chance.choice(ORDER)
            services.move_to_stage(deal, stage=deals.stage(story.pipeline, stage), by=story.owner)
            if stage != story.stage:
                self._enter(story, stage)
                story.furthest = max(story.furthest, ORDER.index(stage) + 1)
        elif happens < 0.85 and story.amount:
            self._close(story, deal, Outcome.WON)
        else:
            self._close(story, deal, Outcome.LOST)

    def _close(self, story: Story, deal: Deal, outcome: str) -> None:
        story.reason = self.chance.choice(self.reasons[outcome])
        services.close_deal(deal, reason=story.reason, by=story.owner)
        story.came_from = story.stage
        self._enter(story, outcome.title())
        story.state = outcome
        if outcome == Outcome.WON:
            story.furthest, story.won_after = len(ORDER), self.now - story.created
        story.worth = self._in_base(story)

    def _enter(self, story: Story, stage: str) -> None:
        assert story.entered is not None
        story.stays.append((story.stage, self.now - story.entered))
        story.stage, story.entered = stage, self.now

    @staticmethod
    def _in_base(story: Story) -> Decimal | None:
        if story.amount is None or story.code not in RATES:
            return None
        return (story.amount * RATES[story.code]).quantize(Decimal("0.01"))

    def cohort(self, start: date, end: date, pipeline: Pipeline, owners: list[Any]) -> list[Story]:
        """The stories created between two days of Berlin."""
        from_, until = (
            clock.start_of_day(start, "Europe/Berlin"),
            clock.start_of_day(end + timedelta(days=1), "Europe/Berlin"),
        )
        return [
            story for story in self.stories
            if from_ <= story.created < until and story.pipeline == pipeline and story.owner in owners
        ]  # fmt: skip

    @staticmethod
    def worth(stories: list[Story]) -> Decimal:
        """What they are worth together: closed ones as kept, open ones at the one rate there is."""
        kept = sum((story.worth for story in stories if story.worth is not None), Decimal(0))
        opened = sum(
            (s.amount * RATES[s.code] for s in stories if s.state == "open" and s.amount and s.code in RATES),
            Decimal(0),
        )
        return kept + opened.quantize(Decimal("0.01"))


def behind(stories: list[Story], kind: str, position: int) -> list[Story]:
    """The stories a figure of the funnel counts, by its definition in words."""
    last = len(ORDER)
    found = {
        "reached": [s for s in stories if s.furthest >= position],
        "still": [s for s in stories if s.state == "open" and position in (0, s.furthest)],
        "lost": [s for s in stories if s.state == "lost" and position in (0, s.furthest)],
        "won": [s for s in stories if s.state == "won"],
        "now": [s for s in stories if s.state == "open" and ORDER.index(s.stage) + 1 == position],
    }
    if kind == "passed":
        return found["won"] if position == last else [s for s in stories if s.furthest > position]
    return found[kind]


def median_days(stories: list[Story], stage: str) -> float | None:
    """The median of the completed stays in a stage, in days."""
    times = [time / timedelta(days=1) for story in stories for name, time in story.stays if name == stage]
    return median(times) if times else None
