from __future__ import annotations

import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bench import exports, imports
from common.people.models import User
from common.spine.models import Record

MOST_SECONDS, MOST_MEMORY = 600, 256


class Command(BaseCommand):
    """Measure an import of contacts and their export; `make bench-import` makes an empty database first."""

    help = "Import so many made-up contacts twice, export all; 1 when one takes more than ten minutes or 256 MB."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--contacts", type=int, default=100_000)

    def handle(self, *args: Any, **options: Any) -> None:
        if Record.objects.exists():
            raise CommandError("There are records already. The import is measured on an empty database.")
        call_command("demo", language="en", stdout=self.stdout)
        admin = User.objects.get(username="admin")
        runs = imports.measure(options["contacts"], admin)
        runs |= {f"export, {name}": run for name, run in exports.measure(admin).items()}
        self.stdout.write(imports.told(runs))
        sys.exit(any(run.total > MOST_SECONDS or run.megabytes > MOST_MEMORY for run in runs.values()))
