from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bench import report

PROOF = settings.BASE_DIR / "docs" / "proof.md"


class Command(BaseCommand):
    """Measure the pages on the company in this database; `make bench` makes it first."""

    help = "Compare the pages with the floor of the same run and with their budgets; 1 when one is missed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--deals", type=int, required=True, help="how many the company has")
        parser.add_argument("--medians", type=Path, required=True, help="the file for the milliseconds that pages take")
        parser.add_argument("--beside", action="store_true", help="compare with what is in that file")
        parser.add_argument("--record", action="store_true", help="keep the table in docs/proof.md")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.BENCH:
            raise CommandError("The floor is served with KONTOR_BENCH=1 only: make bench")
        kept: Path = options["medians"]
        table, missed = report.table(options["deals"], kept, beside=options["beside"])
        self.stdout.write(table)
        self.stdout.write(f"\n{missed} pages miss their budget." if missed else "\nEvery budget is kept.")
        if options["record"]:
            page = PROOF.read_text(encoding="utf-8")
            PROOF.write_text(report.kept_as(f"bench {options['deals']}", table, page), encoding="utf-8")
        sys.exit(1 if missed else 0)
