from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from common.kinds import formats
from common.policy.rules import PersonRequest
from common.records import describing, lists, many, printing, registry
from common.records.inputs import LONGEST_KEY
from common.records.models import ExportFile
from common.records.state import ListState
from common.records.views.base import RecordView


class ListView(RecordView):
    """The list: tabs, filters, rows, a footer whose sums come as a fragment."""

    def get(self, request: PersonRequest) -> HttpResponse:
        state = ListState(self.type, self.viewer, request.GET)
        if left := state.last_url():
            return HttpResponseRedirect(left)
        table = lists.table(state)
        bulk = self.bulk(state, table["footer"])
        context = {
            "tabs": lists.tabs(state), "filters": lists.filter_row(state), "table": table,
            "layouts": self.layouts(state, "list"), "primary": self.primary(), "bulk": bulk,
            "exports": self.exports(state), "print_url": state.link("print"), "pdf_url": state.link("pdf"),
            "empty": self.empty(state, table),
            "more": self.more(state), "columns": lists.column_menu(state), "saving": lists.saving(state),
            "selectable": bool(bulk["actions"]), "base": self.type.url("list"), "peek": self.peek(request),
        }  # fmt: skip
        return self.render("records/list.html", context)

    def more(self, state: ListState) -> list[dict[str, Any]]:
        """What stands behind the dots: what can be done with the view, importing, and the bin for who may restore."""
        may, found = self.viewer.principal.may, lists.view_menu(state)
        if self.type.sections and may(self.type.key, "import"):
            url = f"{reverse('importing:new')}?type={self.type.key}"
            found.append({"label": _("Import"), "url": url, "icon": "database-import"})
        found += [
            {"label": link.label, "url": link.url(self.type, None), "icon": link.icon}
            for link in registry.links(self.type, "list") if may(self.type.key, link.permission)
        ]  # fmt: skip
        if may(self.type.key, "delete"):
            found.append({"label": _("Bin"), "url": self.type.url("bin-list"), "icon": "trash"})
        return found

    def layouts(self, state: ListState, current: str) -> list[dict[str, Any]]:
        """The switch between list and board."""
        if self.type.board is None:
            return []
        return [
            {"label": _("List"), "icon": "layout-list", "url": state.link("list"), "current": current == "list"},
            {"label": _("Board"), "icon": "layout-kanban", "url": state.link("board"), "current": current == "board"},
        ]

    def primary(self) -> dict[str, Any] | None:
        """The one primary button."""
        if not self.type.sections or not self.viewer.principal.may(self.type.key, "create"):
            return None
        quick = self.type.url("quick") if self.type.quick else ""
        return {"label": self.type.new_label, "url": self.type.url("new"), "icon": "plus", "quick": quick}

    def exports(self, state: ListState) -> dict[str, Any] | None:
        """What the rows can be taken away as."""
        if not self.viewer.principal.may(self.type.key, "export"):
            return None
        formats = [{"value": value, "label": label} for value, label in ExportFile.Format.choices]
        return {"url": state.link("export"), "formats": formats, "past_url": reverse("exports")}

    def bulk(self, state: ListState, footer: dict[str, Any]) -> dict[str, Any]:
        """The bar over selected rows."""
        acts: list[dict[str, Any]] = [
            {"label": act.label, "icon": act.icon, "url": self.type.url("bulk", act.name), "danger": act.danger}
            for act in many.offered(self.type, self.viewer)
        ]
        pdf = {"label": "PDF", "icon": "file-type-pdf", "url": self.type.url("pdf-selected")}
        acts += [
            {"label": link.label, "icon": link.icon, "url": link.url(self.type, None), "danger": False}
            for link in registry.links(self.type, "selected")
            if self.viewer.principal.may(self.type.key, link.permission)
        ]
        more = bool(footer["next_url"] or footer["prev_url"])
        return {"actions": [pdf, *acts], "query": state.link().partition("?")[2], "more": more}

    def peek(self, request: PersonRequest) -> dict[str, Any] | None:
        """The record of `?peek=`, if the person may see it."""
        wanted = request.GET.get("peek", "")
        if not wanted.isdecimal() or len(wanted) > LONGEST_KEY:
            return None
        rows = self.type.select_listed(self.type.model.objects.get_queryset())
        found = rows.for_user(self.viewer.principal).filter(pk=int(wanted)).first()
        return describing.in_short(self.type, found, self.viewer) if found is not None else None

    def empty(self, state: ListState, table: dict[str, Any]) -> dict[str, Any] | None:
        """Why there is nothing, and what to do about it."""
        if table["rows"]:
            return None
        anything = self.type.model.objects.for_user(self.viewer.principal).exists()
        if anything and (state.query.words or state.query.conditions):
            last = state.query.conditions[-1] if state.query.conditions else None
            everywhere = f"{self.type.url('list')}?{urlencode({'all': 1, 'q': state.query.words})}"
            return {
                "title": _("Nothing matches"),
                "filtered": {
                    "sentence": lists.sentence(state), "remove_url": state.without(last) if last else "",
                    "reset_url": everywhere if state.query.words else f"{self.type.url('list')}?all=1",
                },
            }  # fmt: skip
        primary = self.primary()
        return {
            "title": _("Nothing here yet"), "text": self.type.empty_text,
            "primary": {**primary, "key": "C"} if primary else None,
        }  # fmt: skip


class TotalsView(RecordView):
    """The footer's sums over all matching rows, a fragment."""

    def get(self, request: PersonRequest) -> HttpResponse:
        state = ListState(self.type, self.viewer, request.GET)
        return self.render("records/_totals.html", {"totals": lists.totals(state), "tabs": lists.tab_counts(state)})


class PrintView(ListView):
    """The list for paper: every row, up to a thousand, without the frame."""

    def get(self, request: PersonRequest) -> HttpResponse:
        state = ListState(self.type, self.viewer, request.GET)
        objs = printing.rows_of(state)
        totals = lists.totals(state)
        context = {
            "columns": lists.head_of(state), "rows": lists.draw_rows(self.type, objs, state.columns, self.viewer),
            "sentence": lists.sentence(state), "totals": totals, "back_url": state.link(),
            "cap": printing.cap_words(len(objs), totals["number"], printing.MOST_ROWS),
            "today": formats.long_date(formats.viewer_today()),
        }  # fmt: skip
        return self.render("records/print.html", context)


def back(request: PersonRequest, fallback: str) -> HttpResponseRedirect:
    """To the address of `next` if it is ours, else to the fallback."""
    target = request.POST.get("next", "")
    ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return HttpResponseRedirect(target if ours else fallback, status=303)
