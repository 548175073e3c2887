from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from common.jobs import services as jobs


class Command(BaseCommand):
    """Offer work again that was given up."""

    help = "Try again what was given up after too many attempts, of one queue or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("queue", nargs="?", choices=sorted(jobs.queues()), help="all when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        names = [options["queue"]] if options["queue"] else sorted(jobs.queues())
        for name in names:
            self.stdout.write(f"{name}: {jobs.retry_all(name)} offered again")
