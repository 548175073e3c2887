from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from common.kinds import formats
from common.kinds.words import capital
from common.policy.rules import PersonRequest
from common.records import filtering, lists
from common.records.errors import BadFilter
from common.records.models import ExportFile
from common.records.views.base import RecordView

MOST_PRINTED = 1000


class ListView(RecordView):
    """The list: tabs, filters, rows, a footer whose sums come as a fragment."""

    def get(self, request: PersonRequest) -> HttpResponse:
        if "add" in request.GET:
            return self.add_condition(request)
        state = lists.ListState(self.type, self.viewer, request.GET)
        table, bulk = lists.table(state), self.bulk(state)
        context = {
            "tabs": lists.tabs(state), "filters": lists.filter_row(state), "table": table,
            "layouts": self.layouts(state, "list"), "primary": self.primary(), "bulk": bulk,
            "exports": self.exports(state), "print_url": state.link("print"), "empty": self.empty(state, table),
            "more": self.more(),
            "selectable": bool(bulk["actions"]),
        }  # fmt: skip
        return self.render("records/list.html", context)

    def add_condition(self, request: PersonRequest) -> HttpResponseRedirect:
        """`?add=stage&op=in&v=3` becomes `f=stage.in:3` beside what the list already asks."""
        base = request.GET.copy()
        name, op = base.pop("add")[0], (base.pop("op", [""]))[0]
        values = [value.strip() for value in base.pop("v", []) if value.strip()]
        state = lists.ListState(self.type, self.viewer, base)
        if op not in ("empty", "set") and not values:
            return HttpResponseRedirect(state.link())
        condition = filtering.parse(f"{name}.{op}:{','.join(quote(v, safe='') for v in values)}".rstrip(":"))
        pairs = [("view", state.view.key)] if state.view else []
        pairs += [*state.query.pairs(), ("f", str(condition))]
        return HttpResponseRedirect(f"{self.type.url('list')}?{urlencode(pairs, safe=':,.')}")

    def more(self) -> list[dict[str, Any]]:
        """What stands behind the dots: importing, and the bin for who may restore from it."""
        may, found = self.viewer.principal.may, []
        if self.type.sections and may(self.type.key, "import"):
            url = f"{reverse('importing:new')}?type={self.type.key}"
            found.append({"label": _("Import"), "url": url, "icon": "database-import"})
        if may(self.type.key, "delete"):
            found.append({"label": _("Bin"), "url": self.type.url("bin-list"), "icon": "trash"})
        return found

    def layouts(self, state: lists.ListState, current: str) -> list[dict[str, Any]]:
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
        return {"label": self.type.new_label, "url": self.type.url("new"), "icon": "plus"}

    def exports(self, state: lists.ListState) -> dict[str, Any] | None:
        """What the rows can be taken away as."""
        if not self.viewer.principal.may(self.type.key, "export"):
            return None
        formats = [{"value": value, "label": label} for value, label in ExportFile.Format.choices]
        return {"url": state.link("export"), "formats": formats, "past_url": reverse("exports")}

    def bulk(self, state: lists.ListState) -> dict[str, Any]:
        """The bar over selected rows."""
        may = self.viewer.principal.may
        bulk_right = may(self.type.key, "bulk")
        known: dict[str, dict[str, Any]] = {
            "assign": {"label": _("Assign people"), "icon": "user", "action": "bulk"},
            "tag": {"label": _("Add tags"), "icon": "tag", "action": "bulk"},
            "bin": {"label": _("Delete"), "icon": "trash", "action": "delete", "danger": True},
        }
        offered = [
            {**known[name], "url": self.type.url("bulk", name)}
            for name in self.type.bulk
            if bulk_right and may(self.type.key, known[name]["action"])
        ]
        return {"actions": offered, "total": None, "query": state.link().partition("?")[2]}

    def empty(self, state: lists.ListState, table: dict[str, Any]) -> dict[str, Any] | None:
        """Why there is nothing, and what to do about it."""
        if table["rows"]:
            return None
        anything = self.type.model.objects.for_user(self.viewer.principal).exists()
        if anything and (state.query.words or state.query.conditions):
            said = [f"{c['field']} {c['op']} {c['value']}".strip() for c in lists.filter_row(state)["chips"]]
            if state.query.words:
                said.insert(0, _("“%(words)s”") % {"words": state.query.words})
            last = state.query.conditions[-1] if state.query.conditions else None
            everywhere = f"{self.type.url('list')}?{urlencode({'all': 1, 'q': state.query.words})}"
            return {
                "title": _("Nothing matches"),
                "filtered": {
                    "sentence": " · ".join(said), "remove_url": state.link(without=last) if last else "",
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
        state = lists.ListState(self.type, self.viewer, request.GET)
        return self.render("records/_totals.html", {"totals": lists.totals(state), "tabs": lists.tab_counts(state)})


class FilterView(RecordView):
    """One condition being built, a fragment in the filter menu (a page without scripts)."""

    def get(self, request: PersonRequest) -> HttpResponse:
        state = lists.ListState(self.type, self.viewer, request.GET)
        known = filtering.fields_of(self.type, self.viewer)
        found = known.get(request.GET.get("field", ""))
        if found is None or (found.named is not None and found.named.say is not None):
            raise BadFilter(part=request.GET.get("field", "")[:80])
        form = self.form_of(found, state)
        if self.is_fragment:
            return self.render("partials/filter_form.html", {"form": form})
        return self.render("records/filter.html", {"filter_form": form, "state": state})

    def form_of(self, found: filtering.FilterField, state: lists.ListState) -> dict[str, Any]:
        """What `partials/filter_form.html` needs."""
        if found.named is not None:
            choices = [{"value": v, "label": label} for v, label in found.named.choices(self.viewer)]
            kind, choose_url = "choices", ""
        else:
            field_kind = found.kind
            assert field_kind is not None  # noqa: S101  # one of the two is set
            choices = [{"value": v, "label": label} for v, label in field_kind.choices(self.viewer)]
            kind, choose_url = field_kind.input, getattr(field_kind, "choose_url", "")
        operators = found.operators()
        return {
            "action": self.type.url("list"), "label": capital(found.label), "key": found.key,
            "ops": [{"value": op, "label": label} for op, label in operators.items()], "kind": kind,
            "choices": choices, "values": [""], "hidden": state_pairs(state), "choose_url": choose_url,
        }  # fmt: skip


def state_pairs(state: lists.ListState) -> list[tuple[str, str]]:
    """The conditions of a state as hidden inputs, spelled out."""
    pairs = [("view", state.view.key)] if state.view else []
    return [*pairs, *state.query.pairs()]


class PrintView(ListView):
    """The list for paper: every row, up to a thousand, without the frame."""

    def get(self, request: PersonRequest) -> HttpResponse:
        state = lists.ListState(self.type, self.viewer, request.GET)
        columns = lists.columns_of(self.type, self.viewer)
        page = state.page(self.type.select, size=MOST_PRINTED)
        drawn = lists.draw_rows(self.type, page.rows, columns, self.viewer)
        chips = lists.filter_row(state)["chips"]
        context = {
            "columns": lists.head_of(state, columns), "rows": drawn, "chips": chips,
            "totals": lists.totals(state), "back_url": state.link(), "today": formats.long_date(formats.viewer_today()),
        }  # fmt: skip
        return self.render("records/print.html", context)


def back(request: PersonRequest, fallback: str) -> HttpResponseRedirect:
    """To the address of `next` if it is ours, else to the fallback."""
    target = request.POST.get("next", "")
    ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return HttpResponseRedirect(target if ours else fallback, status=303)
