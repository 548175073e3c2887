from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common import clock
from common.jobs.models import Work
from common.kinds.models import Guarded, Logged


class Via(models.TextChoices):
    """How a change was made."""

    FORM = "form", _("form")
    INLINE = "inline", _("in the list")
    BOARD = "board", _("board")
    BULK = "bulk", _("many at once")
    IMPORT = "import", _("import")
    API = "api", _("API")
    MAIL = "mail", pgettext_lazy("way of a change", "mail")
    SITE = "site", _("site form")
    AUTOMATION = "automation", _("rule")
    UNDO = "undo", _("undo")
    SYSTEM = "system", _("system")


class ChangeSet(Logged):
    """What one act changed, as a whole."""

    label = models.CharField(max_length=250)
    actor = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    system = models.CharField(max_length=60, blank=True)
    via = models.CharField(max_length=12, choices=Via.choices)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        base_manager_name = "objects"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["actor", "-id"], name="change_set_of_person")]

    def __str__(self) -> str:
        return self.label


class Event(Logged):
    """One thing that happened: append-only, the truth behind history, timeline and undo.

    `data` maps fields to [old, new]; `_labels` has both in words; other keys with `_` are details.
    """

    at = models.DateTimeField(default=clock.now)
    recorded_at = models.DateTimeField(default=clock.now)
    actor = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    system = models.CharField(max_length=60, blank=True)
    via = models.CharField(max_length=12, choices=Via.choices)
    kind = models.CharField(max_length=60)
    subject = models.ForeignKey("spine.Record", models.PROTECT, null=True, related_name="events")
    ref = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=0)
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="events")
    data = models.JSONField(default=dict)

    class Meta:
        base_manager_name = "objects"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "version"], name="event_subject_version"),
            models.Index(fields=["ref", "-id"], condition=~models.Q(ref=""), name="event_ref"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id or self.ref}"

    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Field → (old, new), as stored."""
        return {name: (pair[0], pair[1]) for name, pair in self.data.items() if not name.startswith("_")}


class EventLink(Guarded):
    """Places an event on a record's timeline. Never makes it visible: that is the subject's rule."""

    record = models.ForeignKey("spine.Record", models.PROTECT, related_name="event_links")
    at = models.DateTimeField()
    event = models.ForeignKey(Event, models.PROTECT, related_name="links")

    class Meta:
        base_manager_name = "objects"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["record", "-at", "-event"], name="timeline")]


class EventDispatch(Work):
    """One reaction still owed to an event, or to a bulk change set (then paged by `cursor`)."""

    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, null=True, related_name="+")
    receiver = models.CharField(max_length=120)
    cursor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(event=None) ^ models.Q(change_set=None), name="dispatch_of_event_or_change_set"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=models.Q(done_at=None, failed_at=None), name="dispatch_due")
        ]
