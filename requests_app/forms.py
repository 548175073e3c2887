from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.kinds import formats
from common.organisation.selectors import next_working_day
from common.records.declaring import Viewer
from common.records.inputs import NaturalDateField, NumberField
from crm import matching
from crm.models import phone_validator
from requests_app import selectors
from requests_app.models import Request, SiteForm
from requests_app.services import HONEYPOT, UTM_KEYS

NEW, NONE = "new", ""


class SetAsideForm(forms.Form):
    """Why a request becomes no deal."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=Request.Disqualification.choices, widget=forms.RadioSelect
    )

    def __init__(self, request: Request, viewer: Viewer, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)


class CreateDealForm(forms.Form):
    """Who wrote, and the four fields of the deal. Choices of the radios are keys, `new` or empty."""

    company = forms.CharField(required=False)
    person = forms.CharField(required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    amount = NumberField(
        label=gettext_lazy("Amount, about"), required=False, decimal_places=2, max_digits=18, min_value=0
    )
    next_step = forms.CharField(label=gettext_lazy("Next step"), max_length=250)
    next_step_on = NaturalDateField(label=gettext_lazy("When"))
    owner: Any = forms.ModelChoiceField(None, label=gettext_lazy("For manager"), required=False)

    def __init__(self, request: Request, viewer: Viewer, matches: matching.Matches, data: Any = None) -> None:
        self.request, self.matches = request, matches
        day = next_working_day(formats.viewer_today(), request.department_id)
        super().__init__(data, initial={
            "name": request.name, "next_step": _("Establish the first contact"), "next_step_on": day,
            "owner": request.owner_id, **proposed(request, matches),
        })  # fmt: skip
        managers = selectors.managers_for(viewer.user, request)
        if managers is None:
            del self.fields["owner"]
        else:
            self.fields["owner"].queryset = managers  # type: ignore[attr-defined]  # a choice of rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["party"] = self.party(cleaned.get("company", ""), cleaned.get("person", ""))
        return cleaned

    def party(self, company: str, person: str) -> dict[str, Any]:
        """The arguments of the service that say who wrote."""
        known: dict[str, Any] = {f"company:{m.record.pk}": {"company": m.record} for m in self.matches.companies}
        known |= {f"contact:{m.record.pk}": {"contact": m.record} for m in self.matches.contacts}
        known |= {f"lead:{m.record.pk}": {"lead": m.record} for m in self.matches.leads}
        for kept in ("company", "contact", "lead"):
            record = getattr(self.request, kept)
            if record is not None:
                known.setdefault(f"{kept}:{record.pk}", {kept: record})
        found: dict[str, Any] = {}
        for choice, new in ((company, {"new_company": self.request.company_name}), (person, {"new_contact": {}})):
            if choice == NEW:
                found |= new
            elif choice == "new-lead":
                found |= {"new_lead": {}}
            elif choice:
                if choice not in known:
                    self.add_error(None, _("Choose one of the offered entries."))
                else:
                    found |= known[choice]
        return found


def proposed(request: Request, matches: matching.Matches) -> dict[str, str]:
    """The choices that are made already: what is confirmed, else sure matches, else new."""
    company = f"company:{request.company_id}" if request.company_id else ""
    person = (
        f"contact:{request.contact_id}" if request.contact_id else f"lead:{request.lead_id}" if request.lead_id else ""
    )
    if not company and matches.companies and matches.companies[0].is_chosen:
        company = f"company:{matches.companies[0].record.pk}"
    for kind, found in (("contact", matches.contacts), ("lead", matches.leads)):
        if not person and found and found[0].is_chosen:
            person = f"{kind}:{found[0].record.pk}"
    if not company and request.company_name and not person.startswith("lead"):
        company = NEW
    return {"company": company, "person": person or NEW}


class PublicForm(forms.Form):
    """What a stranger fills in. The field people do not see catches machines."""

    name = forms.CharField(label=gettext_lazy("What is it about?"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("Your message"), widget=forms.Textarea(attrs={"rows": 5}), max_length=10_000, required=False
    )
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=80)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(
        label=gettext_lazy("Telephone"), max_length=60, required=False, validators=[phone_validator],
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )  # fmt: skip
    company_name = forms.CharField(label=gettext_lazy("Company"), max_length=200, required=False)
    country: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("Country"), required=False, empty_label=pgettext_lazy("nothing chosen", "—")
    )
    products: Any = forms.ModelMultipleChoiceField(
        None, label=gettext_lazy("Products"), required=False, widget=forms.CheckboxSelectMultiple
    )
    nonce = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, site_form: SiteForm, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["country"].queryset = selectors.countries_offered()  # type: ignore[attr-defined]
        self.fields["products"].queryset = selectors.products_offered()  # type: ignore[attr-defined]
        for name, asked in (
            ("company_name", site_form.asks_company), ("phone", site_form.asks_phone),
            ("country", site_form.asks_country), ("products", site_form.asks_products),
        ):  # fmt: skip
            if not asked:
                del self.fields[name]
        if not site_form.asks_phone:
            self.fields["email"].required = True
        trap = {"autocomplete": "off", "tabindex": "-1", "class": "k-trap"}
        self.fields[HONEYPOT] = forms.CharField(
            label=_("Leave this empty"), required=False, widget=forms.TextInput(attrs=trap)
        )
        for key in UTM_KEYS:
            self.fields[key] = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("email") and not cleaned.get("phone"):
            self.add_error("email", _("Give an e-mail or a telephone, so that somebody can answer."))
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                cleaned[name] = value.replace("\x00", "")
        return cleaned

    def request_values(self) -> dict[str, Any]:
        """The values of the request."""
        left_out = {"nonce", *UTM_KEYS}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}

    def campaign(self) -> dict[str, str]:
        """The campaign parameters."""
        return {key: self.cleaned_data.get(key, "") for key in UTM_KEYS}
