"""What is done and undone is as if never done, redone as if never undone; and the log tells every row."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from common.changes import undoing
from common.changes.errors import NothingToUndo
from common.changes.models import Undo
from common.events.models import ChangeSet
from common.kinds import dictionary
from deals import tracking
from deals.models import Deal
from tests.common.changes.histories import (
    ACTS,
    Firm,
    play,
    replayed,
    state,
    stays,
    stored_values,
    taken_back,
)
from tests.conftest import SCALE

pytestmark = pytest.mark.django_db
FEW = settings(max_examples=max(2, round(12 * SCALE)))
HISTORY = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 10**6)), min_size=1, max_size=7)


@pytest.fixture
def world(db: Any) -> Firm:
    return Firm()


def taken(act: ChangeSet, world: Firm) -> ChangeSet:
    """Undo, wholly."""
    row: Undo = undoing.undo(act, by=world.by)
    assert not row.notes.exists(), list(row.notes.values())
    assert row.made is not None
    return row.made


@FEW
@given(history=HISTORY)
def test_undo_of_do_is_nothing_and_redo_is_do(world: Firm, history: list[tuple[Any, int]]) -> None:
    with taken_back():
        dictionary.use_version(None)
        for act, seed in history:
            before = state()
            done = play(world, act, seed)
            if done is None:
                continue
            note(f"{done.label}: {[e.kind for e in done.events.order_by('pk')]}")
            after = state()
            undone = taken(done, world)
            assert state() == before, "undo"
            redone = taken(undone, world)
            assert state() == after, "redo"
            assert replayed() == stored_values()
            told = stays()
            for deal in Deal.everything.all():
                tracking.rebuild_stages(deal)
            assert stays() == told
            if seed % 3 == 0:
                taken(redone, world)
                assert state() == before, "undo again"


@FEW
@given(history=HISTORY)
def test_undoing_a_whole_history_backwards_leads_to_its_beginning(world: Firm, history: list[tuple[Any, int]]) -> None:
    with taken_back():
        dictionary.use_version(None)
        before = state()
        done = [act for act in (play(world, act, seed) for act, seed in history) if act is not None]
        for act in reversed(done):
            taken(act, world)
        assert state() == before


@FEW
@given(history=HISTORY, order=st.randoms(use_true_random=False))
def test_undone_in_any_order_nothing_breaks_and_the_log_stays_true(
    world: Firm, history: list[tuple[Any, int]], order: Any
) -> None:
    with taken_back():
        dictionary.use_version(None)
        done = [act for act in (play(world, act, seed) for act, seed in history) if act is not None]
        order.shuffle(done)
        for act in done:
            shown, _total = undoing.preview(act, by=world.by, most=100)
            try:
                row = undoing.undo(act, by=world.by)
            except NothingToUndo:
                continue
            foreseen = {(one.step.record, name, str(why)) for one in shown for name, why in one.left}
            left = set(row.notes.exclude(why__in=("refused", "taken")).values_list("record", "field", "why"))
            assert left <= foreseen
        assert replayed() == stored_values()
        state()
