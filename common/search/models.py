from __future__ import annotations

from typing import ClassVar

from django.db import models

from common import clock
from common.kinds.models import Ledger


class Opened(Ledger):
    """A record a person opened, and when last: the palette begins with the newest of them."""

    user = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    record = models.ForeignKey("spine.Record", models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "record"], name="opened_once")]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["user", "-at"], name="opened_newest")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.record_id}"
