"""Pipelines and deals of the demonstration; those that begin as a request are told by the requests."""

from __future__ import annotations

from common.demo.builders import register
from common.demo.scene import Scene
from common.money.models import Currency
from common.organisation.selectors import next_working_day
from common.places.models import Country
from crm.demo.market import Market
from crm.models import Source
from deals import services
from deals.demo import calls, desks, mentions, words
from deals.demo.basket import fill_basket
from deals.demo.fates import Fate, draw_fates
from deals.demo.shaping import add_fields, ask_at_the_contract
from deals.demo.story import Story
from deals.models import Pipeline
from deals.presets import add_stages

EQUIPMENT, SERVICE = "Equipment sales", "Service contracts"
CREATE_HOUR = 9
MARKETS = {"GB": "GBP", "US": "USD", "KZ": "USD"}
"""Customers of these countries are offered in their own money; everybody else in euros."""


def build(scene: Scene) -> None:
    """The two pipelines, and the deals that nobody asked for by a request."""
    first = Pipeline.objects.order_by("pk").first()
    assert first is not None  # noqa: S101  # the presets made it
    first.name, first.names = EQUIPMENT, {"ru": "Продажа оборудования"}
    first.save()
    second = Pipeline.objects.create(name=SERVICE, names={"ru": "Сервисные договоры"}, position=2)
    add_stages(second)
    add_fields(scene)
    ask_at_the_contract(first)
    fates = draw_fates(scene)
    scene.keep(fates)
    for fate in fates.all:
        if not fate.asked:
            _plan_deal(scene, fate)


def pipeline_of(fate: Fate) -> Pipeline:
    """Where a deal of this kind goes."""
    return Pipeline.objects.get(name=SERVICE if fate.is_service else EQUIPMENT)


def currency_of(country: Country | None) -> Currency:
    """What customers of this country pay with."""
    return Currency.objects.get(code=MARKETS.get(country.code if country else "", "EUR"))


def _plan_deal(scene: Scene, fate: Fate) -> None:
    lots = scene.lots(f"deal {fate.name}")

    def act() -> None:
        company, contact = scene.get(Market).pick(fate.owner, lots)
        basket = fill_basket(scene, fate, currency_of(company.country))
        deal = services.create_deal(
            name=fate.name, pipeline=pipeline_of(fate), company=company, contact=contact, currency=basket.currency,
            amount=basket.worth, source=lots.choice(list(Source.objects.all())),
            next_step=scene.say(lots.choice(words.STEPS[0])),
            next_step_on=next_working_day(fate.opened, fate.owner.department_id), by=fate.owner,
        )  # fmt: skip
        Story(scene, fate, deal, basket).plan()

    scene.plan(scene.at(fate.opened, CREATE_HOUR, lots.randint(0, 59)), act)


register(40, build)
register(80, desks.build)
register(85, mentions.build)
register(86, calls.build)
