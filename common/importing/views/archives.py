from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.importing import archiving, selectors
from common.importing.forms import ArchiveForm
from common.importing.models import Archive, Import, Step
from common.importing.views.base import archive_url, show, url_of
from common.kinds import formats
from common.kinds.errors import DomainError
from common.kinds.words import capital
from common.policy.rules import PersonRequest, signed_in
from common.records import registry
from common.records.subtables import link_cell, text_cell
from common.records.views.base import viewer_of


@signed_in
def archive(request: PersonRequest, pk: int) -> HttpResponse:
    """The files of an archive: to choose from, then the imports that came of them."""
    row = selectors.get_archive(request.user, pk)
    files = selectors.files_of(row)
    if files and request.method == "POST":
        return HttpResponseRedirect(archive_url(row), status=303)
    if files:
        return show(request, "archive_files", _files(row, files))
    form = ArchiveForm(row, viewer_of(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            archiving.choose(row, form.types(), by=request.user)
            return HttpResponseRedirect(archive_url(row), status=303)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    context = {
        "archive": row, "form": form, "title": _("Import: %(file)s") % {"file": row.name}, "rows": form.rows(),
        "left_out": [member for member in row.members if member["problem"]],
    }  # fmt: skip
    return show(request, "archive", context, form)


def _files(row: Archive, files: list[Import]) -> dict[str, Any]:
    heads = [_("File"), _("What"), _("State"), _("Rows")]
    following = selectors.next_of(files)
    return {
        "archive": row, "title": _("Import: %(file)s") % {"file": row.name},
        "columns": [{"label": head, "numeric": head == heads[-1], "hide_phone": head == heads[1]} for head in heads],
        "rows": [{"cells": _listed(imp)} for imp in files],
        "following": {"name": following.name, "url": url_of(following)} if following else None,
    }  # fmt: skip


def _listed(imp: Import) -> list[dict[str, Any]]:
    kind = registry.find(imp.type)
    return [
        link_cell(imp.name, url_of(imp)), text_cell(kind.label_plural if kind else "", hide_phone=True),
        text_cell(capital(Step(imp.step).label)),
        text_cell(formats.number(imp.total) if imp.total else "", numeric=True),
    ]  # fmt: skip


@signed_in
@require_POST
def drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Forget an archive of which no file was chosen."""
    row = selectors.get_archive(request.user, pk)
    archiving.drop(row, by=request.user)
    messages.success(request, _("The import of %(file)s was dropped.") % {"file": row.name})
    return HttpResponseRedirect(reverse("importing:list"), status=303)
