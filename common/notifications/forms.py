from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.notifications.models import Channel, Kind, Preferences


def _hour(usual: str) -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"placeholder": usual})


class WishesForm(forms.Form):
    """How a person wants to be told: a channel for each kind, quiet hours, one mail a day."""

    quiet_from = forms.TimeField(label=gettext_lazy("No mails from"), required=False, widget=_hour("22:00"))
    quiet_until = forms.TimeField(label=pgettext_lazy("hour", "Until"), required=False, widget=_hour("07:00"))
    digest_hour = forms.ChoiceField(
        label=gettext_lazy("Mails"), required=False,
        help_text=gettext_lazy("One mail a day tells everything you have not read since the last."),
    )  # fmt: skip

    def __init__(self, wishes: Preferences, data: Any = None) -> None:
        initial = {
            "quiet_from": wishes.quiet_from, "quiet_until": wishes.quiet_until,
            "digest_hour": "" if wishes.digest_hour is None else str(wishes.digest_hour),
            **{kind: wishes.channel(kind) for kind in Kind.values},
        }  # fmt: skip
        super().__init__(data, initial=initial)
        hours = [(str(hour), _("one mail a day at %(hour)s:00") % {"hour": hour}) for hour in range(24)]
        self.fields["digest_hour"].choices = [("", _("as things happen")), *hours]  # type: ignore[attr-defined]  # a choice field
        for kind in Kind:
            self.fields[kind.value] = forms.ChoiceField(label=kind.label, choices=Channel.choices, required=False)

    def clean(self) -> dict[str, Any]:
        """Quiet hours have a beginning and an end."""
        given = super().clean() or {}
        if (given.get("quiet_from") is None) != (given.get("quiet_until") is None):
            missing = "quiet_until" if given.get("quiet_until") is None else "quiet_from"
            if missing not in self.errors:
                self.add_error(missing, _("Give both hours, or none."))
        return given

    def wishes(self) -> dict[str, Any]:
        """What is kept of it."""
        given = self.cleaned_data
        return {
            "channels": {kind: given[kind] for kind in Kind.values}, "quiet_from": given["quiet_from"],
            "quiet_until": given["quiet_until"],
            "digest_hour": int(given["digest_hour"]) if given["digest_hour"] else None,
        }  # fmt: skip
