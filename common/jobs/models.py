from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from common import clock
from common.kinds.models import Ledger


class Work(Ledger):
    """A row that a worker must handle once; the row is the truth, the broker only a nudge."""

    due_at = models.DateTimeField(_("due"), default=clock.now)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(_("done"), null=True)
    failed_at = models.DateTimeField(_("given up"), null=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        abstract = True


class Job(Work):
    """One call of a named handler with ids as arguments."""

    handler = models.CharField(_("job"), max_length=80)
    arguments = models.JSONField(default=list)
    by = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=models.Q(done_at=None, failed_at=None), name="job_due")
        ]

    def __str__(self) -> str:
        return f"{self.handler} {self.arguments}"
