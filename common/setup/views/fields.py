from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.customfields import services
from common.customfields.models import CustomField
from common.kinds.errors import DomainError
from common.policy.rules import PersonRequest
from common.records import registry
from common.records.declaring import RecordType
from common.setup import selectors
from common.setup.forms.fields import CustomFieldForm, NamesForm
from common.setup.views.base import frame, once, page_of, row_of, settings_editors

FIELDS, NAMES = "fields", "names"


def _type_of(request: PersonRequest, page_key: str, name: str) -> RecordType:
    """The record type the address names, else the first. Raises 404 for one without own fields or names."""
    divisions = selectors.parents(page_of(request, page_key))
    wanted = request.GET.get(name) or divisions[0].pk
    if wanted not in {division.pk for division in divisions}:
        raise Http404
    return registry.get(wanted)


@settings_editors
def field(request: PersonRequest, pk: int | None = None) -> HttpResponse:
    """An own field: new or edit."""
    page = page_of(request, FIELDS)
    row: CustomField = row_of(page, pk) if pk is not None else CustomField()
    kind = registry.get(row.type) if pk is not None else _type_of(request, FIELDS, "type")
    form = CustomFieldForm(kind, request.POST or None, instance=row)
    back = f"{reverse('setup:list', args=[FIELDS])}?of={kind.key}"
    if request.method == "POST" and form.is_valid():

        def run() -> str:
            options = list(form.given_options())
            services.save_field(row, roles=form.cleaned_data["roles"], options=options, by=request.user)
            messages.success(request, _("Saved: %(title)s") % {"title": row})
            return back

        try:
            return once(request, run)
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return render(request, "setup/form.html", _context(request, form, kind, back), status=422 if form.errors else 200)


def _context(request: PersonRequest, form: CustomFieldForm, kind: RecordType, back: str) -> dict[str, Any]:
    title = str(form.instance) if form.instance.pk else _("New field: %(type)s") % {"type": kind.label_plural}
    rows = [{"cols": "1", "fields": [bound]} for bound in form]
    summary = {"title": _("Not saved yet"), "text": " ".join(map(str, form.non_field_errors())), "links": []}
    return frame(
        request, FIELDS, title, cancel_url=back, summary=summary if form.errors else None,
        sections=[{"id": "s-main", "label": "", "rows": rows, "errors": 0}],
    )  # fmt: skip


@settings_editors
def names(request: PersonRequest) -> HttpResponse:
    """What the company calls a type and its fields, in every language."""
    page = page_of(request, NAMES)
    kind = _type_of(request, NAMES, "of")
    form = NamesForm(kind, request.POST or None)
    if request.method == "POST" and form.is_valid():

        def run() -> str:
            services.rename(kind.model, form.labels(), by=request.user)
            messages.success(request, _("Saved: %(title)s") % {"title": kind.label_plural})
            return f"{request.path}?of={kind.key}"

        return once(request, run)
    tabs = [
        {"label": str(d), "url": f"{request.path}?of={d.pk}", "current": d.pk == kind.key, "count": None}
        for d in selectors.parents(page)
    ]
    context = frame(request, NAMES, str(page.label), tabs=tabs, rows=form.rows(), text=page.text,
                    cancel_url=f"{request.path}?of={kind.key}")  # fmt: skip
    return render(request, "setup/names.html", context, status=422 if form.errors else 200)
