from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.kinds import formats
from common.organisation.selectors import next_working_day
from common.records.declaring import Viewer
from common.records.inputs import NaturalDateField, NumberField
from deals import selectors
from deals.models import Deal


class DealForm(forms.Form):
    """A form of an operation on a deal."""

    def __init__(
        self, deal: Deal, viewer: Viewer, data: Any = None, initial: Mapping[str, Any] | None = None
    ) -> None:  # fmt: skip
        self.deal, self.viewer = deal, viewer
        super().__init__(data, initial={**self.defaults(), **(initial or {})})

    def defaults(self) -> dict[str, Any]:
        """What the fields begin with."""
        return {}


class CloseForm(DealForm):
    """Why the deal ends; a won one needs its amount. `outcome` in the address narrows the reasons."""

    closing_reason: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("Closing reason"), empty_label=None, widget=forms.RadioSelect
    )
    amount = NumberField(label=gettext_lazy("Amount"), decimal_places=2, max_digits=18, required=False, min_value=0)
    closed_on = NaturalDateField(label=gettext_lazy("Closed on"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = selectors.reasons_in_use(self.initial.get("outcome", ""))
        self.fields["closing_reason"].queryset = reasons  # type: ignore[attr-defined]  # a choice of rows
        self.fields["amount"].help_text = _("Without VAT, in %(currency)s. A won deal needs it.") % {
            "currency": self.deal.currency.code
        }

    def defaults(self) -> dict[str, Any]:
        return {"amount": self.deal.amount, "closed_on": formats.viewer_today()}


class StepForm(DealForm):
    """What is to be done next, and when."""

    next_step = forms.CharField(label=gettext_lazy("Next step"), max_length=250)
    next_step_on = NaturalDateField(label=gettext_lazy("On"))

    def defaults(self) -> dict[str, Any]:
        return {"next_step": self.deal.next_step, "next_step_on": self.deal.next_step_on or self.next_day()}

    def next_day(self) -> Any:
        """The next working day of the deal's department."""
        return next_working_day(formats.viewer_today(), self.deal.department_id)


class FinishStepForm(StepForm):
    """What comes after a step that is done; empty: no follow-up is needed."""

    next_step = forms.CharField(
        label=gettext_lazy("What is next?"), max_length=250, required=False,
        help_text=gettext_lazy("Empty: no follow-up needed."),
    )  # fmt: skip
    next_step_on = NaturalDateField(label=gettext_lazy("On"), required=False)

    def defaults(self) -> dict[str, Any]:
        return {"next_step_on": self.next_day()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("next_step") and not cleaned.get("next_step_on"):
            self.add_error("next_step_on", _("Say when."))
        return cleaned


class MoveForm(DealForm):
    """To which stage."""

    stage: Any = forms.ModelChoiceField(None, label=gettext_lazy("Stage"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = selectors.open_stages(self.deal)  # type: ignore[attr-defined]

    def defaults(self) -> dict[str, Any]:
        return {"stage": self.deal.stage_id}


class PipelineForm(DealForm):
    """Into which pipeline."""

    pipeline: Any = forms.ModelChoiceField(None, label=gettext_lazy("Pipeline"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pipeline"].queryset = selectors.other_pipelines(self.deal)  # type: ignore[attr-defined]
