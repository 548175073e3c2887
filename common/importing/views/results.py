from __future__ import annotations

import tempfile
from itertools import chain
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common import clock
from common.changes import undoing
from common.importing import access, selectors, services
from common.importing.forms import StepForm
from common.importing.models import Import, ImportRow, Outcome, Step
from common.importing.views.base import accept, archive_url, frame, here_or_elsewhere, page_of, show, url_of
from common.importing.views.steps import stuck, working
from common.kinds import formats
from common.kinds.words import capital
from common.policy import selectors as policy
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest, signed_in
from common.records import exporting, registry
from common.records.subtables import link_cell, text_cell
from common.records.views.base import viewer_of

CELLS = 6


@signed_in
def imports(request: PersonRequest) -> HttpResponse:
    """One's own imports, an administrator's everybody's."""
    everybody = principal_of(request.user).is_administrator
    heads = [_("When"), _("File"), _("What"), _("State"), _("Rows"), *([_("Who")] if everybody else [])]
    may = bool(access.importable(viewer_of(request).principal))
    context = {
        "columns": [
            {"label": head, "numeric": head == _("Rows"), "hide_phone": head in (_("When"), _("What"), _("Who"))}
            for head in heads
        ],
        "rows": [{"cells": _listed(imp, everybody=everybody)} for imp in selectors.listed(request.user)],
        "new_url": reverse("importing:new") if may else "",
        "unopened": [{"name": row.name, "url": archive_url(row)} for row in selectors.unopened(request.user)],
    }
    return show(request, "list", context)


def _listed(imp: Import, *, everybody: bool) -> list[dict[str, Any]]:
    kind = registry.find(imp.type)
    found = [
        text_cell(formats.moment_of(imp.started_at), hide_phone=True), link_cell(imp.name, url_of(imp)),
        text_cell(kind.label_plural if kind else "", hide_phone=True), text_cell(capital(Step(imp.step).label)),
        text_cell(formats.number(imp.total) if imp.total else "", numeric=True),
    ]  # fmt: skip
    return [*found, text_cell(imp.by, hide_phone=True)] if everybody else found


@signed_in
def progress(request: PersonRequest, pk: int) -> HttpResponse:
    """How far the job is, a fragment; when it is done, the whole page comes anew."""
    imp = selectors.get_import(request.user, pk)
    response = render(request, "importing/_progress.html", working(imp, page_of(imp)))
    response["Cache-Control"] = "private, no-store"
    if not imp.is_working or selectors.is_stuck(imp):
        response["HX-Refresh"] = "true"
    return response


