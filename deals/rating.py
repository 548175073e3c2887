"""Stored amounts in base currency follow the rates: when a rate comes or changes, they are told anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice

from django.utils.translation import gettext as _

from common.changes import services as changes
from common.changes.services import System
from common.changes.values import encode
from common.money.rates import OLDEST
from deals.models import Certainty, Deal, Payment

PAGE = 500
Rated = Payment | Deal


def rerate(currency_id: int, day: date) -> int:
    """Tell received payments and closed deals anew whose rate may be that of `day`; how many changed.

    Each page of 500 is a transaction and a change set of its own; nothing changed: nothing is written.
    """
    reach = (day, day + OLDEST)
    payments = Payment.everything.filter(currency=currency_id, certainty=Certainty.RECEIVED, on__range=reach)
    deals = Deal.everything.filter(currency=currency_id, closed_on__range=reach).exclude(amount=None)
    return _rerate(payments.order_by("pk").iterator(PAGE)) + _rerate(deals.order_by("pk").iterator(PAGE))


def _rerate(rows: Iterable[Rated]) -> int:
    feed, changed = iter(rows), 0
    while page := list(islice(feed, PAGE)):
        stale = [row for row in page if row.rated() != row.amount_base]
        if stale:
            with changes.change_set(_("New exchange rate"), by=System("rates"), bulk=True):
                changed += sum(_tell(row) for row in stale)
    return changed


def _tell(row: Rated) -> bool:
    fresh = changes.lock(row)
    before, after = fresh.amount_base, fresh.rated()
    if before == after:
        return False
    details = {"_amount_base": [encode(before), encode(after)]}
    kind = f"{row._meta.model_name}.rerated"
    changes.edit(fresh, {}, by=System("rates"), kind=kind, details=details)
    return True
