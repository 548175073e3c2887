from __future__ import annotations

from typing import Any

from django import forms

from common.organisation.models import Department
from common.setup import copying
from common.setup.copying import Copied
from common.setup.forms.dictionaries import DictionaryForm


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
