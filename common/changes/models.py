from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from common import clock
from common.kinds.models import Ledger


class Submission(Ledger):
    """A form that was accepted: its nonce, and where the answer leads. A second post of it changes nothing."""

    nonce = models.CharField(max_length=64, primary_key=True)
    url = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(default=clock.now)


class Undo(Ledger):
    """One undoing of a change set: what it wrote itself, how far it is, whether it still holds."""

    of = models.ForeignKey("events.ChangeSet", models.PROTECT, related_name="undos")
    made = models.ForeignKey("events.ChangeSet", models.PROTECT, null=True, related_name="undoes")
    by = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    holds = models.BooleanField(default=True)
    total = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    back = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)
    # Rights were asked for the act as a whole, not for each record.
    on_behalf = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["of"], condition=models.Q(holds=True), name="one_undo_holds")
        ]

    def __str__(self) -> str:
        return f"{self.of_id} → {self.made_id}"


class UndoNote(Ledger):
    """What one undoing left as it is, and why."""

    class Why(models.TextChoices):
        CHANGED = "changed", _("changed since")
        FORBIDDEN = "forbidden", _("your role may not change this")
        PURGED = "purged", _("deleted for good")
        BINNED = "binned", _("in the bin")
        USED = "used", _("others need it")
        WHOLE = "whole", _("what it belongs to is in the bin")
        TAKEN = "taken", _("another entry has taken its place")
        LOST = "lost", _("what it pointed to is gone")
        REFUSED = "refused", _("refused")

    undo = models.ForeignKey(Undo, models.CASCADE, related_name="notes")
    record = models.ForeignKey("spine.Record", models.PROTECT, related_name="+")
    field = models.CharField(max_length=60, blank=True)
    why = models.CharField(max_length=10, choices=Why.choices)
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.record_id} {self.field} {self.why}"


class Merge(Ledger):
    """One merging of duplicates into a record: what was decided, how far it is, the change set it made.

    `others`: keys of the records that go. `chosen`: by field the key of the record whose value is taken.
    """

    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    keeper = models.ForeignKey("spine.Record", models.PROTECT, related_name="+")
    others = models.JSONField(default=list)
    chosen = models.JSONField(default=dict)
    made = models.ForeignKey("events.ChangeSet", models.PROTECT, null=True, related_name="merges")
    moved = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.others} → {self.keeper_id}"


class Merged(Ledger):
    """A record that stands for another now, by a merge; also those that had been merged into the other before."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="merged")
    record = models.ForeignKey("spine.Record", models.PROTECT, related_name="+")
    into = models.ForeignKey("spine.Record", models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["record", "merge"], name="merged_once")
        ]

    def __str__(self) -> str:
        return f"{self.record_id} → {self.into_id}"
