"""Quarantine: a restored server does nothing outward until an administrator says so.

`is_on()` is the one question that everything asks which leaves this server: mails, synchronisation, calls of
others. Work of queues and handlers declared `outward` is not even claimed meanwhile; it waits.
"""

from __future__ import annotations

from django.db import transaction

from common import clock
from common.jobs.models import Quarantine
from common.kinds import dictionary
from common.people.models import User


def is_on() -> bool:
    """Whether nothing may leave this server now. Asks the database each time."""
    return Quarantine.objects.filter(released_at=None).exists()


def is_shown() -> bool:
    """The same for pages, from the process dictionary."""
    return dictionary.lookup("jobs.quarantine", is_on)


@transaction.atomic
def start() -> None:
    """Let nothing out from now on."""
    Quarantine.objects.create()
    dictionary.renew()


@transaction.atomic
def release(*, by: User | None) -> bool:
    """Let everything out again; whether it was on. `by` is None on the command line."""
    released = Quarantine.objects.filter(released_at=None).update(released_at=clock.now(), released_by=by)
    dictionary.renew()
    return bool(released)
