from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from common.upkeep import backups
from common.upkeep.errors import UpkeepError


class Command(BaseCommand):
    """Write everything into one archive, while people work."""

    help = "Write the database and all files into one archive that `manage.py restore` reads on any database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="a .tar.gz that does not exist (one in the data folder)")
        parser.add_argument("--allow-missing", action="store_true", help="keep the rest when files are missing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = backups.write(options["file"] or backups.default_path(), allow_missing=options["allow_missing"])
        except (UpkeepError, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"{made.path}: {made.rows} rows of {made.tables} tables, {made.files} files, {filesizeformat(made.size)}. "
            "It holds everything but the secret key and the settings: keep it as safe as the database."
        )
