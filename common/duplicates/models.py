from __future__ import annotations

from typing import ClassVar

from django.db import models

from common.kinds.models import Ledger


class Pair(Ledger):
    """Two records of one type that may be the same, as the last looking found them. `one` has the smaller key.

    `score`: how sure, in percent. `signs`: why, keys of `Likeness.signs` with a space around each. A pair that
    somebody called different stays, so that it is not proposed again; one put off comes back later.
    """

    type = models.CharField(max_length=60)
    one = models.ForeignKey("spine.Record", models.CASCADE, related_name="+")
    other = models.ForeignKey("spine.Record", models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    signs = models.CharField(max_length=120)
    seen_at = models.DateTimeField()
    later_until = models.DateTimeField(null=True)
    different_by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    different_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["one", "other"], name="pair_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["type", "-score", "id"], condition=models.Q(different_at=None), name="pair_by_score")
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ~ {self.other_id}"
