from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.kinds.errors import NotVisible
from common.kinds.models import RecordModel
from common.policy.rules import PersonRequest, signed_in
from common.records import filtering, finding
from common.records.addresses import record_at
from common.records.declaring import Viewer
from common.records.state import ListState
from common.records.views.base import viewer_of
from common.records.views.pages import PageView
from common.search import commands, drawing, services, starters
from common.search.commands import Command
from common.search.selectors import hits, known

ON_PAGE = 20
COMMANDS_BESIDE_HITS = 3
MOST_COMMANDS = 30


@signed_in
def palette(request: PersonRequest) -> HttpResponse:
    """What the palette shows for what is typed, a fragment. `at`: the page it is open on."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()[: finding.LONGEST]
    viewer = viewer_of(request)
    if typed.startswith(">"):
        groups = _commands(request, typed[1:], viewer)
    elif typed.startswith("@"):
        groups = _people(typed[1:])
    elif typed:
        groups = _found(typed, viewer)
    else:
        groups = _start(viewer)
    all_url = f"{reverse('search:page')}?{urlencode({'q': typed})}" if typed and typed[0] not in ">@" else ""
    return _fragment({"groups": groups, "typed": typed, "all_url": all_url})


@signed_in
def actions(request: PersonRequest) -> HttpResponse:
    """What can be done to the record at the address `at`, a fragment."""
    page = _page_at(request, request.GET.get("at", ""))
    if page is None:
        raise Http404
    obj = page.get_object()
    found = [drawing.commands_group(_actions_of(page, obj), obj.title)]
    return _fragment({"groups": found, "typed": "", "all_url": ""})


def _fragment(context: dict[str, Any]) -> HttpResponse:
    """Without the frame, whose figures a fragment does not need."""
    count = sum(len(group["rows"]) for group in context["groups"])
    response = HttpResponse(render_to_string("search/_hits.html", {**context, "count": count}))
    response["Cache-Control"] = "no-store"
    return response


def _start(viewer: Viewer) -> list[dict[str, Any]]:
    """Before anything is typed: what was opened last, and the person's own due steps."""
    recent = [drawing.rows(kind, [obj], viewer)[0] for kind, obj in known.recently_opened(viewer)]
    found = [{"key": "recent", "label": _("Opened last"), "rows": recent}] if recent else []
    found += starters.groups(viewer)
    return found or [drawing.commands_group(commands.every(viewer)[:MOST_COMMANDS])]


def _found(typed: str, viewer: Viewer) -> list[dict[str, Any]]:
    asked, found = hits.find(typed, viewer)
    groups = [drawing.group(one, asked, viewer) for one in found]
    beside = [] if asked.is_short else commands.matching(typed, commands.every(viewer))[:COMMANDS_BESIDE_HITS]
    people = [] if asked.is_short else known.people(typed, COMMANDS_BESIDE_HITS)
    if people:
        groups.append({"key": "people", "label": _("People"), "rows": [drawing.person_row(one) for one in people]})
    return [*groups, drawing.commands_group(beside)] if beside else groups


def _people(typed: str) -> list[dict[str, Any]]:
    found = known.people(typed)
    rows = [drawing.person_row(person) for person in found]
    return [{"key": "people", "label": _("People"), "rows": rows}] if rows else []


def _commands(request: PersonRequest, typed: str, viewer: Viewer) -> list[dict[str, Any]]:
    """The actions of the record the palette is open on, then what can be done from anywhere."""
    groups = []
    page = _page_at(request, request.GET.get("at", ""))
    obj = _object_of(page)
    if page is not None and obj is not None:
        own = commands.matching(typed, _actions_of(page, obj))
        groups = [drawing.commands_group(own, obj.title)] if own else []
    everywhere = commands.matching(typed, commands.every(viewer))[:MOST_COMMANDS]
    return [*groups, drawing.commands_group(everywhere)] if everywhere else groups


def _page_at(request: PersonRequest, at: str) -> PageView | None:
    """The page of the record whose address this is, if it is one of a type the person sees."""
    found = record_at(at)
    if found is None or not viewer_of(request).principal.may(found[0].key, "view"):
        return None
    kind, pk = found
    page = PageView(kind=kind)
    page.setup(request, pk=pk)
    return page


def _object_of(page: PageView | None) -> RecordModel | None:
    """The record of the page, if the person sees it."""
    try:
        return page.get_object() if page is not None else None
    except NotVisible:
        return None


