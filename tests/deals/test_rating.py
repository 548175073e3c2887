from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from common.changes import binning
from common.events.models import ChangeSet, Event
from common.jobs import services as jobs
from common.jobs.models import Job
from common.organisation.selectors import company_today
from deals import rating, services
from deals.models import Outcome, Payment
from tests.deals.conftest import Sales
from tests.factories import common, deals


@pytest.fixture
def in_dollars(sales: Sales) -> Sales:
    sales.deal = deals.deal(sales.manager, amount="500.00", currency=common.currency("USD"))
    return sales


def test_a_rate_that_comes_late_tells_payments_and_closed_deals(in_dollars: Sales) -> None:
    payment = deals.payment(in_dollars.deal, "100.00", "received", code="USD")
    planned = deals.payment(in_dollars.deal, "100.00", "high", code="USD")
    deal = services.close_deal(in_dollars.deal, reason=deals.reason(Outcome.WON), by=in_dollars.manager)
    assert (payment.amount_base, deal.amount_base) == (None, None)
    common.rate("USD", "0.90")
    jobs.run_due()
    assert Payment.objects.get(pk=payment.pk).amount_base == Decimal("90.00")
    assert Payment.objects.get(pk=planned.pk).amount_base is None
    assert in_dollars.fresh().amount_base == Decimal("450.00")
    told = Event.objects.get(kind="deal.rerated")
    assert (told.data["_amount_base"], told.system, told.change_set.system) == (
        [None, "450.00"],
        "rates",
        "rates",
    )


def test_a_mended_rate_is_told_and_the_second_run_writes_nothing(in_dollars: Sales) -> None:
    common.rate("USD", "0.90")
    payment = deals.payment(in_dollars.deal, "100.00", "received", code="USD")
    assert payment.amount_base == Decimal("90.00")
    common.rate("USD", "0.80")
    jobs.run_due()
    assert Payment.objects.get(pk=payment.pk).amount_base == Decimal("80.00")
    sets = ChangeSet.objects.count()
    assert rating.rerate(common.currency("USD").pk, company_today()) == 0
    assert ChangeSet.objects.count() == sets
    assert not Job.objects.filter(done_at=None).exists()


def test_only_days_the_rate_is_used_for_are_told(in_dollars: Sales) -> None:
    today = company_today()
    old = deals.payment(in_dollars.deal, "100.00", "received", code="USD", on=today - timedelta(days=1))
    common.rate("USD", "0.90", today)
    jobs.run_due()
    assert Payment.objects.get(pk=old.pk).amount_base is None
    common.rate("USD", "0.70", today - timedelta(days=8))
    jobs.run_due()
    assert Payment.objects.get(pk=old.pk).amount_base == Decimal("70.00")


def test_what_is_in_the_bin_comes_back_with_the_right_amount(in_dollars: Sales) -> None:
    payment = deals.payment(in_dollars.deal, "100.00", "received", code="USD")
    binning.remove(payment, by=in_dollars.manager)
    common.rate("USD", "0.90")
    jobs.run_due()
    binning.restore(payment, by=in_dollars.manager)
    assert Payment.objects.get(pk=payment.pk).amount_base == Decimal("90.00")
