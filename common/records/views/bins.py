from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.changes import binning, purging, submissions
from common.changes.services import via, watch
from common.changes.submissions import AlreadySubmitted
from common.events.models import Via
from common.kinds.errors import NotVisible
from common.kinds.models import RecordModel
from common.policy import selectors as policy
from common.policy.rules import PersonRequest
from common.records import bins
from common.records.views import toasts
from common.records.views.acting import OperationView
from common.records.views.base import RecordView


class BinView(OperationView):
    """Put a record into the bin."""

    action = "delete"
    title = gettext_lazy("Delete")
    label = gettext_lazy("Move to the bin")
    danger = True

    def text(self, obj: RecordModel) -> str:
        return _("“%(title)s” goes to the bin and can be restored from there.") % {"title": obj.title}

    def effects(self, obj: RecordModel) -> list[dict[str, Any]]:
        return bins.effects([obj], self.viewer)

    def run(self, obj: RecordModel, data: dict[str, Any]) -> Any:
        self.type.remove(obj, self.viewer.user)

    def after(self, obj: RecordModel, result: Any) -> str:
        return self.type.url("list")

    def done(self, obj: RecordModel) -> str:
        return _("Moved to the bin: %(title)s") % {"title": obj.title}


class BinListView(RecordView):
    """What is in the bin, newest first."""

    action = "delete"

    def get(self, request: PersonRequest) -> HttpResponse:
        rows = bins.content(self.type, self.viewer)
        may_empty = bool(rows) and self.viewer.principal.may(self.type.key, "purge")
        context = {
            "rows": rows, "empty_url": self.type.url("empty-bin") if may_empty else "",
            "crumbs": [
                {"label": self.type.label_plural, "url": self.type.url("list")}, {"label": _("Bin"), "url": ""},
            ],
        }  # fmt: skip
        return self.render("records/bin.html", context)


class RestoreView(RecordView):
    """Bring a record back from the bin."""

    http_method_names = ["post"]
    action = "delete"

    def post(self, request: PersonRequest, pk: int) -> HttpResponse:
        rows = self.type.model.everything.get_queryset()
        obj = policy.get_visible(rows, self.viewer.principal, pk, "delete")
        with via(Via.FORM), watch() as made:
            binning.restore(obj, by=self.viewer.user)
        toasts.add(request, _("Restored: %(title)s") % {"title": obj.title}, made)
        return HttpResponseRedirect(self.type.page_url(obj), status=303)


class PurgeView(OperationView):
    """Delete a record of the bin for good; for administrators."""

    action = "purge"
    title = gettext_lazy("Delete for good")
    danger = True
    undoable = False

    def get_object(self, action: str | None = None) -> RecordModel:
        rows = self.type.model.everything.get_queryset()
        found: RecordModel = policy.get_visible(rows, self.viewer.principal, self.kwargs["pk"], "purge")
        if found.deleted_at is None:
            raise NotVisible
        return found

    def cancel_url(self, obj: RecordModel) -> str:
        return self.type.url("bin-list")

    def text(self, obj: RecordModel) -> str:
        return _(
            "“%(title)s” is erased with its parts, files, links and words, also from the history. "
            "This cannot be undone."
        ) % {"title": obj.title}  # fmt: skip

    def run(self, obj: RecordModel, data: dict[str, Any]) -> Any:
        purging.purge(obj, by=self.viewer.user)

    def after(self, obj: RecordModel, result: Any) -> str:
        return self.type.url("bin-list")

    def done(self, obj: RecordModel) -> str:
        return _("Deleted for good")


class EmptyBinView(RecordView):
    """Delete everything in the bin of the type for good; for administrators."""

    action = "purge"

    def get(self, request: PersonRequest) -> HttpResponse:
        text = _("Everything in the bin is erased for good, %(count)s in all. This cannot be undone.")
        title = _("Empty the bin")
        context = {
            "title": title, "label": title, "text": text % {"count": bins.count(self.type)}, "danger": True,
            "cancel_url": self.type.url("bin-list"), "action": request.path,
            "fields": [("nonce", submissions.new_nonce())],
            "crumbs": [
                {"label": self.type.label_plural, "url": self.type.url("list")},
                {"label": _("Bin"), "url": self.type.url("bin-list")}, {"label": title, "url": ""},
            ],
        }  # fmt: skip
        return self.render("records/operation.html", context)

    def post(self, request: PersonRequest) -> HttpResponse:
        url = self.type.url("bin-list")
        if "nonce" not in request.POST:
            return self.get(request)
        try:
            with submissions.once(request.POST["nonce"]) as submission, via(Via.FORM):
                outcome = purging.empty(self.type.model, by=self.viewer.user)
                submission.url = url
        except AlreadySubmitted:
            return HttpResponseRedirect(url, status=303)
        if outcome is None:
            messages.success(request, _("The bin is being emptied."))
            return HttpResponseRedirect(url, status=303)
        context = {
            "changed": _("Deleted for good: %(count)s") % {"count": len(outcome.changed)},
            "refused": [{"title": row.title, "url": "", "reason": reason} for row, reason in outcome.refused],
            "refused_title": _("Not changed: %(count)s") % {"count": len(outcome.refused)}, "back_url": url,
            "crumbs": [
                {"label": self.type.label_plural, "url": self.type.url("list")}, {"label": _("Bin"), "url": url},
            ],
        }  # fmt: skip
        return self.render("records/bulk_result.html", context)
