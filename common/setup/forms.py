from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from common.kinds.models import Dictionary
from common.kinds.words import capital
from common.organisation.models import Department
from common.people.choices import language_choices, zone_choices
from common.people.models import User, Withheld
from common.people.selectors import active_people
from common.policy import presets
from common.policy.models import Permission, Role
from common.records.inputs import NaturalDateField, NumberField, PersonField
from common.setup import copying, rights, selectors
from common.setup.copying import Copied
from common.setup.dictionaries import DictionaryPage
from common.setup.errors import NoAddress
from common.setup.services.handing_over import receiver_of_each
from common.setup.services.people import forgot_password


def _field_of(model_field: Any, **kwargs: Any) -> Any:
    kind = model_field.get_internal_type()
    common = {"label": kwargs.get("label") or model_field.verbose_name, "required": not model_field.blank}
    if model_field.name in ("language", "time_zone"):
        choices = language_choices() if model_field.name == "language" else zone_choices()
        return forms.ChoiceField(choices=choices, **common)
    if kind == "DateField":
        return NaturalDateField(help_text=model_field.help_text, **common)
    if kind == "DecimalField":
        return NumberField(decimal_places=model_field.decimal_places, help_text=model_field.help_text, **common)
    return model_field.formfield(**kwargs)


def form_class(page: DictionaryPage) -> type[forms.ModelForm[Any]]:
    """The form of a dictionary: its fields, and its name in every other language."""
    return forms.modelform_factory(
        page.model, form=DictionaryForm, fields=list(page.fields), formfield_callback=_field_of
    )


class DictionaryForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """Adds one input per other language where rows have names."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = str(field.label)[:1].upper() + str(field.label)[1:]
            if isinstance(field, forms.ModelChoiceField) and field.empty_label is not None:
                field.empty_label = pgettext("nothing chosen", "—")
        self.languages = [
            (code, name) for code, name in settings.LANGUAGES
            if isinstance(self.instance, Dictionary) and code != settings.LANGUAGES[0][0]
        ]  # fmt: skip
        for code, name in self.languages:
            self.fields[f"name_{code}"] = forms.CharField(
                label=_("Name in %(language)s") % {"language": _(str(name))}, required=False, max_length=120,
                initial=self.instance.names.get(code, ""),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.languages:
            said = {code: cleaned.get(f"name_{code}", "") for code, _name in self.languages}
            self.instance.names = {code: text for code, text in said.items() if text}
        return cleaned


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


class RoleForm(DictionaryForm):
    """A role's own values."""

    class Meta:
        model = Role
        fields = ("name", "is_administrator", "demands_second_factor")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["name", *(f"name_{code}" for code, _name in self.languages)])


class CopyDepartmentForm(DictionaryForm):
    """The name of a new department, and what of the old one is copied besides its settings."""

    class Meta:
        model = Department
        fields = ("name",)

    def __init__(self, source: Department, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counts = [(kind, len(kind.rows(source))) for kind in copying.declared()]
        for kind, count in self.counts:
            if count:
                label = f"{kind.label} ({count})"
                self.fields[kind.key] = forms.BooleanField(label=label, required=False, initial=True)

    def wanted(self) -> list[Copied]:
        """What was ticked."""
        return [kind for kind, _count in self.counts if self.cleaned_data.get(kind.key)]


class RightsForm(forms.Form):
    """The grid: for every area and action a tick, and how far the right reaches."""

    def __init__(self, given: Mapping[tuple[str, str], Permission], data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.areas = rights.areas()
        for area in self.areas:
            for action, label in area.actions.items():
                row = given.get((area.key, action))
                name, said = f"{area.key}.{action}", f"{area.label}: {label}"
                self.fields[name] = forms.BooleanField(
                    label=str(label), required=False, initial=row is not None,
                    widget=forms.CheckboxInput({"aria-label": said}),
                )  # fmt: skip
                self.fields[f"{name}.scope"] = forms.ChoiceField(
                    choices=area.scopes, required=False, initial=row.scope if row else _default_scope(area),
                    widget=forms.Select({"aria-label": _("%(right)s: how far") % {"right": said}}),
                )  # fmt: skip

    def scopes(self) -> dict[tuple[str, str], str]:
        """The ticked rights: (area, action) → scope."""
        found: dict[tuple[str, str], str] = {}
        for area in self.areas:
            for action in area.actions:
                name = f"{area.key}.{action}"
                if self.cleaned_data[name]:
                    found[area.key, action] = self.cleaned_data[f"{name}.scope"] or _default_scope(area)
        return found

    def rows(self) -> list[dict[str, Any]]:
        """The grid by area: the standard actions as cells, the special ones after them."""
        found = []
        for area in self.areas:
            cells = {action: self._cell(area, action) for action in area.actions}
            found.append({
                "area": area,
                "cells": [cells.get(action) for action in presets.STANDARD] if area.kind else [],
                "special": [cell for action, cell in cells.items() if not area.kind or action not in presets.STANDARD],
            })  # fmt: skip
        return found

    def _cell(self, area: rights.Area, action: str) -> dict[str, Any]:
        name = f"{area.key}.{action}"
        return {"tick": self[name], "scope": self[f"{name}.scope"] if len(area.scopes) > 1 else None}


def _default_scope(area: rights.Area) -> str:
    return str(area.scopes[0][0])


MODES = (
    ("all", gettext_lazy("All fields")),
    ("only", gettext_lazy("Only these")),
    ("except", gettext_lazy("All but these")),
)


class FieldsForm(forms.Form):
    """Which fields the rights of a role on one record type cover."""

    def __init__(self, area: rights.Area, given: Mapping[str, Permission], data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.actions = list(given)
        for action, row in given.items():
            mode = "only" if row.only_fields else "except" if row.except_fields else "all"
            chosen = [n for n in row.only_fields if n not in row.except_fields] or row.except_fields
            known = {**{name: capital(name) for name in chosen}, **area.fields}
            self.fields[f"{action}.mode"] = forms.ChoiceField(
                label=str(area.actions[action]), choices=MODES, widget=forms.RadioSelect, initial=mode
            )
            self.fields[f"{action}.fields"] = forms.MultipleChoiceField(
                label=_("Fields"), choices=list(known.items()), required=False, initial=chosen,
                widget=forms.CheckboxSelectMultiple({"class": "k-columns"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for action in self.actions:
            if cleaned.get(f"{action}.mode") in ("only", "except") and not cleaned.get(f"{action}.fields"):
                self.add_error(f"{action}.fields", _("Choose at least one field."))
        return cleaned

    def limits(self) -> dict[str, tuple[list[str], list[str]]]:
        """Action → (only these, not these)."""
        found = {}
        for action in self.actions:
            mode, chosen = self.cleaned_data[f"{action}.mode"], self.cleaned_data[f"{action}.fields"]
            found[action] = (chosen if mode == "only" else [], chosen if mode == "except" else [])
        return found
