"""Who follows a record hears what others do to it; being named in a note begins it, and is answered."""

from __future__ import annotations

from typing import Any

import pytest

from common.changes import services as changes
from common.jobs import services as jobs
from common.notifications import services
from common.notifications.models import Attention, Channel, Kind, Notification
from common.people.models import User
from common.records import services as records
from common.records.errors import EmptyNote
from deals import services as deal_services
from tests.access.http.scene import client_of, text_of
from tests.factories import common, deals

pytestmark = pytest.mark.django_db
FOLLOWED, MUTED = Attention.Level.FOLLOWED, Attention.Level.MUTED


def told(user: User) -> list[tuple[str, int | None]]:
    """What a person was told, in order."""
    jobs.run_due()
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", "record_id"))


def test_who_is_named_follows_from_then_on_and_is_told_once_for_each(anna: User, boris: User) -> None:
    deal = deals.deal(anna)
    records.add_note(deal, text="nobody is named", by=anna)
    records.add_note(deal, text="@boris.olsen look", by=anna)
    assert told(boris) == [(Kind.MENTION, deal.pk)]
    records.add_note(deal, text="and more", by=anna)
    records.add_note(deal, text="@boris.olsen again", by=anna)
    records.add_note(deal, text="my own", by=boris)
    changes.edit(deal, {"description": "plain edits are not told"}, by=anna)
    assert [kind for kind, _pk in told(boris)] == [Kind.MENTION, Kind.FOLLOWED, Kind.MENTION]
    assert told(anna) == []


def test_stages_and_closing_are_told_to_who_follows(anna: User, boris: User) -> None:
    deal = deals.deal(anna, amount="10.00")
    services.attend(boris, deal, FOLLOWED)
    first, second = deal.stage, deals.stage(deal.pipeline, "Proposal")
    assert first != second
    moved = deal_services.move_to_stage(deal, stage=second, by=anna)
    deal_services.close_deal(moved, reason=deals.reason(), by=anna)
    jobs.run_due()
    words = [row.detail["kind"] for row in Notification.objects.filter(user=boris)]
    assert sorted(words) == ["deal.closed", "deal.moved"]


def test_muting_ends_following_and_being_named_does_not_begin_it_again(anna: User, boris: User) -> None:
    deal = deals.deal(anna)
    services.attend(boris, deal, FOLLOWED)
    services.attend(boris, deal, MUTED)
    records.add_note(deal, text="@boris.olsen look", by=anna)
    assert told(boris) == [] and Attention.objects.get().level == MUTED
    services.attend(boris, deal, "")
    records.add_note(deal, text="as usual", by=anna)
    assert told(boris) == [] and not Attention.objects.exists()


def test_who_sees_the_record_no_more_hears_nothing_though_they_follow(anna: User) -> None:
    stranger = common.user("manager", common.department("Other"))
    deal = deals.deal(anna)
    services.attend(stranger, deal, FOLLOWED)
    records.add_note(deal, text="secret", by=anna)
    assert told(stranger) == []


def test_what_one_hears_is_chosen_on_a_page_of_the_record(anna: User, boris: User) -> None:
    deal, client = deals.deal(anna), client_of(boris)
    url = f"/notifications/attend/?at=/deals/{deal.pk}/"
    assert url in text_of(client.get(f"/deals/{deal.pk}/")).replace("%2F", "/")
    assert "As usual" in text_of(client.get(url))
    at = f"/deals/{deal.pk}/"
    assert client.post("/notifications/attend/", {"at": at, "level": "followed"})["Location"] == at
    assert Attention.objects.get(user=boris).level == FOLLOWED
    assert client.post("/notifications/attend/", {"at": at, "level": "nonsense"}).status_code == 422
    assert client.get("/notifications/attend/").status_code == 404


def test_a_note_is_answered_where_one_is_told_of_it(anna: User, boris: User) -> None:
    deal, client = deals.deal(anna, name="Control valves"), client_of(boris)
    records.add_note(deal, text="@boris.olsen how sure?", by=anna)
    jobs.run_due()
    assert "@anna " in text_of(client.get("/notifications/"))
    at = f"/deals/{deal.pk}/"
    refused = client.post("/notifications/reply/", {"at": at, "text": "   ", "nonce": "n1"})
    assert refused.status_code == 422 and "k-error" in text_of(refused)
    for _twice in range(2):
        answer = client.post("/notifications/reply/", {"at": at, "text": "@anna quite", "nonce": "n2"})
        assert answer.status_code == 303
    assert [kind for kind, _pk in told(anna)] == [Kind.MENTION]
    assert not Notification.objects.filter(user=boris, read_at=None).exists()
    stranger = client_of(common.user("manager", common.department("Other")))
    assert stranger.post("/notifications/reply/", {"at": at, "text": "x"}).status_code == 404


def test_a_refused_answer_keeps_its_words_wherever_one_was_told(anna: User, boris: User, monkeypatch: Any) -> None:
    def refuse(*_arguments: Any, **_more: Any) -> None:
        raise EmptyNote

    deal, client = deals.deal(anna, name="Control valves"), client_of(boris)
    monkeypatch.setattr("common.notifications.views.add_note", refuse)
    posted = {"at": f"/deals/{deal.pk}/", "text": "quite <sure>", "nonce": "n1", "next": "/notifications/?before=7"}
    answer = client.post("/notifications/reply/", posted)
    page = text_of(answer)
    assert answer.status_code == 422 and "k-error" in page and "quite &lt;sure&gt;" in page
    assert "/notifications/?before=7" in page and "Control valves" in page


def test_an_answer_begins_with_who_wrote_last_if_they_still_may_sign_in(anna: User, boris: User) -> None:
    records.add_note(deals.deal(anna), text="@boris.olsen look", by=anna)
    jobs.run_due()
    assert ">@anna </textarea>" in text_of(client_of(boris).get("/notifications/"))
    User.objects.filter(pk=anna.pk).update(is_active=False)
    page = text_of(client_of(boris).get("/notifications/"))
    assert "></textarea>" in page and "@anna" not in page and "data-mention-shares" not in page


def test_who_wants_no_mentions_does_not_follow_by_one_but_hears_of_it_if_they_follow(anna: User, boris: User) -> None:
    services.save_wishes(boris, {"channels": {Kind.MENTION: Channel.OFF}})
    deal = deals.deal(anna)
    records.add_note(deal, text="@boris.olsen look", by=anna)
    assert told(boris) == [] and not Attention.objects.exists()
    services.attend(boris, deal, FOLLOWED)
    records.add_note(deal, text="@boris.olsen look", by=anna)
    assert told(boris) == [(Kind.FOLLOWED, deal.pk)]


def test_older_ones_are_reached_page_by_page(anna: User, boris: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("common.notifications.selectors.SHOWN", 2)
    for n in range(5):
        services.tell([boris], Kind.JOB, f"job:{n}", detail={"job": "deals.rerate", "done": True})
    client, seen, url = client_of(boris), 0, "/notifications/"
    while url:
        page = text_of(client.get(url))
        seen += page.count("k-told-group is-unread")
        url = page.split('k-tl-more"><a class="btn btn-sm" href="')[1].split('"')[0] if "k-tl-more" in page else ""
    assert seen == 5
    for bad in ("x", "-1", "9" * 40, ""):
        assert client.get("/notifications/", {"before": bad}).status_code == 200
