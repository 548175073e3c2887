"""Undo of named operations: what they did to several records goes back together, and back again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from common import clock as product_clock
from common.changes import binning, undoing
from common.changes import services as changes
from common.events.models import ChangeSet, Event
from common.organisation.selectors import company_today
from common.people.models import User
from common.records import services as records
from common.spine.models import Record
from crm.models import Company, Contact
from deals import services as deal_services
from deals.models import Deal, DealLine, Outcome, Payment, StageTransition
from requests_app import services as request_services
from requests_app.models import Request
from tests.common.changes.undone import Why, fresh, last, notes, undo
from tests.conftest import Clock
from tests.factories import catalogue, common, crm, deals, requests_app

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("outcome", [Outcome.WON, Outcome.LOST])
def test_closing_is_undone_and_redone_with_payments_and_transitions(manager: User, outcome: str) -> None:
    deal = deals.deal(manager, amount="100.00")
    stage = deal.stage
    expected, received = deals.payment(deal), deals.payment(deal, certainty="received")
    deal_services.close_deal(deal, reason=deals.reason(outcome), by=manager)
    closed = fresh(deal)
    row = undo(manager)
    back = fresh(deal)
    assert (back.stage, back.closing_reason, back.closed_on, back.closed_from) == (stage, None, None, None)
    assert back.amount_base is None
    assert set(Payment.objects.all()) == {expected, received} and not notes(row)
    assert [t.stage_id for t in StageTransition.objects.filter(deal=deal).order_by("pk")] == [
        stage.pk, closed.stage_id, stage.pk,
    ]  # fmt: skip
    assert undo(manager).of == row.made
    again = fresh(deal)
    assert (again.stage_id, again.closed_on, again.closed_from) == (closed.stage_id, closed.closed_on, stage)
    assert again.amount_base == Decimal("100.00")
    assert set(Payment.objects.all()) == ({received} if outcome == Outcome.LOST else {expected, received})
    deal_services.reopen_deal(again, by=manager)
    assert set(Payment.objects.all()) == {expected, received}, "reopening knows what the redone closing removed"


def test_reopening_is_undone(manager: User) -> None:
    deal = deals.deal(manager, amount="100.00")
    deals.payment(deal)
    deal_services.close_deal(deal, reason=deals.reason(), by=manager)
    closed = fresh(deal)
    deal_services.reopen_deal(deal, by=manager)
    undo(manager)
    assert (fresh(deal).stage, fresh(deal).closed_on) == (closed.stage, closed.closed_on)
    assert not Payment.objects.exists()
    deal_services.reopen_deal(fresh(deal), by=manager)
    assert Payment.objects.exists()


def test_a_move_and_a_change_of_pipeline_are_undone(manager: User) -> None:
    deal = deals.deal(manager)
    first, way = deal.stage, deal.pipeline
    deal_services.move_to_stage(deal, stage=deals.stage(way, "Proposal"), by=manager)
    undo(manager)
    assert fresh(deal).stage == first
    deal_services.change_pipeline(deal, pipeline=deals.pipeline(is_default=False), by=manager)
    undo(manager)
    assert (fresh(deal).stage, fresh(deal).pipeline) == (first, way)


def test_a_line_and_the_amount_that_followed_are_undone_together(manager: User) -> None:
    deal = deals.deal(manager)
    line = deal_services.add_line(deal, {"name": "Valve", "price": Decimal(10)}, by=manager)
    assert fresh(deal).amount == 10
    deal_services.edit_line(line, {"quantity": 3}, by=manager)
    assert fresh(deal).amount == 30
    undo(manager)
    assert (fresh(deal).amount, fresh(line).quantity, fresh(line).total) == (10, 1, 10)
    undoing.undo(ChangeSet.objects.get(events__kind="dealline.created"), by=manager)
    assert fresh(deal).amount is None and not DealLine.objects.exists()


def test_a_deal_made_of_a_request_is_undone_and_redone_whole(manager: User) -> None:
    request = requests_app.request(manager.department, products=[catalogue.product(), catalogue.product()])
    deal = request_services.create_deal(request, new_company="Lackwerk", new_contact={}, by=manager)
    row = undo(manager)
    back = fresh(request)
    assert (back.deal, back.status, back.owner, back.company, back.contact) == (None, "new", None, None, None)
    assert not (Deal.objects.exists() or DealLine.objects.exists() or Company.objects.exists())
    assert not Contact.objects.exists() and not notes(row)
    undo(manager)
    assert fresh(request).deal == Deal.objects.get() == deal
    assert DealLine.objects.count() == 2 and Contact.objects.get().company == Company.objects.get() == deal.company


def test_who_gave_a_deal_away_may_take_it_back(manager: User) -> None:
    other = common.user("manager", common.department("Other"))
    deal = deals.deal(manager, amount="10")
    payment = deals.payment(deal)
    records.transfer(deal, owner=other, department=None, by=manager)
    assert fresh(payment).owner == other
    row = undo(manager)
    assert not notes(row)
    assert (fresh(deal).owner, fresh(deal).department) == (manager, manager.department)
    assert fresh(payment).owner == Record.objects.get(pk=payment.pk).owner == manager


def test_a_part_that_lay_in_the_bin_goes_back_with_what_was_transferred(manager: User) -> None:
    deal, other = deals.deal(manager), common.user("manager", manager.department)
    payment = deals.payment(deal)
    binning.remove(payment, by=manager)
    records.transfer(fresh(deal), owner=other, department=None, by=common.SETUP)
    assert fresh(payment).owner == other
    act = last()
    row = undoing.undo(act, by=common.SETUP)
    assert not notes(row) and fresh(payment).owner == manager and fresh(payment).deleted_at is not None
    assert row.made is not None
    assert not notes(undoing.undo(row.made, by=common.SETUP)) and fresh(payment).owner == other


def test_what_went_to_the_bin_after_a_transfer_stays_as_it_is(manager: User) -> None:
    deal, other = deals.deal(manager), common.user("manager", manager.department)
    payment = deals.payment(deal)
    records.transfer(deal, owner=other, department=None, by=common.SETUP)
    act = last()
    binning.remove(fresh(payment), by=common.SETUP)
    row = undoing.undo(act, by=common.SETUP)
    assert {why for _pk, _name, why in notes(row)} == {Why.BINNED} and fresh(payment).owner == other


def test_a_transfer_the_new_owner_has_worked_on_is_refused_to_the_giver(manager: User) -> None:
    other = common.user("manager", common.department("Other"))
    company = crm.company(owner=manager)
    records.transfer(company, owner=other, department=None, by=manager)
    act = last()
    changes.edit(company, {"name": "Theirs now"}, by=other)
    assert notes(undoing.undo(act, by=manager)) == {(company.pk, "", Why.FORBIDDEN)}
    assert fresh(company).owner == other
    assert undoing.undo(act, by=common.user("administrator")).back == 1
    assert fresh(company).owner == manager


def test_taking_a_request_is_undone(manager: User) -> None:
    request = requests_app.request(manager.department)
    request_services.take(request, by=manager)
    undo(manager)
    assert (fresh(request).owner, fresh(request).status) == (None, Request.Status.NEW)


def test_a_special_action_asks_for_its_right_again(manager: User, colleague: User) -> None:
    deal = deals.deal(manager, amount="10", assignees=[colleague])
    deal_services.close_deal(deal, reason=deals.reason(), by=colleague)
    act = last()
    changes.edit(deal, {"assignees": []}, by=common.SETUP)
    assert notes(undoing.undo(act, by=colleague)) == {(deal.pk, "", Why.FORBIDDEN)}
    assert fresh(deal).closed_on is not None


def test_an_old_next_step_may_come_back(manager: User) -> None:
    deal = deals.deal(manager, next_step="Call", next_step_on=company_today() - timedelta(days=9))
    deal_services.finish_next_step(deal, by=manager)
    undo(manager)
    assert fresh(deal).next_step == "Call"


def test_the_moment_of_undoing_is_one_for_the_whole_set(manager: User, clock: Clock) -> None:
    deal = deals.deal(manager, by=manager)
    clock.set(product_clock.now())
    deal_services.add_line(deal, {"name": "Valve", "price": Decimal(1)}, by=manager)
    undo(manager)
    assert Event.objects.filter(change_set=last()).count() == 2
