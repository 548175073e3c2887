from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.kinds import formats
from common.kinds.counting import bounded, said
from common.kinds.errors import NotVisible
from common.notifications import selectors, services
from common.notifications.forms import WishesForm
from common.notifications.models import Kind
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest, signed_in
from common.records.addresses import record_at
from common.records.views.base import viewer_of
from common.records.views.lists import back

MOST_COUNTED = 99


def count_words(count: int) -> str:
    """The number on the bell; empty for none."""
    return said(count, MOST_COUNTED) if count else ""


@signed_in
def notifications(request: PersonRequest) -> HttpResponse:
    """What a person was told, by record."""
    chosen, only_unread = request.GET.get("show", ""), "unread" in request.GET
    rows = selectors.newest(request.user, chosen, only_unread=only_unread)
    muted = selectors.muted(request.user)
    groups = selectors.grouped(viewer_of(request), rows)
    labels = {
        "": _("All"), "mentions": _("Mentions"), "assigned": _("Mine"), "due": _("Due"), "system": _("System"),
    }  # fmt: skip
    tail = "unread=1" if only_unread else ""
    other = "" if only_unread else "unread=1"
    context = {
        "tabs": [
            {"label": label, "url": _address(f"show={key}" if key else "", tail), "current": key == chosen}
            for key, label in labels.items()
        ],
        "groups": [_drawn(group, muted) for group in groups], "only_unread": only_unread,
        "toggle_url": _address(f"show={chosen}" if chosen in selectors.FILTERS else "", other),
        "here": request.get_full_path(),
    }  # fmt: skip
    response = render(request, "notifications/page.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _address(*parts: str) -> str:
    tail = "&".join(part for part in parts if part)
    return f"{reverse('notifications:page')}?{tail}" if tail else reverse("notifications:page")


def _drawn(group: selectors.Group, muted: set[int]) -> dict[str, Any]:
    return {
        "title": group.title, "url": group.url, "icon": group.icon, "unread": group.is_unread,
        "record": group.obj.pk if group.obj else None, "muted": bool(group.obj and group.obj.pk in muted),
        "keys": [line.row.pk for line in group.lines],
        "lines": [
            {"words": line.words, "text": line.text, "when": formats.moment_of(line.row.at),
             "iso": line.row.at.isoformat(), "unread": line.row.read_at is None}
            for line in group.lines
        ],
    }  # fmt: skip


@signed_in
def bell(request: PersonRequest) -> HttpResponse:
    """The bell with its count, a fragment that asks again by itself."""
    count = bounded([selectors.unread(principal_of(request.user))], MOST_COUNTED)[0]
    response = HttpResponse(render_to_string("partials/bell.html", {"count": count_words(count)}))
    response["Cache-Control"] = "no-store"
    return response


@signed_in
@require_POST
def mark(request: PersonRequest) -> HttpResponse:
    """Mark notifications read or unread: those given, or all."""
    keys = [int(key) for key in request.POST.getlist("key")[: selectors.SHOWN] if key.isdecimal() and len(key) < 18]
    if keys or request.POST.get("all"):
        services.mark(request.user, read=request.POST.get("as") != "unread", keys=keys)
    return back(request, reverse("notifications:page"))


@signed_in
@require_POST
def seen(request: PersonRequest) -> HttpResponse:
    """A page tells that it was opened: what was told of its record is read."""
    found = record_at(request.POST.get("at", ""))
    if found is not None:
        services.mark(request.user, read=True, record=found[1])
    return HttpResponse(status=204)


@signed_in
@require_POST
def mute(request: PersonRequest) -> HttpResponse:
    """Hear nothing more of a record, or again."""
    obj = selectors.visible_at(request.POST.get("at", ""), viewer_of(request))
    services.mute(request.user, obj, on=request.POST.get("mute") != "off")
    text = _("Muted: %(title)s") if request.POST.get("mute") != "off" else _("No longer muted: %(title)s")
    messages.success(request, text % {"title": obj.title})
    return back(request, reverse("notifications:page"))


@signed_in
def settings(request: PersonRequest) -> HttpResponse:
    """How a person wants to be told."""
    wishes = services.wishes_of([request.user.pk])[request.user.pk]
    form = WishesForm(wishes, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.save_wishes(request.user, form.wishes())
        messages.success(request, _("Saved"))
        return HttpResponseRedirect(reverse("notifications:settings"), status=303)
    kinds = [{"cols": "2", "fields": [form[kind] for kind in pair]} for pair in _pairs(Kind.values)]
    mails = [
        {"cols": "2", "fields": [form["quiet_from"], form["quiet_until"]]},
        {"cols": "1", "fields": [form["digest_hour"]]},
    ]
    context = {
        "sections": [
            {"id": "s-kinds", "label": _("What you are told"), "rows": kinds, "errors": 0},
            {"id": "s-mails", "label": _("Mails"), "rows": mails, "errors": len(form.errors)},
        ],
        "no_mail": not request.user.email,
    }
    return render(request, "notifications/settings.html", context, status=422 if form.errors else 200)


def _pairs(names: list[str]) -> list[list[str]]:
    return [names[start : start + 2] for start in range(0, len(names), 2)]


@signed_in
def people(request: PersonRequest) -> HttpResponse:
    """Who can be mentioned in a note on the record at `at`, a fragment: options, each told whether they see it."""
    viewer = viewer_of(request)
    try:
        obj = selectors.visible_at(request.GET.get("at", ""), viewer)
    except NotVisible:
        raise Http404 from None
    typed = request.GET.get("q", "").replace("\x00", "")[:60]
    options = selectors.mentionable(viewer, obj, typed)
    response = HttpResponse(render_to_string("notifications/_people.html", {"options": options}))
    response["Cache-Control"] = "no-store"
    return response
