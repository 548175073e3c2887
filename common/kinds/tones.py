"""The named tones: colours are data, but only these, each with light and dark values in tokens.css."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tone(models.TextChoices):
    """A named colour; a word always stands beside it."""

    ACCENT = "accent", _("accent")
    GREY = "grey", _("grey")
    SLATE = "slate", _("slate")
    RED = "red", _("red")
    ORANGE = "orange", _("orange")
    AMBER = "amber", _("amber")
    YELLOW = "yellow", _("yellow")
    LIME = "lime", _("lime")
    GREEN = "green", _("green")
    TEAL = "teal", _("teal")
    CYAN = "cyan", _("cyan")
    BLUE = "blue", _("blue")
    INDIGO = "indigo", _("indigo")
    VIOLET = "violet", _("violet")
    PINK = "pink", _("pink")
    BROWN = "brown", _("brown")
