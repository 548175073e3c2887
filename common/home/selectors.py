from __future__ import annotations

from common.people.models import User
from common.spine.models import Record

MANY = 50


def is_running() -> bool:
    """Whether the company works already: it has more than a few records."""
    return Record.objects.order_by("pk")[: MANY + 1].count() > MANY


def people_count() -> int:
    """How many people may sign in."""
    return int(User.objects.filter(is_active=True).count())
