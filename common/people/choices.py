"""What a person can choose about language and time."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _


def language_choices() -> list[tuple[str, str]]:
    """The languages, and that of the company."""
    return [("", _("As in the company")), *((code, str(name)) for code, name in settings.LANGUAGES)]


def zone_choices() -> list[tuple[str, str]]:
    """The time zones (IANA names), and that of the company."""
    zones = sorted(name for name in available_timezones() if "/" in name)
    return [("", _("As in the company")), *((name, name.replace("_", " ")) for name in zones)]
