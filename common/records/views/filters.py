from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from common.policy.rules import PersonRequest
from common.records import building
from common.records.building import Builder
from common.records.errors import BadFilter
from common.records.state import ListState
from common.records.views.base import RecordView

LONGEST_ADDRESS = 3500
"""Characters that web servers take for certain, with the name of the host before them."""


class FilterView(RecordView):
    """The filter of a list, line by line: a page, or a fragment in the menu of the list."""

    def state(self) -> ListState:
        """The list the filter is for; `layout` names its page."""
        return ListState(self.type, self.viewer, self.request.GET, "filter", ("pipeline", "layout"))

    def layout(self) -> str:
        """The page the filter was opened from."""
        return "board" if self.request.GET.get("layout") == "board" and self.type.board else "list"

    def get(self, request: PersonRequest) -> HttpResponse:
        state = self.state()
        builder = building.of_conditions(self.type, self.viewer, state.known, state.query.conditions)
        wanted = request.GET.get("field", "")
        if wanted:
            found = state.known.get(wanted)
            if found is None or (found.named is not None and found.named.say is not None):
                raise BadFilter(part=wanted[:80])
        if wanted or not builder.lines:
            builder.add(wanted)
        return self.answer(state, builder)

    def post(self, request: PersonRequest) -> HttpResponse:
        state = self.state()
        builder = building.of_post(self.type, self.viewer, state.known, request.POST)
        if request.htmx and request.htmx.target == building.TOLD:
            return self.render("records/_filter_told.html", building.told(builder, state.query.words))
        if building.pressed(builder, request.POST):
            url = state.link(self.layout(), conditions=builder.conditions())
            if len(url) <= LONGEST_ADDRESS:
                return HttpResponseRedirect(url, status=303)
            builder.lines[-1].error = _("All together this is too long. Say fewer or shorter values.")
        return self.answer(state, builder, status=422 if builder.has_errors else 200)

    def answer(self, state: ListState, builder: Builder, status: int = 200) -> HttpResponse:
        """The page, or only the builder."""
        drawn = building.drawn(builder)
        told = building.told(builder, state.query.words)
        context = {"builder": {**drawn, "action": state.link(), "cancel_url": state.link(self.layout()), "told": told}}
        name = "partials/filter_builder.html" if self.is_fragment else "records/filter.html"
        return self.render(name, context, status=status)
