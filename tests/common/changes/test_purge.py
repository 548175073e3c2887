"""Deleting for good: nothing of the record is left but that there was one, and nothing else alters the log."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models

from common.changes import binning, purging, undoing
from common.changes import services as changes
from common.changes.errors import NotInBin, PurgeOthersFirst
from common.changes.models import UndoNote
from common.events.models import ChangeSet, Event, EventLink
from common.events.redacting import redact
from common.files import services as files
from common.files.models import Attachment, Blob
from common.jobs import services as jobs
from common.kinds.errors import Forbidden
from common.kinds.guard import OutsideChanges, door, is_guarded
from common.kinds.models import RecordModel
from common.records import services as records
from common.spine.models import Record
from crm.models import Company, Contact
from deals.models import Deal, DealLine, Payment, StageTransition
from requests_app.models import Request
from tests.factories import catalogue, common, crm, deals, requests_app, stored

pytestmark = pytest.mark.django_db
SECRET = "Zwetschgenmus"


def gone(obj: RecordModel) -> None:
    """Put into the bin and delete for good."""
    binning.remove(obj, by=common.SETUP)
    purging.purge(obj, by=common.SETUP)


def everything_said() -> str:
    """Every value of every row of the product, as text."""
    return repr(stored.everything())


def test_nothing_of_it_is_left_but_that_there_was_something(django_capture_on_commit_callbacks: Any) -> None:
    boss = common.user("administrator")
    company = crm.company(SECRET, owner=boss, tags=[common.tag()], assignees=[boss], address=SECRET)
    company = changes.edit(company, {"name": f"{SECRET} 2"}, by=boss)
    records.add_note(company, text=SECRET, by=boss)
    files.attach(company, ContentFile(b"only here", name=f"{SECRET}.txt"), by=boss)
    path = Blob.objects.get().path
    contact = crm.contact(company=company)
    changes.edit(contact, {"company": None}, by=common.SETUP)
    assert everything_said().count(SECRET) > 10 and default_storage.exists(path)
    kinds = list(Event.objects.filter(subject=company.pk).order_by("pk").values_list("kind", "actor", "version"))
    with django_capture_on_commit_callbacks(execute=True):
        gone(company)
    assert SECRET not in everything_said()
    assert not default_storage.exists(path) and not Blob.objects.exists() and not Attachment.objects.exists()
    row = Record.objects.get(pk=company.pk)
    assert (row.type, row.title, row.owner, row.department) == ("crm.company", "", None, None)
    assert not row.members.exists() and not row.record_tags.exists() and not row.event_links.exists()
    left = Event.objects.filter(subject=company.pk).order_by("pk")
    assert list(left.values_list("kind", "actor", "version"))[: len(kinds)] == kinds
    assert [event.kind for event in left][len(kinds) :] == ["company.removed", "company.purged"]
    assert contact.pk and Contact.objects.get(pk=contact.pk).title


def test_bytes_that_another_record_holds_stay(django_capture_on_commit_callbacks: Any) -> None:
    one, two = crm.company(), crm.company()
    for row in (one, two):
        files.attach(row, ContentFile(b"shared", name="a.txt"), by=common.SETUP)
    with django_capture_on_commit_callbacks(execute=True):
        gone(one)
    assert Attachment.objects.get().record_id == two.pk
    assert default_storage.exists(Blob.objects.get().path)


def test_parts_go_with_their_whole_and_what_may_stay_is_cut_off() -> None:
    person = common.user(department=common.department())
    deal = deals.deal(person, amount="10")
    deals.line(deal), deals.payment(deal)
    request = requests_app.request()
    with changes.consequences():
        changes.edit(request, {"deal": deal, "status": Request.Status.PROCESSED}, by=common.SETUP)
    gone(deal)
    assert not any(model.everything.exists() for model in (Deal, DealLine, Payment))
    assert not StageTransition.objects.exists()
    assert Request.objects.get().deal is None
    event = Event.objects.get(kind="request.cut_off")
    assert event.changes() == {"deal": (deal.pk, None)} and "_labels" not in event.data


def test_a_product_a_request_asked_for_is_taken_out_of_it() -> None:
    one, two = catalogue.product(name=SECRET), catalogue.product()
    request = requests_app.request(products=[one, two])
    gone(one)
    assert list(request.products.all()) == [two]
    assert SECRET not in everything_said()


def test_what_others_in_the_bin_need_stays() -> None:
    company = crm.company("Lackwerk")
    contact = crm.contact(company=company, last_name="Vogt")
    for row in (contact, company):
        binning.remove(row, by=common.SETUP)
    before = stored.everything()
    with pytest.raises(PurgeOthersFirst, match="Vogt"):
        purging.purge(company, by=common.SETUP)
    assert stored.difference(before, stored.everything()) == set()
    purging.purge(contact, by=common.SETUP)
    purging.purge(company, by=common.SETUP)
    assert not Company.everything.exists()


def test_only_administrators_and_only_from_the_bin() -> None:
    person = common.user("head", common.department())
    company = crm.company(owner=person)
    with pytest.raises(NotInBin):
        purging.purge(company, by=common.user("administrator"))
    binning.remove(company, by=person)
    with pytest.raises(Forbidden):
        purging.purge(company, by=person)
    with pytest.raises(Forbidden):
        purging.empty(Company, by=person)
    purging.purge(company, by=common.user("administrator"))
    assert not Company.everything.exists()


def test_what_is_deleted_for_good_is_named_when_its_change_is_undone() -> None:
    one, two = crm.company(), crm.company()
    with changes.change_set("Both", by=common.SETUP):
        for row in (one, two):
            changes.edit(row, {"address": "There"}, by=common.SETUP)
    act = ChangeSet.objects.latest("pk")
    gone(one)
    done = undoing.undo(act, by=common.SETUP)
    assert list(done.notes.values_list("record_id", "why")) == [(one.pk, UndoNote.Why.PURGED)]
    assert Company.objects.get().address == ""


def test_the_bin_is_emptied_and_what_is_refused_is_named() -> None:
    boss = common.user("administrator")
    company = crm.company("Lackwerk")
    contact = crm.contact(company=company)
    free, alive = crm.company(), crm.company()
    for row in (contact, company, free):
        binning.remove(row, by=common.SETUP)
    outcome = purging.empty(Company, by=boss)
    assert outcome is not None and [row.pk for row in outcome.changed] == [free.pk]
    assert [row.pk for row, _reason in outcome.refused] == [company.pk]
    assert set(Company.everything.values_list("pk", flat=True)) == {company.pk, alive.pk}


def test_a_large_bin_is_emptied_by_a_job_that_may_run_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "CHUNK", 3)
    boss = common.user("administrator")
    needed = crm.company()
    rows = [crm.contact(company=needed), needed, *(crm.company() for _n in range(7))]
    for row in rows:
        binning.remove(row, by=common.SETUP)
    assert purging.empty(Company, by=boss) is None
    assert Company.everything.count() == 8
    later = crm.company()
    binning.remove(later, by=common.SETUP)
    jobs.run_due()
    assert set(Company.everything.values_list("pk", flat=True)) == {needed.pk, later.pk}
    events = Event.objects.count()
    purging.run("crm.company", boss.pk, needed.record.touched_at)
    assert Event.objects.count() == events


@pytest.mark.parametrize("model", [Event, ChangeSet])
def test_the_log_is_altered_in_no_other_way(model: Any) -> None:
    company = crm.company(SECRET)
    row, before = model.objects.first(), stored.everything()
    table = model._meta.db_table

    def raw(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    attempts: list[Any] = [
        row.save, row.delete, lambda: row.save(update_fields=["via"]), lambda: model.objects.update(via="form"),
        lambda: model.objects.all().delete(), lambda: model.objects.bulk_update([row], ["via"]),
        lambda: model._base_manager.filter(pk=row.pk).update(via="form"),
        lambda: raw(f"UPDATE {table} SET via = 'form'"), lambda: raw(f"DELETE FROM {table}"),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(OutsideChanges), door():
            attempt()
    assert stored.difference(before, stored.everything()) == set()
    redact(company.pk, [])
    assert Event.objects.get(subject=company.pk).data == {"_erased": True}
    assert ChangeSet.objects.get().label == ""


def test_redacting_leaves_other_records_values(django_assert_num_queries: Any) -> None:
    one, two = crm.company("One"), crm.company("Two")
    contact = crm.contact(company=one)
    changes.edit(contact, {"company": two, "source": crm.source(name="Fair")}, by=common.SETUP)
    redact(one.pk, [("contact", "company", False)])
    created, changed = Event.objects.filter(subject=contact.pk).order_by("pk")
    assert created.changes()["company"] == (None, one.pk) and "company" not in created.data.get("_labels", {})
    assert changed.data["_labels"] == {"source": [None, "Fair"]}
    assert Event.objects.filter(subject=two.pk).exclude(data={"_erased": True}).exists()
    assert EventLink.objects.filter(record=one.pk).exists()


RULES = {"follow", "refuse", "keep"}


@pytest.mark.parametrize(
    "model", [m for m in apps.get_models() if issubclass(m, RecordModel)], ids=lambda m: m.__name__
)
def test_every_relation_between_records_has_a_rule_of_the_bin(model: type[RecordModel]) -> None:
    pointing = {
        field.name for field in model._meta.get_fields()
        if (field.many_to_one or field.one_to_one or field.many_to_many) and not field.auto_created
        and isinstance(field.related_model, type) and issubclass(field.related_model, RecordModel)
    }  # fmt: skip
    assert set(model.bin) == pointing, f"{model.__name__}.bin names each field that points to a record, and no other."
    assert set(model.bin.values()) <= RULES
    assert model.parent_field is None or model.bin[model.parent_field] == "follow"
    for name, rule in model.bin.items():
        field: Any = model._meta.get_field(name)
        if rule == "keep":
            assert field.many_to_many or field.null, f"{name} is cut off when what it points to is deleted for good."


def test_records_are_pointed_to_only_by_what_undo_and_purge_know() -> None:
    """What else holds a foreign key to the spine must be emptied by a purge, or may keep it as it tells nothing."""
    known = {
        "RecordMember", "RecordTag", "SearchText", "RecordMark", "Attachment", "Event", "EventLink", "UndoNote",
        "Record", "Delivery", "Answer", "RecordChoice", "BulkRefusal", "Notification", "Attention", "Opened",
        "OuterKey", "ImportRow", "Merge", "Merged", "Pair",
    }  # fmt: skip
    found = {
        relation.related_model.__name__ for relation in Record._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and not issubclass(relation.related_model, RecordModel)
    }  # fmt: skip
    assert found == known, "Say in common.changes.purging what happens to these when their record is deleted for good."
    assert all(is_guarded(m) for m in (Event, EventLink, ChangeSet)) and models
