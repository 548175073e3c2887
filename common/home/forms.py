from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.people.choices import language_choices, zone_choices
from common.people.models import User


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """What a person decides about their own pages."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "language", "time_zone", "theme", "single_keys")
        help_texts: ClassVar[dict[str, Any]] = {
            "single_keys": _(
                "Letters, digits and signs act outside of fields. Ctrl K, Enter, Esc and arrows always do."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]  # a choice field
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]  # a choice field
