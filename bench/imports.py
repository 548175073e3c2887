"""Imports many contacts as a person does, step by step, and tells the seconds and the memory each step needed."""

from __future__ import annotations

import csv
import io
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.core.files.base import File

from common.importing import services
from common.importing.models import Import, OnMatch, OnNew, Outcome
from common.importing.tables import Reading
from common.jobs import services as jobs
from common.people.models import User

HEAD = ("Key in the other system", "First name", "Last name", "E-mail", "Telephone", "Company", "Country", "Job title",
        "Tags", "Description")  # fmt: skip
COMPANIES = 1_000
STATUS = Path("/proc/self/status")


@dataclass
class Run:
    """What an import or an export came to: its rows by outcome, seconds by step, the memory it needed more."""

    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    before: int = 0
    megabytes: int = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step; work that was asked for is done here and now."""
        start = time.monotonic()
        yield
        jobs.run_due()
        self.seconds[name] = time.monotonic() - start
        self.megabytes = most_memory() - self.before

    @property
    def total(self) -> float:
        """Seconds."""
        return sum(self.seconds.values())


def most_memory() -> int:
    """The most memory this process ever had, in MB; 0 where the system does not tell."""
    if not STATUS.exists():
        return 0
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def write_contacts(file: IO[bytes], count: int) -> None:
    """A CSV of so many people of a thousand companies, as another system would export it."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for n in range(count):
        writer.writerow([
            f"k{n}", "Petra", f"Vogt {n}", f"p{n}@x{n % 5000}.example", f"+49 30 {n:07}", f"Works {n % COMPANIES}",
            "DE", "Buyer", "partner; tender", "Met at the fair, wants an offer.",
        ])  # fmt: skip
    text.detach()


def measure(count: int, by: User) -> dict[str, Run]:
    """Import so many contacts, then the same file again, which changes nothing."""
    with tempfile.TemporaryFile() as content:
        write_contacts(content, count)
        return {name: _once(content, by) for name in ("import", "the same file again")}


def _once(content: IO[bytes], by: User) -> Run:
    run = Run(before=most_memory())
    with run.step("reading"):
        content.seek(0)
        imp = services.start(File(content, name="people.csv"), type_key="crm.contact", by=by)
        services.set_reading(imp, imp.type, Reading.of(imp.reading), goes_on=True, version=imp.version, by=by)
    with run.step("columns"):
        imp = _fresh(imp)
        services.set_columns(imp, imp.columns, version=imp.version, by=by)
    with run.step("checking"):
        imp = _fresh(imp)
        choices = {key: {"*": "-"} for key in imp.unknown}
        services.set_choices(imp, choices, version=imp.version, by=by)
        imp = _fresh(imp)
        rules = {"keys": imp.keys, "on_match": OnMatch.UPDATE, "on_new": OnNew.CREATE, "creates_linked": True}
        services.set_rules(imp, rules, version=imp.version, by=by)
    imp = _fresh(imp)
    if imp.counts[Outcome.NEW]:
        with run.step("writing"):
            services.write(imp, version=imp.version, by=by)
    run.counts = {key: number for key, number in _fresh(imp).counts.items() if number}
    return run


def _fresh(imp: Import) -> Import:
    return Import.objects.select_related("by", "job").get(pk=imp.pk)


def told(runs: Mapping[str, Run]) -> str:
    """The table for people, by what was done."""
    lines = ["| what | rows | seconds by step | seconds | rows/s | MB more |", "|---|---|---|---|---|---|"]
    for name, run in runs.items():
        rows = ", ".join(f"{number:,} {key}" for key, number in run.counts.items())
        steps = ", ".join(f"{step} {seconds:.0f}" for step, seconds in run.seconds.items())
        rate = sum(run.counts.values()) / run.total
        lines.append(f"| {name} | {rows} | {steps} | {run.total:.0f} | {rate:,.0f} | {run.megabytes} |")
    return "\n".join(lines)
