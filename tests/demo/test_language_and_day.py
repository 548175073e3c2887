"""The demonstration company is the same for the same seed and day, moves with the day, and speaks two languages."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from common import clock
from common.demo import builders
from common.events.models import Event
from common.kinds import dictionary
from common.people.models import User
from crm.models import Company, Contact
from deals.models import Certainty, Deal, Payment
from requests_app.models import Request

pytestmark = pytest.mark.django_db

SIZE = 0.2
MORNING = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


@pytest.fixture(autouse=True)
def fresh() -> None:
    dictionary.use_version(None)


def built(now: datetime, *, seed: int = 1, language: str = "en", today: date | None = None) -> str:
    """A digest of what is made; the rows are taken back."""
    with transaction.atomic(), clock.stopped(now):
        builders.build_company(language=language, seed=seed, today=today, size=SIZE)
        found = digest()
        transaction.set_rollback(True)
    dictionary.use_version(None)
    return found


def digest() -> str:
    """Names, amounts, stages and days of everything."""
    rows = [
        *Company.objects.order_by("number").values_list("name", "email", "phone", "owner__username"),
        *Contact.objects.order_by("number").values_list("first_name", "last_name", "email"),
        *Deal.objects.order_by("number").values_list(
            "name", "amount", "stage__name", "created_at__date", "closed_on", "next_step", "next_step_on", "amount_base"
        ),
        *Request.objects.order_by("number").values_list("name", "text", "status", "received_at__date"),
        *Payment.objects.order_by("number").values_list("amount", "on", "certainty", "invoice_number"),
        *Event.objects.order_by("id").values_list("kind", "at__date", "actor__username"),
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_the_same_seed_and_day_give_the_same_company_at_any_hour() -> None:
    assert built(MORNING) == built(MORNING + timedelta(hours=9))


def test_another_seed_gives_another_company() -> None:
    assert built(MORNING) != built(MORNING, seed=2)


@pytest.mark.parametrize("today", [date(2026, 11, 24), date(2027, 2, 28), date(2026, 8, 2)])
def test_every_figure_is_counted_from_the_day(today: date) -> None:
    with clock.stopped(MORNING):
        builders.build_company(language="en", seed=1, today=today, size=SIZE)
    assert Deal.objects.count() == 60
    last = max(Deal.objects.values_list("created_at", flat=True))
    assert timedelta() <= today - last.date() < timedelta(days=21)
    first = min(Deal.objects.values_list("created_at", flat=True))
    assert timedelta(days=700) < today - first.date() < timedelta(days=860)
    assert Deal.objects.filter(closed_on=None, next_step_on=today).exists()
    assert Request.objects.filter(status="new", received_at__gte=clock.start_of_day(today, "Europe/Berlin")).exists()
    evening = clock.start_of_day(today + timedelta(days=1), "Europe/Berlin")
    assert not Event.objects.filter(at__gte=evening).exists()
    assert not Payment.objects.filter(certainty=Certainty.RECEIVED, on__gt=today).exists()


def test_in_russian_people_write_and_plan_in_russian() -> None:
    with clock.stopped(MORNING):
        builders.build_company(language="ru", seed=1, size=SIZE)
    assert User.objects.get(username="manager1").full_name == "Анна Берг"
    assert set(User.objects.values_list("language", flat=True)) == {"ru"}
    for name, step in Deal.objects.values_list("name", "next_step"):
        assert CYRILLIC.search(name), name
        assert not step or CYRILLIC.search(step), step
    for text in Request.objects.values_list("text", flat=True):
        assert CYRILLIC.search(text), text
        assert "{" not in text
    cyrillic = [name for name in Company.objects.values_list("name", flat=True) if CYRILLIC.search(name)]
    assert 0.2 < len(cyrillic) / Company.objects.count() < 0.6
    assert all(email.isascii() for email in Contact.objects.values_list("email", flat=True))


def test_in_english_nothing_is_russian() -> None:
    with clock.stopped(MORNING):
        builders.build_company(language="en", seed=1, size=SIZE)
    said = [
        *Deal.objects.values_list("name", flat=True), *Deal.objects.values_list("next_step", flat=True),
        *Request.objects.values_list("text", flat=True), *Company.objects.values_list("name", flat=True),
        *Company.objects.values_list("description", flat=True), *Contact.objects.values_list("job_title", flat=True),
    ]  # fmt: skip
    assert not [text for text in said if CYRILLIC.search(text)]
    for subject in Event.objects.filter(kind="deal.noted").values_list("data__" + "_text", flat=True):
        assert not CYRILLIC.search(subject)
