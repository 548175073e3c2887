from __future__ import annotations

from datetime import timedelta

from common import clock
from common.duplicates.models import Pair
from common.duplicates.scanning import JOB
from common.jobs import services as jobs
from common.people.models import User

LATER = timedelta(days=7)


def call_different(pair: Pair, *, by: User) -> None:
    """The two are not the same: they are not proposed again."""
    Pair.objects.filter(pk=pair.pk).update(different_by=by, different_at=clock.now())


def propose_again(pair: Pair) -> None:
    """They may be the same after all."""
    Pair.objects.filter(pk=pair.pk).update(different_by=None, different_at=None, later_until=None)


def put_off(pair: Pair) -> None:
    """Propose the two again in a week."""
    Pair.objects.filter(pk=pair.pk).update(later_until=clock.now() + LATER)


def look_now(type_key: str, *, by: User) -> None:
    """Look for duplicates of a type in the background."""
    jobs.enqueue(JOB, type_key, by=by)
