from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.upkeep import services


class Command(BaseCommand):
    """End the quarantine of a restored server."""

    help = "Let a restored server send again."

    def add_arguments(self, parser: CommandParser) -> None:
        choice = parser.add_mutually_exclusive_group(required=True)
        choice.add_argument("--keep-mails", action="store_true", help="mails that wait are never sent, only readable")
        choice.add_argument("--send-mails", action="store_true", help="mails that wait are sent now")

    def handle(self, *args: Any, **options: Any) -> None:
        if not services.release(by=None, send_mails=options["send_mails"]):
            raise CommandError("The server is not in quarantine.")
        self.stdout.write("Released.")
