"""Who is told what: never one's own acts, never what one does not see, each thing once, and taken back with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.changes import binning, purging, undoing
from common.changes import services as changes
from common.clock import now
from common.events.hooks import without_reactions
from common.events.models import ChangeSet, EventDispatch
from common.jobs import services as jobs
from common.jobs.models import Job
from common.notifications import services, telling
from common.notifications.models import Attention, Channel, Kind, Notification
from common.notifications.selectors import unread
from common.people.models import User
from common.policy.models import RoleMember
from common.policy.principal import principal_of
from common.records import services as records
from tests.factories import common, crm, deals, requests_app

pytestmark = pytest.mark.django_db


def told(user: User, kind: str = "") -> list[Notification]:
    """What a person was told, of one kind or all."""
    jobs.run_due()
    rows = Notification.objects.filter(user=user).order_by("pk")
    return list(rows.filter(kind=kind) if kind else rows)


def test_a_record_that_is_given_is_told_once_and_its_parts_are_not(anna: User, boris: User) -> None:
    deal = deals.deal(anna, by=anna)
    deals.line(deal)
    assert told(anna) == [] == told(boris)
    records.transfer(deal, owner=boris, department=None, by=anna)
    (row,) = told(boris)
    assert (row.kind, row.record_id, row.actor, row.detail) == (Kind.ASSIGNED, deal.pk, anna, {"as": "owner"})
    assert told(anna) == []
    jobs.retry_all("events")
    EventDispatch.objects.update(done_at=None, attempts=0)
    assert len(told(boris)) == 1


def test_of_a_new_record_nothing_is_taken_back(anna: User, boris: User) -> None:
    deal = deals.deal(anna, by=anna)
    owed = EventDispatch.objects.filter(receiver=f"{telling.__name__}.{telling.take_back.__name__}")
    assert not owed.exists()
    records.transfer(deal, owner=boris, department=None, by=anna)
    assert owed.count() == 1


@pytest.mark.parametrize("field", ["coowners", "assignees"])
def test_who_takes_part_is_told_as_what(field: str, anna: User, boris: User) -> None:
    deal = changes.edit(deals.deal(anna, by=anna), {field: [boris.pk, anna.pk]}, by=anna)
    assert [row.detail for row in told(boris)] == [{"as": field}] and told(anna) == []
    changes.edit(deal, {field: [boris.pk]}, by=anna)
    assert len(told(boris)) == 1


def test_sharing_lets_in_and_tells(anna: User) -> None:
    stranger = common.user("manager", common.department("Other"))
    company = changes.edit(crm.company(owner=anna), {"shared_with": [stranger.pk]}, by=anna)
    assert [row.detail["as"] for row in told(stranger)] == ["shared_with"]
    changes.edit(company, {"shared_with": []}, by=anna)
    assert told(stranger) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@boris.olsen please call", True), ("Call, @Boris.Olsen.", True), ("(@boris.olsen)", True),
        ("mail to x@boris.olsen", False), ("@boris", False), ("@@boris.olsen", False), ("boris.olsen", False),
    ],
)  # fmt: skip
def test_a_note_tells_whom_it_names(text: str, named: bool, anna: User, boris: User) -> None:
    deal = deals.deal(anna)
    records.add_note(deal, text=f"{text} @anna @nobody", by=anna)
    assert [row.detail["text"] for row in told(boris)] == ([f"{text} @anna @nobody"] if named else [])
    assert told(anna, Kind.MENTION) == []


def test_nobody_is_told_what_they_do_not_see_when_it_is_told(anna: User) -> None:
    stranger = common.user("manager", common.department("Other"), username="stranger")
    deal = deals.deal(anna)
    records.add_note(deal, text="@stranger look", by=anna)
    assert told(stranger) == []
    records.add_note(deal, text="@stranger look again", share=[], by=anna)
    company = crm.company(owner=anna)
    records.add_note(company, text="@stranger here", share=[stranger.pk], by=anna)
    assert [row.record_id for row in told(stranger, Kind.MENTION)] == [company.pk]


def test_the_right_is_asked_when_it_is_told_not_when_it_was_written(anna: User, boris: User) -> None:
    deal = deals.deal(anna)
    records.add_note(deal, text="@boris.olsen look", by=anna)
    boris.department = common.department("Other")
    boris.save()
    assert told(boris) == []


def test_who_left_is_told_nothing(anna: User, boris: User) -> None:
    deal = deals.deal(anna)
    User.objects.filter(pk=boris.pk).update(is_active=False)
    records.add_note(deal, text="@boris.olsen look", by=anna)
    assert told(boris) == []


def test_what_is_seen_no_more_is_taken_back(anna: User, boris: User) -> None:
    other = common.department("Other")
    deal = deals.deal(anna)
    records.add_note(deal, text="@boris.olsen look", by=anna)
    assert len(told(boris)) == 1
    records.transfer(deal, owner=common.user("manager", other), department=other, by=common.SETUP)
    assert told(boris) == []


def test_what_other_rights_hide_is_taken_back_but_not_what_lies_in_the_bin(anna: User, boris: User) -> None:
    kept, hidden = crm.company(owner=anna), deals.deal(anna)
    for one in (kept, hidden):
        records.add_note(one, text="@boris.olsen look", by=anna)
    assert len(told(boris)) == 2
    binning.remove(kept, by=common.SETUP)
    services.tidy()
    assert len(told(boris)) == 2
    RoleMember.objects.filter(user=boris).delete()
    services.tidy()
    assert told(boris) == []


def test_without_a_broker_notes_are_saved_the_bell_rings_and_telling_waits(
    anna: User, boris: User, client: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def lost(*_arguments: Any, **_more: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(jobs.current_app, "send_task", lost)
    deal = deals.deal(anna)
    client.force_login(anna, backend=settings.AUTHENTICATION_BACKENDS[0])
    with django_capture_on_commit_callbacks(execute=True) as nudges:
        assert client.post(f"/deals/{deal.pk}/note/", {"text": "@boris.olsen look"}).status_code == 303
    client.force_login(boris, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert nudges and "k-bell-count" not in client.get("/notifications/bell/").content.decode()
    assert len(told(boris)) == 1
    assert "k-bell-count" in client.get("/notifications/bell/").content.decode()


def test_what_is_undone_was_never_told(anna: User, boris: User) -> None:
    deal = deals.deal(anna, by=anna)
    records.transfer(deal, owner=boris, department=None, by=anna)
    assert len(told(boris)) == 1
    undoing.undo(ChangeSet.objects.latest("pk"), by=anna)
    assert told(boris) == []


def test_the_bin_hides_and_gives_back_and_purging_forgets(anna: User, boris: User) -> None:
    deal = deals.deal(anna)
    records.add_note(deal, text="@boris.olsen look", by=anna)
    services.attend(anna, deal, Attention.Level.MUTED)
    assert len(told(boris)) == 1 == unread(principal_of(boris)).count()
    binning.remove(deal, by=common.SETUP)
    assert unread(principal_of(boris)).count() == 0
    binning.restore(deal, by=common.SETUP)
    assert unread(principal_of(boris)).count() == 1
    binning.remove(deal, by=common.SETUP)
    purging.purge(deal, by=common.SETUP)
    assert not Notification.objects.filter(record=deal.pk).exists() and not Attention.objects.exists()


def test_a_muted_record_is_silent(anna: User, boris: User) -> None:
    deal, other = deals.deal(anna), deals.deal(anna)
    services.attend(boris, deal, Attention.Level.MUTED)
    for one in (deal, other):
        records.add_note(one, text="@boris.olsen look", by=anna)
    assert [row.record_id for row in told(boris)] == [other.pk]


@pytest.mark.parametrize("channel", Channel.values)
def test_each_kind_has_its_channel(channel: str, anna: User, boris: User) -> None:
    services.save_wishes(boris, {"channels": {Kind.MENTION: channel}})
    records.add_note(deals.deal(anna), text="@boris.olsen look", by=anna)
    rows = told(boris)
    assert len(rows) == (0 if channel == Channel.OFF else 1)
    assert [row.mail_due_at is not None for row in rows] == (
        [] if channel == Channel.OFF else [channel == Channel.MAIL]
    )


def test_plain_edits_owe_no_reaction(anna: User) -> None:
    deal = deals.deal(anna)
    before = EventDispatch.objects.count()
    changes.edit(deal, {"description": "more"}, by=anna)
    assert EventDispatch.objects.count() == before


def test_what_is_told_afterwards_is_told_to_nobody(anna: User, boris: User) -> None:
    with without_reactions():
        records.add_note(deals.deal(anna), text="@boris.olsen look", by=anna)
    assert told(boris) == []


def test_a_request_tells_who_may_deal_with_it(anna: User, place: Any) -> None:
    accountant = common.user("accountant", place)
    request = requests_app.request(place)
    assert [row.record_id for row in told(anna)] == [request.pk] and told(accountant) == []
    assert told(anna)[0].mail_due_at is None  # its own mail goes at once


TOKYO = ZoneInfo("Asia/Tokyo")


def test_due_and_late_steps_are_told_once_a_day_in_the_morning(anna: User, clock: Any) -> None:
    anna.time_zone = str(TOKYO)
    anna.save()
    start = datetime(2031, 5, 14, 12, tzinfo=TOKYO)
    clock.set(start)
    deal = deals.deal(anna, next_step="Call the works", next_step_on=start.date() + timedelta(days=1))
    late = []
    for day, hour in ((0, 12), (1, 6), (1, 8), (1, 9), (1, 21), (2, 7), (2, 10), (3, 10)):
        clock.set((start + timedelta(days=day)).replace(hour=hour))
        telling.tell_due(None)
        late.append([row.detail["late"] for row in told(anna, Kind.DUE)])
    assert late == [[], [], [False], [False], [False], [False], [False, True], [False, True]]
    assert told(anna, Kind.DUE)[0].record_id == deal.pk


def test_own_background_work_is_told_when_it_ends(anna: User, boris: User, clock: Any) -> None:
    jobs.enqueue("deals.rerate", 1, "2026-01-01", by=anna)
    jobs.enqueue("deals.rerate", 1, "2026-01-01")
    before = now()
    jobs.run_due()
    for _turn in range(2):
        telling.tell_jobs(before)
    (row,) = told(anna, Kind.JOB)
    assert row.detail["job"] == "deals.rerate" and told(boris) == []
    Job.objects.filter(by=anna).update(done_at=None, failed_at=now(), attempts=8)
    telling.tell_jobs(before)
    assert [row.detail["done"] for row in told(anna, Kind.JOB)] == [True, False]


def test_old_ones_go(anna: User, boris: User, clock: Any) -> None:
    deal = deals.deal(anna)
    records.add_note(deal, text="@boris.olsen one", by=anna)
    records.add_note(deal, text="@boris.olsen two", by=anna)
    first, second = told(boris)
    services.mark(boris, read=True, keys=[first.pk])
    clock.move(days=31)
    services.tidy()
    assert told(boris) == [second]
    clock.move(days=150)
    services.tidy()
    assert told(boris) == []


def test_the_count_costs_the_frame_no_query_of_its_own(anna: User, boris: User, client: Any) -> None:
    client.force_login(boris, backend=settings.AUTHENTICATION_BACKENDS[0])
    client.get("/me/")
    counts = []
    for number in (2, 20):
        for _n in range(number):
            records.add_note(deals.deal(anna), text="@boris.olsen look", by=anna)
        jobs.run_due()
        with CaptureQueriesContext(connection) as made:
            page = client.get("/me/").content.decode()
        counts.append(len([q for q in made if "notifications_notification" in q["sql"]]))
        assert f'k-bell-count" aria-hidden="true">{2 if number == 2 else 22}<' in page
    assert counts == [1, 1]
