from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.changes import submissions, undoing
from common.changes.models import Undo
from common.changes.submissions import AlreadySubmitted
from common.events.models import ChangeSet, Via
from common.kinds.errors import DomainError
from common.policy.rules import PersonRequest, signed_in
from common.records import recent
from common.records.declaring import Viewer
from common.records.views import toasts
from common.records.views.base import viewer_of

TITLE = gettext_lazy("Recent changes")


def _answer(request: PersonRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _crumbs(*last: object) -> list[dict[str, Any]]:
    return [{"label": TITLE, "url": reverse("recent")}, *({"label": label, "url": ""} for label in last)]


@signed_in
def changes(request: PersonRequest) -> HttpResponse:
    """The change sets of 30 days: a person's own, for an administrator everybody's."""
    viewer = viewer_of(request)
    query = request.GET.dict()
    acts, after = recent.page(viewer, query)
    kept = {name: query[name] for name in ("who", "via") if query.get(name)}
    context = {
        "days": recent.entries(acts, viewer), "filters": _filters(viewer, query), "title": TITLE,
        "more_url": f"{reverse('recent')}?{urlencode({**kept, 'after': after})}" if after else "",
        "is_first": "after" not in query,
    }  # fmt: skip
    return _answer(request, "records/recent.html", context)


def _filters(viewer: Viewer, query: dict[str, str]) -> list[dict[str, Any]]:
    people: list[tuple[str, str]] = []
    if viewer.principal.is_administrator:
        people = [(str(user.pk), str(user)) for user in recent.who_changes()]
    ways = [(value, str(label)) for value, label in Via.choices]
    found = []
    for name, label, options in (("who", _("Who"), people), ("via", _("How"), ways)):
        chosen = query.get(name, "")
        choices = [{"value": "", "label": _("all"), "selected": not chosen}]
        choices += [{"value": value, "label": text, "selected": value == chosen} for value, text in options]
        if options:
            found.append({"name": name, "label": label, "kind": "select", "choices": choices, "active": bool(chosen)})
    return found


@signed_in
def undo(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask before undoing, saying what will come back; posted: undo."""
    viewer = viewer_of(request)
    act = recent.get_act(pk, viewer)
    if request.method != "POST":
        undoing.require(act, request.user)
        return _ask(request, viewer, act)
    try:
        with submissions.once(request.POST.get("nonce", "")) as submission:
            row = undoing.undo(act, by=request.user)
            submission.url = reverse("undone", args=[row.pk])
    except AlreadySubmitted as again:
        return HttpResponseRedirect(again.url or reverse("recent"), status=303)
    except DomainError as refusal:
        if request.htmx:
            return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
        raise
    return _done(request, viewer, row)


def _ask(request: PersonRequest, viewer: Viewer, act: ChangeSet) -> HttpResponse:
    found, total = undoing.preview(act, by=request.user, most=recent.MOST_SHOWN)
    back, left = recent.decided(found, viewer)
    context = {
        "title": _("Undo"), "label": recent.tell([act], viewer)[act.pk].label, "back": back, "left": left,
        "lasting": undoing.what_lasts(act), "more": max(0, total - len(found)), "action": request.path,
        "is_possible": bool(back) or total > len(found), "nonce": submissions.new_nonce(), "crumbs": _crumbs(_("Undo")),
    }  # fmt: skip
    return _answer(request, "records/undo.html", context)


def _done(request: PersonRequest, viewer: Viewer, row: Undo) -> HttpResponse:
    """Where a full success leads back to, or to what was left. The page of a record that is gone must be left."""
    whole = row.done_at is not None and not recent.leaves(row)
    if whole and row.made is not None:
        toasts.add(request, recent.tell([row.made], viewer)[row.made_id or 0].label, [row.made])
    if request.htmx and whole and recent.stays(row):
        return HttpResponse(status=204)
    url = reverse("recent") if whole else reverse("undone", args=[row.pk])
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url, status=303)


@signed_in
def undone(request: PersonRequest, pk: int) -> HttpResponse:
    """What an undoing did, how far it is, and everything it left with the reason."""
    viewer = viewer_of(request)
    row = recent.get_undo(pk, viewer)
    left, notes = recent.noted(row, viewer)
    context = {
        "title": _("Undo"), "label": recent.tell([row.of], viewer)[row.of_id].label, "left": left, "row": row,
        "more": max(0, notes - recent.MOST_SHOWN), "lasting": undoing.what_lasts(row.of), "crumbs": _crumbs(_("Undo")),
        "redo_url": toasts.undo_url([row.made]) if row.made is not None and row.done_at and row.holds else "",
    }  # fmt: skip
    return _answer(request, "records/undone.html", context)
