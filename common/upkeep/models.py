from __future__ import annotations

from django.db import models

from common import clock
from common.kinds.models import Ledger


class Backup(Ledger):
    """A backup that was written to its end."""

    made_at = models.DateTimeField(default=clock.now)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} {self.made_at:%Y-%m-%d %H:%M}"
