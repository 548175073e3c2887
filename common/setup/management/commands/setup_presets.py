from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from common.setup import presets


class Command(BaseCommand):
    """Fill what is empty with presets."""

    help = "Fill empty dictionaries with presets: roles, currencies, countries, a pipeline, reasons, sources."

    def handle(self, *args: Any, **options: Any) -> None:
        presets.load_all()
