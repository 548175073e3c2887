from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common import clock
from common.changes import services as changes
from common.changes.services import via
from common.events.models import Via
from common.kinds import formats
from common.kinds.errors import DomainError
from common.policy.rules import PersonRequest
from common.records.views.base import viewer_of
from common.setup import history, selectors
from common.setup.dictionaries import DictionaryPage
from common.setup.forms.dictionaries import form_class
from common.setup.views.base import nav, page_of, row_of, settings_editors


@settings_editors
def dictionary_list(request: PersonRequest, key: str) -> HttpResponse:
    """The rows of a dictionary, in order, archived ones last."""
    page = page_of(request, key)
    parents = selectors.parents(page)
    chosen = request.GET.get("of", "")
    parent = next((p for p in parents if str(p.pk) == chosen), parents[0] if parents else None)
    rows = selectors.rows(page, parent)
    new_url = reverse("setup:new", args=[key]) + (f"?{page.parent}={parent.pk}" if parent else "")
    context = {
        "page": page,
        "nav": nav(request, key),
        "add": {"label": _("Add"), "url": new_url},
        "tabs": [
            {"label": str(p), "url": f"{request.path}?of={p.pk}", "current": p == parent, "count": None}
            for p in parents
        ],
        "columns": [{"label": _("Name"), "numeric": False}]
        + [{"label": column.label, "numeric": column.numeric} for column in page.columns],
        "rows": [_row(page, row) for row in rows],
        "order_url": reverse("setup:order", args=[key]) if page.ordered else "",
    }
    return render(request, "setup/list.html", context)


def _row(page: DictionaryPage, row: Any) -> dict[str, Any]:
    archived = bool(getattr(row, "archived_at", None))
    label = _("Use again") if archived else _("Archive")
    menu: list[dict[str, Any]] = []
    menu.append({"label": _("Edit"), "icon": "pencil", "url": reverse("setup:edit", args=[page.key, row.pk])})
    menu.append({"label": _("History"), "icon": "history", "url": reverse("setup:history", args=[page.key, row.pk])})
    if page.copy_route:
        menu.append({"label": _("Copy"), "icon": "copy", "url": reverse(page.copy_route, args=[row.pk])})
    if hasattr(row, "archived_at"):
        url = reverse("setup:archive", args=[page.key, row.pk])
        menu.append({"label": label, "icon": "archive", "url": url, "method": "post"})
    elif page.key != "people":
        url = reverse("setup:delete", args=[page.key, row.pk])
        menu.append({"label": _("Delete"), "icon": "trash", "url": url, "method": "post", "tone": "danger"})
    return {
        "pk": row.pk, "label": str(row), "url": reverse("setup:edit", args=[page.key, row.pk]), "archived": archived,
        "cells": [{"text": _shown(column.value(row)), "numeric": column.numeric} for column in page.columns],
        "menu": menu,
    }  # fmt: skip


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, Decimal):
        return formats.number(value, max(0, -int(value.normalize().as_tuple().exponent)))
    return "" if value is None else str(value)


@settings_editors
def dictionary_form(request: PersonRequest, key: str, pk: int | None = None) -> HttpResponse:
    """One row of a dictionary: new or edit."""
    page = page_of(request, key)
    if not page.fields:
        raise Http404
    row = row_of(page, pk) if pk is not None else page.model()
    initial = {} if pk else {name: value for name, value in request.GET.items() if name in page.fields}
    form = form_class(page)(request.POST or None, instance=row, initial=initial)
    if request.method == "POST" and form.is_valid() and _saved(request, page, form):
        messages.success(request, _("Saved: %(title)s") % {"title": row})
        return HttpResponseRedirect(_list_url(page, row), status=303)
    drawn = [{"cols": "1", "fields": [field]} for field in form]
    context = {
        "page": page, "nav": nav(request, key), "title": str(row) if pk else _("New"),
        "cancel_url": _list_url(page, row),
        "sections": [{"id": "s-main", "label": "", "rows": drawn, "errors": 0}],
        "summary": {"title": _("Not saved yet"), "text": " ".join(map(str, form.non_field_errors())), "links": []}
        if form.errors else None,
    }  # fmt: skip
    return render(request, "setup/form.html", context, status=422 if form.errors else 200)


def _list_url(page: DictionaryPage, row: Any) -> str:
    url = reverse("setup:list", args=[page.key])
    attribute = page.model._meta.get_field(page.parent).attname if page.parent else ""  # type: ignore[union-attr]  # a column
    parent = getattr(row, attribute, None) if attribute else None
    return f"{url}?of={parent}" if parent else url


def _saved(request: PersonRequest, page: DictionaryPage, form: Any) -> bool:
    try:
        with transaction.atomic(), via(Via.FORM), changes.change_set(str(form.instance), by=request.user):
            row = form.instance
            if not row.pk and page.ordered and hasattr(row, "position"):
                row.position = selectors.next_position(page)
            changes.save_dictionary(row, by=request.user)
            if page.saved is not None:
                page.saved(row, form.cleaned_data, request.user)
    except IntegrityError:
        form.add_error(None, _("Another entry has the same values; this one was not saved."))
        return False
    except (DomainError, ValidationError) as refusal:
        form.add_error(None, refusal if isinstance(refusal, ValidationError) else str(refusal))
        return False
    return True


@settings_editors
def row_history(request: PersonRequest, key: str, pk: int) -> HttpResponse:
    """Who changed a row of a dictionary, when, and from what to what."""
    page = page_of(request, key)
    row = row_of(page, pk)
    context = {
        "page": page,
        "nav": nav(request, key),
        "title": str(row),
        "days": history.of_row(page, row, viewer_of(request)),
    }
    return render(request, "setup/history.html", context)


@settings_editors
@require_POST
def archive(request: PersonRequest, key: str, pk: int) -> HttpResponse:
    """Take a row out of use, or back into it; records that have it keep it."""
    page = page_of(request, key)
    row = selectors.row(page, pk)
    if row is None or not hasattr(row, "archived_at"):
        raise Http404
    row.archived_at = None if row.archived_at else clock.now()
    try:
        with transaction.atomic(), via(Via.FORM):
            row.full_clean()
            changes.save_dictionary(row, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return HttpResponseRedirect(_list_url(page, row), status=303)


@settings_editors
@require_POST
def delete(request: PersonRequest, key: str, pk: int) -> HttpResponse:
    """Delete a row that nothing uses (rates, holidays)."""
    page = page_of(request, key)
    row = selectors.row(page, pk)
    if row is None or hasattr(row, "archived_at") or page.key == "people" or not page.fields:
        raise Http404
    try:
        with transaction.atomic(), via(Via.FORM):
            changes.delete_dictionary(row, by=request.user)
    except ProtectedError:
        messages.error(request, _("“%(title)s” is in use and stays.") % {"title": row})
    return HttpResponseRedirect(_list_url(page, row), status=303)


@settings_editors
@require_POST
def order(request: PersonRequest, key: str) -> HttpResponse:
    """Put rows in the posted order."""
    page = page_of(request, key)
    if not page.ordered:
        raise Http404
    keys = [int(k) for k in request.POST.getlist("order") if k.isdecimal() and len(k) < 18]
    rows = selectors.rows_by_key(page, keys)
    with transaction.atomic(), via(Via.FORM), changes.change_set(str(page.label), by=request.user):
        for position, pk in enumerate(keys, start=1):
            row = rows.get(pk)
            if row is not None and row.position != position:
                row.position = position
                changes.save_dictionary(row, by=request.user)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return HttpResponseRedirect(_list_url(page, next(iter(rows.values()), None)), status=303)
