"""A hundred thousand contacts: how long the import takes, and how much memory."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from common.importing import services
from common.importing.models import Import
from common.importing.tables import Reading
from common.jobs import services as jobs
from common.tags.models import Tag
from crm.models import Contact
from tests.factories import common, crm
from tests.importing.driving import RULES, counts, fresh, person, text_of

pytestmark = pytest.mark.django_db
HEAD = ["Key in the other system", "First name", "Last name", "E-mail", "Telephone", "Company", "Country", "Job title",
        "Source", "Tags", "Description", "Owner"]  # fmt: skip
MOST_SECONDS, MOST_MEMORY = 600, 256 * 1024


def rows(count: int) -> list[list[str]]:
    return [
        [f"k{n}", "Petra", f"Vogt {n}", f"p{n}@x{n % 5000}.example", f"+49 30 {n:07}", f"Works {n % 1000}", "DE",
         "Buyer", "Fair", "partner; tender", "From the fair", ""]
        for n in range(count)
    ]  # fmt: skip


def most_memory() -> int:
    """The most memory this process ever had, in kB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found.group(1)) if found else 0


def run(count: int) -> tuple[Import, dict[str, float]]:
    by, took = person(), {}
    common.country()
    crm.source(name="Fair")
    for name in ("partner", "tender"):
        Tag.objects.create(name=name)
    for n in range(1000):
        crm.company(f"Works {n}", owner=by)
    content = text_of([HEAD, *rows(count)])
    start = time.monotonic()

    def lap(name: str) -> None:
        nonlocal start
        took[name] = time.monotonic() - start
        start = time.monotonic()

    imp = services.start(ContentFile(content, name="many.csv"), type_key="crm.contact", by=by)
    services.set_reading(imp, imp.type, Reading.of(imp.reading), goes_on=True, version=imp.version, by=by)
    jobs.run_due()
    lap("reading")
    imp = fresh(imp)
    services.set_columns(imp, imp.columns, version=imp.version, by=by)
    lap("columns")
    imp = fresh(imp)
    assert not imp.unknown
    services.set_rules(imp, {**RULES, "keys": imp.keys}, version=imp.version, by=by)
    jobs.run_due()
    lap("checking")
    imp = fresh(imp)
    assert counts(imp) == {"new": count}
    services.write(imp, version=imp.version, by=by)
    jobs.run_due()
    lap("writing")
    return fresh(imp), took


def test_a_thousand_contacts_are_imported_whole() -> None:
    imp, _took = run(1_200)
    assert counts(imp) == {"new": 1_200}
    assert Contact.objects.filter(company__isnull=False).count() == 1_200


@pytest.mark.long
def test_a_hundred_thousand_contacts_take_less_than_ten_minutes() -> None:
    before = most_memory()
    imp, took = run(100_000)
    said = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in took.items())
    print(f"\n{connection.vendor}: 100,000 contacts, {said}; {(most_memory() - before) // 1024} MB more memory")
    assert counts(imp) == {"new": 100_000}
    assert sum(took.values()) < MOST_SECONDS
    assert most_memory() - before < MOST_MEMORY
