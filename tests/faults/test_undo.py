"""A worker killed while it undoes thousands of records: the next one goes on, nothing is done twice."""

from __future__ import annotations

import pytest

from catalogue.models import Product
from common.changes import undoing
from common.changes.models import Undo
from common.events.models import ChangeSet, Event
from common.jobs import services as jobs
from tests.conftest import Clock
from tests.factories import catalogue, common
from tests.faults.test_dispatch import run_and_die

pytestmark = pytest.mark.django_db(transaction=True)


def test_killed_in_the_second_piece(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "CHUNK", 4)
    products = [catalogue.product() for _n in range(10)]
    common.edit_all(products, {"description": "new"}, by=common.SETUP, label="Ten")
    row = undoing.undo(ChangeSet.objects.latest("pk"), by=common.user("administrator"))
    run_and_die(
        """
from common.changes import undoing
undoing.CHUNK = 4
real, calls = undoing._take_back, []
def dying(*given):
    calls.append(1)
    if len(calls) == 7:
        die()
    return real(*given)
undoing._take_back = dying
jobs.run_due()
"""
    )
    row.refresh_from_db()
    assert (row.cursor, Product.objects.filter(description="new").count()) == (4, 6)
    assert jobs.run_due() == 0, "the killed worker's lease still holds"
    clock.move(minutes=6)
    jobs.run_due()
    row = Undo.objects.get()
    assert (row.back, Product.objects.filter(description="new").count()) == (10, 0)
    assert Event.objects.filter(change_set=row.made).count() == 10
