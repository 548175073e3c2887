from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpResponse

from common.changes.services import via, watch
from common.events.models import Via
from common.kinds.errors import DomainError
from common.policy.rules import PersonRequest
from common.policy.scopes import page_for_user
from common.records import filtering, lists
from common.records.declaring import Board
from common.records.errors import BadFilter
from common.records.views import toasts
from common.records.views.base import RecordView
from common.records.views.lists import ListView, back

FIRST, MORE = 10, 25
"""Cards of a column at once: more than a screen shows, then what scrolling asks for."""


class Part(NamedTuple):
    """Some records of a column, and where there are more (or empty)."""

    found: list[Any]
    more_url: str


class BoardView(ListView):
    """The board: one column per stage, sums over all matching rows, the first cards of each."""

    @property
    def board(self) -> Board:
        """The type's declaration."""
        found = self.type.board
        assert found is not None  # noqa: S101  # routes exist only for types with a board
        return found

    def get(self, request: PersonRequest) -> HttpResponse:
        state = lists.ListState(self.type, self.viewer, request.GET, "board", ("pipeline",))
        groups = self.board.groups(request, self.viewer)
        totals: dict[Any, dict[str, Any]] = self.board.totals(state.visible().filter(groups["condition"]))
        pages = [self.cards_of(state, groups, column, 0, FIRST) for column in groups["columns"]]
        columns = [
            {**column, "count": 0, "sum": "", "weighted": "", **totals.get(column["key"], {}), **drawn}
            for column, drawn in zip(groups["columns"], self.drawn(pages), strict=True)
        ]
        context = {
            "tabs": lists.tabs(state), "filters": lists.filter_row(state),
            "layouts": self.layouts(state, "board"), "primary": self.primary(), "columns": columns,
            "groups": groups, "closing": groups.get("closing", []), "currency": groups.get("currency", ""),
            "total": totals.get(None, {}),
        }  # fmt: skip
        return self.render("records/board.html", context)

    def cards_of(
        self, state: lists.ListState, groups: dict[str, Any], column: dict[str, Any], start: int, size: int
    ) -> Part:
        """The records of a column from `start` on."""
        query, own = filtering.without_mine(state.query)
        condition = filtering.condition_q(self.type, query, self.viewer) & groups["condition"]
        inside = self.type.model.objects.filter(condition, **{self.board.column: column["key"]})
        end = start + size
        page = page_for_user(self.type.select_listed(inside), self.viewer.principal, self.board.order, end + 1, own=own)
        found = list(page[start:])
        more = state.link("board-column", column=str(column["key"]), start=str(end)) if len(found) > size else ""
        return Part(found[:size], more)

    def drawn(self, pages: list[Part]) -> list[dict[str, Any]]:
        """The cards of columns, their signals read at once."""
        extra = {"signals": lists.signals([obj for page in pages for obj in page.found], self.viewer)}
        return [
            {"cards": [self.board.card(obj, extra, self.viewer) for obj in page.found], "more_url": page.more_url}
            for page in pages
        ]


class BoardColumnView(BoardView):
    """More cards of a column, a fragment."""

    def get(self, request: PersonRequest) -> HttpResponse:
        state = lists.ListState(self.type, self.viewer, request.GET, "board", ("pipeline",))
        groups = self.board.groups(request, self.viewer)
        wanted, start = request.GET.get("column", ""), request.GET.get("start", "0")
        column = next((c for c in groups["columns"] if str(c["key"]) == wanted), None)
        if column is None or not start.isdecimal() or len(start) > 6:
            raise BadFilter(part="column")
        [drawn] = self.drawn([self.cards_of(state, groups, column, int(start), MORE)])
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
