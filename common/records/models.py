from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.kinds.models import Dictionary, Ledger
from common.kinds.tones import Tone


class ColourRule(Dictionary):
    """Rows of a type that meet `condition` (a filter tree) are marked in `tone`, with the name as the word."""

    type = models.CharField(_("record type"), max_length=60)
    condition = models.JSONField(_("condition"), default=dict)
    tone = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.AMBER)

    class Meta(Dictionary.Meta):
        verbose_name = _("colour rule")
        verbose_name_plural = _("colour rules")


class ExportFile(Ledger):
    """Rows that were taken away as a file: who, when, which, how many; `path` while the file is kept."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel"

    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    type = models.CharField(_("record type"), max_length=60)
    query = models.TextField(_("filter"), blank=True)
    format = models.CharField(max_length=4, choices=Format.choices)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.type} {self.query}"


class BulkRun(Ledger):
    """An act on many records: which, what with, how far it is. `keys` are fixed when the person was asked."""

    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    type = models.CharField(max_length=60)
    act = models.CharField(max_length=20)
    label = models.CharField(max_length=250)
    values = models.JSONField(default=dict)
    keys = models.JSONField(default=list)
    cursor = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    made = models.ForeignKey("events.ChangeSet", models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label


class BulkRefusal(Ledger):
    """A record that an act on many left as it is, and why."""

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="refusals")
    record = models.ForeignKey("spine.Record", models.PROTECT, related_name="+")
    text = models.TextField()

    def __str__(self) -> str:
        return f"{self.record_id}: {self.text}"
