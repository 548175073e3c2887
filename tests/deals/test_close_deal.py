from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from common import clock
from common.changes import binning, undoing
from common.changes import services as changes
from common.events import hooks
from common.events.models import Event
from common.kinds.errors import Forbidden
from common.organisation.selectors import company_today
from common.spine.models import RecordMark
from deals import errors, services
from deals.models import Deal, Outcome, Payment
from tests.deals.conftest import Sales
from tests.factories import common, deals


def test_choosing_a_reason_closes_the_deal_and_keeps_where_it_was(sales: Sales) -> None:
    services.move_to_stage(sales.deal, stage=sales.stage("Proposal"), by=sales.manager)
    reason = deals.reason()
    deal = services.close_deal(sales.deal, reason=reason, by=sales.manager)
    assert (deal.stage.name, deal.closed_from.name, deal.closing_reason) == ("Lost", "Proposal", reason)
    assert (deal.closed_on, deal.amount_base) == (company_today(), Decimal("1000.00"))
    assert not Deal.objects.all().open().exists()
    event = Event.objects.get(subject=deal.pk, kind="deal.closed")
    assert event.changes()["stage"] == (sales.stage("Proposal").pk, deal.stage_id)


def test_a_closed_deal_has_no_next_step_and_undoing_brings_it_back(sales: Sales) -> None:
    services.set_next_step(sales.deal, text="Call", on=company_today(), by=sales.manager)
    services.close_deal(sales.deal, reason=deals.reason(), by=sales.manager)
    closed = Deal.objects.get(pk=sales.deal.pk)
    assert (closed.next_step, closed.next_step_on) == ("", None)
    event = Event.objects.get(subject=closed.pk, kind="deal.closed")
    undoing.undo(event.change_set, by=sales.manager)
    again = Deal.objects.get(pk=closed.pk)
    assert (again.next_step, again.next_step_on) == ("Call", company_today())


def test_a_won_deal_keeps_its_amount_at_the_rate_of_the_closing_day(sales: Sales) -> None:
    common.rate("USD", "0.90", company_today() - timedelta(days=3))
    common.rate("USD", "0.80")
    deal = deals.deal(sales.manager, amount="500.00", currency=common.currency("USD"))
    assert deal.amount_base is None
    won = services.close_deal(
        deal, reason=deals.reason(Outcome.WON), by=sales.manager, on=company_today() - timedelta(days=1)
    )
    assert won.amount_base == Decimal("450.00")


def test_without_a_rate_nothing_is_made_up(sales: Sales) -> None:
    deal = deals.deal(sales.manager, amount="500.00", currency=common.currency("GBP"))
    won = services.close_deal(deal, reason=deals.reason(Outcome.WON), by=sales.manager)
    assert won.amount_base is None


@pytest.mark.parametrize("amount", [None, "0.00"])
def test_what_is_won_is_worth_something(sales: Sales, amount: str | None) -> None:
    deal = deals.deal(sales.manager, amount=amount)
    with pytest.raises(errors.WonNeedsAmount) as refusal:
        services.close_deal(deal, reason=deals.reason(Outcome.WON), by=sales.manager)
    assert refusal.value.field == "amount"
    won = services.close_deal(deal, reason=deals.reason(Outcome.WON), by=sales.manager, amount=Decimal("70.00"))
    assert won.amount == Decimal("70.00")


def test_closing_twice_or_in_the_future_is_refused(sales: Sales) -> None:
    reason = deals.reason()
    with pytest.raises(errors.ClosedInTheFuture):
        services.close_deal(sales.deal, reason=reason, by=sales.manager, on=company_today() + timedelta(days=1))
    services.close_deal(sales.deal, reason=reason, by=sales.manager)
    with pytest.raises(errors.DealAlreadyClosed):
        services.close_deal(sales.deal, reason=reason, by=sales.manager)
    assert Event.objects.filter(subject=sales.deal.pk, kind="deal.closed").count() == 1


