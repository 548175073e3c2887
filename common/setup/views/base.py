"""What every page of the settings needs: its place, its rule, its frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from common.changes import submissions
from common.changes.services import via
from common.changes.submissions import AlreadySubmitted
from common.events.models import Via
from common.kinds.errors import DomainError, Forbidden
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest, needs
from common.records import registry
from common.records.declaring import RecordType
from common.setup import dictionaries, selectors
from common.setup.dictionaries import PEOPLE, SETTINGS, DictionaryPage

START = "start"
settings_editors = needs(*SETTINGS, PEOPLE[1])
people_managers = needs(*PEOPLE)


def page_of(request: PersonRequest, key: str) -> DictionaryPage:
    """The dictionary of the address, if the person may change it."""
    page = dictionaries.find(key)
    principal = principal_of(request.user)
    if page is None or page.area in principal.closed:
        raise Http404
    if not principal.may(*page.permission):
        raise Forbidden
    return page


def row_of(page: DictionaryPage, pk: int) -> Any:
    """One row of a dictionary."""
    row = selectors.row(page, pk)
    if row is None:
        raise Http404
    return row


def type_of(request: PersonRequest, page_key: str, name: str) -> RecordType:
    """The record type the address names, else the first. Raises 404 for one this dictionary has no rows of."""
    divisions = selectors.parents(page_of(request, page_key))
    wanted = request.GET.get(name) or divisions[0].pk
    if wanted not in {division.pk for division in divisions}:
        raise Http404
    return registry.get(wanted)


def nav(request: PersonRequest, current: str) -> list[dict[str, Any]]:
    """The sub-navigation: the steps of setting up, then what this person may change."""
    start = {"label": _("Setting up"), "url": reverse("setup:home"), "current": current == START}
    found: list[dict[str, Any]] = [{"label": "", "items": [start]}]
    for label, pages in dictionaries.by_group():
        items = [
            {"label": page.label, "url": reverse("setup:list", args=[page.key]), "current": page.key == current}
            for page in dictionaries.offered(principal_of(request.user), pages)
        ]
        if items:
            found.append({"label": label, "items": items})
    return found


def history_url(key: str, row: Any) -> str:
    """Where the history of a row is told; empty while there is none."""
    return reverse("setup:history", args=[key, row.pk]) if row is not None else ""


def frame(request: PersonRequest, key: str, title: str, **more: Any) -> dict[str, Any]:
    """The context of a page with a form: its place, its title, its nonce, and what else is given."""
    return {
        "page": page_of(request, key), "nav": nav(request, key), "title": title, "fields": [nonce_of(request)], **more
    }  # fmt: skip


def once(request: PersonRequest, run: Callable[[], str]) -> HttpResponse:
    """Do what the form asks one single time; `run` gives the address that answers."""
    nonce = request.POST.get("nonce", "")
    url = submissions.answered(nonce)
    if url is None:
        try:
            with submissions.once(nonce) as submission, via(Via.FORM):
                url = submission.url = run()
        except AlreadySubmitted as again:
            url = again.url
    return HttpResponseRedirect(url or reverse("setup:home"), status=303)


def once_or_told(request: PersonRequest, run: Callable[[], str], back: str) -> HttpResponse:
    """Like `once`; what is refused is told at the address `back`."""
    try:
        return once(request, run)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return once(request, lambda: back)


def nonce_of(request: PersonRequest) -> tuple[str, str]:
    """The hidden nonce of a form: the posted one, else a new one."""
    return "nonce", request.POST.get("nonce") or submissions.new_nonce()
