"""Undo: what nobody changed since comes back, the rest is kept and named, and every row asks the policy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from catalogue.models import Product
from common.changes import binning, bulk, undoing
from common.changes import services as changes
from common.changes.errors import AlreadyUndone, NothingToUndo, TooLateToUndo
from common.changes.values import link_fields
from common.delivery import services as delivery
from common.delivery.models import Delivery
from common.events import hooks
from common.events.models import ChangeSet, Event
from common.kinds.errors import DomainError, NotVisible
from common.people.models import User
from common.records import services as records
from common.records.calls import Call, Outcome
from common.spine.models import Record, RecordMark
from crm.models import Company
from deals.models import Deal, DealLine, Payment
from requests_app import services as request_services
from tests.common.changes.undone import Why, fresh, last, notes, undo
from tests.conftest import Clock
from tests.factories import catalogue, common, crm, deals, requests_app, stored

pytestmark = pytest.mark.django_db


def test_fields_and_links_get_their_old_values_back(manager: User) -> None:
    one, two, source = common.tag(), common.tag(), crm.source()
    company = crm.company("Old", owner=manager, tags=[one], source=source)
    values = {"name": "New", "tags": [two], "source": None, "assignees": [manager], "website": "https://a.example"}
    changes.edit(company, values, by=manager)
    row = undo(manager)
    company = fresh(company)
    assert (company.name, company.source, company.website, company.version) == ("Old", source, "", 3)
    assert link_fields["tags"].ids(company.pk) == [one.pk] and not link_fields["assignees"].ids(company.pk)
    assert Record.objects.get(pk=company.pk).title == "Old"
    event = Event.objects.get(change_set=row.made)
    assert (event.via, event.kind, event.actor) == ("undo", "company.undone", manager)
    assert event.changes()["name"] == ("New", "Old")
    assert (row.back, notes(row)) == (1, set())


def test_what_somebody_changed_since_is_kept_and_the_rest_comes_back(manager: User) -> None:
    company = crm.company("Old", owner=manager, address="Here")
    changes.edit(company, {"name": "New", "address": "There"}, by=manager)
    act = last()
    changes.edit(company, {"address": "Elsewhere"}, by=common.SETUP)
    row = undoing.undo(act, by=manager)
    assert (fresh(company).name, fresh(company).address) == ("Old", "Elsewhere")
    assert notes(row) == {(company.pk, "address", Why.CHANGED)}


def test_a_field_that_is_as_before_already_is_not_named(manager: User) -> None:
    company = crm.company("Old", owner=manager, address="Here")
    changes.edit(company, {"name": "New", "address": "There"}, by=manager)
    act = last()
    changes.edit(company, {"address": "Here"}, by=common.SETUP)
    assert notes(undoing.undo(act, by=manager)) == set()
    assert fresh(company).name == "Old"


def test_several_changes_in_one_set_go_back_to_before_the_first(manager: User) -> None:
    company = crm.company("One", owner=manager)
    with changes.change_set("Twice", by=manager):
        changes.edit(company, {"name": "Two"}, by=manager)
        changes.edit(company, {"name": "Three"}, by=manager)
    undo(manager)
    assert fresh(company).name == "One"


def test_a_created_record_goes_to_the_bin_with_the_parts_created_with_it(manager: User) -> None:
    with changes.change_set("Order", by=manager):
        deal = deals.deal(manager, by=manager)
        line, payment = deals.line(deal, by=manager), deals.payment(deal, by=manager)
    row = undo(manager)
    assert row.back == 4 and not notes(row)
    assert not (Deal.objects.exists() or DealLine.objects.exists() or Payment.objects.exists())
    assert not Company.objects.exists()
    binning.restore(fresh(deal.company), by=common.SETUP)
    binning.restore(fresh(deal), by=common.SETUP)
    assert set(DealLine.objects.all()) == {line} and set(Payment.objects.all()) == {payment}


def test_a_created_record_that_others_point_to_stays_and_is_named(manager: User) -> None:
    company = crm.company("Lackwerk", owner=manager, by=manager)
    act = last()
    crm.contact(owner=manager, company=company)
    row = undoing.undo(act, by=manager)
    assert fresh(company).deleted_at is None
    assert notes(row) == {(company.pk, "", Why.USED)}
    assert (row.holds, row.made) == (False, None), "what did nothing may be tried again"


def test_a_product_that_a_request_asks_for_stays(manager: User) -> None:
    product = catalogue.product()
    act = last()
    requests_app.request(products=[product])
    assert notes(undoing.undo(act, by=common.SETUP)) == {(product.pk, "", Why.USED)}
    assert Product.objects.filter(pk=product.pk).exists()


def test_what_went_to_the_bin_comes_back_with_what_followed(manager: User) -> None:
    deal = deals.deal(manager, amount="10")
    deals.line(deal)
    payment = deals.payment(deal, certainty="received")
    binning.remove(deal, by=manager)
    row = undo(manager)
    assert row.back == 3
    assert DealLine.objects.get().deal == Payment.objects.get().deal == Deal.objects.get()
    assert RecordMark.objects.filter(record=deal.pk, kind="payment").exists()
    assert Record.objects.get(pk=payment.pk).deleted_at is None


def test_what_lost_its_place_stays_in_the_bin_and_is_named(manager: User) -> None:
    product, other = catalogue.product(code="P"), catalogue.product(code="Q")
    bulk.for_each([product, other], lambda row: binning.remove(row, by=common.SETUP), by=common.SETUP, label="Clear")
    act = last()
    catalogue.product(code="P")
    row = undoing.undo(act, by=common.SETUP)
    assert notes(row) == {(product.pk, "", Why.TAKEN)}
    assert fresh(product).deleted_at is not None and fresh(other).deleted_at is None


def test_a_part_does_not_come_back_before_its_whole(manager: User) -> None:
    deal = deals.deal(manager)
    payment = deals.payment(deal)
    binning.remove(payment, by=manager)
    act = last()
    binning.remove(deal, by=manager)
    assert notes(undoing.undo(act, by=manager)) == {(payment.pk, "", Why.WHOLE)}
    assert not Payment.objects.exists()


def test_what_points_into_the_bin_keeps_its_value(manager: User) -> None:
    old, new = crm.company(owner=manager), crm.company(owner=manager)
    contact = crm.contact(owner=manager, company=old)
    changes.edit(contact, {"company": new, "job_title": "Buyer"}, by=manager)
    act = last()
    binning.remove(old, by=manager)
    row = undoing.undo(act, by=manager)
    assert notes(row) == {(contact.pk, "company", Why.LOST)}
    assert (fresh(contact).company, fresh(contact).job_title) == (new, "")


def test_a_value_whose_dictionary_row_is_gone_is_kept(manager: User) -> None:
    source = crm.source()
    company = crm.company(owner=manager, source=source)
    changes.edit(company, {"source": None, "name": "New"}, by=manager)
    changes.delete_dictionary(source, by=common.SETUP)
    act = ChangeSet.objects.get(events__kind="company.changed")
    assert notes(undoing.undo(act, by=manager)) == {(company.pk, "source", Why.LOST)}
    assert fresh(company).name != "New"


def test_a_record_in_the_bin_is_not_changed_there(manager: User) -> None:
    company = crm.company("Old", owner=manager)
    changes.edit(company, {"name": "New"}, by=manager)
    act = last()
    binning.remove(company, by=manager)
    assert notes(undoing.undo(act, by=manager)) == {(company.pk, "", Why.BINNED)}
    assert fresh(company).name == "New"


def test_bulk_rows_ask_one_by_one_and_refused_ones_are_named(manager: User, colleague: User) -> None:
    tag = common.tag()
    mine, shared = crm.company(owner=manager), crm.company(owner=colleague, assignees=[manager])
    outcome = common.edit_all([mine, shared], {"tags": [tag]}, by=manager, label="Add tags: 2")
    assert len(outcome.changed) == 2
    act = last()
    changes.edit(shared, {"assignees": []}, by=colleague)
    row = undoing.undo(act, by=manager)
    assert (row.back, notes(row)) == (1, {(shared.pk, "", Why.FORBIDDEN)})
    assert link_fields["tags"].ids(mine.pk) == [] and link_fields["tags"].ids(shared.pk) == [tag.pk]


def test_one_field_one_may_not_write_leaves_the_whole_row(manager: User) -> None:
    boss = common.user("executive", manager.department)
    deal = deals.deal(manager, amount="10")
    with changes.change_set("Both", by=boss), changes.consequences():
        changes.edit(deal, {"is_important": True, "amount": Decimal(20)}, by=boss)
    row = undo(boss)
    assert notes(row) == {(deal.pk, "", Why.FORBIDDEN)}
    assert (fresh(deal).is_important, fresh(deal).amount) == (True, 20)


def test_only_who_did_it_and_administrators_may_try(manager: User, colleague: User) -> None:
    company = crm.company("Old", owner=manager, assignees=[colleague])
    changes.edit(company, {"name": "New"}, by=manager)
    with pytest.raises(NotVisible):
        undo(colleague)
    assert undo(common.user("administrator")).back == 1


def test_after_thirty_days_it_is_too_late(manager: User, clock: Clock) -> None:
    company = crm.company("Old", owner=manager)
    changes.edit(company, {"name": "New"}, by=manager)
    act = last()
    clock.move(days=30, minutes=1)
    with pytest.raises(TooLateToUndo):
        undoing.undo(act, by=manager)
    clock.move(minutes=-2)
    assert undoing.undo(act, by=manager).back == 1


def test_undoing_twice_is_refused_and_undoing_the_undo_opens_it_again(manager: User) -> None:
    company = crm.company("Old", owner=manager)
    changes.edit(company, {"name": "New"}, by=manager)
    act = last()
    for _round in range(3):
        first = undoing.undo(act, by=manager)
        assert fresh(company).name == "Old" and first.made is not None
        with pytest.raises(AlreadyUndone):
            undoing.undo(act, by=manager)
        assert first.made.label == "Undone: Changed: Old"
        second = undoing.undo(first.made, by=manager)
        assert fresh(company).name == "New" and second.made is not None
        assert second.made.label == "Redone: Changed: Old"
        third = undoing.undo(second.made, by=manager)
        assert fresh(company).name == "Old" and third.made is not None
        with pytest.raises(AlreadyUndone):
            undoing.undo(act, by=manager)
        undoing.undo(third.made, by=manager)
        assert fresh(company).name == "New"


def test_what_changed_nothing_has_nothing_to_undo(manager: User) -> None:
    company = crm.company(owner=manager)
    records.add_note(company, text="Called.", by=manager)
    with pytest.raises(NothingToUndo):
        undo(manager)
    changes.save_dictionary(crm.source(), by=manager)
    common.rate("USD", "0.9")
    with pytest.raises(NothingToUndo):
        undo()


def test_a_guard_may_refuse_and_is_told_in_words(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(event: Any, obj: Any) -> None:
        if event.via == "undo" and obj.name == "Guarded":
            raise DomainError("Not this one.")

    monkeypatch.setattr(hooks, "_guards", [*hooks._guards, ("company.*", refuse)])
    one, two = crm.company("Guarded", owner=manager), crm.company("Free", owner=manager)
    common.edit_all([one, two], {"address": "There"}, by=manager, label="Move")
    row = undo(manager)
    assert list(row.notes.values_list("record_id", "why", "text")) == [(one.pk, Why.REFUSED, "Not this one.")]
    assert (fresh(one).address, fresh(two).address) == ("There", "")


def test_the_preview_says_what_undoing_will_do_and_writes_nothing(manager: User) -> None:
    request = requests_app.request(manager.department, products=[catalogue.product()])
    request_services.create_deal(request, new_company="Lackwerk", new_contact={}, by=manager)
    act = last()
    deals.payment(Deal.objects.get())
    before = stored.everything()
    shown, total = undoing.preview(act, by=manager, most=50)
    assert stored.difference(before, stored.everything()) == set()
    row = undoing.undo(act, by=manager)
    told = {(d.step.record, name, why) for d in shown for name, why in d.left}
    assert (len(shown), total) == (5, 5)
    deal = Deal.objects.get()
    assert told == notes(row) == {(pk, "", Why.USED) for pk in (deal.pk, deal.company_id, deal.contact_id)}
    assert {d.step.record for d in shown if d.acts} == {request.pk, DealLine.everything.get().pk}


def test_what_no_undo_takes_back_is_named(manager: User) -> None:
    request = requests_app.request(owner=manager)
    act = last()
    event = Event.objects.get(subject=request.pk)
    for n, state in enumerate(("sent", "skipped")):
        mail = delivery.send(
            to="a@example.org", subject="New", body="", purpose=event.kind, record=request, message_id=f"<{n}@x>"
        )
        Delivery.objects.filter(pk=mail.pk).update(state=state)
    delivery.send(to="a@example.org", subject="Other", body="", purpose="account")
    assert undoing.what_lasts(act) == ["1 mail was sent"]
    records.add_note(request, text="Called.", by=manager)
    assert undoing.what_lasts(last()) == ["1 note or file stays"]
    records.log_call(request, Call(Outcome.REACHED), by=manager)
    assert undoing.what_lasts(last()) == ["1 call stays"]
