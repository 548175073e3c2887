"""Undoing very many records: a job, piece by piece, one change set as a whole, safe to run twice."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.models import Product
from common.changes import bulk, undoing
from common.changes import services as changes
from common.changes.errors import AlreadyUndone
from common.changes.models import Undo, UndoNote
from common.events import hooks
from common.events.models import ChangeSet, Event, EventDispatch
from common.jobs import services as jobs
from common.jobs.models import Job
from common.people.models import User
from tests.factories import catalogue, common
from tests.records.driving import signed_in

pytestmark = pytest.mark.django_db
COUNT = 8


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "CHUNK", 3)


@pytest.fixture
def head() -> User:
    return common.user("head", common.department())


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The events of undoing that a reaction has heard of."""
    heard: list[Event] = []

    def listen(event: Event) -> None:
        if event.via == "undo":
            heard.append(event)

    monkeypatch.setattr(hooks, "_reactions", {})
    hooks.react("product.*", listen)
    return heard


def described(head: User) -> ChangeSet:
    """Eight products described as one act."""
    products = [catalogue.product() for _n in range(COUNT)]
    common.edit_all(products, {"description": "new"}, by=head, label="Describe")
    return ChangeSet.objects.latest("pk")


def left() -> int:
    return Product.everything.filter(description="new").count()


def test_it_runs_as_a_job_and_is_one_change_set(head: User, told: list[Event]) -> None:
    act = described(head)
    row = undoing.undo(act, by=head)
    assert (row.total, row.done_at, left()) == (COUNT, None, COUNT)
    assert Job.objects.get(handler=undoing.JOB).by == head
    with pytest.raises(AlreadyUndone):
        undoing.undo(act, by=head)
    jobs.run_due()
    row.refresh_from_db()
    assert (row.cursor, row.back, left()) == (COUNT, COUNT, 0) and row.done_at is not None
    assert Event.objects.filter(change_set=row.made).count() == COUNT
    assert ChangeSet.objects.filter(via="undo").count() == 1
    assert sorted(e.pk for e in told) == list(
        Event.objects.filter(change_set=row.made).order_by("pk").values_list("pk", flat=True)
    ), "each event is told once"
    assert EventDispatch.objects.filter(change_set=row.made).count() == 1


def test_stopped_between_two_pieces_it_goes_on_where_it_was(
    head: User, told: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = undoing.undo(described(head), by=head)
    real, calls = undoing._take_back, []

    def broken(*given: Any) -> int:
        calls.append(given)
        if len(calls) == 5:
            raise RuntimeError("the machine stops")
        return real(*given)

    monkeypatch.setattr(undoing, "_take_back", broken)
    with pytest.raises(RuntimeError):
        undoing.run(row.pk)
    row.refresh_from_db()
    assert (row.cursor, row.back, left()) == (3, 3, COUNT - 3), (
        "the first piece is kept, the second is as if never begun"
    )
    first = row.made
    assert not EventDispatch.objects.filter(change_set=first).exists()
    undoing.run(row.pk)
    undoing.run(row.pk)
    row.refresh_from_db()
    assert (row.made, row.back, left()) == (first, COUNT, 0)
    assert Event.objects.filter(change_set=first).count() == COUNT
    jobs.run_due()
    assert len(told) == COUNT


def test_what_it_leaves_is_noted_in_every_piece(head: User) -> None:
    act = described(head)
    kept = list(Product.objects.order_by("pk"))[1::4]
    for product in kept:
        changes.edit(product, {"description": "newer"}, by=common.SETUP)
    row = undoing.undo(act, by=head)
    jobs.run_due()
    row.refresh_from_db()
    assert row.back == COUNT - len(kept)
    assert set(row.notes.values_list("record_id", "why")) == {(p.pk, UndoNote.Why.CHANGED) for p in kept}


def test_it_is_redone_as_a_job_too(head: User) -> None:
    row = undoing.undo(described(head), by=head)
    jobs.run_due()
    row.refresh_from_db()
    assert row.made is not None
    undoing.undo(row.made, by=head)
    jobs.run_due()
    assert left() == COUNT
    assert [u.holds for u in Undo.objects.order_by("pk")] == [False, True]


def test_many_created_records_go_to_the_bin_parts_first(head: User) -> None:
    bulk.bulk_create(Product, [{"name": f"P{n}", "code": f"P{n}"} for n in range(COUNT)], by=head, label="Import")
    undoing.undo(ChangeSet.objects.latest("pk"), by=common.user("administrator"))
    jobs.run_due()
    assert not Product.objects.exists() and Product.everything.count() == COUNT


def test_the_page_says_how_far_it_is(head: User) -> None:
    act, client = described(head), signed_in(head)
    answer = client.post(f"/changes/{act.pk}/undo/")
    assert answer.status_code == 303
    assert "In work: 0 of 8" in client.get(answer.url).content.decode()
    jobs.run_due()
    assert "8 records came back" in client.get(answer.url).content.decode()
