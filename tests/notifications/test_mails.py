"""Mails of notifications: one for a burst, in the receiver's language and hours, of what may still be seen."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from common.changes import services as changes
from common.delivery.models import Delivery
from common.jobs import services as jobs
from common.notifications import mailing, services
from common.notifications.models import Channel, Kind, Notification
from common.people.models import User
from common.records import services as records
from tests.factories import common, crm, deals, requests_app

pytestmark = pytest.mark.django_db


def note(deal: Any, text: str, by: User) -> None:
    records.add_note(deal, text=text, by=by)
    jobs.run_due()


def mails() -> list[Delivery]:
    return list(Delivery.objects.filter(purpose="notification").order_by("pk"))


def after(clock: Any, **delta: float) -> list[Delivery]:
    """Some time later, the mails there are."""
    clock.move(**delta)
    mailing.send_due()
    mailing.send_due()
    return mails()


def test_a_burst_about_one_record_is_one_mail(anna: User, boris: User, clock: Any) -> None:
    boris.language = ""
    boris.save()
    deal, other = deals.deal(anna, name="Control valves"), deals.deal(anna, name="Pump overhaul")
    for number in range(3):
        note(deal, f"@boris.olsen number {number}", anna)
    note(other, "@boris.olsen other", anna)
    assert after(clock, minutes=1) == []
    first, second = sorted(after(clock, minutes=2), key=lambda mail: mail.subject)
    assert first.recipient == boris.email and first.record_id == deal.pk and "Control valves" in first.subject
    assert all(f"number {number}" in first.body for number in range(3)) and f"/deals/{deal.pk}/" in first.body
    assert "Anna Berg mentions you" in first.body and "Pump overhaul" in second.subject
    assert len(after(clock, hours=2)) == 2


@pytest.mark.parametrize("count", [mailing.MOST_APART + 1, mailing.MOST_TOLD + 1])
def test_many_records_at_once_are_one_mail(count: int, anna: User, boris: User, clock: Any) -> None:
    rows = [deals.deal(anna, by=anna) for _n in range(count)]
    for row in rows:
        records.add_note(row, text="@boris.olsen look", by=anna)
    jobs.run_due()
    (mail,) = after(clock, minutes=3)
    told = rows[: mailing.MOST_TOLD]
    assert all(f"/deals/{row.pk}/" in mail.body for row in told) and str(count) in mail.subject
    assert mail.body.count("/deals/") == len(told) and ("/notifications/\n" in mail.body) == (count > len(told))


def test_what_one_act_gives_is_one_line_of_one_mail(anna: User, boris: User, clock: Any) -> None:
    boris.language = ""
    boris.save()
    rows = [deals.deal(anna, by=anna) for _n in range(7)]
    with changes.change_set("Many", by=anna, bulk=True):
        for row in rows:
            records.transfer(row, owner=boris, department=None, by=anna)
    jobs.run_due()
    (mail,) = after(clock, minutes=3)
    assert mail.subject == "Anna Berg gave you 7 records: Deals" and "/deals/?f=mine.is:me" in mail.body


def test_what_was_read_meanwhile_is_not_mailed(anna: User, boris: User, clock: Any) -> None:
    note(deals.deal(anna), "@boris.olsen look", anna)
    services.mark(boris, read=True)
    assert after(clock, minutes=5) == []
    services.mark(boris, read=False)
    assert after(clock, minutes=5) == []


def test_what_is_no_longer_seen_is_not_mailed(anna: User, boris: User, clock: Any) -> None:
    note(deals.deal(anna), "@boris.olsen look", anna)
    boris.department = common.department("Other")
    boris.save()
    assert after(clock, minutes=5) == []


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_nobody_without_address_or_sign_in_is_mailed(change: Any, anna: User, boris: User, clock: Any) -> None:
    note(deals.deal(anna), "@boris.olsen look", anna)
    User.objects.filter(pk=boris.pk).update(**change)
    assert after(clock, minutes=5) == []


def test_hidden_contact_details_are_not_mailed(anna: User, place: Any, clock: Any) -> None:
    hidden = common.user("manager", place, username="hidden", withheld=["contacts"])
    contact = crm.contact(first_name="", last_name="", email="secret@acme.example", owner=anna)
    note(contact, "@hidden look", anna)
    (mail,) = after(clock, minutes=5)
    assert mail.recipient == hidden.email and "secret@acme" not in f"{mail.subject}{mail.body}"


def test_quiet_hours_hold_mails_back_also_those_that_began_later(anna: User, boris: User, clock: Any) -> None:
    boris.time_zone = "Asia/Kolkata"
    boris.save()
    clock.set(datetime(2031, 5, 14, 18, 0, tzinfo=UTC))  # 23:30 there
    note(deals.deal(anna), "@boris.olsen first", anna)
    services.save_wishes(boris, {"quiet_from": time(22), "quiet_until": time(7)})
    note(deals.deal(anna), "@boris.olsen second", anna)
    assert after(clock, hours=7) == []  # 06:30
    assert len(after(clock, minutes=31)) == 2


def test_one_mail_a_day_tells_everything_unread(anna: User, boris: User, clock: Any) -> None:
    services.save_wishes(boris, {"digest_hour": 8, "channels": {Kind.MENTION: Channel.MAIL}})
    boris.time_zone = "Asia/Kolkata"
    boris.save()
    clock.set(datetime(2031, 5, 14, 6, 0, tzinfo=UTC))  # 11:30 there
    for name in ("Control valves", "Pump overhaul"):
        note(deals.deal(anna, name=name), "@boris.olsen look", anna)
    assert after(clock, hours=20) == []
    (mail,) = after(clock, hours=1)
    assert "Control valves" in mail.body and "Pump overhaul" in mail.body
    note(deals.deal(anna, name="Third"), "@boris.olsen look", anna)
    assert len(after(clock, hours=1)) == 1 and len(after(clock, days=1)) == 2


def test_a_request_is_mailed_at_once_unless_it_is_not_wanted(anna: User, boris: User, place: Any) -> None:
    services.save_wishes(boris, {"channels": {Kind.REQUEST: Channel.APP}})
    requests_app.request(place)
    jobs.run_due()
    assert list(Delivery.objects.values_list("recipient", flat=True)) == [anna.email]
    assert Notification.objects.filter(kind=Kind.REQUEST).count() == 2


def test_a_worker_that_dies_before_its_commit_mails_later_and_once(
    anna: User, boris: User, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(deals.deal(anna), "@boris.olsen look", anna)
    clock.move(minutes=5)
    with monkeypatch.context() as patch:
        patch.setattr(mailing.delivery, "send", _dies)
        with pytest.raises(RuntimeError):
            mailing.send_due()
    assert Notification.objects.get().mailed_at is None
    assert len(after(clock, minutes=1)) == 1


def _dies(**_given: Any) -> None:
    raise RuntimeError


def test_a_week_of_bursts_is_as_many_mails(anna: User, boris: User, clock: Any) -> None:
    deal = deals.deal(anna)
    for _day in range(3):
        note(deal, "@boris.olsen look", anna)
        after(clock, days=1)
    assert len(mails()) == 3 and mails()[0].created_at < mails()[-1].created_at - timedelta(days=1)
