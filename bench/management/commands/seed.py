from __future__ import annotations

import time
from random import Random
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bench import copying, seeding
from common.spine.models import Record


class Command(BaseCommand):
    """Fill an empty installation with a company of any size, to measure on."""

    help = "Make the demonstration company and beside it so many deals with all that belongs to them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--deals", type=int, default=50_000)
        parser.add_argument("--seed", type=int, default=1, help="another number gives another company")

    def handle(self, *args: Any, **options: Any) -> None:
        if Record.objects.exists():
            raise CommandError("There are records already. A made-up company needs an empty database.")
        started = time.monotonic()
        call_command("demo", seed=options["seed"], language="en", stdout=self.stdout)

        def told(done: int) -> None:
            self.stdout.write(f"{done:,} deals in {time.monotonic() - started:.0f} s", ending="\r")

        seeding.seed(options["deals"], Random(options["seed"]), told)  # noqa: S311  # made-up data, no secret
        counted = copying.count_rows(["deals.Deal", "crm.Company", "crm.Contact", "requests_app.Request",
                                      "deals.Payment", "deals.DealLine", "events.Event"])  # fmt: skip
        self.stdout.write(f"Seeded in {time.monotonic() - started:.0f} s: {counted}")
