"""Many contacts: an import is whole, and a hundred thousand take neither ten minutes nor much memory."""

from __future__ import annotations

import pytest
from django.db import connection

from bench import exports, imports
from common.events.models import EventLink
from common.people.models import User
from common.tags.models import Tag
from crm.models import Contact
from tests.factories import common
from tests.importing.driving import person

pytestmark = pytest.mark.django_db
MOST_SECONDS, MOST_MEMORY = 600, 256


def measured(count: int, by: User) -> list[imports.Run]:
    common.country()
    for name in ("partner", "tender"):
        Tag.objects.create(name=name)
    return list(imports.measure(count, by).values())


def test_more_than_two_chunks_are_imported_whole_and_change_nothing_again() -> None:
    by = person()
    runs = measured(1_200, by)
    assert [run.counts for run in runs] == [{"new": 1_200}, {"unchanged": 1_200}]
    assert Contact.objects.filter(company__isnull=False, record__record_tags__tag__name="tender").count() == 1_200
    assert EventLink.objects.filter(event__kind="contact.created").count() >= 1_200
    assert {name: run.counts for name, run in exports.measure(by).items()} == {
        "csv": {"exported": 1_200}, "xlsx": {"exported": 1_200}
    }  # fmt: skip


@pytest.mark.long
def test_a_hundred_thousand_contacts_take_less_than_ten_minutes() -> None:
    runs = measured(100_000, person())
    print(f"\n{connection.vendor}\n{imports.told(dict(zip(('new', 'again'), runs, strict=True)))}")
    assert [run.counts for run in runs] == [{"new": 100_000}, {"unchanged": 100_000}]
    for run in runs:
        assert run.total < MOST_SECONDS
        assert run.megabytes < MOST_MEMORY
