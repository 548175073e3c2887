from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from common.changes import submissions
from common.changes.submissions import AlreadySubmitted
from common.kinds import formats
from common.kinds.counting import bounded, said
from common.kinds.errors import DomainError, NotVisible
from common.kinds.models import RecordModel
from common.notifications import selectors, services
from common.notifications.forms import WishesForm
from common.notifications.models import Attention, Kind
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest, signed_in
from common.records import registry
from common.records.addresses import record_at
from common.records.inputs import LONGEST_KEY
from common.records.services import LONGEST_NOTE, add_note
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
    before = request.GET.get("before", "")
    is_key = before.isdecimal() and len(before) <= LONGEST_KEY
    told = selectors.told(request.user, chosen, only_unread=only_unread)
    rows = selectors.newest(told, int(before) if is_key else None)
    shown = rows[: selectors.SHOWN]
    groups = selectors.grouped(viewer_of(request), told, shown)
    attention = selectors.attention(request.user, [group.obj.pk for group in groups if group.obj])
    labels = {
        "": _("All"), "mentions": _("Mentions"), "followed": _("Followed"), "assigned": _("Mine"), "due": _("Due"),
        "system": _("System"),
    }  # fmt: skip
    tail = "unread=1" if only_unread else ""
    other = "" if only_unread else "unread=1"
    context = {
        "tabs": [
            {"label": label, "url": _address(f"show={key}" if key else "", tail), "current": key == chosen}
            for key, label in labels.items()
        ],
        "groups": [_drawn(group, attention) for group in groups], "only_unread": only_unread,
        "older_url": _address(f"show={chosen}" if chosen in selectors.FILTERS else "", tail, f"before={shown[-1].pk}")
        if len(rows) > len(shown) else "",
        "toggle_url": _address(f"show={chosen}" if chosen in selectors.FILTERS else "", other),
        "here": request.get_full_path(),
        "nonce": submissions.new_nonce(),
    }  # fmt: skip
    response = render(request, "notifications/page.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _address(*parts: str) -> str:
    tail = "&".join(part for part in parts if part)
    return f"{reverse('notifications:page')}?{tail}" if tail else reverse("notifications:page")


def _drawn(group: selectors.Group, attention: Mapping[int, str]) -> dict[str, Any]:
    return {
        "title": group.title, "url": group.url, "icon": group.icon, "unread": group.is_unread,
        "record": group.obj.pk if group.obj else None,
        "attention": attention.get(group.obj.pk, "") if group.obj else "",
        "can_be_answered": group.can_be_answered, "answer": f"@{group.writer} " if group.writer else "",
        "keys": [line.row.pk for line in group.lines], "bundle": group.bundle,
        "lines": [
            {"words": line.words, "text": line.text, "when": formats.moment_of(line.row.at),
             "iso": line.row.at.isoformat(), "unread": line.is_unread}
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
    """Mark notifications read or unread: those given, or a bundle, or all."""
    keys = [int(key) for key in request.POST.getlist("key")[: selectors.SHOWN] if key.isdecimal() and len(key) < 18]
    bundle = request.POST.get("bundle", "").replace("\x00", "")
    if keys or bundle or request.POST.get("all"):
        services.mark(request.user, read=request.POST.get("as") != "unread", keys=keys, bundle=bundle)
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
def reply(request: PersonRequest) -> HttpResponse:
    """Answer a note where one is told of it: a note on its record, which is read by that."""
    obj = selectors.visible_at(request.POST.get("at", ""), viewer_of(request))
    text = request.POST.get("text", "")[:LONGEST_NOTE]
    try:
        with submissions.once(request.POST.get("nonce", "")):
            add_note(obj, text=text, by=request.user)
            services.mark(request.user, read=True, record=obj.pk)
    except AlreadySubmitted:
        return back(request, reverse("notifications:page"))
    except DomainError as refusal:
        return _unsent(request, obj, text, str(refusal))
    messages.success(request, _("Answered: %(title)s") % {"title": obj.title})
    return back(request, reverse("notifications:page"))


def _unsent(request: PersonRequest, obj: RecordModel, text: str, error: str) -> HttpResponse:
    """An answer that was refused, on a page of its own: what it is about may be on any page by now."""
    kind = registry.of(obj)
    page = reverse("notifications:page")
    context = {
        "obj": obj, "at": kind.page_url(obj), "text": text, "error": error, "nonce": submissions.new_nonce(),
        "next": request.POST.get("next", ""), "cancel_url": page,
        "crumbs": [{"label": _("Notifications"), "url": page}, {"label": _("Reply"), "url": ""}],
    }  # fmt: skip
    return render(request, "notifications/reply.html", context, status=422)


SAID = {
    Attention.Level.FOLLOWED: gettext_lazy("You follow it: %(title)s"),
    Attention.Level.MUTED: gettext_lazy("Muted: %(title)s"), "": gettext_lazy("As usual again: %(title)s"),
}  # fmt: skip


@signed_in
def attend(request: PersonRequest) -> HttpResponse:
    """What one wants to hear of the record at `at`: asked, and posted."""
    sent = request.POST if request.method == "POST" else request.GET
    obj = selectors.visible_at(sent.get("at", ""), viewer_of(request))
    level, kind = request.POST.get("level", ""), registry.of(obj)
    if request.method == "POST" and level in SAID:
        services.attend(request.user, obj, level)
        messages.success(request, str(SAID[level]) % {"title": obj.title})
        return back(request, kind.page_url(obj))
    now = selectors.attention(request.user, [obj.pk]).get(obj.pk, "")
    usual = _("As usual: when somebody mentions you or gives it to you, and when your step is due")
    levels = [("", usual), *Attention.Level.choices]
    context = {
        "obj": obj, "at": kind.page_url(obj), "title": _("What I hear of it"),
        "choices": [{"value": value, "label": label, "checked": value == now} for value, label in levels],
        "crumbs": [
            {"label": kind.label_plural, "url": kind.url("list")},
            {"label": kind.number_of(obj), "url": kind.page_url(obj)}, {"label": _("What I hear of it"), "url": ""},
        ],
    }  # fmt: skip
    return render(request, "notifications/attend.html", context, status=422 if request.method == "POST" else 200)


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
