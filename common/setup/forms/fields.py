from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from common.changes import values as tracked
from common.customfields import renaming
from common.customfields import selectors as customfields
from common.customfields.models import CustomField, CustomOption, FieldType
from common.customfields.services import Names
from common.kinds.words import capital
from common.records.declaring import RecordType
from common.records.fieldkinds import LINK_LABELS
from common.setup import selectors
from common.setup.forms.dictionaries import DictionaryForm

LANGUAGES = [code for code, _name in settings.LANGUAGES]
LISTED = (FieldType.CHOICE, FieldType.CHOICES)


class CustomFieldForm(DictionaryForm):
    """An own field: what it is called, what it holds, where it stands, who sees it."""

    options = forms.CharField(
        label=gettext_lazy("Options"), required=False, widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy("One a line, for lists. After | the name in the next language: Small | Маленький."),
    )  # fmt: skip

    class Meta:
        model = CustomField
        fields = (
            "name", "kind", "options", "key", "section", "questionnaire", "hint", "is_required", "is_often_filtered",
            "roles",
        )  # fmt: skip
        widgets = {"roles": forms.CheckboxSelectMultiple({"class": "k-columns"})}  # as Django has it

    def __init__(self, kind: RecordType, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.instance.type = kind.key
        self.fields["key"].required = False
        self.fields["questionnaire"].queryset = customfields.questionnaires(kind.model)  # type: ignore[attr-defined]  # a choice of rows
        self.fields["roles"].queryset = selectors.roles_in_use()  # type: ignore[attr-defined]  # a choice of rows
        self.fields["section"].widget = forms.TextInput({"list": "sections"})
        self.fields["section"].help_text = ", ".join(
            f"{section.key}: {section.label}" for section in kind.sections if section.label
        )
        if self.instance.pk:
            for name in ("kind", "key", "questionnaire"):
                self.fields[name].disabled = True
            self.initial["options"] = "\n".join(map(_line, customfields.options_of(self.instance)))
        self.order_fields(["name", *(f"name_{code}" for code, _name in self.languages)])

    def clean_key(self) -> str:
        key = str(self.cleaned_data.get("key") or customfields.key_of(self.cleaned_data.get("name", "")))
        return key if key[:1].isalpha() else customfields.free_key(self.kind.key)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") in LISTED and not list(self.given_options()):
            self.add_error("options", _("A list needs options to choose from."))
        return cleaned

    def given_options(self) -> Iterator[Names]:
        """The typed options: a name, and names in other languages."""
        for line in str(self.cleaned_data.get("options", "")).splitlines():
            first, *others = (part.strip()[:120] for part in line.split("|"))
            if first:
                yield first, {code: text for code, text in zip(LANGUAGES[1:], others, strict=False) if text}


def _line(option: CustomOption) -> str:
    others = [option.names.get(code, "") for code in LANGUAGES[1:]]
    return " | ".join([option.name, *others]).rstrip(" |")


class NamesForm(forms.Form):
    """What a company calls a type and its fields: a text for each in every language; empty: as it was."""

    def __init__(self, kind: RecordType, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.kind = kind
        self.kept = customfields.labels_of(kind.model)
        self.said = {name: [_original(kind, name, code) for code in LANGUAGES] for name in _names(kind)}
        for name in self.said:
            for code, word in zip(LANGUAGES, self.said[name], strict=True):
                self.fields[f"{name}.{code}"] = forms.CharField(
                    label=f"{word} ({code})", required=False, max_length=80,
                    initial=self.kept[name].names.get(code, "") if name in self.kept else "",
                    widget=forms.TextInput({"placeholder": word, "aria-label": f"{word} ({code})"}),
                )  # fmt: skip

    def labels(self) -> dict[str, dict[str, str]]:
        """Name → language → word."""
        return {name: {code: self.cleaned_data[f"{name}.{code}"] for code in LANGUAGES} for name in self.said}

    def rows(self) -> list[dict[str, Any]]:
        """The grid: the product's word, an input for every language, and what is kept of it."""
        return [
            {"word": words[0], "cells": [self[f"{name}.{code}"] for code in LANGUAGES], "kept": self.kept.get(name)}
            for name, words in self.said.items()
        ]


def _names(kind: RecordType) -> list[str]:
    """What can be renamed: the type's own words, and its fields but those the company made itself."""
    own = [name for name, attribute in renaming.NAMES.items() if getattr(kind, attribute)]
    fields = [name for name in kind.form_names() if not tracked.is_beside(name) and name not in LINK_LABELS]
    return [*own, *fields, *(name for name in ("owner", "department") if name not in fields)]


def _original(kind: RecordType, name: str, language: str) -> str:
    with override(language):
        return capital(renaming.original(kind.key, name))
