from __future__ import annotations

import time
from collections import Counter
from datetime import date
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.demo import builders
from common.spine.models import Record


class Command(BaseCommand):
    """Fill an empty installation with a demonstration company."""

    help = "Make the demonstration company: the industrial distributor Nordhafen with two years of work."

    def add_arguments(self, parser: CommandParser) -> None:
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE)
        parser.add_argument("--seed", type=int, default=1, help="another number gives another company")
        parser.add_argument("--date", type=date.fromisoformat, help="the day it stands on (YYYY-MM-DD; today)")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is any record")

    def handle(self, *args: Any, **options: Any) -> None:
        if Record.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("There are records already. The demonstration company needs an empty database.")
        started = time.monotonic()
        builders.build_company(language=options["language"], seed=options["seed"], today=options["date"])
        self.stdout.write(f"Demonstration company made in {time.monotonic() - started:.0f} s: {_summary()}")


def _summary() -> str:
    counts = Counter(Record.objects.values_list("type", flat=True))
    return ", ".join(
        f"{count} {apps.get_model(kind)._meta.verbose_name_plural}" for kind, count in counts.most_common()
    )
