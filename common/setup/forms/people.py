from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.people.choices import language_choices, zone_choices
from common.people.models import User, Withheld
from common.people.selectors import active_people
from common.records.inputs import NaturalDateField, PersonField
from common.setup import selectors
from common.setup.errors import NoAddress
from common.setup.forms.dictionaries import DictionaryForm
from common.setup.services.handing_over import receiver_of_each
from common.setup.services.people import forgot_password


class PersonForm(DictionaryForm):
    """A person: who they are, where they work, what they may do, who stands in for them."""

    withheld = forms.MultipleChoiceField(
        label=gettext_lazy("Taken away, whatever the roles say"), choices=Withheld.choices, required=False,
        widget=forms.CheckboxSelectMultiple({"class": "k-columns"}),
    )  # fmt: skip
    roles: Any = forms.ModelMultipleChoiceField(
        None, label=gettext_lazy("Roles"), required=False, widget=forms.CheckboxSelectMultiple({"class": "k-columns"})
    )
    superior = PersonField(label=gettext_lazy("Superior"), required=False)
    deputy = PersonField(
        label=gettext_lazy("Deputy"),
        required=False,
        help_text=gettext_lazy("Meant for what arrives while the person is absent."),
    )
    absent_from = NaturalDateField(label=gettext_lazy("Absent from"), required=False)
    absent_until = NaturalDateField(label=gettext_lazy("Absent until"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=language_choices, required=False)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zone_choices, required=False)

    sections = (
        (
            "who",
            gettext_lazy("Person"),
            (("first_name", "last_name"), ("username", "email"), ("language", "time_zone")),
        ),
        ("where", gettext_lazy("Work"), (("department", "superior"), "roles")),
        ("absence", gettext_lazy("Absence"), ("deputy", ("absent_from", "absent_until"))),
        ("rights", gettext_lazy("Rights taken away"), ("withheld",)),
    )

    class Meta:
        model = User
        fields = (
            "first_name", "last_name", "username", "email", "department", "superior", "deputy", "absent_from",
            "absent_until", "language", "time_zone", "withheld",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = selectors.roles_in_use()  # type: ignore[attr-defined]  # a choice of rows
        self.initial["roles"] = selectors.role_keys(self.instance)
        if not self.instance.pk:
            self.fields["invite"] = forms.BooleanField(
                label=_("Send an invitation by e-mail"), required=False, initial=True
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("invite") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", str(NoAddress.message))
        return cleaned

    def layout(self) -> list[dict[str, Any]]:
        """The sections as `partials/form_page.html` takes them."""
        drawn: list[dict[str, Any]] = []
        for key, label, rows in self.sections:
            names = [(row,) if isinstance(row, str) else row for row in rows]
            drawn.append({
                "id": f"s-{key}", "label": label, "errors": sum(len(self[n].errors) for row in names for n in row),
                "rows": [{"cols": str(len(row)), "fields": [self[name] for name in row]} for row in names],
            })  # fmt: skip
        if "invite" in self.fields:
            drawn[0]["rows"].append({"cols": "1", "fields": [self["invite"]]})
        return drawn


class ForgotPasswordForm(ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """The address whose person wants a new password; what is answered never depends on whether there is one."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **_kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        forgot_password(email)
        return email


class HandOverForm(forms.Form):
    """Who receives what a person owns: one for everything, and where it differs one per record type."""

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.kinds = [owned.kind for owned in selectors.owned_by(user) if not owned.is_part]
        people = active_people(first=(user.deputy_id, user.superior_id)).exclude(pk=user.pk)
        if not self.kinds:
            return
        offered = next((p for p in (user.deputy, user.superior) if p is not None and p.is_active), None)
        self.fields["receiver"] = PersonField(people, label=_("Who receives everything"), initial=offered)
        for kind in self.kinds:
            self.fields[f"of.{kind.key}"] = PersonField(
                people, label=kind.label_plural, required=False, empty_label=_("the same person")
            )

    def receivers(self) -> dict[str, User]:
        """Record type → who receives its records."""
        if not self.kinds:
            return {}
        chosen = {kind.key: self.cleaned_data[f"of.{kind.key}"] for kind in self.kinds}
        return receiver_of_each({k: p for k, p in chosen.items() if p is not None}, self.cleaned_data["receiver"])
