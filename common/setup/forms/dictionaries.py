from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.kinds.models import Dictionary
from common.people.choices import language_choices, zone_choices
from common.records import registry
from common.records.inputs import NaturalDateField, NumberField
from common.setup.dictionaries import DictionaryPage


def _field_of(page: DictionaryPage, model_field: Any, **kwargs: Any) -> Any:
    kind = model_field.get_internal_type()
    common = {"label": kwargs.get("label") or model_field.verbose_name, "required": not model_field.blank}
    if model_field.name in ("language", "time_zone"):
        choices = language_choices() if model_field.name == "language" else zone_choices()
        return forms.ChoiceField(choices=choices, **common)
    if model_field.name in page.choices:
        widget = forms.CheckboxSelectMultiple({"class": "k-columns"})
        return forms.MultipleChoiceField(
            choices=page.choices[model_field.name], widget=widget, help_text=model_field.help_text, **common
        )
    if model_field.name == "type":
        kinds = [(found.key, found.label_plural) for found in registry.all_types()]
        return forms.ChoiceField(choices=kinds, **common)
    if kind == "DateField":
        return NaturalDateField(help_text=model_field.help_text, **common)
    if kind == "DecimalField":
        return NumberField(decimal_places=model_field.decimal_places, help_text=model_field.help_text, **common)
    return model_field.formfield(**kwargs)


def form_class(page: DictionaryPage) -> type[forms.ModelForm[Any]]:
    """The form of a dictionary: its fields, and its name in every other language."""
    return forms.modelform_factory(
        page.model, form=DictionaryForm, fields=list(page.fields), formfield_callback=partial(_field_of, page)
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
