"""Requests of the demonstration: those that became deals, those set aside, and those that wait today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random

from common.demo.builders import register
from common.demo.scene import Scene
from common.organisation.selectors import next_working_day
from common.people.models import User
from crm.demo.market import Firm, Market, Somebody
from crm.models import Contact, Source
from deals.demo import currency_of, words
from deals.demo.basket import fill_basket
from deals.demo.fates import Fate, Fates
from deals.demo.story import Story
from deals.demo.topics import TOPICS
from requests_app import services
from requests_app.demo.arrivals import (
    Sender,
    arrive,
    colleague,
    draw_known,
    post,
    set_aside_letter,
    stranger,
)
from requests_app.models import Request, SiteForm

REQUESTS = 300
RECEIVE_HOUR, TAKE_HOUR, DEAL_HOUR = 7, 8, 9
# Whose requests wait: the person (or nobody, in a department) and how many days ago each came.
WAITING: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("manager1", "dach", (0, 1)), ("manager2", "dach", (0, 1)), ("manager3", "international", (0, 1)),
    ("head", "dach", (1,)), ("", "dach", (0, 0, 0, 1, 1)), ("", "international", (0, 0, 1, 1)),
)  # fmt: skip
REASONS = (("spam", 25), ("duplicate", 12), ("not_target", 40), ("other", 18))


def build(scene: Scene) -> None:
    """The forms, and every request at its moment."""
    _build_forms()
    asked = [fate for fate in scene.get(Fates).all if fate.asked]
    new = _share_strangers(scene, asked)
    for fate in asked:
        _plan_asked(scene, fate, new.get(fate.name))
    waiting = [(name, home, days) for name, home, ages in WAITING for days in ages]
    for number, (name, home, days) in enumerate(waiting):
        _plan_waiting(scene, scene.people.get(name), home, days, number)
    for number in range(scene.count(REQUESTS) - len(asked) - len(waiting)):
        _plan_set_aside(scene, number)


def _build_forms() -> None:
    first = SiteForm.objects.get(slug="website")
    SiteForm.objects.create(
        name="International website", names={"ru": "Международный сайт"}, slug="international",
        source=Source.objects.get(name="International website"), intro=first.intro, intros=first.intros,
        asks_country=True, asks_products=True, position=2,
    )  # fmt: skip


def _share_strangers(scene: Scene, asked: Iterable[Fate]) -> dict[str, tuple[Firm, Somebody]]:
    """Which deals began with somebody new: the strangers of each person, over their deals."""
    lots, shared = scene.lots("strangers"), {}
    for name in ("manager1", "manager2", "manager3", "head"):
        person = scene.people[name]
        theirs = [pair for pair in scene.get(Market).strangers if pair[0].owner.pk == person.pk]
        deals = [fate for fate in asked if fate.owner.pk == person.pk]
        for fate, pair in zip(lots.sample(deals, min(len(theirs), len(deals))), theirs, strict=False):
            shared[fate.name] = pair
    return shared


def _home(person: User, scene: Scene) -> str:
    return "international" if person.department == scene.departments["international"] else "dach"


def _plan_asked(scene: Scene, fate: Fate, new: tuple[Firm, Somebody] | None) -> None:
    """A request that came a day or so before its deal."""
    lots = scene.lots(f"asked {fate.name}")
    day = fate.opened if lots.random() < 0.6 else scene.workday(date.fromordinal(fate.opened.toordinal() - 1))

    def act() -> None:
        sender = stranger(*new) if new else draw_known(scene, fate.owner, lots)
        request = arrive(scene, _home(fate.owner, scene), fate.topic, sender, lots, by_hand=_typist(scene, fate, lots))
        moment = scene.at(fate.opened, DEAL_HOUR, lots.randint(0, 59))
        scene.plan(moment, lambda: _make_deal(scene, fate, request, sender, lots))

    scene.plan(scene.at(day, RECEIVE_HOUR, lots.randint(0, 59)), act)


def _typist(scene: Scene, fate: Fate, lots: Random) -> User | None:
    """Who types a request in that came by telephone or mail: the operator, abroad the manager."""
    if lots.random() < 0.5:
        return None
    return scene.people["operator"] if _home(fate.owner, scene) == "dach" else fate.owner


def _make_deal(scene: Scene, fate: Fate, request: Request, sender: Sender, lots: Random) -> None:
    values = sender.values
    basket = fill_basket(scene, fate, currency_of(values["country"]))
    deal = services.create_deal(
        request, by=fate.owner, company=sender.company, contact=sender.contact,
        new_company="" if sender.company else values["company_name"],
        new_contact=None if sender.contact else {}, name=fate.name, amount=basket.worth, currency=basket.currency,
        next_step=scene.say(lots.choice(words.STEPS[0])),
        next_step_on=next_working_day(fate.opened, fate.owner.department_id),
    )  # fmt: skip
    Story(scene, fate, deal, basket).plan()


def _plan_waiting(scene: Scene, owner: User | None, home: str, days: int, number: int) -> None:
    """A request of today or yesterday that nobody has dealt with; a person's own was taken an hour later."""
    lots = scene.lots(f"waiting {number}")
    somebody = owner or scene.people["manager3" if home == "international" else lots.choice(["manager1", "manager2"])]

    def act() -> None:
        sender = draw_known(scene, somebody, lots)
        if number % 3 == 1:
            sender = colleague(sender, _compatriot(scene, sender, somebody, lots))
        request = arrive(scene, home, lots.choice(TOPICS), sender, lots, by_hand=None)
        if owner is not None:
            moment = scene.at(scene.ago(days), TAKE_HOUR + 1 + number % 8, 5)
            scene.plan(moment, lambda: services.take(request, by=owner))

    scene.plan(scene.at(scene.ago(days), TAKE_HOUR + number % 8, lots.randint(0, 59)), act)


def _compatriot(scene: Scene, sender: Sender, owner: User, lots: Random) -> Contact:
    """Somebody of the same country, to lend a colleague of the sender a name."""
    market = scene.get(Market)
    country = sender.values["country"]
    known = [company for company in market.companies[owner.pk] if company.country == country]
    return lots.choice([contact for company in known for contact in market.contacts[company.pk]])


def _plan_set_aside(scene: Scene, number: int) -> None:
    """A request that was no business, set aside by the operator."""
    lots = scene.lots(f"set aside {number}")
    reason = lots.choices([reason for reason, _weight in REASONS], [weight for _reason, weight in REASONS])[0]
    home = lots.choice(["dach", "dach", "international"])
    day = scene.workday(scene.ago(1 + int(545 * lots.random() ** 1.2)))

    def act() -> None:
        owner = scene.people["manager3" if home == "international" else "manager1"]
        values = {**draw_known(scene, owner, lots).values, **set_aside_letter(scene, reason, lots)}
        if reason in ("spam", "not_target"):
            values |= {"company_name": "", "phone": "", "email": f"{_mailbox(values)}@mailbox.example"}
        request = post(scene, home, values, lots)
        moment = scene.at(day, DEAL_HOUR + 3, lots.randint(0, 59))
        operator = scene.people["operator"]
        scene.plan(moment, lambda: services.set_aside(request, reason=reason, by=operator))

    scene.plan(scene.at(day, DEAL_HOUR, lots.randint(0, 59)), act)


def _mailbox(values: dict[str, object]) -> str:
    return "".join(c for c in f"{values['email']}".partition("@")[0] if c.isalnum())


register(50, build)
