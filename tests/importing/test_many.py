"""Many contacts: an import is whole, and a hundred thousand take neither ten minutes nor much memory."""

from __future__ import annotations

import pytest
from django.db import connection

from bench import imports
from common.events.models import EventLink
from common.tags.models import Tag
from crm.models import Contact
from tests.factories import common
from tests.importing.driving import person

pytestmark = pytest.mark.django_db
MOST_SECONDS, MOST_MEMORY = 600, 256


def measured(count: int) -> tuple[imports.Run, imports.Run]:
    by = person()
    common.country()
    for name in ("partner", "tender"):
        Tag.objects.create(name=name)
    return imports.measure(count, by)


def test_more_than_two_chunks_are_imported_whole_and_change_nothing_again() -> None:
    runs = measured(1_200)
    assert [run.counts for run in runs] == [{"new": 1_200}, {"unchanged": 1_200}]
    assert Contact.objects.filter(company__isnull=False, record__record_tags__tag__name="tender").count() == 1_200
    assert EventLink.objects.filter(event__kind="contact.created").count() >= 1_200


@pytest.mark.long
def test_a_hundred_thousand_contacts_take_less_than_ten_minutes() -> None:
    runs = measured(100_000)
    print(f"\n{connection.vendor}\n{imports.told(100_000, runs)}")
    assert [run.counts for run in runs] == [{"new": 100_000}, {"unchanged": 100_000}]
    for run in runs:
        assert run.total < MOST_SECONDS
        assert run.megabytes < MOST_MEMORY
