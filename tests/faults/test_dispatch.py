"""A process killed at the worst moment loses no reaction: the next sweep finishes what is owed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from common.delivery.models import Delivery
from common.events import hooks
from common.events.models import Event, EventDispatch
from common.jobs import services as jobs
from requests_app.models import Request
from tests.conftest import Clock
from tests.factories import catalogue, common
from tests.faults import reacting

pytestmark = pytest.mark.django_db(transaction=True)

START = """
import os, signal
import django
django.setup()
from common.changes import bulk, services as changes
from common.events import services as events
from common.jobs import services as jobs
from tests.factories import common, requests_app
from tests.faults import reacting
reacting.register()
def die(*_more):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def seen_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where the reaction writes, in this process and in those that are killed."""
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setattr(hooks, "_reactions", dict(hooks._reactions))
    reacting.register()
    yield


def run_and_die(script: str, **environment: str) -> None:
    """Run the product in another process on the same database; it must end by the signal."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "postgresql":
        url = os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")
    else:
        url = f"sqlite:///{name}"
    variables = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": url, **environment,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", START + script], env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def events_of(*products: Any) -> list[int]:
    """The change events of these products, in order."""
    found = Event.objects.filter(subject__in=[p.pk for p in products], kind=reacting.KIND)
    return list(found.order_by("pk").values_list("pk", flat=True))


def test_killed_after_the_commit_before_anybody_was_told() -> None:
    product = catalogue.product()
    run_and_die(
        f"""
jobs._send = die
from catalogue.models import Product
changes.edit(Product.objects.get(pk={product.pk}), {{"description": "new"}}, by=common.SETUP)
"""
    )
    product.refresh_from_db()
    assert product.description == "new"
    assert reacting.seen() == []
    assert jobs.run_due() == 1
    assert reacting.seen() == events_of(product)
    assert jobs.run_due() == 0


def test_killed_before_the_commit_nothing_is_stored_and_nothing_owed() -> None:
    product = catalogue.product()
    run_and_die(
        f"""
from catalogue.models import Product
with changes.change_set("Half", by=common.SETUP):
    changes.edit(Product.objects.get(pk={product.pk}), {{"description": "new"}}, by=common.SETUP)
    die()
"""
    )
    product.refresh_from_db()
    assert (product.description, product.version) == ("", 1)
    assert not EventDispatch.objects.exists()
    assert events_of(product) == []


def test_killed_inside_the_reaction_the_lease_runs_out_and_it_runs_again(clock: Clock) -> None:
    product = catalogue.product()
    change = f"""
from catalogue.models import Product
changes.edit(Product.objects.get(pk={product.pk}), {{"description": "new"}}, by=common.SETUP)
jobs.run_due()
"""
    run_and_die(change, KILL_AT="new")
    owed = EventDispatch.objects.get(receiver=reacting.RECEIVER)
    assert (owed.attempts, owed.done_at) == (1, None)
    assert jobs.run_due() == 0, "the killed worker's lease still holds"
    clock.move(minutes=6)
    assert jobs.run_due() == 1
    assert reacting.seen() == events_of(product)


def test_killed_in_the_middle_of_a_bulk_change_set_no_event_is_passed_over(clock: Clock) -> None:
    products = [catalogue.product() for _n in range(9)]
    run_and_die(
        """
from catalogue.models import Product
events.PAGE = 2
def number(row):
    changes.edit(row, {"description": str(numbers.index(row.pk))}, by=common.SETUP)
numbers = list(Product.objects.order_by("pk").values_list("pk", flat=True))
bulk.for_each(Product.objects.order_by("pk"), number, by=common.SETUP, label="Nine")
jobs.run_due()
""",
        KILL_AT="5",
    )
    owed = EventDispatch.objects.get(receiver=reacting.RECEIVER)
    wanted = events_of(*products)
    assert reacting.seen() == wanted[:5]
    assert owed.cursor == wanted[3], "two whole pages are remembered"
    clock.move(minutes=6)
    assert jobs.run_due() == 1
    assert reacting.seen() == [*wanted[:5], *wanted[4:]], "what was not remembered runs again, nothing is lost"


def test_a_request_that_came_in_while_the_process_died_is_told_once() -> None:
    sales = common.department()
    manager = common.user(department=sales)
    run_and_die(
        f"""
jobs._send = die
requests_app.request(common.Department.objects.get(pk={sales.pk}))
"""
    )
    assert Request.objects.count() == 1
    assert not Delivery.objects.exists()
    jobs.run_due()
    jobs.run_due()
    assert [mail.recipient for mail in Delivery.objects.all()] == [manager.email]
