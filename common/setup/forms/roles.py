from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.kinds.words import capital
from common.policy import presets
from common.policy.models import Permission, Role
from common.setup import rights
from common.setup.forms.dictionaries import DictionaryForm


class RoleForm(DictionaryForm):
    """A role's own values."""

    class Meta:
        model = Role
        fields = ("name", "is_administrator", "demands_second_factor")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["name", *(f"name_{code}" for code, _name in self.languages)])


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
