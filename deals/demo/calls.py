"""Calls of the last days on the open deals of the salespeople."""

from __future__ import annotations

from functools import partial

from common.demo.scene import Scene, Text
from common.people.models import User
from common.records.calls import Call, Direction, Outcome
from common.records.services import log_call
from deals.models import Deal

CALLS: tuple[tuple[str, int, Outcome, Direction, Text], ...] = (
    ("manager1", 0, Outcome.REACHED, Direction.OUTGOING,
     ("They take the price if we deliver by the shutdown.", "С ценой согласны, если успеем к останову.")),
    ("manager1", 1, Outcome.NO_ANSWER, Direction.OUTGOING, ("", "")),
    ("manager1", 1, Outcome.CALL_BACK, Direction.INCOMING,
     ("Asks for the certificates; wants to talk tomorrow morning.", "Просит сертификаты, ждёт звонка завтра утром.")),
    ("manager2", 0, Outcome.NO_ANSWER, Direction.OUTGOING, ("", "")),
    ("manager2", 2, Outcome.REACHED, Direction.INCOMING,
     ("The budget is approved, the order comes after the audit.", "Бюджет утверждён, заказ будет после аудита.")),
    ("manager3", 1, Outcome.CALL_BACK, Direction.OUTGOING,
     ("In a meeting until Thursday.", "До четверга на совещании.")),
    ("manager3", 3, Outcome.REACHED, Direction.OUTGOING,
     ("Two more pumps of the same kind are wanted.", "Нужны ещё два таких же насоса.")),
)  # fmt: skip
"""Whose deal, how many working days ago, how it ended, who called whom, what was said."""


def build(scene: Scene) -> None:
    """Plan the calls, each on another one of the largest open deals."""
    for number, (seller, days, outcome, direction, text) in enumerate(CALLS):
        call = Call(outcome, direction, scene.say(text))
        moment = scene.at(scene.workday(scene.ago(days)), 14, 7 * number)
        scene.plan(moment, partial(_call, call, scene.people[seller], number))


def _call(call: Call, seller: User, number: int) -> None:
    """It was with the person the deal is talked about with."""
    mine = Deal.objects.for_user(seller).open().filter(owner=seller).exclude(contact=None, lead=None)
    rows = list(mine.select_related("contact", "lead").order_by("-amount", "pk")[:3])
    if rows:
        deal = rows[number % len(rows)]
        log_call(deal, Call(call.outcome, call.direction, call.text, deal.contact or deal.lead), by=seller)
