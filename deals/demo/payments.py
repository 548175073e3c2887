"""The payments of the demonstration: planned when a deal is won, received by the accountant when they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from common.changes import services as changes
from common.changes.bulk import bulk_create
from common.demo.scene import Scene
from common.money.rates import rounded
from common.people.models import User
from deals.demo.fates import Fate
from deals.models import Certainty, Deal, Payment

# Days after the order and percent of the amount.
TERMS: tuple[tuple[tuple[int, int], ...], ...] = (
    ((5, 30), (45, 70)), ((30, 100),), ((4, 30), (32, 40), (70, 30)), ((14, 50), (50, 50)),
)  # fmt: skip
INSTALMENTS = 9
STILL_UNPAID, UNPAID_DAYS = 0.25, 40
PAID_HOUR = 17


def plan_payments(scene: Scene, deal: Deal, fate: Fate, lots: Random) -> None:
    """Plan the payments of a deal that was won today, and the days on which the money comes."""
    deal.refresh_from_db()
    terms: Sequence[tuple[int, int]] = lots.choice(TERMS)
    if fate.is_frame or (fate.is_service and lots.random() < 0.5):
        terms = [(30 * number + 10, 100 // INSTALMENTS) for number in range(INSTALMENTS)]
    order = f"PO {lots.randint(4100, 4900)}-{lots.randint(1000, 9999)}"
    assert deal.closed_on is not None  # noqa: S101  # it was just closed
    rows = []
    for number, (days, amount) in enumerate(_shares(deal, terms), start=1):
        due = scene.workday(deal.closed_on + timedelta(days=days))
        rows.append({
            "deal": deal, "amount": amount, "currency": deal.currency, "on": due, "order_number": order,
            "certainty": Certainty.GUARANTEED, "invoice_number": f"INV-{due:%y%m}-{deal.number:03d}-{number}",
        })  # fmt: skip
    for payment in bulk_create(Payment, rows, by=fate.owner, label=deal.name):
        _plan_receipt(scene, payment, payment.on, lots)


def _shares(deal: Deal, terms: Sequence[tuple[int, int]]) -> list[tuple[int, Decimal]]:
    """The amount of each term; the last takes what is left."""
    whole = deal.amount or Decimal(0)
    parts = [(days, rounded(whole * percent / 100)) for days, percent in terms[:-1]]
    rest = whole - sum((part for _days, part in parts), Decimal(0))
    return [*parts, (terms[-1][0], rest)]


def _plan_receipt(scene: Scene, payment: Payment, due: date, lots: Random) -> None:
    """Most pay within a week of the day; some of the last weeks have not paid yet."""
    paid = scene.workday(due + timedelta(days=lots.randint(-1, 6)))
    is_late = due > scene.ago(UNPAID_DAYS) and lots.random() < STILL_UNPAID
    moment = scene.at(paid, PAID_HOUR, lots.randint(0, 59))
    if is_late or moment > scene.now:
        return
    by = scene.people["accountant"]
    scene.plan(moment, lambda: changes.edit(payment, {"certainty": Certainty.RECEIVED, "on": paid}, by=by))


def plan_expected(scene: Scene, deal: Deal, stage: int, by: User, lots: Random) -> None:
    """Payments of an open deal, the surer the later its stage; early ones have none."""
    deal.refresh_from_db()
    plans = {
        2: ((0.4, Certainty.LOW, 60),),
        3: ((0.65, Certainty.HIGH, 40), (0.35, Certainty.LOW, 60)),
        4: ((0.9, Certainty.GUARANTEED, 30), (0.8, Certainty.HIGH, 50)),
    }
    for number, (chance, certainty, percent) in enumerate(plans.get(stage, ())):
        if deal.amount and lots.random() < chance:
            day = scene.workday(scene.today + timedelta(days=lots.randint(3, 32) + 25 * number))
            values = {
                "deal": deal, "amount": rounded(deal.amount * percent / 100), "currency": deal.currency,
                "on": max(day, scene.today), "certainty": certainty,
            }  # fmt: skip
            changes.create(Payment, values, by=by)
