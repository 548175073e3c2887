"""Stale edits: disjoint fields merge silently, overlapping ones are a conflict, nothing is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.changes import services as changes
from common.changes import values
from common.changes.errors import Clash, Conflict
from common.events.models import Event
from deals.models import Deal
from tests.factories import common, crm, deals

pytestmark = pytest.mark.django_db


def stale(deal: Deal, version: int, **given_values: Any) -> Deal:
    """An edit from a form that was opened on `version`."""
    return changes.edit(deal, given_values, by=common.SETUP, base_version=version)


def test_changes_to_different_fields_are_merged() -> None:
    deal = deals.deal(amount="100")
    stale(deal, 1, name="Theirs")
    merged = stale(deal, 1, amount=Decimal(200), name=deal.name)
    deal.refresh_from_db()
    assert (deal.name, deal.amount, deal.version) == ("Theirs", Decimal(200), 3)
    assert merged.name == "Theirs"
    last = Event.objects.filter(subject=deal.pk).latest("pk")
    assert last.changes() == {"amount": ("100.00", "200.00")}


def test_changes_to_the_same_field_are_a_conflict_that_shows_both_and_writes_nothing() -> None:
    person = common.user(first_name="Ann", last_name="Arbor", role="administrator")
    deal = deals.deal(amount="100", name="Was", description="")
    changes.edit(deal, {"name": "Theirs", "description": "Theirs too"}, by=person)
    with pytest.raises(Conflict) as refused:
        stale(deal, 1, name="Yours", amount=Decimal(7), description="")
    conflict = refused.value
    assert conflict.clashes == {"name": Clash("Was", "Theirs", "Yours")}
    assert conflict.merged == {"description": Clash("", "Theirs too", "")}
    assert (conflict.version, conflict.who, conflict.status) == (2, "Ann Arbor", 409)
    deal.refresh_from_db()
    assert (deal.name, deal.amount, deal.version) == ("Theirs", Decimal(100), 2)


def test_both_made_the_same_change_and_nothing_is_left_to_do() -> None:
    deal = deals.deal(amount="100")
    stale(deal, 1, amount=Decimal(200))
    stale(deal, 1, amount="200.0")
    deal.refresh_from_db()
    assert (deal.amount, deal.version) == (Decimal(200), 2)


def test_a_field_that_was_changed_and_changed_back_does_not_clash() -> None:
    deal = deals.deal(name="Was")
    stale(deal, 1, name="Other")
    stale(deal, 2, name="Was")
    assert stale(deal, 1, name="Yours").name == "Yours"


def test_the_second_look_after_a_conflict_saves() -> None:
    deal = deals.deal(name="Was")
    stale(deal, 1, name="Theirs")
    with pytest.raises(Conflict) as refused:
        stale(deal, 1, name="Yours")
    assert stale(deal, refused.value.version, name="Yours").name == "Yours"


def test_sets_of_people_clash_like_other_fields() -> None:
    ann, ben = common.user(), common.user()
    deal = deals.deal()
    stale(deal, 1, assignees=[ann])
    with pytest.raises(Conflict) as refused:
        stale(deal, 1, assignees=[ben])
    assert refused.value.clashes == {"assignees": Clash([], [ann.pk], [ben.pk])}


def test_a_note_is_no_edit_and_makes_no_form_stale() -> None:
    deal = deals.deal(name="Was")
    changes.note(deal, "deal.noted", {"_text": "They called."}, by=common.SETUP)
    deal.refresh_from_db()
    assert deal.version == 1
    assert stale(deal, 1, name="Yours").version == 2


FIELDS = {
    "name": st.sampled_from(["Valves", "Pumps", "Насосы"]),
    "amount": st.sampled_from([None, Decimal(1), Decimal("1.00"), Decimal("2.5")]),
    "expected_close": st.sampled_from([None, date(2026, 1, 1), date(2026, 2, 1)]),
    "is_important": st.booleans(),
    "source": st.sampled_from([None, 0, 1]),
    "assignees": st.sets(st.sampled_from([0, 1])),
}
EDIT = st.fixed_dictionaries({}, optional=FIELDS)
STEPS = st.lists(st.tuples(EDIT, st.integers(0, 3)), min_size=2, max_size=12)
"""Each step: what the form wants, and how many versions ago it was opened."""


@given(STEPS)
def test_random_stale_edits_lose_nothing_and_their_events_tell_the_row(steps: list[tuple[dict[str, Any], int]]) -> None:
    sources, people = [crm.source(), crm.source()], [common.user(None), common.user(None)]
    deal = deals.deal()
    names = list(FIELDS)
    states = {1: {name: values.current(deal, name) for name in names}}
    version = 1
    for wanted, age in steps:
        wanted = dict(wanted)
        if wanted.get("source") is not None:
            wanted["source"] = sources[wanted["source"]].pk
        if "assignees" in wanted:
            wanted["assignees"] = sorted(people[index].pk for index in wanted["assignees"])
        base = max(1, version - age)
        yours = {name: values.normal(Deal, name, value) for name, value in wanted.items()}
        was, theirs = states[base], states[version]
        touched = {name for v in range(base, version) for name in names if states[v][name] != states[v + 1][name]}
        clashing = {
            n for n in yours if n in touched and yours[n] != was[n] and theirs[n] != was[n] and theirs[n] != yours[n]
        }
        expected = {
            **theirs, **{n: value for n, value in yours.items() if not (n in touched and value == was[n])},
        }  # fmt: skip
        if clashing:
            with pytest.raises(Conflict) as refused:
                stale(deal, base, **wanted)
            assert set(refused.value.clashes) == clashing
            expected = theirs
        else:
            stale(deal, base, **wanted)
        row = Deal.objects.get(pk=deal.pk)
        assert {name: values.current(row, name) for name in names} == expected
        assert row.version == version + (expected != theirs)
        version = row.version
        states[version] = expected
    replay_equals(deal.pk)


def replay_equals(pk: int) -> None:
    """Replay all events: versions without gaps, each old the new before it, the end the stored row."""
    row = Deal.everything.get(pk=pk)
    replayed: dict[str, Any] = {}
    version = 0
    for event in Event.objects.filter(subject=pk).order_by("pk"):
        assert event.version == version + 1
        version = event.version
        for name, (old, new) in event.changes().items():
            assert replayed.get(name) == old or (name not in replayed and old in (None, "", [], False))
            replayed[name] = new
    assert version == row.version
    for name in values.field_names(Deal):
        stored = values.current(row, name)
        assert replayed.get(name, stored if stored in (None, "", [], False) else "never told") == stored, name
