from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from common.changes import submissions
from common.changes.services import via, watch
from common.changes.submissions import AlreadySubmitted
from common.events.models import ChangeSet, Via
from common.kinds.models import RecordModel
from common.policy import selectors as policy
from common.policy.rules import PersonRequest
from common.records import forms
from common.records.forms import RecordForm
from common.records.views import toasts
from common.records.views.base import RecordView


class FormView(RecordView):
    """The form of a record."""

    def page(self, form: RecordForm, obj: RecordModel | None, status: int = 200) -> HttpResponse:
        title = str(self.type.new_label) if obj is None else _("Edit")
        crumbs = [{"label": self.type.label_plural, "url": self.type.url("list")}]
        if obj is not None:
            crumbs.append({"label": self.type.number_of(obj), "url": self.type.page_url(obj)})
        context = {
            "form": form, "obj": obj, "sections": forms.layout(form, self.type.form_sections()),
            "summary": forms.summary(form), "hidden": form.hidden,
            "cancel_url": self.type.page_url(obj) if obj else self.type.url("list"),
            "crumbs": [*crumbs, {"label": title, "url": ""}], "title": title,
        }  # fmt: skip
        return self.render("records/form.html", context, status=status)

    def answer(self, request: PersonRequest, form: RecordForm, obj: RecordModel | None) -> HttpResponse:
        """Save once, then to the record; or the form again with what was refused."""
        saved: Any = None
        made: list[ChangeSet] = []
        if (url := submissions.answered(request.POST.get("nonce", ""))) is not None:
            return self.elsewhere(url or self.type.url("list"))
        if form.is_valid():
            try:
                with submissions.once(request.POST.get("nonce", "")) as submission, via(Via.FORM), watch() as made:
                    saved = form.save()
                    if saved is None:
                        raise _NotSaved
                    submission.url = self.type.saved_url(saved)
            except AlreadySubmitted as again:
                return self.elsewhere(again.url or self.type.url("list"))
            except _NotSaved:
                saved = None
        if saved is None:
            return self.page(form, obj, status=409 if form.conflict else 422)
        return self.saved(request, saved, made)

    def saved(self, request: PersonRequest, saved: RecordModel, made: list[ChangeSet]) -> HttpResponse:
        """To the record, where a toast says what was done."""
        title = policy.as_seen(request.user, saved).title
        toasts.add(request, _("Saved: %(title)s") % {"title": title}, made)
        return HttpResponseRedirect(self.type.saved_url(saved), status=303)

    def elsewhere(self, url: str) -> HttpResponse:
        """Where a form that was sent before leads."""
        return HttpResponseRedirect(url, status=303)


class _NotSaved(Exception):
    """Rolls the nonce back: the corrected form may be sent again."""


class NewView(FormView):
    """Make a record."""

    action = "create"

    def get(self, request: PersonRequest) -> HttpResponse:
        initial = {**self.type.initial(request, self.viewer), **request.GET.dict()}
        return self.page(RecordForm(self.type, self.viewer, initial=initial), None)

    def post(self, request: PersonRequest) -> HttpResponse:
        return self.answer(request, RecordForm(self.type, self.viewer, data=request.POST), None)


class EditView(FormView):
    """Change a record; stale edits are merged or both versions shown."""

    action = "change"

    def get(self, request: PersonRequest, pk: int) -> HttpResponse:
        obj = self.get_object()
        return self.page(RecordForm(self.type, self.viewer, obj), obj)

    def post(self, request: PersonRequest, pk: int) -> HttpResponse:
        obj = self.get_object()
        return self.answer(request, RecordForm(self.type, self.viewer, obj, data=request.POST), obj)
