from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from common.policy.rules import PersonRequest, signed_in
from common.records import columns
from common.records.declaring import RecordType
from common.records.errors import BadFilter
from common.records.state import ListState
from common.records.views.base import viewer_of
from common.views import selectors, services
from common.views.services import LONGEST_STATE
from common.views.views.base import state_of, type_of


@signed_in
@require_POST
def keep(request: PersonRequest, key: str) -> HttpResponse:
    """Remember the list of the address: it opens like this next time. Nothing is kept that cannot be asked."""
    kind = type_of(request, key)
    state = state_of(request, kind)
    _asked = state.condition
    kept = state.to_keep()
    if kept is not None and len(kept) <= LONGEST_STATE:
        sort = {"sort": state.sort.key} if "sort" in request.GET else {}
        services.arrange(request.user, key, last=kept, layout=state.verb, **sort)
    return HttpResponse(status=204)


@signed_in
@require_POST
def choose_columns(request: PersonRequest, key: str) -> HttpResponse:
    """Show these columns in this order; none, or `reset`: the ordinary ones.

    A list that belongs to a saved view says them in its address, so that the view stays as it is until it is saved.
    """
    kind = type_of(request, key)
    back = _back(request, kind)
    wanted = [] if "reset" in request.POST else [k for k in request.POST.getlist("cols") if columns.exists(kind, k)]
    state = ListState(kind, viewer_of(request), QueryDict(urlsplit(back).query))
    if state.saved is None:
        widths: Any = {"widths": None} if "reset" in request.POST else {}
        services.arrange(request.user, key, columns=wanted or None, **widths)
        return HttpResponseRedirect(back, status=303)
    shown = wanted or [column.key for column in columns.declared(kind, state.viewer)]
    joined = "&" if "?" in back else "?"
    return HttpResponseRedirect(f"{back}{joined}cols={','.join(shown)}", status=303)


def _back(request: PersonRequest, kind: RecordType) -> str:
    """The list the form was sent from."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith(kind.url("list"))
    return target if ours else kind.url("list")


@signed_in
@require_POST
def set_widths(request: PersonRequest, key: str) -> HttpResponse:
    """Remember how wide columns were dragged; a width of nothing gives a column its own back."""
    kind = type_of(request, key)
    given = {name: value for name, value in request.POST.items() if columns.exists(kind, name)}
    known = {**selectors.desk(request.user, key).widths, **columns.read_widths(given, kind)}
    kept = {name: width for name, width in known.items() if given.get(name) != ""}
    services.arrange(request.user, key, widths=kept or None)
    return HttpResponse(status=204)


@signed_in
@require_POST
def pin(request: PersonRequest, key: str) -> HttpResponse:
    """Put a view into the side bar."""
    kind = type_of(request, key)
    view = _view_key(request, kind)
    services.pin(request.user, key, view)
    return HttpResponseRedirect(f"{kind.url('list')}?view={view}", status=303)


@signed_in
@require_POST
def unpin(request: PersonRequest, key: str) -> HttpResponse:
    """Take a view out of the side bar."""
    type_of(request, key)
    services.unpin(request.user, key, request.GET.get("view", "")[:60])
    return HttpResponseRedirect(reverse("views:list"), status=303)


def _view_key(request: PersonRequest, kind: RecordType) -> str:
    """The view of the address, a saved one or one that every list of the type has. Raises `BadFilter`."""
    state = ListState(kind, viewer_of(request), request.GET)
    if state.view is None or state.view.key != request.GET.get("view"):
        raise BadFilter(part="view")
    return state.view.key


@signed_in
@require_POST
def order(request: PersonRequest) -> HttpResponse:
    """Put the side bar's views in the posted order."""
    services.order_pins(request.user, request.POST.getlist("order")[:200])
    return HttpResponseRedirect(reverse("views:list"), status=303)
