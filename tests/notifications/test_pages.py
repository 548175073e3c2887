"""The page of notifications, its marks, and the choices: what is shown to whom, and only posts change anything."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.events.models import Event
from common.jobs import services as jobs
from common.notifications import services
from common.notifications.models import Attention, Channel, Kind, Notification, Preferences
from common.people.models import User
from common.records import services as records
from tests.access.http.scene import client_of, text_of
from tests.factories import common, crm, deals, stored

pytestmark = pytest.mark.django_db
PAGE = "/notifications/"


def note(obj: Any, by: User, text: str = "@boris.olsen look") -> None:
    records.add_note(obj, text=text, by=by)
    jobs.run_due()


def test_they_stand_by_record_newest_first_and_by_filter(anna: User, boris: User) -> None:
    first, second = deals.deal(anna, name="Control valves"), deals.deal(anna, name="Pump overhaul")
    note(first, anna)
    note(second, anna)
    note(first, anna, "@boris.olsen look <b>again</b>")
    services.tell([boris], Kind.JOB, "job:1", detail={"job": "deals.rerate", "done": True})
    client = client_of(boris)
    page = text_of(client.get(PAGE))
    assert page.count("k-told-group is-unread") == 3 and "look &lt;b&gt;again" in page
    assert page.index("Control valves") < page.index("Pump overhaul")
    assert "Control valves" not in text_of(client.get(PAGE, {"show": "system"}))
    assert "Control valves" in text_of(client.get(PAGE, {"show": "mentions"}))
    assert client.get(PAGE, {"show": "nonsense"}).status_code == 200


def test_marking_is_posted_and_for_oneself_only(anna: User, boris: User) -> None:
    deal = deals.deal(anna)
    note(deal, anna)
    row = Notification.objects.get(user=boris)
    client = client_of(boris)
    for viewed in (PAGE, "/notifications/bell/", "/notifications/settings/", f"/deals/{deal.pk}/"):
        before = stored.everything()
        client.get(viewed)
        assert not stored.difference(before, stored.everything()), viewed
    assert client.get("/notifications/mark/").status_code == 405
    client_of(anna).post("/notifications/mark/", {"key": row.pk})
    assert Notification.objects.filter(read_at=None).count() == 1
    assert client.post("/notifications/mark/", {"key": row.pk, "next": PAGE}).headers["Location"] == PAGE
    assert Notification.objects.filter(read_at=None).count() == 0
    assert "Control" not in text_of(client.get(PAGE, {"unread": "1"}))
    client.post("/notifications/mark/", {"key": row.pk, "as": "unread"})
    assert Notification.objects.filter(read_at=None).count() == 1
    client.post("/notifications/mark/", {"all": "1"})
    assert Notification.objects.filter(read_at=None).count() == 0


def test_opening_a_record_reads_what_was_told_of_it(anna: User, boris: User) -> None:
    deal, other = deals.deal(anna), deals.deal(anna)
    note(deal, anna)
    note(other, anna)
    client = client_of(boris)
    assert ">2<" in text_of(client.get("/notifications/bell/"))
    assert client.post("/notifications/seen/", {"at": f"/deals/{deal.pk}/"}).status_code == 204
    assert ">1<" in text_of(client.get("/notifications/bell/"))
    assert client.post("/notifications/seen/", {"at": "/nowhere/"}).status_code == 204


def test_the_bell_is_one_query_of_its_own(anna: User, boris: User) -> None:
    note(deals.deal(anna), anna)
    client = client_of(boris)
    client.get("/notifications/bell/")
    with CaptureQueriesContext(connection) as made:
        client.get("/notifications/bell/")
    assert len(made) == 3  # session, person, count


@pytest.mark.parametrize("count", [2, 22])
def test_the_page_needs_the_same_queries_for_few_and_many(count: int, anna: User, boris: User) -> None:
    for _n in range(count):
        note(deals.deal(anna), anna)
        note(crm.company(owner=anna), anna)
    client = client_of(boris)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as made:
        client.get(PAGE)
    assert len(made) == 8, "\n".join(query["sql"][:150] for query in made)


def test_muting_asks_for_the_record_and_can_be_taken_back(anna: User, boris: User) -> None:
    deal = deals.deal(anna)
    note(deal, anna)
    client, at = client_of(boris), f"/deals/{deal.pk}/"
    client.post("/notifications/attend/", {"at": at, "level": "muted"})
    assert Attention.objects.filter(user=boris, record=deal.pk, level="muted").exists()
    assert Notification.objects.filter(user=boris, read_at=None).count() == 0
    client.post("/notifications/attend/", {"at": at, "level": ""})
    assert not Attention.objects.exists()
    stranger = client_of(common.user("manager", common.department("Other")))
    assert stranger.post("/notifications/attend/", {"at": at, "level": "muted"}).status_code == 404
    assert client.post("/notifications/attend/", {"at": "/deals/", "level": "muted"}).status_code == 404


def test_choices_are_kept_and_what_makes_no_sense_is_said(boris: User) -> None:
    client, at = client_of(boris), "/notifications/settings/"
    chosen = {**dict.fromkeys(Kind.values, Channel.APP), "quiet_from": "22:00", "quiet_until": "07:30"}
    assert client.post(at, {**chosen, "digest_hour": "8", Kind.DUE: "off"}).status_code == 303
    wishes = Preferences.objects.get(user=boris)
    assert (str(wishes.quiet_until), wishes.digest_hour, wishes.channel(Kind.DUE)) == ("07:30:00", 8, "off")
    assert 'value="22:00"' in text_of(client.get(at))
    for wrong in ({"quiet_until": ""}, {"quiet_from": "25:00"}, {"digest_hour": "24"}, {Kind.DUE: "fax"}):
        assert client.post(at, {**chosen, **wrong}).status_code == 422, wrong


def test_a_note_proposes_people_and_says_who_does_not_see_the_record(anna: User, boris: User) -> None:
    stranger = common.user("manager", common.department("Other"), username="bo.stranger", last_name="Berg")
    common.user("manager", anna.department, username="boring", is_active=False)
    company = crm.company(owner=anna)
    client, at = client_of(anna), f"/companies/{company.pk}/"
    page = text_of(client.get("/notifications/people/", {"at": at, "q": "Bo"}))
    assert 'data-value="boris.olsen"' in page and "boring" not in page and "anna" not in page
    assert page.count("data-unseeing") == 1 and f'data-pk="{stranger.pk}"' in page and "data-share" in page
    assert text_of(client.get("/notifications/people/", {"at": at, "q": "xyz"})).strip() == ""
    reader = client_of(boris)
    assert "data-share" not in text_of(reader.get("/notifications/people/", {"at": at, "q": "bo"}))


@pytest.mark.parametrize(
    ("door", "name", "more"), [("note", "text", {}), ("call", "said", {"outcome": "reached"})]
)  # fmt: skip
def test_who_is_mentioned_is_let_in_if_that_is_ticked(
    door: str, name: str, more: dict[str, str], anna: User, boris: User
) -> None:
    stranger = common.user("manager", common.department("Other"), username="stranger")
    company = crm.company(owner=anna)
    url = f"/companies/{company.pk}/{door}/"
    posted = {name: "@stranger look", "share": [stranger.pk, "x", 10**20], **more}
    assert client_of(anna).post(url, posted).status_code == 303
    jobs.run_due()
    assert type(company).objects.for_user(stranger).filter(pk=company.pk).exists()
    assert Notification.objects.filter(user=stranger, kind=Kind.MENTION).count() == 1
    said = Event.objects.filter(subject=company.pk, kind__in=["company.noted", "company.called"])
    assert {event.via for event in said} == {"form"}
    before = said.count()
    assert client_of(boris).post(url, {**posted, "share": [boris.pk]}).status_code == 403
    assert said.count() == before
    assert client_of(boris).post(url, {name: "only words", **more}).status_code == 303