@signed_in
def check(request: PersonRequest, pk: int) -> HttpResponse:
    """What would become of the rows; texts that were refused are mended here."""
    imp = selectors.get_import(request.user, pk)
    if (elsewhere := here_or_elsewhere(request, imp, "check")) is not None:
        return elsewhere
    if imp.step == Step.CHECKING:
        return show(request, "working", {**working(imp, "check"), "stuck": stuck(imp)})
    form = StepForm(imp, viewer_of(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        cells = _cells(request, imp)
        answer = accept(request, imp, form, lambda version: services.mend(
            imp, cells, version=version, by=request.user))  # fmt: skip
        if answer is not None:
            return answer
    return show(request, "check", _outcomes(request, imp, "check", form=form), form)


def _cells(request: PersonRequest, imp: Import) -> dict[int, dict[int, str]]:
    """The texts that were typed, by line and column."""
    found: dict[int, dict[int, str]] = {}
    for name, text in request.POST.items():
        kind, _dash, rest = name.partition("-")
        line, dash, place = rest.partition("-")
        numbers = all(part.isascii() and part.isdecimal() and len(part) < 10 for part in (line, place))
        if kind == "cell" and dash and numbers and int(place) < len(imp.headers):
            found.setdefault(int(line), {})[int(place)] = str(text).replace("\x00", "").strip()
    return found


def _outcomes(request: PersonRequest, imp: Import, current: str, **more: Any) -> dict[str, Any]:
    """How many rows there are of each outcome, and the first of the chosen one."""
    asked = request.GET.get("show", "")
    default = Outcome.FAILED if imp.counts.get(Outcome.FAILED) else _most(imp)
    outcome = Outcome(asked) if asked in Outcome.values else default
    after = request.GET.get("after", "")
    after_line = int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else 0
    rows, has_more = selectors.rows_of(imp, outcome, after_line)
    return frame(
        imp, current, figures=_figures(imp, current, outcome), rows=_rows(request, imp, rows), outcome=outcome,
        outcome_label=capital(outcome.label), failed_url=url_of(imp, "failed") if imp.counts.get("failed") else "",
        heads=[head or str(place + 1) for place, head in enumerate(imp.headers[:CELLS])],
        next_url=f"?show={outcome}&after={rows[-1].line}" if has_more else "", gone=not imp.path,
        kind=registry.get(imp.type), work=sum(imp.counts.get(key, 0) for key in (Outcome.NEW, Outcome.UPDATED)), **more,
    )  # fmt: skip


def _most(imp: Import) -> Outcome:
    return Outcome(max(Outcome.values, key=lambda key: (imp.counts.get(key, 0), -Outcome.values.index(key))))


def _figures(imp: Import, current: str, outcome: Outcome) -> list[dict[str, Any]]:
    return [
        {"label": capital(Outcome(key).label), "value": formats.number(imp.counts.get(key, 0)),
         "url": f"{url_of(imp, current)}?show={key}" if imp.counts.get(key) and key != outcome else ""}
        for key in Outcome.values
    ]  # fmt: skip


def _rows(request: PersonRequest, imp: Import, rows: list[ImportRow]) -> list[dict[str, Any]]:
    """Rows as the page shows them: cells, what is wrong where, and the record, where it may be seen."""
    kind = registry.get(imp.type)
    visible = policy.visible_keys(request.user, [(kind.model, row.record_id) for row in rows], with_bin=True)
    found = []
    for row in rows:
        cells = [str(cell) for cell in row.cells] + [""] * (len(imp.headers) - len(row.cells))
        found.append({
            "line": row.line, "cells": cells[:CELLS], "said": [cell for cell in cells if cell][:CELLS],
            "problems": [
                {"text": problem["text"], "place": problem["column"], "name": f"cell-{row.line}-{problem['column']}",
                 "head": imp.headers[problem["column"]] if problem["column"] is not None else "",
                 "value": cells[problem["column"]] if problem["column"] is not None else ""}
                for problem in row.errors
            ],
            "url": kind.url("page", row.record_id) if row.record_id in visible else "",
            "title": row.record.title if row.record is not None and row.record_id in visible else "",
        })  # fmt: skip
    return found


@signed_in
@require_POST
def write(request: PersonRequest, pk: int) -> HttpResponse:
    """Bring the rows into records."""
    imp = selectors.get_import(request.user, pk)
    form = StepForm(imp, viewer_of(request), request.POST)
    if form.is_valid():
        accept(request, imp, form, lambda version: services.write(imp, version=version, by=request.user))
    return HttpResponseRedirect(url_of(imp), status=303)


@signed_in
def result(request: PersonRequest, pk: int) -> HttpResponse:
    """What came of an import, and how it is undone."""
    imp = selectors.get_import(request.user, pk)
    if (elsewhere := here_or_elsewhere(request, imp, "result")) is not None:
        return elsewhere
    if imp.step == Step.WRITING:
        return show(request, "working", {**working(imp, "result"), "stuck": stuck(imp)})
    return show(request, "result", _outcomes(request, imp, "result", undo_url=_undo_url(imp)))


def _undo_url(imp: Import) -> str:
    """Where an import is taken back, while it may be."""
    act = imp.change_set
    if act is None or act.at < clock.now() - undoing.WINDOW:
        return ""
    return reverse("undo", args=[act.pk])


@signed_in
def failed(request: PersonRequest, pk: int) -> HttpResponse | FileResponse:
    """The refused rows as a file, with a column that says why."""
    imp = selectors.get_import(request.user, pk)
    width = len(imp.headers)
    rows = ([*row.cells, *[""] * (width - len(row.cells)), " ".join(p["text"] for p in row.errors)]
            for row in selectors.failed_rows(imp).iterator(chunk_size=500))  # fmt: skip
    stream = tempfile.TemporaryFile()  # noqa: SIM115  # the answer closes it
    exporting.write_csv(chain([[*imp.headers, "error"]], rows), stream, lambda done: None)
    stream.seek(0)
    answer = FileResponse(stream, as_attachment=True, filename=f"{imp.name.rpartition('.')[0] or imp.name}-failed.csv")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
