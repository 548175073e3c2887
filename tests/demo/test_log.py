"""The log of the demonstration company tells every record from its beginning to how it stands today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from common import clock
from common.demo import builders
from common.events.models import Event
from common.kinds import dictionary
from deals import tracking
from deals.models import Deal
from tests.common.changes.histories import replayed, stays, stored_values

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A third of the company once for this module, taken back at its end."""
    dictionary.use_version(None)
    now = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    with django_db_blocker.unblock(), transaction.atomic(), clock.stopped(now):
        builders.build_company(language="en", seed=1, size=0.3)
        yield
        transaction.set_rollback(True)
    dictionary.use_version(None)


def test_folding_its_events_gives_every_row() -> None:
    told, stored = replayed(), stored_values()
    assert len(stored) > 500 and Event.objects.filter(kind="deal.closed").count() > 10
    assert told.keys() == stored.keys()
    assert [(pk, told[pk], stored[pk]) for pk in stored if told[pk] != stored[pk]] == []


def test_the_stage_transitions_of_the_log_are_those_that_are_stored() -> None:
    before = stays()
    assert sum(map(len, before.values())) > Deal.everything.count()
    for deal in Deal.everything.all():
        tracking.rebuild_stages(deal)
    assert stays() == before
