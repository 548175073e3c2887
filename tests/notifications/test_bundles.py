"""What one act gives somebody is drawn by record or in one line, and the line stays true."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.changes import binning, purging, undoing
from common.changes import services as changes
from common.events.models import ChangeSet, EventDispatch
from common.jobs import services as jobs
from common.notifications import services
from common.notifications.models import Attention, Notification
from common.notifications.selectors import APART, Group, grouped, newest, unread
from common.notifications.selectors import told as told_to
from common.people.models import User
from common.policy.principal import principal_of
from common.records import services as records
from common.records.declaring import Viewer
from tests.access.http.scene import client_of, text_of
from tests.factories import common, crm, deals

pytestmark = pytest.mark.django_db
PAGE = "/notifications/"


def groups(user: User) -> list[Group]:
    """What a person's page shows."""
    jobs.run_due()
    rows = told_to(user)
    return grouped(Viewer(user, principal_of(user)), rows, newest(rows))


def lines(user: User) -> list[str]:
    """The words of it."""
    return [line.words for group in groups(user) for line in group.lines]


def give(rows: Iterable[Any], to: User, by: User, name: str = "assignees") -> None:
    """All of these in one act."""
    with changes.change_set("Many", by=by, bulk=True):
        for row in rows:
            changes.edit(row, {name: [to.pk]}, by=by)


@pytest.fixture
def stranger(anna: User) -> User:
    """Sees only what is given to them."""
    return common.user("manager", common.department("Other"), username="stranger")


@pytest.mark.parametrize("count", [1, APART, APART + 1, 30])
def test_a_few_stand_by_record_and_more_in_one_line(count: int, anna: User, boris: User) -> None:
    rows = [deals.deal(anna, by=anna) for _n in range(count)]
    give(rows, boris, anna)
    for _again in range(2):
        found = groups(boris)
        if count <= APART:
            assert {group.obj.pk for group in found if group.obj} == {row.pk for row in rows}
        else:
            assert lines(boris) == [f"Anna Berg assigned you to {count} records"] and found[0].obj is None
        assert unread(principal_of(boris)).count() == 1, "the bell counts what happened"
        EventDispatch.objects.update(done_at=None, attempts=0, cursor=0)
    undoing.undo(ChangeSet.objects.latest("pk"), by=anna)
    assert groups(boris) == []


def test_each_record_asks_for_right_and_mute(anna: User, stranger: User) -> None:
    rows = [deals.deal(anna, by=anna) for _n in range(6)]
    services.attend(stranger, rows[3], Attention.Level.MUTED)
    give(rows, stranger, anna)
    changes.edit(rows[2], {"assignees": []}, by=anna)
    assert lines(stranger) == ["Anna Berg assigned you to 4 records"]


def test_the_line_follows_what_is_taken_back_binned_and_purged(anna: User, stranger: User) -> None:
    rows = [deals.deal(anna, by=anna) for _n in range(6)]
    give(rows, stranger, anna)
    assert lines(stranger) == ["Anna Berg assigned you to 6 records"]
    changes.edit(rows[0], {"assignees": []}, by=anna)
    binning.remove(rows[5], by=common.SETUP)
    assert lines(stranger) == ["Anna Berg assigned you to 4 records"]
    binning.restore(rows[5], by=common.SETUP)
    assert lines(stranger) == ["Anna Berg assigned you to 5 records"]
    binning.remove(rows[5], by=common.SETUP)
    purging.purge(rows[5], by=common.SETUP)
    changes.edit(rows[1], {"assignees": []}, by=anna)
    assert lines(stranger) == ["Anna Berg assigned you to 3 records"]
    changes.edit(rows[2], {"assignees": []}, by=anna)
    assert [group.obj for group in groups(stranger)] == [rows[4], rows[3]]
    for row in rows[3:5]:
        changes.edit(row, {"assignees": []}, by=anna)
    assert groups(stranger) == [] and unread(principal_of(stranger)).count() == 0


def test_each_type_and_part_has_a_line_whose_link_shows_them(anna: User, boris: User) -> None:
    several = [
        [deals.deal(anna, by=anna, name=f"Thing {n}") for n in range(3)],
        [crm.company(owner=anna, by=anna, name=f"Thing {n}") for n in range(3)],
        [crm.lead(owner=anna, by=anna, company_name=f"Thing {n}") for n in range(3)],
    ]
    with changes.change_set("Many", by=anna, bulk=True):
        for row in several[0]:
            changes.edit(row, {"assignees": [boris.pk]}, by=anna)
        for row in several[1]:
            changes.edit(row, {"shared_with": [boris.pk]}, by=anna)
        for row in several[2]:
            records.transfer(row, owner=boris, department=None, by=anna)
    found = {group.url: group.lines[0].words for group in groups(boris)}
    assert found == {
        "/deals/?f=assignees.in:me": "Anna Berg assigned you to 3 records",
        "/companies/?all=1": "Anna Berg shared 3 records with you",
        "/leads/?f=mine.is:me": "Anna Berg gave you 3 records",
    }
    for url in found:
        page = text_of(client_of(boris).get(url))
        assert all(f"Thing {n}" in page for n in range(3)), url


def test_a_line_is_marked_as_a_whole(anna: User, boris: User) -> None:
    give([deals.deal(anna, by=anna) for _n in range(4)], boris, anna)
    (group,) = groups(boris)
    assert group.is_unread
    client = client_of(boris)
    assert f'name="bundle" value="{group.bundle}"' in text_of(client.get(PAGE))
    client_of(anna).post("/notifications/mark/", {"bundle": group.bundle})
    assert Notification.objects.filter(read_at=None).count() == 4
    client.post("/notifications/mark/", {"bundle": group.bundle})
    assert not Notification.objects.filter(read_at=None).exists() and not groups(boris)[0].is_unread
    services.mark(boris, read=False, keys=[Notification.objects.earliest("pk").pk])
    assert groups(boris)[0].is_unread


@pytest.mark.parametrize("acts", [1, 8])
def test_many_acts_of_many_records_need_as_many_queries_as_one(acts: int, anna: User, boris: User) -> None:
    rows = [deals.deal(anna, by=anna) for _n in range(3 * acts)]
    for act in range(acts):
        give(rows[3 * act : 3 * act + 3], boris, anna)
    jobs.run_due()
    client = client_of(boris)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as made:
        page = text_of(client.get(PAGE))
    assert page.count("assigned you to 3 records") == acts
    assert len(made) == 5, "\n".join(query["sql"][:150] for query in made)


def test_however_many_one_act_gives_the_page_has_room_for_the_rest(anna: User, boris: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("common.notifications.selectors.SHOWN", 2)
    records.add_note(deals.deal(anna, name="Control valves"), text="@boris.olsen look", by=anna)
    give([deals.deal(anna, by=anna) for _n in range(9)], boris, anna)
    jobs.run_due()
    page = text_of(client_of(boris).get(PAGE))
    assert "Control valves" in page and "9 records" in page and "k-tl-more" not in page
