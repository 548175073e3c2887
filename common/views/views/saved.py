from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.changes import submissions
from common.changes.submissions import AlreadySubmitted
from common.policy.rules import PersonRequest, signed_in
from common.records import registry
from common.views import selectors, services
from common.views.errors import NotYourView
from common.views.forms import ViewForm
from common.views.models import SavedView
from common.views.views.base import kept_of, state_of, type_of


def url_of(view: SavedView) -> str:
    """The list that a view shows."""
    return f"{registry.get(view.type).url(view.state.get('layout', 'list'))}?view={view.pk}"


@signed_in
def new(request: PersonRequest, key: str) -> HttpResponse:
    """Save the list of the address under a name."""
    kind = type_of(request, key)
    state = state_of(request, kind)
    kept = kept_of(state)
    form = ViewForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            with submissions.once(request.POST.get("nonce", "")) as submission:
                view = services.create_view(key, kept, by=request.user, **form.cleaned_data)
                submission.url = url_of(view)
        except AlreadySubmitted as again:
            return HttpResponseRedirect(again.url, status=303)
        messages.success(request, _("Saved: %(title)s") % {"title": view})
        return HttpResponseRedirect(url_of(view), status=303)
    return _page(request, form, _("Save the view"), state.link(), kind.label_plural)


@signed_in
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """The name of a view, whom it is shown to, who may change it."""
    view = selectors.get_view(request.user, pk)
    if not selectors.may_change(request.user, view):
        raise NotYourView
    form = ViewForm(request.POST or None, user=request.user, view=view)
    if request.method == "POST" and form.is_valid():
        services.change_view(view, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved: %(title)s") % {"title": view})
        return HttpResponseRedirect(url_of(view), status=303)
    return _page(request, form, view.name, url_of(view), registry.get(view.type).label_plural)


def _page(request: PersonRequest, form: ViewForm, title: str, back: str, section: Any) -> HttpResponse:
    context = {
        "title": title, "section": section, "cancel_url": back,
        "sections": [
            {"id": "s-view", "label": title, "rows": [{"cols": "1", "fields": [field]} for field in form], "errors": 0}
        ],
        "fields": [("nonce", request.POST.get("nonce") or submissions.new_nonce())],
    }  # fmt: skip
    return render(request, "views/form.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def save(request: PersonRequest, pk: int) -> HttpResponse:
    """Let a view show the list of the address."""
    view = selectors.get_view(request.user, pk)
    kept = kept_of(state_of(request, registry.get(view.type)))
    services.save_state(view, kept, by=request.user)
    messages.success(request, _("Saved: %(title)s") % {"title": view})
    return HttpResponseRedirect(url_of(view), status=303)


@signed_in
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then delete a view."""
    view = selectors.get_view(request.user, pk)
    if not selectors.owns(request.user, view):
        raise NotYourView
    if request.method == "POST":
        services.delete_view(view, by=request.user)
        messages.success(request, _("Deleted: %(title)s") % {"title": view})
        return HttpResponseRedirect(reverse("views:list"), status=303)
    text = _("It goes from the lists and side bars of everybody who sees it. Records are not touched.")
    context = {
        "title": _("Delete the view “%(name)s”?") % {"name": view}, "text": text, "action": request.path,
        "cancel_url": reverse("views:list"),
    }  # fmt: skip
    return render(request, "views/delete.html", context)


@signed_in
def listed(request: PersonRequest) -> HttpResponse:
    """The views of a person, and the order of those in the side bar."""
    user = request.user
    rows = [_row(view, request) for view in selectors.listed(user)]
    pins = [
        {
            "pk": f"{pin.type}:{pin.key}", "label": pin.label,
            "url": f"{registry.get(pin.type).url(pin.layout)}?view={pin.key}",
            "cells": [{"text": str(registry.get(pin.type).label_plural)}],
            "menu": [{
                "label": _("Take out of the side bar"), "icon": "x", "method": "post",
                "url": f"{reverse('views:unpin', args=[pin.type])}?view={pin.key}",
            }],
        }
        for pin in selectors.pins(user)
    ]  # fmt: skip
    heads = [_("Name"), _("List"), _("Owner"), _("Shown to")]
    columns = [{"label": head, "numeric": False} for head in heads]
    context = {"rows": rows, "pins": pins, "columns": columns, "pin_columns": columns[:2]}
    return render(request, "views/list.html", context)


def _row(view: SavedView, request: PersonRequest) -> dict[str, Any]:
    menu = []
    if selectors.may_change(request.user, view):
        menu.append({"label": _("Edit"), "icon": "pencil", "url": reverse("views:edit", args=[view.pk])})
    if selectors.owns(request.user, view):
        menu.append({"label": _("Delete"), "icon": "trash", "url": reverse("views:delete", args=[view.pk])})
    kind = registry.get(view.type)
    return {
        "pk": view.pk, "label": view.name, "url": url_of(view), "menu": menu,
        "cells": [{"text": str(kind.label_plural)}, {"text": str(view.owner)}, {"text": view.get_reach_display()}],
    }  # fmt: skip
