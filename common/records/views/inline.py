from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from common.changes.services import via, watch
from common.events.models import ChangeSet, Via
from common.kinds.models import RecordModel
from common.policy import selectors as policy
from common.policy.rules import PersonRequest
from common.records import describing, lists, registry
from common.records.declaring import Column
from common.records.forms import RecordForm, conflict_box
from common.records.views import toasts
from common.records.views.base import RecordView
from common.records.views.lists import back


class FieldView(RecordView):
    """One field edited where it stands: a cell of a list, a line of the side panel or of the page.

    `?column=` names the column whose cell is drawn afterwards, else the line of the details. Without scripts: a page.
    """

    action = "change"

    def names(self) -> list[str]:
        """The field of the address, with those that its row of the form begins for (an amount with its currency)."""
        wanted = self.kwargs["field"]
        for section in self.type.form_sections():
            for row in section.rows:
                if row == wanted or (not isinstance(row, str) and wanted == row[0]):
                    return [row] if isinstance(row, str) else list(row)
        if wanted not in self.type.form_names():
            raise Http404
        return [wanted]

    def build(self, obj: RecordModel, data: Any = None) -> RecordForm:
        """The form of these fields alone; one that may not be written, or the whole of a part, is none."""
        form = RecordForm(self.type, self.viewer, obj, data, only=self.names())
        wanted = form.fields.get(self.kwargs["field"])
        if wanted is None or wanted.widget.is_hidden:
            raise Http404
        return form

    def get(self, request: PersonRequest, pk: int, field: str) -> HttpResponse:
        obj = self.get_object()
        if "shown" in request.GET:
            return HttpResponse(self.drawn(obj))
        return self.editor(obj, self.build(obj))

    def post(self, request: PersonRequest, pk: int, field: str) -> HttpResponse:
        obj = self.get_object()
        form = self.build(obj, request.POST)
        made: list[ChangeSet] = []
        saved = None
        if form.is_valid():
            with via(Via.INLINE), watch() as made:
                saved = form.save()
        if saved is None:
            return self.editor(obj, form, status=409 if form.conflict else 422)
        return self.answer(request, saved, made)

    def answer(self, request: PersonRequest, saved: RecordModel, made: list[ChangeSet]) -> HttpResponse:
        """What stands there now, and the toast that undoes it; nothing was changed: no toast."""
        title = policy.as_seen(request.user, saved).title
        text = _("Saved: %(title)s") % {"title": title} if made else ""
        if not self.is_fragment:
            if text:
                toasts.add(request, text, made)
            return back(request, self.type.page_url(saved))
        response = HttpResponse(self.drawn(self.get_object("view")))
        if text:
            response["HX-Trigger"] = json.dumps({"toast": {"text": text, "undo": toasts.undo_url(made)}})
        return response

    def drawn(self, obj: RecordModel) -> str:
        """The cell of the column, or the value among the details."""
        column = self.column()
        if column is not None:
            return lists.draw_cell(self.type, obj, column, self.viewer)
        return describing.value(self.type, obj, self.kwargs["field"])

    def column(self) -> Column | None:
        """The column that is shown, if the field stands in one."""
        key = self.request.GET.get("column", "")
        return next((column for column in registry.columns(self.type) if column.key == key), None) if key else None

    def editor(self, obj: RecordModel, form: RecordForm, status: int = 200) -> HttpResponse:
        """The inputs in place, or a small page."""
        boxes = [conflict_box(form, section) for section in self.type.form_sections()]
        context = {
            "form": form, "obj": obj, "fields": [form[name] for name in self.names() if name in form.fields],
            "conflict": next((box for box in boxes if box), None), "action": self.request.get_full_path(),
            "shown_url": f"{self.request.path}?shown=1&column={self.request.GET.get('column', '')}",
        }  # fmt: skip
        if self.is_fragment:
            return self.render("records/_field.html", context, status=status)
        page = {
            "title": form.fields[self.kwargs["field"]].label, "cancel_url": self.type.page_url(obj),
            "crumbs": [
                {"label": self.type.label_plural, "url": self.type.url("list")},
                {"label": self.type.number_of(obj), "url": self.type.page_url(obj)},
            ],
        }  # fmt: skip
        return self.render("records/field.html", {**context, **page}, status=status)


class PeekView(RecordView):
    """The side panel of a list: the record in short. Asked for as a page, it is the record's page."""

    def get(self, request: PersonRequest, pk: int) -> HttpResponse:
        obj = self.get_object()
        if not self.is_fragment:
            return HttpResponseRedirect(self.type.page_url(obj))
        return self.render("records/_peek.html", {"peek": describing.in_short(self.type, obj, self.viewer)})

    def rows(self) -> Any:
        """As lists read them, and with what the links hold."""
        return self.type.select_listed(self.type.model.objects.get_queryset())
