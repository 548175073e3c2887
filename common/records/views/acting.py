from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.changes import submissions
from common.changes.services import via, watch
from common.changes.submissions import AlreadySubmitted
from common.events.models import ChangeSet, Via
from common.kinds.errors import DomainError
from common.kinds.models import RecordModel
from common.organisation.models import Department
from common.policy.rules import PersonRequest
from common.records import registry, services
from common.records.declaring import Action
from common.records.inputs import PersonField
from common.records.views import toasts
from common.records.views.base import RecordView
from common.records.views.lists import back


class OperationView(RecordView):
    """A named operation with or without a form: asked, run once, answered."""

    title: Any = ""
    label: Any = ""
    danger = False
    undoable = True

    def build_form(self, obj: RecordModel, data: QueryDict | None) -> forms.Form | None:
        """The form of the operation; None: only a confirmation."""
        return None

    def run(self, obj: RecordModel, data: dict[str, Any]) -> Any:
        """Call the service."""
        raise NotImplementedError

    def text(self, obj: RecordModel) -> str:
        """What stands above the button."""
        return ""

    def effects(self, obj: RecordModel) -> list[dict[str, Any]]:
        """What it would do to other records, as `partials/confirm.html` takes it; a `blocking` one leaves no button."""
        return []

    def cancel_url(self, obj: RecordModel) -> str:
        """Where to go instead."""
        return self.type.page_url(obj)

    def after(self, obj: RecordModel, result: Any) -> str:
        """Where to go."""
        return self.type.page_url(obj)

    def done(self, obj: RecordModel) -> str:
        """The toast."""
        return ""

    def get(self, request: PersonRequest, **kwargs: Any) -> HttpResponse:
        obj = self.get_object()
        return self.ask(obj, self.build_form(obj, None))

    def post(self, request: PersonRequest, **kwargs: Any) -> HttpResponse:
        if url := submissions.answered(request.POST.get("nonce", "")):
            return HttpResponseRedirect(url, status=303)
        obj = self.get_object()
        if "nonce" not in request.POST and self.build_form(obj, None) is not None:
            return self.get(request, **kwargs)  # a bare button: the form asks first
        form = self.build_form(obj, request.POST)
        if form is not None and not form.is_valid():
            return self.ask(obj, form, status=422)
        try:
            with submissions.once(request.POST.get("nonce", "")) as submission, via(self.via()), watch() as made:
                result = self.run(obj, form.cleaned_data if form else request.POST.dict())
                submission.url = self.after(obj, result)
        except AlreadySubmitted as again:
            return HttpResponseRedirect(again.url or self.type.page_url(obj), status=303)
        except (DomainError, ValidationError) as refusal:
            return self.refuse(obj, form, refusal)
        if request.htmx:
            return toasts.trigger(self.said(obj, made), made)
        if text := self.said(obj, made):
            toasts.add(request, text, made if self.undoable else ())
        return back(request, submission.url)

    def said(self, obj: RecordModel, made: Sequence[ChangeSet]) -> str:
        """The toast: its own words, else what the change set is called."""
        return self.done(obj) or (made[-1].label if made else "")

    def via(self) -> str:
        """How the change is made: the board says so."""
        return Via.BOARD if self.request.headers.get("X-Kontor-Via") == "board" else Via.FORM

    def refuse(self, obj: RecordModel, form: forms.Form | None, refusal: DomainError | ValidationError) -> HttpResponse:
        """The form again with the refusal next to its field, or a page with the reason."""
        status = refusal.status if isinstance(refusal, DomainError) else 422
        text = str(refusal) if isinstance(refusal, DomainError) else " ".join(refusal.messages)
        if form is None or self.request.htmx:
            template = "partials/toast.html" if self.request.htmx else f"{status}.html"
            return self.render(template, {"text": text, "level": "error", "detail": text}, status=status)
        if isinstance(refusal, ValidationError) and hasattr(refusal, "error_dict"):
            for name, problems in refusal.message_dict.items():
                form.add_error(name if name in form.fields else None, problems)
        else:
            field = getattr(refusal, "field", None)
            form.add_error(field if field in form.fields else None, text)
        return self.ask(obj, form, status=status)

    def ask(self, obj: RecordModel, form: forms.Form | None, status: int = 200) -> HttpResponse:
        nonce = self.request.POST.get("nonce") or submissions.new_nonce()
        context = {
            "obj": obj, "title": self.title, "text": self.text(obj), "form": form,
            "effects": self.effects(obj), "label": self.label or self.title,
            "danger": self.danger, "cancel_url": self.cancel_url(obj), "action": self.request.get_full_path(),
            "fields": [("nonce", nonce), ("next", self.request.GET.get("next", self.request.POST.get("next", "")))],
            "crumbs": [
                {"label": self.type.label_plural, "url": self.type.url("list")},
                {"label": self.type.number_of(obj), "url": self.cancel_url(obj)}, {"label": self.title, "url": ""},
            ],
        }  # fmt: skip
        return self.render("records/operation.html", context, status=status)


class ActionView(OperationView):
    """A named action of the type, by its name in the address."""

    @property
    def declared(self) -> Action:
        """The action of the address."""
        found = next((a for a in registry.actions(self.type) if a.name == self.kwargs["name"]), None)
        if found is None:
            raise Http404
        return found

    @property
    def action(self) -> str:  # type: ignore[override]  # per address
        return self.declared.permission or self.declared.name

    @property
    def title(self) -> Any:
        return self.declared.label

    @property
    def danger(self) -> bool:  # type: ignore[override]  # per address
        return self.declared.danger

    def build_form(self, obj: RecordModel, data: QueryDict | None) -> forms.Form | None:
        if self.declared.form is None:
            return None
        form: forms.Form = self.declared.form(
            obj, self.viewer, data=data, initial=self.request.GET.dict() if data is None else None
        )
        return form

    def run(self, obj: RecordModel, data: dict[str, Any]) -> Any:
        return self.declared.run(obj, data, self.viewer.user)

    def after(self, obj: RecordModel, result: Any) -> str:
        if isinstance(result, RecordModel) and type(result) is not type(obj):
            return registry.of(result).page_url(result)
        return self.type.page_url(obj)

    def done(self, obj: RecordModel) -> str:
        return str(self.declared.done)


class TransferForm(forms.Form):
    """To whom."""

    owner = PersonField(label=gettext_lazy("Owner"), required=False)
    department = forms.ModelChoiceField(
        Department.objects.all(), label=gettext_lazy("Department"), required=False,
        empty_label=pgettext_lazy("nothing chosen", "—"),
        help_text=gettext_lazy("Empty: the department of the new owner."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("owner") and not cleaned.get("department"):
            raise ValidationError(_("Choose a person or a department."))
        return cleaned


class TransferView(OperationView):
    """Give a record to somebody else."""

    action = "transfer"
    title = gettext_lazy("Give to somebody else")

    def build_form(self, obj: RecordModel, data: QueryDict | None) -> forms.Form:
        return TransferForm(data, initial={"owner": obj.owner_id})

    def run(self, obj: RecordModel, data: dict[str, Any]) -> Any:
        return services.transfer(obj, owner=data["owner"], department=data["department"], by=self.viewer.user)

    def after(self, obj: RecordModel, result: Any) -> str:
        visible = type(obj).objects.for_user(self.viewer.principal).filter(pk=obj.pk).exists()
        return self.type.page_url(obj) if visible else self.type.url("list")
