from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.upkeep import restoring
from common.upkeep.errors import UpkeepError


class Command(BaseCommand):
    """Make an empty installation what a backup holds."""

    help = "Restore a backup into an empty database and files folder; the server then sends nothing until released."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the archive that `manage.py backup` wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = restoring.restore(options["file"], say=self.stdout.write)
        except UpkeepError as problem:
            raise CommandError(str(problem)) from problem
        rows = sum(entry["rows"] for entry in manifest["tables"].values())
        self.stdout.write(
            f"Restored: {rows} rows and {manifest['files']} files as of {manifest['at']}.\nThe server is in "
            "quarantine: it sends no mail and does nothing outward until an administrator releases it, on its "
            "pages or by `manage.py release`."
        )
