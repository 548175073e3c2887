from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from common.events.models import ChangeSet
from common.kinds.models import RecordModel
from common.policy import selectors as policy
from common.policy.rules import PersonRequest
from common.records.forms import RecordForm
from common.records.views import toasts
from common.records.views.base import RecordView
from common.records.views.editing import FormView

LONGEST_TEXT = 4000


class QuickView(FormView):
    """The few fields a new record needs, in a dialog over any page. Asked for as a page, it is the whole form."""

    action = "create"

    def get(self, request: PersonRequest) -> HttpResponse:
        if not self.is_fragment:
            return HttpResponseRedirect(f"{self.type.url('new')}?{request.GET.urlencode()}")
        initial = {**self.type.initial(request, self.viewer), **request.GET.dict()}
        return self.page(self.form(initial=initial), None)

    def post(self, request: PersonRequest) -> HttpResponse:
        if "read" in request.POST:
            typed = {name: value for name, value in request.POST.dict().items() if value}
            said = self.type.read_text(request.POST.get("pasted", "")[:LONGEST_TEXT])
            return self.page(self.form(initial={**typed, **{name: text for name, text in said.items() if text}}), None)
        return self.answer(request, self.form(data=request.POST), None)

    def form(self, **given: Any) -> RecordForm:
        """The form of the quick fields."""
        return RecordForm(self.type, self.viewer, only=self.type.quick, **given)

    def page(self, form: RecordForm, obj: RecordModel | None, status: int = 200) -> HttpResponse:
        names = [name for name in self.type.quick if name in form.fields]
        context = {
            "form": form, "fields": [form[name] for name in names], "title": self.type.new_label,
            "quick_url": self.type.url("quick"), "more_url": self.type.url("new"), "alike_url": self.type.url("alike"),
            "reads_text": self.type.reads_text,
        }  # fmt: skip
        return self.render("records/_quick.html", context, status=status)

    def saved(self, request: PersonRequest, saved: RecordModel, made: list[ChangeSet]) -> HttpResponse:
        """Where the dialog goes on: the page stays, the toast leads to the record."""
        text = _("Saved: %(title)s") % {"title": policy.as_seen(request.user, saved).title}
        url = self.type.page_url(saved)
        if "reload" in request.POST:
            toasts.add(request, text, made)
            return self.told({"quick:saved": {"again": "again" in request.POST}})
        toast = {"text": text, "undo": toasts.undo_url(made), "url": url}
        return self.told({"toast": toast, "quick:saved": {"again": "again" in request.POST}})

    def elsewhere(self, url: str) -> HttpResponse:
        return self.told({"quick:saved": {"again": False}})

    def told(self, events: dict[str, Any]) -> HttpResponse:
        """An answer that only tells."""
        response = HttpResponse(status=204)
        response["HX-Trigger"] = json.dumps(events)
        return response


class AlikeView(RecordView):
    """Records that may be the same as the one being typed, a fragment; posted, because it carries contact details."""

    http_method_names = ["post"]
    action = "create"

    def post(self, request: PersonRequest) -> HttpResponse:
        typed = {name: str(request.POST.get(name, ""))[:200] for name in self.type.quick}
        return self.render("records/_alike.html", {"alike": self.type.alike(typed, self.viewer)})
