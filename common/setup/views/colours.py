from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.changes import services as changes
from common.policy.rules import PersonRequest
from common.records import building, filtering, registry
from common.records.building import Builder, Line
from common.records.models import ColourRule
from common.records.views.base import viewer_of
from common.setup import selectors
from common.setup.forms.dictionaries import form_class
from common.setup.views.base import frame, nonce_of, once, page_of, row_of, settings_editors, type_of

KEY = "colours"


@settings_editors
def rule(request: PersonRequest, pk: int | None = None) -> HttpResponse:
    """A colour rule: its words and colour, and line by line the condition of the rows it marks."""
    page = page_of(request, KEY)
    row: ColourRule = row_of(page, pk) if pk is not None else ColourRule(type=type_of(request, KEY, "type").key)
    form = form_class(page)(request.POST or None, instance=row)
    form.order_fields([name for name in form.fields if name != "tone"])
    builder = _builder(request, row)
    if request.htmx and request.htmx.target == building.TOLD:
        return render(request, "records/_filter_told.html", building.told(builder))
    if request.method == "POST" and building.pressed(builder, request.POST) and form.is_valid():

        def run() -> str:
            row.condition = filtering.Query("", builder.conditions()).tree()
            row.position = row.position or selectors.next_position(page)
            changes.save_dictionary(row, by=request.user)
            messages.success(request, _("Saved: %(title)s") % {"title": row})
            return _list_url(row)

        return once(request, run)
    return _answer(request, row, form, builder)


def _builder(request: PersonRequest, row: ColourRule) -> Builder:
    kind, viewer = registry.get(row.type), viewer_of(request)
    known = filtering.fields_of(kind, viewer)
    if request.method == "POST":
        return building.of_post(kind, viewer, known, request.POST)
    builder = building.of_conditions(kind, viewer, known, filtering.conditions_of(row.condition))
    if not builder.lines:
        builder.lines.append(Line(0))
    return builder


def _answer(request: PersonRequest, row: ColourRule, form: Any, builder: Builder) -> HttpResponse:
    is_refused = "apply" in request.POST
    if not is_refused:
        form.errors.clear()
    drawn = {
        **building.drawn(builder), "action": request.get_full_path(), "cancel_url": _list_url(row),
        "told": building.told(builder), "inputs": list(form), "hidden": [nonce_of(request)], "apply_label": _("Save"),
    }  # fmt: skip
    title = row.label if row.pk else _("New colour rule: %(type)s") % {"type": builder.kind.label_plural}
    name = "partials/filter_builder.html" if request.htmx else "setup/colour.html"
    return render(request, name, frame(request, KEY, title, builder=drawn), status=422 if is_refused else 200)


def _list_url(row: ColourRule) -> str:
    return f"{reverse('setup:list', args=[KEY])}?of={row.type}"
