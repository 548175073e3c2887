"""A worker killed while it imports: the next one goes on, nothing is lost, nothing is doubled."""

from __future__ import annotations

import random

import pytest

from common.changes import undoing
from common.events.models import Event
from common.importing import committing, services
from common.importing.models import Step
from common.jobs import services as jobs
from common.jobs.models import Job
from crm.models import Company, Contact
from tests.conftest import Clock
from tests.faults.test_dispatch import run_and_die
from tests.importing.driving import checked, counts, fresh, person, text_of

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 30
DYING = """
import django.apps
from common.importing import committing
committing.CHUNK = 4
real, calls = committing.{where}, []
def dying(*given, **more):
    calls.append(1)
    if len(calls) == {turn}:
        die()
    return real(*given, **more)
committing.{where} = dying
jobs.run_due()
"""
PLACES = ("Writer._plan", "Writer._flush", "Writer._keep_keys", "bulk.bulk_create", "checking.count")
TURNS = {"Writer._plan": ROWS, "Writer._flush": 8, "Writer._keep_keys": 8, "bulk.bulk_create": 8, "checking.count": 1}


def test_killed_anywhere_and_taken_up_again(clock: Clock, monkeypatch: pytest.MonkeyPatch, scale: float) -> None:
    monkeypatch.setattr(committing, "CHUNK", 4)
    by, chance = person(), random.Random(11)
    head = ["Last name", "E-mail", "Company"]
    rows = [[f"Name {n}", f"n{n}@x.example", f"Company {n % 7}"] for n in range(ROWS - 1)]
    imp = checked(text_of([head, *rows, rows[3]]), "crm.contact", by)
    services.write(imp, version=imp.version, by=by)
    killed = 0
    for _turn in range(max(3, round(6 * scale))):
        if fresh(imp).step == Step.DONE:
            break
        where = chance.choice(PLACES)
        left = fresh(imp).total - fresh(imp).cursor
        most = max(1, TURNS[where] * left // ROWS)
        script = DYING.format(where=where, turn=chance.randint(1, most))
        run_and_die(script, KONTOR_CLOCK_OFFSET=str(360 * killed))
        killed += 1
        Job.objects.update(attempts=1)
        assert fresh(imp).cursor % 4 == 0
        assert Contact.objects.count() == Event.objects.filter(kind="contact.created").count()
        clock.move(minutes=6)
    assert killed > 1
    jobs.run_due()
    done = fresh(imp)
    assert (done.step, counts(done)) == (Step.DONE, {"new": ROWS - 1, "unchanged": 1})
    assert (Contact.objects.count(), Company.objects.count()) == (ROWS - 1, 7)
    assert Event.objects.exclude(change_set=done.change_set).filter(kind="contact.created").count() == 0
    assert done.change_set is not None
    undoing.undo(done.change_set, by=by)
    assert not Contact.objects.exists()
    assert not Company.objects.exists()
