from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.kinds import formats
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest, signed_in
from common.records import exporting, registry
from common.records.models import ExportFile
from common.records.state import ListState
from common.records.subtables import link_cell, text_cell
from common.records.views.base import RecordView


class ExportView(RecordView):
    """Take the rows of a list away: the file at once, or where there are many a job that makes it."""

    http_method_names = ["post"]
    action = "export"

    def post(self, request: PersonRequest) -> HttpResponseBase:
        state = ListState(self.type, self.viewer, request.GET)
        wanted = request.POST.get("format", "")
        file_format = wanted if wanted in ExportFile.Format.values else ExportFile.Format.CSV
        export, job = exporting.ask(state, file_format, request.user, shown=request.POST.get("columns") == "shown")
        if job is None:
            return _answer(export)
        messages.info(request, _("These are many rows: the file is being made, and you find it here."))
        return HttpResponseRedirect(reverse("jobs:list"), status=303)


@signed_in
def export_file(request: PersonRequest, pk: int) -> HttpResponseBase:
    """A file that was exported, for whoever asked for it and nobody else."""
    return _answer(exporting.get_file(request.user, pk))


def _answer(export: ExportFile) -> FileResponse:
    response = FileResponse(default_storage.open(export.path), as_attachment=True, filename=exporting.name_of(export))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@signed_in
def exports(request: PersonRequest) -> HttpResponse:
    """What was taken away, by whom, how much: one's own, an administrator's everybody's."""
    everybody = principal_of(request.user).is_administrator
    heads = [_("When"), _("What"), _("Rows"), _("Format"), *([_("Who")] if everybody else [])]
    context = {
        "columns": [{"label": head, "numeric": head == _("Rows")} for head in heads],
        "rows": [{"cells": _cells(row, request, everybody=everybody)} for row in exporting.listed(request.user)],
    }
    return render(request, "records/exports.html", context)


def _cells(row: ExportFile, request: PersonRequest, *, everybody: bool) -> list[dict[str, Any]]:
    kind, when = registry.get(row.type), formats.moment_of(row.asked_at)
    given = exporting.is_given(row, request.user)
    first = link_cell(when, reverse("export-file", args=[row.pk])) if given else text_cell(when)
    what = link_cell(kind.label_plural, f"{kind.url('list')}?{row.query}")
    found = [first, what, text_cell(formats.number(row.rows), numeric=True), text_cell(row.get_format_display())]
    return [*found, text_cell(row.by)] if everybody else found
