"""Merging duplicates: nothing is lost, what pointed to them points to the one that stays, and all of it goes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db.models import ForeignKey, OneToOneField

from common.changes import binning, merging, purging, undoing
from common.changes import services as changes
from common.changes.errors import ChangedMeanwhile, FieldForbidden, MergedFurther, NothingToMerge, TooManyToMerge
from common.changes.models import Merge, Merged, Undo
from common.changes.values import link_fields
from common.changes.writing import model_links
from common.jobs import services as jobs
from common.kinds.errors import Forbidden
from common.kinds.models import RecordModel
from common.people.models import User
from common.spine.models import Record
from tests.common.changes.undone import fresh
from tests.conftest import Clock
from tests.factories import common, crm, deals, requests_app

pytestmark = pytest.mark.django_db

STAYS_WITH_THE_SPINE = {
    "spine.Record.parent": "no part belongs to a record that can be merged",
    "spine.RecordMember.record": "united as fields of the record that stays",
    "spine.SearchText.record": "follows its record", "spine.RecordMark.record": "follows its record",
    "events.Event.subject": "shown with the record that stays", "events.EventLink.record": "read through joined_to",
    "changes.UndoNote.record": "history", "changes.Merge.keeper": "history", "changes.Merged.record": "this table",
    "changes.Merged.into": "this table", "tags.RecordTag.record": "united as fields",
    "files.Attachment.record": "read through joined_to", "delivery.Delivery.record": "history of a mail",
    "customfields.Answer.record": "united as fields", "customfields.RecordChoice.record": "united as fields",
    "records.BulkRefusal.record": "history", "search.Opened.record": "what a person opened",
    "notifications.Notification.record": "what a person was told",
    "notifications.Attention.record": "what a person wants to hear", "importing.ImportRow.record": "history",
    "importing.OuterKey.record": "read through kept_as", "crm.CompanyName.company": "follows its company",
    "duplicates.Pair.one": "goes with the duplicate", "duplicates.Pair.other": "goes with the duplicate",
}  # fmt: skip


def join(keeper: Any, *others: Any, by: User, **chosen: int) -> Merge:
    """Merge as somebody who looked at the records as they are."""
    rows = [fresh(row) for row in (keeper, *others)]
    return merging.merge(rows[0], rows[1:], chosen, {row.pk: row.version for row in rows}, by=by)


def test_what_pointed_to_the_duplicate_points_to_the_record_that_stays(manager: User) -> None:
    keeper, other = crm.company("Lackwerk Moers GmbH", owner=manager), crm.company("Lackwerk", owner=manager)
    deal, contact = deals.deal(manager, company=other), crm.contact(owner=manager, company=other)
    request = requests_app.request(manager.department, manager, company=other)
    gone_deal = deals.deal(manager, company=other)
    binning.remove(gone_deal, by=manager)
    join(keeper, other, by=manager)
    for row in (deal, contact, request, gone_deal):
        assert fresh(row).company == keeper
    assert fresh(other).deleted_at is not None and fresh(keeper).deleted_at is None


def test_values_are_chosen_filled_united_and_joined(manager: User) -> None:
    one, two = common.tag(), common.tag()
    keeper = crm.company("Lackwerk Moers GmbH", owner=manager, description="Paints.", tags=[one], phone="+49 1")
    other = crm.company(
        "Lackwerk", owner=manager, description="Coats.", tags=[two], phone="+49 2", website="https://lack.example"
    )
    join(keeper, other, by=manager, phone=other.pk)
    keeper = fresh(keeper)
    assert keeper.name == "Lackwerk Moers GmbH" and keeper.alternative_names == "Lackwerk"
    assert (keeper.phone, keeper.website, keeper.description) == ("+49 2", "https://lack.example", "Paints.\n\nCoats.")
    assert link_fields["tags"].ids(keeper.pk) == sorted([one.pk, two.pk])


def test_the_record_that_stays_may_take_the_name_of_one_that_goes_and_gives_it_back(manager: User) -> None:
    country = common.country()
    keeper = crm.company("Lackwerk", owner=manager, country=country)
    other = crm.company("Lackwerk Moers", owner=manager, country=country)
    act = join(keeper, other, by=manager, name=other.pk)
    assert (fresh(keeper).name, fresh(keeper).alternative_names) == ("Lackwerk Moers", "Lackwerk")
    merging.separate(act, by=manager)
    assert (fresh(keeper).name, fresh(keeper).alternative_names, fresh(other).name) == (
        "Lackwerk",
        "",
        "Lackwerk Moers",
    )
    assert fresh(other).deleted_at is None


def test_a_year_later_un_merging_gives_back_what_still_points_here(
    manager: User, colleague: User, clock: Clock
) -> None:
    keeper, other = crm.company("A", owner=manager), crm.company("B", owner=manager)
    old, later = deals.deal(colleague, company=other), deals.deal(manager, company=other)
    act = join(keeper, other, by=manager)
    clock.move(days=400)
    new = deals.deal(manager, company=keeper)
    changes.edit(fresh(old), {"name": "Renamed by somebody else"}, by=colleague)
    changes.edit(fresh(later), {"company": crm.company("C", owner=manager)}, by=manager)
    undo = merging.separate(act, by=manager)
    assert fresh(old).company == other and fresh(new).company == keeper and fresh(later).company.name == "C"
    assert fresh(other).deleted_at is None and undo.holds
    assert not merging.standing().exists()


def test_only_who_may_change_the_one_and_delete_the_others_merges_and_separates(manager: User) -> None:
    operator = common.user("operator", manager.department)
    keeper, other = crm.company("A", owner=manager), crm.company("B", owner=manager)
    with pytest.raises(Forbidden):
        join(keeper, other, by=operator)
    with pytest.raises(Forbidden):
        join(crm.company("A colleague's", owner=common.user("manager", manager.department)), other, by=manager)
    act = join(keeper, other, by=manager)
    with pytest.raises(Forbidden):
        merging.separate(act, by=operator)
    assert fresh(other).deleted_at is not None


def test_what_somebody_changed_after_one_looked_is_not_merged_over(manager: User) -> None:
    keeper, other = crm.company("A", owner=manager), crm.company("B", owner=manager)
    versions = {keeper.pk: 1, other.pk: 1}
    changes.edit(other, {"phone": "+49 3"}, by=manager)
    with pytest.raises(ChangedMeanwhile):
        merging.merge(keeper, [other], {}, versions, by=manager)
    assert fresh(other).deleted_at is None and not Merge.objects.exists()


def test_what_cannot_be_merged_is_refused(manager: User) -> None:
    keeper, binned = crm.company("A", owner=manager), crm.company("B", owner=manager)
    binning.remove(binned, by=manager)
    many = [crm.company(f"C{n}", owner=manager) for n in range(5)]
    for others, error in (([], NothingToMerge), ([binned], NothingToMerge), ([keeper], NothingToMerge),
                          (many, TooManyToMerge)):  # fmt: skip
        with pytest.raises(error):
            join(keeper, *others, by=manager)
    with pytest.raises(NothingToMerge):
        join(deals.deal(manager), deals.deal(manager), by=manager)
    with pytest.raises(NothingToMerge):
        join(keeper, many[0], by=manager, phone=many[1].pk)
    with pytest.raises(FieldForbidden):
        join(keeper, many[0], by=manager, owner=many[0].pk)


def test_chains_lead_to_the_last_and_come_apart_from_its_end(manager: User) -> None:
    a, b, c = (crm.company(name, owner=manager) for name in "ABC")
    first = join(b, c, by=manager)
    second = join(a, b, by=manager)
    assert merging.kept_as([b.pk, c.pk]) == {b.pk: a.pk, c.pk: a.pk}
    assert set(merging.joined_to(fresh(a))) == {a.pk, b.pk, c.pk}
    with pytest.raises(MergedFurther):
        merging.separate(first, by=manager)
    merging.separate(second, by=manager)
    assert merging.kept_as([b.pk, c.pk]) == {c.pk: b.pk}
    merging.separate(first, by=manager)
    assert all(fresh(row).deleted_at is None for row in (a, b, c)) and merging.joined_to(fresh(a)) == [a.pk]


def test_what_is_restored_by_hand_stands_for_itself_again(manager: User) -> None:
    keeper, other = crm.company("A", owner=manager), crm.company("B", owner=manager)
    join(keeper, other, by=manager)
    binning.restore(fresh(other), by=manager)
    assert merging.kept_as([other.pk]) == {} and merging.merges_of(fresh(keeper)) == []


def test_more_than_a_chunk_of_references_moves_in_a_job_that_goes_on(
    manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "CHUNK", 3)
    keeper, other = crm.company("A", owner=manager), crm.company("B", owner=manager)
    rows = [crm.contact(owner=manager, company=other) for _ in range(7)]
    act = join(keeper, other, by=manager)
    assert act.done_at is None and fresh(other).deleted_at is None
    jobs.run_due()
    act.refresh_from_db()
    assert act.done_at is not None and act.moved == 7 and fresh(other).deleted_at is not None
    assert all(fresh(row).company == keeper for row in rows)
    assert act.made and act.made.events.filter(kind="company.merged").count() == 1
    merging.go_on(act.pk)
    assert Merged.objects.count() == 1
    merging.separate(act, by=manager)
    jobs.run_due()
    assert all(fresh(row).company == other for row in rows) and fresh(other).deleted_at is None


@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_a_merge_ends_however_many_point_to_it(count: int, manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "CHUNK", 3)
    keeper, other = crm.company("A", owner=manager), crm.company("B", owner=manager)
    for _n in range(count):
        crm.contact(owner=manager, company=other)
    act = join(keeper, other, by=manager)
    jobs.run_due()
    act.refresh_from_db()
    assert act.done_at is not None and fresh(other).deleted_at is not None


def test_an_undone_merge_is_undone_once_and_deleting_for_good_forgets_it(manager: User) -> None:
    administrator = common.user("administrator")
    keeper, other = crm.company("A", owner=manager), crm.company("B", owner=manager)
    join(keeper, other, by=manager)
    purging.purge(fresh(other), by=administrator)
    assert not Merged.objects.exists() and not Undo.objects.exists()


def test_every_reference_to_a_record_is_moved_or_known_to_stay() -> None:
    """A foreign key to records that nobody thought of fails here."""
    mergeable = [m for m in apps.get_models() if issubclass(m, RecordModel) and m.can_merge]
    moved = {f"{model._meta.label}.{key.name}" for kind in mergeable for model, key in model_links(kind)}
    found = set()
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model in (Record, *mergeable):
                is_itself = isinstance(field, OneToOneField) and field.primary_key
                found |= set() if is_itself else {f"{model._meta.label}.{field.name}"}
    assert found == moved | (STAYS_WITH_THE_SPINE.keys() & found)
    assert {"deals.Deal.company", "crm.Contact.company", "requests_app.Request.lead"} <= moved
    parents = {m._meta.get_field(m.parent_field).related_model for m in apps.get_models()
               if issubclass(m, RecordModel) and m.parent_field}  # fmt: skip
    assert not parents & set(mergeable)


def test_redoing_an_undone_merge_merges_again(manager: User) -> None:
    keeper, other = crm.company("A", owner=manager), crm.company("B", owner=manager)
    contact = crm.contact(owner=manager, company=other)
    act = join(keeper, other, by=manager)
    undo = merging.separate(act, by=manager)
    assert undo.made is not None and fresh(contact).company == other
    undoing.undo(undo.made, by=manager)
    assert fresh(contact).company == keeper and merging.kept_as([other.pk]) == {other.pk: keeper.pk}
