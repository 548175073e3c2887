from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from bench import finding
from common.search import vocabulary
from common.spine.models import Record


class Command(BaseCommand):
    """Measure the palette on the company in this database (`manage.py seed --deals 40000` has 200,000 records)."""

    help = "Ask the palette for rare and frequent words as three people; 1 when a median is over 150 ms."

    def handle(self, *args: Any, **options: Any) -> None:
        vocabulary.learn(None)
        self.stdout.write(f"{Record.objects.count():,} records, {connection.vendor}\n\n")
        table, missed = finding.table()
        self.stdout.write(table)
        self.stdout.write(f"\n{missed} over {finding.BUDGET} ms." if missed else "\nThe budget is kept.")
        sys.exit(1 if missed else 0)
