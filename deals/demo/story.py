"""Tells the life of a deal through the services, act by act, each at its moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile

from common.changes import services as changes
from common.changes.bulk import bulk_create
from common.demo.papers import paper
from common.demo.scene import Scene
from common.files import services as files
from common.organisation.selectors import next_working_day
from common.people.models import User
from common.records.services import add_note
from common.tags.models import Tag
from deals import services
from deals.demo import words
from deals.demo.basket import Basket
from deals.demo.fates import Fate
from deals.demo.payments import plan_expected, plan_payments
from deals.demo.shaping import draw_values
from deals.models import ClosingReason, Deal, DealLine, Outcome
from deals.selectors import stages_of

REASON_SHARES = {
    "Price too high": 27, "Chose competitor": 21, "Project stopped": 17, "No answer": 15, "Delivery time": 8,
}  # fmt: skip
MOVE_HOUR, CLOSE_HOUR = 10, 16


class Story:
    """One deal from its first day to today."""

    def __init__(self, scene: Scene, fate: Fate, deal: Deal, basket: Basket) -> None:
        self.scene, self.fate, self.deal, self.basket = scene, fate, deal, basket
        self.by = fate.owner
        self.lots = scene.lots(f"story {fate.name}")
        self.stages = [stage for stage in stages_of(deal.pipeline) if stage.is_open]
        self.has_lines = False

    def plan(self) -> None:
        """Plan everything that happens after the deal was created, which is now."""
        with changes.change_set(self.deal.name, by=self.by):
            self._settle()
            if self.lots.random() < 0.65 or not self.fate.moves:
                self._add_lines()
        for number, day in enumerate(self.fate.moves, start=1):
            self._plan_at(day, MOVE_HOUR + number - 1, self._enter(number))
        if self.fate.closed is not None:
            self._plan_at(self.fate.closed, CLOSE_HOUR, self._close)
        else:
            self._plan_rest()

    def _plan_at(self, day: date, hour: int, act: Callable[[], None]) -> datetime:
        def one_act() -> None:
            with changes.change_set(self.deal.name, by=self.by):
                act()

        moment = self.scene.at(day, hour, self.lots.randint(0, 40))
        self.scene.plan(moment, one_act)
        return moment

    def _settle(self) -> None:
        """Co-owner, tags, the important flag, the day one hopes for, what the company asks beyond that."""
        values: dict[str, object] = draw_values(self.scene, self.fate)
        if (hoped := self._expected_close()) is not None:
            values["expected_close"] = hoped
        if self.lots.random() < 0.16:
            values["coowners"] = [self._colleague().pk]
        if self.lots.random() < 0.22:
            values["tags"] = [self.lots.choice(list(Tag.objects.all())).pk]
        if self.lots.random() < 0.12:
            values["is_important"] = True
        changes.edit(self.deal, values, by=self.by)

    def _colleague(self) -> User:
        """Somebody of the same department, else its head."""
        team = [
            person for name, person in self.scene.people.items()
            if name.startswith(("manager", "head")) and person.department_id == self.by.department_id
        ]  # fmt: skip
        others = [person for person in team if person.pk != self.by.pk]
        return self.lots.choice(others or [self.scene.people["head"]])

    def _expected_close(self) -> date | None:
        """Around the day it was closed; for open deals ahead, for one in twelve passed, for young ones unknown."""
        if self.fate.closed is not None:
            return self.fate.closed + timedelta(days=self.lots.randint(-12, 20))
        if len(self.fate.moves) < 2 and self.lots.random() < 0.35:
            return None
        if self.lots.random() < 0.09 and self.fate.opened < self.scene.ago(20):
            return self.scene.workday(self.scene.ago(self.lots.randint(1, 15)))
        ahead = self.lots.randint(3, 40 if len(self.fate.moves) > 2 else 90)
        return self.scene.workday(self.scene.today + timedelta(days=ahead + 2))

    def _add_lines(self) -> None:
        """The basket; what the customer named in the request is there already, one of each."""
        self.has_lines = True
        there = {line.product_id: line for line in DealLine.objects.filter(deal=self.deal)}
        new = []
        for item in self.basket.items:
            values = {"quantity": item.quantity, "price": item.price, "discount": item.discount}
            if item.product.pk in there:
                services.edit_line(there[item.product.pk], values, by=self.by)
            else:
                new.append({**values, "deal": self.deal, "product": item.product, "name": item.product.name})
        bulk_create(DealLine, new, by=self.by, label=self.deal.name)

    def _enter(self, number: int) -> Callable[[], None]:
        def act() -> None:
            today = self.fate.moves[number - 1]
            services.move_to_stage(self.deal, stage=self.stages[number], by=self.by)
            if not self.has_lines:
                self._add_lines()
            following = self.fate.moves[number:] or (self.fate.closed or self._after(today, 6),)
            if number == len(self.fate.moves) or self.lots.random() < 0.35:
                self._finish_step(number, max(following[0], today))
            self._note(words.NOTES[number], 0.38)
            if number > 1 and self.lots.random() < 0.16:
                self._attach()
            if number == len(self.fate.moves) and self.fate.closed is None:
                plan_expected(self.scene, self.deal, number, self.by, self.lots)

        return act

    def _after(self, day: date, days: int) -> date:
        later = day + timedelta(days=self.lots.randint(1, days))
        return next_working_day(later, self.by.department_id)

    def _finish_step(self, stage: int, on: date | None) -> None:
        """The step so far is done; another one for `on`, or none."""
        text = self.scene.say(self.lots.choice(words.STEPS[stage])) if on else ""
        services.finish_next_step(self.deal, then_text=text, then_on=on, by=self.by)

    def _note(self, choices: tuple[tuple[str, str], ...], chance: float) -> None:
        if self.lots.random() < chance:
            add_note(self.deal, text=self.scene.say(self.lots.choice(choices)), by=self.by)

    def _attach(self) -> None:
        self.deal.refresh_from_db()
        number = f"{self.fate.opened:%y%m}-{self.deal.number:03d}"
        name = self.lots.choice(words.FILES).format(number=number)
        content = paper([name.removesuffix(".pdf"), f"Nordhafen, {self.deal.currency.code} {self.deal.amount}"])
        files.attach(self.deal, ContentFile(content, name=name), by=self.by)

    def _close(self) -> None:
        """Won or lost, with the reason that brings it there."""
        won = self.fate.outcome == Outcome.WON
        if won and not self.has_lines:
            self._add_lines()
        name = "Won" if won else self.lots.choices(list(REASON_SHARES), list(REASON_SHARES.values()))[0]
        if won:
            services.finish_next_step(self.deal, by=self.by)
        self._note(words.WON_NOTES if won else words.LOST_NOTES, 0.35)
        services.close_deal(self.deal, reason=ClosingReason.objects.get(name=name), by=self.by)
        if won:
            plan_payments(self.scene, self.deal, self.fate, self.lots)

    def _plan_rest(self) -> None:
        """What an open deal waits for today."""
        stage, last = len(self.fate.moves), self.fate.last_day
        touched = max(last, self.scene.workday(self.scene.ago(self.lots.randint(1, 5))))
        due = self._due(touched)

        def act() -> None:
            self._finish_step(stage, due)
            if not self.fate.moves:
                self._note(words.NOTES[0], 0.4)

        self._plan_at(touched, CLOSE_HOUR - 1, act)

    def _due(self, touched: date) -> date | None:
        """The day of the present next step, by the state it is to be in."""
        today = self.scene.today
        if self.fate.step == "none":
            return None
        if self.fate.step == "overdue" and touched < today:
            return max(touched, today - timedelta(days=self.lots.randint(1, 3)))
        if self.fate.step in ("overdue", "today"):
            return today
        return next_working_day(today + timedelta(days=self.lots.randint(0, 13)), self.by.department_id)
