from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from common.kinds import formats
from common.kinds.counting import bounded
from common.policy.rules import PersonRequest
from common.records import building, filtering
from common.records.building import Builder
from common.records.errors import BadFilter
from common.records.state import ListState
from common.records.views.base import RecordView

MOST_COUNTED = 100_000
LONGEST_ADDRESS = 3500
"""Characters that web servers take for certain, with the name of the host before them."""
TOLD = "k-builder-told"
"""The part of the page that says the filter in a sentence and how many rows it finds."""


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
        if request.htmx and request.htmx.target == TOLD:
            return self.render("records/_filter_told.html", self.told(state, builder))
        if "away" in request.POST:
            builder.remove(request.POST["away"])
        elif "add" in request.POST:
            builder.add()
        elif "apply" in request.POST:
            found = builder.conditions() if builder.check() else ()
            url = state.link(self.layout(), conditions=found)
            if len(url) > LONGEST_ADDRESS:
                builder.lines[-1].error = _("All together this is too long. Say fewer or shorter values.")
            if not builder.has_errors:
                return HttpResponseRedirect(url, status=303)
            return self.answer(state, builder, status=422)
        return self.answer(state, builder)

    def answer(self, state: ListState, builder: Builder, status: int = 200) -> HttpResponse:
        """The page, or only the builder."""
        drawn = building.drawn(builder)
        told = self.told(state, builder)
        context = {"builder": {**drawn, "action": state.link(), "cancel_url": state.link(self.layout()), "told": told}}
        name = "partials/filter_builder.html" if self.is_fragment else "records/filter.html"
        return self.render(name, context, status=status)

    def told(self, state: ListState, builder: Builder) -> dict[str, str]:
        """The filter in words, and how many rows it finds."""
        shown = Builder(self.type, self.viewer, state.known, [li for li in builder.lines if not builder.is_wrong(li)])
        query = filtering.Query(state.query.words, shown.conditions())
        rows = self.type.model.objects.for_user(self.viewer.principal)
        [count] = bounded(
            [rows.filter(filtering.condition_q(self.type, query, self.viewer, state.known))], MOST_COUNTED
        )
        number = formats.number(min(count, MOST_COUNTED))
        return {
            "sentence": shown.sentence(),
            "count": _("more than %(number)s") % {"number": number} if count > MOST_COUNTED else number,
        }
