from __future__ import annotations

import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bench import imports
from common.people.models import User
from common.spine.models import Record

MOST_SECONDS, MOST_MEMORY = 600, 256


class Command(BaseCommand):
    """Measure an import of contacts into this database; `make bench-import` makes an empty one first."""

    help = "Import so many made-up contacts twice; 1 when it takes more than ten minutes or 256 MB."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--contacts", type=int, default=100_000)

    def handle(self, *args: Any, **options: Any) -> None:
        if Record.objects.exists():
            raise CommandError("There are records already. The import is measured on an empty database.")
        call_command("demo", language="en", stdout=self.stdout)
        runs = imports.measure(options["contacts"], User.objects.get(username="admin"))
        self.stdout.write(imports.told(options["contacts"], runs))
        sys.exit(any(run.total > MOST_SECONDS or run.megabytes > MOST_MEMORY for run in runs))
