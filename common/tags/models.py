from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.kinds.models import Dictionary, Guarded


class Tag(Dictionary):
    """A word people put on records."""

    class Meta(Dictionary.Meta):
        verbose_name = _("tag")
        verbose_name_plural = _("tags")


class RecordTag(Guarded):
    """A tag on a record."""

    record = models.ForeignKey("spine.Record", models.CASCADE, related_name="record_tags")
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="record_tags")

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["tag", "record"], name="tag_once_per_record")]