def test_only_who_works_on_the_deal_closes_and_reopens_it(sales: Sales) -> None:
    for person in (common.user(department=sales.manager.department), common.user("executive")):
        with pytest.raises(Forbidden):
            services.close_deal(sales.deal, reason=deals.reason(), by=person)
    coowner = common.user(department=common.department("Other"))
    changes.edit(sales.deal, {"coowners": [coowner.pk]}, by=sales.manager)
    services.close_deal(sales.deal, reason=deals.reason(), by=coowner)
    with pytest.raises(Forbidden):
        services.reopen_deal(sales.deal, by=common.user("executive"))


def test_losing_removes_the_payments_not_received_and_reopening_brings_them_back(sales: Sales) -> None:
    kept = deals.payment(sales.deal, certainty="received")
    dropped = deals.payment(sales.deal, certainty="guaranteed")
    gone = deals.payment(sales.deal, certainty="low")
    binning.remove(gone, by=sales.manager)
    services.move_to_stage(sales.deal, stage=sales.stage("Negotiation"), by=sales.manager)
    services.close_deal(sales.deal, reason=deals.reason(), by=sales.manager)
    assert list(Payment.objects.all()) == [kept]
    deal = services.reopen_deal(sales.deal, by=sales.manager)
    assert (deal.stage.name, deal.closing_reason, deal.closed_on, deal.closed_from) == (
        "Negotiation",
        None,
        None,
        None,
    )
    assert deal.amount_base is None
    assert set(Payment.objects.all()) == {kept, dropped}
    with pytest.raises(errors.DealIsOpen):
        services.reopen_deal(sales.deal, by=sales.manager)


def test_reopening_leaves_a_payment_that_somebody_binned_after_the_closing(sales: Sales) -> None:
    payment = deals.payment(sales.deal, certainty="high")
    services.close_deal(sales.deal, reason=deals.reason(), by=sales.manager)
    binning.restore(payment, by=sales.manager)
    binning.remove(payment, by=sales.manager)
    services.reopen_deal(sales.deal, by=sales.manager)
    assert not Payment.objects.exists()


def test_winning_keeps_the_expected_payments(sales: Sales) -> None:
    deals.payment(sales.deal, certainty="guaranteed")
    services.close_deal(sales.deal, reason=deals.reason(Outcome.WON), by=sales.manager)
    assert Payment.objects.count() == 1


def test_a_refused_closing_leaves_everything_as_it_was(sales: Sales, monkeypatch: pytest.MonkeyPatch) -> None:
    deals.payment(sales.deal, certainty="low")
    before = Event.objects.count()

    def refuse(event: Event, deal: Deal) -> None:
        raise IntegrityError

    monkeypatch.setattr(hooks, "_guards", [*hooks._guards, ("deal.closed", refuse)])
    with pytest.raises(IntegrityError):
        services.close_deal(sales.deal, reason=deals.reason(), by=sales.manager)
    assert (sales.fresh().closed_on, Payment.objects.count(), Event.objects.count()) == (None, 1, before)


def test_the_payment_sign_follows_what_was_received(sales: Sales) -> None:
    marks = RecordMark.objects.filter(record=sales.deal.pk, kind="payment")
    payment = deals.payment(sales.deal, certainty="high")
    assert not marks.exists()
    payment = changes.edit(payment, {"certainty": "received"}, by=sales.manager)
    assert marks.count() == 1
    binning.remove(payment, by=sales.manager)
    assert not marks.exists()


def test_the_closing_day_is_the_companys(sales: Sales) -> None:
    common.own_company("Pacific/Kiritimati")
    with clock.stopped(datetime(2026, 5, 4, 20, tzinfo=UTC)):
        deal = services.close_deal(sales.deal, reason=deals.reason(), by=sales.manager)
    assert deal.closed_on == date(2026, 5, 5)
