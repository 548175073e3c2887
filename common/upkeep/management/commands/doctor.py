from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from common.upkeep import checks


class Command(BaseCommand):
    """Say what is wrong with this installation and how to mend it."""

    help = "Examine the installation. Ends with code 1 when something is wrong; advice alone is no fault."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="look for every file, not only the newest")

        parser.add_argument("--only", metavar="NAME", help="one check, by its name")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for result in checks.examine(all_files=options["all"], only=options["only"]):
            if not result.asked:
                self.stdout.write(f"  ?     {result.name}: not asked, it needs the database")
            elif result.trouble is None:
                self.stdout.write(f"  ok    {result.name}")
            else:
                word = "advice" if result.trouble.only_advice else "WRONG "
                faults += not result.trouble.only_advice
                self.stdout.write(f"{word}  {result.name}: {result.trouble.text}\n          → {result.trouble.mend}")
        if faults:
            sys.exit(1)