def _actions_of(page: PageView, obj: Any) -> list[Command]:
    """What the page of a record offers: its stages, its buttons, its menu."""
    page.related = page.relations_of(obj)
    allowed = page.allowed_actions()
    bar = page.usable(page.type.bar(obj, page.viewer), allowed)
    found = [
        Command(_("Move to %(stage)s") % {"stage": stage["label"]}, stage["url"], "git-branch", posts=True)
        for stage in (bar["stages"] if bar else ())
        if stage["url"] and stage["state"] != "now"
    ]
    if bar and bar["close"]:
        found += [Command(choice["label"], choice["url"], choice["icon"]) for choice in bar["close"]["choices"]]
    offered = [*page.actions(obj, allowed, "button"), *page.menu(obj, allowed)]
    found += [
        Command(item["label"], item["url"], item["icon"], key=item.get("key", ""), posts=item.get("method") == "post")
        for item in offered
    ]
    return found


@signed_in
def search(request: PersonRequest) -> HttpResponse:
    """The whole page: hits of every type, or with `in` all of one type, page by page."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()[: finding.LONGEST]
    viewer = viewer_of(request)
    kinds = hits.kinds_for(viewer)
    chosen = next((kind for kind in kinds if kind.key == request.GET.get("in")), None)
    pages: dict[str, str] = {}
    if typed.startswith("@"):
        groups = _people(typed[1:])
    elif typed and chosen is not None:
        groups, pages = _one_type(request, chosen, typed, viewer)
    else:
        asked, found = hits.find(typed, viewer, ON_PAGE)
        groups = [_group_on_page(one, asked, viewer, typed) for one in found]
    context = {
        "typed": typed, "groups": groups, "pages": pages, "chosen": chosen,
        "back_url": f"{reverse('search:page')}?{urlencode({'q': typed})}" if chosen else "",
    }  # fmt: skip
    response = render(request, "search/page.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _group_on_page(found: hits.Hits, asked: finding.Asked, viewer: Viewer, typed: str) -> dict[str, Any]:
    more = f"{reverse('search:page')}?{urlencode({'q': typed, 'in': found.kind.key})}" if found.more else ""
    return {**drawing.group(found, asked, viewer), "more_url": more}


def _one_type(
    request: PersonRequest, kind: Any, typed: str, viewer: Viewer
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """A page of the hits of one type in the order of its list, and the addresses of its neighbours."""
    address = request.GET.copy()
    for name in ("in", "f", "any", "view", "sort"):
        address.pop(name, None)
    address["all"] = "1"
    state = ListState(kind, viewer, address)
    page = state.page(kind.select_listed, request.GET.get("after", ""))
    rows = drawing.rows(kind, list(page.rows), viewer, finding.marks(finding.read(typed)))
    base = {"q": typed, "in": kind.key}
    urls = {
        name: f"{reverse('search:page')}?{urlencode({**base, 'after': at})}" if at else ""
        for name, at in (("prev_url", page.before), ("next_url", page.after))
    }
    shown = f"{page.first + 1}–{page.first + len(rows)}" if rows else ""
    return [{"key": kind.key, "label": kind.label_plural, "rows": rows}] if rows else [], {**urls, "range": shown}


@signed_in
@require_POST
def opened(request: PersonRequest) -> HttpResponse:
    """A page tells that it was opened; where it is a record's, that is remembered."""
    obj = _object_of(_page_at(request, request.POST.get("at", "")))
    if obj is not None:
        services.note_opened(obj, by=request.user)
    return HttpResponse(status=204)


@signed_in
def person(request: PersonRequest, pk: int) -> HttpResponse:
    """A colleague: where the lists of what they own are."""
    found = known.person(pk)
    if found is None:
        raise Http404
    viewer = viewer_of(request)
    links = [
        {"label": kind.label_plural, "icon": kind.icon, "url": f"{kind.url('list')}?f=owner.in:{pk}"}
        for kind in _lists_by_owner(viewer)
    ]
    context = {"person": found, "drawn": drawing.person_row(found)["person"], "links": links}
    return render(request, "search/person.html", context)


def _lists_by_owner(viewer: Viewer) -> Sequence[Any]:
    return [kind for kind in hits.kinds_for(viewer) if kind.nav_block and "owner" in filtering.fields_of(kind, viewer)]
