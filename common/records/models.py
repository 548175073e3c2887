from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.kinds.models import Dictionary
from common.kinds.tones import Tone


class ColourRule(Dictionary):
    """Rows of a type that meet `condition` (a filter tree) are marked in `tone`, with the name as the word."""

    type = models.CharField(_("record type"), max_length=60)
    condition = models.JSONField(_("condition"), default=dict)
    tone = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.AMBER)

    class Meta(Dictionary.Meta):
        verbose_name = _("colour rule")
        verbose_name_plural = _("colour rules")
