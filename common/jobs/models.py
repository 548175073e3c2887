from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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


class State(models.TextChoices):
    """Where a job stands."""

    RUNNING = "running", pgettext_lazy("job", "running")
    WAITING = "waiting", pgettext_lazy("job", "waiting")
    DONE = "done", pgettext_lazy("job", "done")
    FAILED = "failed", pgettext_lazy("job", "failed")
    CANCELLED = "cancelled", pgettext_lazy("job", "cancelled")


class Job(Work):
    """One call of a named handler with ids as arguments.

    `progress` of `total` units are done (no total: not counted); `result_url` leads to what came of it.
    """

    class Cancelled(models.TextChoices):
        REQUESTER = "requester", _("Whoever asked for it may not do this any more.")
        DROPPED = "dropped", _("Dropped by hand.")

    handler = models.CharField(_("job"), max_length=80)
    arguments = models.JSONField(default=list)
    by = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    result_url = models.CharField(max_length=500, blank=True)
    cancelled = models.CharField(max_length=12, choices=Cancelled.choices, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=models.Q(done_at=None, failed_at=None), name="job_due"),
            models.Index(fields=["by", "-id"], name="job_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.handler} {self.arguments}"

    @property
    def state(self) -> State:
        """Where it stands now."""
        if self.cancelled:
            return State.CANCELLED
        if self.done_at or self.failed_at:
            return State.DONE if self.done_at else State.FAILED
        return State.RUNNING if self.lease_until and self.lease_until > clock.now() else State.WAITING

    @property
    def reason(self) -> str | Promise:
        """Why it did not end well, in words for whoever asked for it; empty for a breakdown of ours."""
        if self.cancelled:
            return self.Cancelled(self.cancelled).label
        return "" if self.error.startswith("Traceback") else self.error


class Heartbeat(Ledger):
    """When a part of the product last showed that it lives."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"


class Quarantine(Ledger):
    """A restored server sends nothing outward from `since` until an administrator releases it."""

    since = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M}"
