"""Creating, editing, binning and restoring records: what is stored and what is logged."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from common.changes import binning
from common.changes import services as changes
from common.changes.errors import InUse, NameTaken
from common.changes.services import System
from common.events.models import ChangeSet, Event, EventLink, Via
from common.spine.models import Record, RecordMember, SearchText
from common.tags.models import Tag
from crm.models import Company, Contact, Industry
from deals.models import Deal
from tests.conftest import Clock
from tests.factories import catalogue, common, crm, deals, stored

pytestmark = pytest.mark.django_db


def test_a_new_record_has_its_row_in_the_spine_and_one_event_that_tells_its_values() -> None:
    sales = common.department()
    person = common.user(department=sales)
    industry = Industry.objects.create(name="Paint", names={"ru": "Краски"})
    tag = Tag.objects.create(name="VIP")
    company = changes.create(Company, {"name": "Lackwerk Ёлка", "industries": [industry.pk], "tags": [tag]}, by=person)
    record = Record.objects.get(pk=company.pk)
    assert (record.type, record.title, record.owner, record.department) == (
        "crm.company", "Lackwerk Ёлка", person, sales,
    )  # fmt: skip
    assert (company.version, company.created_by, company.title_sort) == (1, person, "lackwerk елка")
    assert SearchText.objects.get(pk=company.pk).text.startswith("lackwerk елка")
    event = Event.objects.get(subject=company.pk)
    assert (event.kind, event.version, event.actor, event.via) == ("company.created", 1, person, Via.SYSTEM)
    assert event.changes() == {
        "name": (None, "Lackwerk Ёлка"), "owner": (None, person.pk), "department": (None, sales.pk),
        "industries": (None, [industry.pk]), "tags": (None, [tag.pk]),
    }  # fmt: skip
    assert event.data["_labels"]["industries"] == [None, "Paint"]
    assert list(event.links.values_list("record_id", flat=True)) == [company.pk]


def test_numbers_of_a_type_follow_each_other() -> None:
    first, other, second = crm.company(), crm.contact(), crm.company()
    assert second.number == first.number + 1
    assert other.number == 1


def test_an_edit_logs_old_and_new_with_their_words_and_raises_the_version() -> None:
    one, two = crm.source(name="Fair"), crm.source(name="Site")
    person = common.user(department=common.department())
    company = crm.company(owner=person, name="Old", source=one)
    fresh = changes.edit(company, {"name": "New", "source": two}, by=person)
    event = Event.objects.get(subject=company.pk, kind="company.changed")
    assert event.changes() == {"name": ("Old", "New"), "source": (one.pk, two.pk)}
    assert event.data["_labels"] == {"source": ["Fair", "Site"]}
    assert (fresh.version, event.version) == (2, 2)
    company.refresh_from_db()
    assert (company.name, company.version, company.title_sort) == ("New", 2, "new")
    assert Record.objects.get(pk=company.pk).title == "New"
    assert SearchText.objects.get(pk=company.pk).text.startswith("new")


def test_an_edit_that_changes_nothing_writes_nothing() -> None:
    product = catalogue.product(price="10.50")
    before = stored.everything()
    changes.edit(product, {"price": "10.5", "name": product.name, "tags": []}, by=common.SETUP)
    assert stored.difference(before, stored.everything()) == set()


def test_sets_are_changed_to_exactly_what_was_given() -> None:
    ann, ben, cid = (common.user() for _n in range(3))
    company = crm.company(assignees=[ann, ben])
    changes.edit(company, {"assignees": [cid, ben]}, by=common.SETUP)
    members = RecordMember.objects.filter(record=company.pk, role="assignee")
    assert set(members.values_list("user", flat=True)) == {ben.pk, cid.pk}
    event = Event.objects.get(subject=company.pk, kind="company.changed")
    assert event.changes() == {"assignees": (sorted([ann.pk, ben.pk]), sorted([ben.pk, cid.pk]))}


def test_what_happens_to_a_part_stands_on_the_timeline_of_the_whole() -> None:
    deal = deals.deal(common.user(department=common.department()))
    payment = deals.payment(deal)
    event = Event.objects.get(subject=payment.pk)
    assert set(event.links.values_list("record_id", flat=True)) == {payment.pk, deal.pk}
    assert Record.objects.get(pk=payment.pk).parent_id == deal.pk
    assert EventLink.objects.filter(record=deal.company_id, event__subject=deal.pk).count() == 1


def test_a_change_touches_the_record_and_its_whole(clock: Clock) -> None:
    deal = deals.deal(common.user(department=common.department()))
    payment = deals.payment(deal)
    before = {record.pk: record.touched_at for record in Record.objects.all()}
    clock.move(hours=1)
    changes.edit(payment, {"invoice_number": "17"}, by=common.SETUP)
    after = {record.pk: record.touched_at for record in Record.objects.all()}
    later = {pk for pk, at in after.items() if at - before[pk] >= timedelta(hours=1)}
    assert later == {payment.pk, deal.pk}


def test_values_a_field_refuses_are_named_and_nothing_is_written() -> None:
    product = catalogue.product()
    before = stored.everything()
    with pytest.raises(ValidationError) as refused:
        changes.edit(product, {"price": Decimal("-1"), "name": "x" * 201, "kind": "magic"}, by=common.SETUP)
    assert set(refused.value.message_dict) == {"price", "name", "kind"}
    with pytest.raises(ValidationError):
        changes.create(Contact, {"email": "no address", "last_name": "Vogt"}, by=common.SETUP)
    assert stored.difference(before, stored.everything()) == set()


@pytest.mark.parametrize("name", ["number", "version", "deleted_at", "created_by", "record", "owner", "department"])
def test_what_the_door_decides_itself_is_not_given_by_callers(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        changes.create(Company, {"name": "X", name: None}, by=common.SETUP)


def test_changes_inside_a_change_set_are_one_act_and_stand_or_fall_together() -> None:
    person = common.user(department=common.department())
    before = stored.everything()
    with pytest.raises(ZeroDivisionError), changes.change_set("Import", by=person, via=Via.IMPORT):
        crm.company(by=person, owner=person)
        _ = 1 // 0
    assert stored.difference(before, stored.everything()) == set()
    with changes.change_set("Import", by=person, via=Via.IMPORT):
        one = crm.company(by=common.SETUP)
        with changes.change_set("Inner", by=System("inner")):
            changes.edit(one, {"website": "https://one.example"}, by=common.SETUP)
    act = ChangeSet.objects.get(label="Import")
    assert (act.actor, act.via, act.events.count()) == (person, Via.IMPORT, 2)
    assert not ChangeSet.objects.filter(label="Inner").exists()


def test_an_empty_change_set_leaves_no_row() -> None:
    with changes.change_set("Nothing", by=common.SETUP):
        pass
    assert not ChangeSet.objects.exists()


def test_a_binned_record_leaves_the_lists_and_comes_back_whole() -> None:
    deal = deals.deal(common.user(department=common.department()), amount="10")
    payment = deals.payment(deal)
    binning.remove(deal, by=common.SETUP)
    assert not Deal.objects.exists()
    assert not type(payment).objects.exists()
    assert Record.objects.get(pk=deal.pk).deleted_at is not None
    kinds = Event.objects.filter(subject__in=[deal.pk, payment.pk], kind__endswith=".removed")
    assert set(kinds.values_list("kind", flat=True)) == {"deal.removed", "payment.removed"}
    binning.restore(Deal.everything.get(pk=deal.pk), by=common.SETUP)
    assert Deal.objects.get().version == 3
    assert type(payment).objects.get().deal_id == deal.pk
    assert Event.objects.filter(subject=deal.pk, kind="deal.restored", version=3).exists()


def test_restoring_leaves_in_the_bin_what_went_there_before(clock: Clock) -> None:
    deal = deals.deal(common.user(department=common.department()))
    early, late = deals.payment(deal), deals.payment(deal)
    binning.remove(early, by=common.SETUP)
    clock.move(minutes=1)
    binning.remove(deal, by=common.SETUP)
    binning.restore(Deal.everything.get(pk=deal.pk), by=common.SETUP)
    assert list(type(early).objects.values_list("pk", flat=True)) == [late.pk]


def test_a_record_that_others_need_stays_and_they_are_named() -> None:
    company = crm.company(name="Lackwerk")
    contact = crm.contact(company=company, first_name="Petra", last_name="Vogt")
    before = stored.everything()
    with pytest.raises(InUse, match="Petra Vogt"):
        binning.remove(company, by=common.SETUP)
    assert stored.difference(before, stored.everything()) == set()
    binning.remove(contact, by=common.SETUP)
    binning.remove(company, by=common.SETUP)
    assert not Company.objects.exists()


def test_a_record_whose_place_was_taken_does_not_come_back() -> None:
    product = catalogue.product(code="P-1", name="Old pump")
    binning.remove(product, by=common.SETUP)
    catalogue.product(code="P-1")
    before = stored.everything()
    with pytest.raises(NameTaken, match="Old pump"):
        binning.restore(product, by=common.SETUP)
    assert stored.difference(before, stored.everything()) == set()


def test_binning_and_restoring_twice_is_done_once() -> None:
    company = crm.company()
    for act in (binning.remove, binning.remove, binning.restore, binning.restore):
        act(company, by=common.SETUP)
    kinds = Event.objects.filter(subject=company.pk).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["company.created", "company.removed", "company.restored"]


def test_a_saved_dictionary_row_is_an_event_with_a_ref_and_no_secrets() -> None:
    person = common.user("administrator", first_name="Ann", last_name="Old", password="secret-4711")
    person.last_name, person.password = "New", "other"
    changes.save_dictionary(person, by=common.SETUP)
    event = Event.objects.get(ref=f"people.user:{person.pk}")
    assert (event.kind, event.changes()) == ("user.changed", {"last_name": ("Old", "New")})
    assert "secret" not in str(event.data)
    assert "other" not in str(event.data)


def test_a_deleted_dictionary_row_leaves_what_it_was() -> None:
    rate = common.rate("USD", "0.9")
    changes.delete_dictionary(rate, by=common.SETUP)
    event = Event.objects.get(kind="rate.removed")
    assert event.data["value"] == ["0.90000000", None]
