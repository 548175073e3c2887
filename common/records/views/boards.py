from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect

from common.changes.services import via, watch
from common.events.models import Via
from common.kinds.errors import DomainError
from common.policy.rules import PersonRequest
from common.policy.scopes import pages_for_user
from common.records import filtering, lists
from common.records.declaring import Board
from common.records.errors import BadFilter
from common.records.state import ListState
from common.records.views import toasts
from common.records.views.base import RecordView
from common.records.views.lists import ListView, back

FIRST, MORE = 10, 25
"""Cards of a column at once: more than a screen shows, then what scrolling asks for."""


class BoardView(ListView):
    """The board: one column per stage, sums over all matching rows, the first cards of each."""

    @property
    def board(self) -> Board:
        """The type's declaration."""
        found = self.type.board
        assert found is not None  # noqa: S101  # routes exist only for types with a board
        return found

    def get(self, request: PersonRequest) -> HttpResponse:
        state = ListState(self.type, self.viewer, request.GET, "board", ("pipeline",))
        if left := state.last_url():
            return HttpResponseRedirect(left)
        groups = self.board.groups(request, self.viewer)
        drawn = self.drawn(state, groups["condition"], [column["key"] for column in groups["columns"]], 0, FIRST)
        columns = [{**column, **drawn[column["key"]]} for column in groups["columns"]]
        context = {
            "tabs": lists.tabs(state), "filters": lists.filter_row(state),
            "layouts": self.layouts(state, "board"), "primary": self.primary(), "columns": columns,
            "groups": groups, "closing": groups.get("closing", []), "currency": groups.get("currency", ""),
            "totals_url": state.link("board-totals"), "more": self.more(state), "saving": lists.saving(state),
        }  # fmt: skip
        return self.render("records/board.html", context)

    def drawn(
        self, state: ListState, condition: Q, keys: Sequence[Any], start: int, size: int
    ) -> dict[Any, dict[str, Any]]:
        """By column, its cards from `start` on and where there are more (or empty)."""
        query, own = filtering.without_mine(state.query)
        condition &= filtering.condition_q(self.type, query, self.viewer, state.known)
        parts = [condition & Q((self.board.column, key)) for key in keys]
        end = start + size
        rows = self.type.model.objects.get_queryset()
        found: dict[Any, list[Any]] = {key: [] for key in keys}
        attribute = f"{self.board.column}_id"
        cards = pages_for_user(
            rows, parts, self.viewer.principal, self.board.order, end + 1, own=own, ready=self.type.select_listed
        )
        for obj in cards:
            found[getattr(obj, attribute)].append(obj)
        shown = {key: objs[start:end] for key, objs in found.items()}
        extra = {"signals": lists.signals([obj for objs in shown.values() for obj in objs], self.viewer)}
        return {
            key: {
                "cards": [self.board.card(obj, extra, self.viewer) for obj in objs],
                "more_url": state.link("board-column", column=str(key), start=str(end))
                if len(found[key]) > end else "",
            }
            for key, objs in shown.items()
        }  # fmt: skip


class BoardTotalsView(BoardView):
    """Number, sum and weighted sum of every column over all matching rows, a fragment that fills the page's places."""

    def get(self, request: PersonRequest) -> HttpResponse:
        state = ListState(self.type, self.viewer, request.GET, "board", ("pipeline",))
        groups = self.board.groups(request, self.viewer)
        totals: dict[Any, dict[str, Any]] = self.board.totals(state.visible().filter(groups["condition"]))
        columns = [
            {**column, "count": 0, "sum": "", "weighted": "", "sum_raw": 0, **totals.get(column["key"], {})}
            for column in groups["columns"]
        ]
        return self.render("records/_board_totals.html", {"columns": columns, "total": totals.get(None, {})})


class BoardColumnView(BoardView):
    """More cards of a column, a fragment."""

    def get(self, request: PersonRequest) -> HttpResponse:
        state = ListState(self.type, self.viewer, request.GET, "board", ("pipeline",))
        groups = self.board.groups(request, self.viewer)
        wanted, start = request.GET.get("column", ""), request.GET.get("start", "0")
        column = next((c for c in groups["columns"] if str(c["key"]) == wanted), None)
        if column is None or not start.isdecimal() or len(start) > 6:
            raise BadFilter(part="column")
        drawn = self.drawn(state, groups["condition"], [column["key"]], int(start), MORE)[column["key"]]
        return self.render("records/_cards.html", {"column": drawn, "columns": groups["columns"]})


class BoardMoveView(RecordView):
    """A card was dropped, or sent by the keyboard."""

    http_method_names = ["post"]
    action = "move"

    def post(self, request: PersonRequest, pk: int) -> HttpResponse:
        obj = self.get_object()
        board = self.type.board
        assert board is not None  # noqa: S101  # routes exist only for types with a board
        if closing := request.POST.get("close"):
            query = urlencode({"outcome": closing, "next": self.type.url("board")})
            url = f"{self.type.url('action', obj.pk, 'close')}?{query}"
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        on_page = "stage" in request.GET
        target = request.GET.get("stage", "") if on_page else request.POST.get("stage", "")
        if not target.isdecimal() or len(target) > 17:
            raise BadFilter(part="stage")
        try:
            with via(Via.FORM if on_page else Via.BOARD), watch() as made:
                board.move(obj, int(target), self.viewer.user)
        except DomainError as refusal:
            if request.htmx:
                return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
            return self.render(f"{refusal.status}.html", {"detail": str(refusal)}, status=refusal.status)
        text = made[-1].label if made else ""
        if request.htmx:
            return toasts.trigger(text, made)
        if text:
            toasts.add(request, text, made)
        return back(request, self.type.page_url(obj) if on_page else self.type.url("board"))
