from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.base import ContentFile
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.changes import submissions
from common.changes.submissions import AlreadySubmitted
from common.importing import access, archiving, checking, profiles, selectors, services, staging
from common.importing.errors import MayNotImport, Unreadable
from common.importing.forms import ColumnsForm, ReadingForm, RulesForm, UploadForm, ValuesForm
from common.importing.models import Import
from common.importing.tables import KINDS, Reading
from common.importing.views.base import accept, archive_url, frame, here_or_elsewhere, page_of, show, url_of
from common.kinds.errors import DomainError
from common.policy.rules import PersonRequest, signed_in
from common.records.views.base import viewer_of


@signed_in
def new(request: PersonRequest) -> HttpResponse:
    """A file is uploaded, or a table pasted."""
    viewer = viewer_of(request)
    if not access.importable(viewer.principal):
        raise MayNotImport
    given = request.GET.get("type", "")
    form = UploadForm(viewer, request.POST or None, request.FILES or None, initial={"type": given})
    if request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(_start(request, form), status=303)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form, "title": _("New import"), "cancel_url": reverse("importing:list"),
        "sections": [{"id": "s-file", "label": "", "rows": [{"fields": [form["type"]]}, {"fields": [form["file"]]},
                                                            {"fields": [form["text"]]}]}],
        "summary": {"title": " ".join(map(str, form.non_field_errors())), "text": _("Nothing was stored.")}
        if form.non_field_errors() else None,
    }  # fmt: skip
    return show(request, "new", context, form)


def _start(request: PersonRequest, form: UploadForm) -> str:
    """Where the new import is; a second post of the form leads to the first one's."""
    cleaned = form.cleaned_data
    content = cleaned["file"] or ContentFile(cleaned["text"].encode(), name=_("Pasted table"))
    known = submissions.answered(cleaned["nonce"])
    if known:
        return known
    members = archiving.look(content, type_key=cleaned["type"], by=request.user)
    try:
        with submissions.once(cleaned["nonce"]) as submission:
            if len(members) > 1:
                submission.url = archive_url(archiving.start(content, members, by=request.user))
            elif members:
                submission.url = url_of(archiving.start_only(content, members[0], by=request.user))
            else:
                submission.url = url_of(services.start(content, type_key=cleaned["type"], by=request.user))
    except AlreadySubmitted as again:
        return again.url
    return submission.url


@signed_in
def page(request: PersonRequest, pk: int) -> HttpResponse:
    """Where an import stands."""
    imp = selectors.get_import(request.user, pk)
    return HttpResponseRedirect(url_of(imp, page_of(imp)))


@signed_in
def file(request: PersonRequest, pk: int) -> HttpResponse:
    """How the file is read, with its first rows that way."""
    imp = selectors.get_import(request.user, pk)
    if imp.is_working and not selectors.is_stuck(imp):
        return show(request, "working", working(imp, "file"))
    if (elsewhere := here_or_elsewhere(request, imp, "file")) is not None:
        return elsewhere
    form = ReadingForm(imp, viewer_of(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        goes_on = "show" not in request.POST

        def save(version: int) -> None:
            services.set_reading(
                imp, form.cleaned_data["type"], form.reading(), goes_on=goes_on, version=version, by=request.user
            )

        answer = accept(request, imp, form, save)
        if answer is not None:
            return answer
    names = [name for name in form.fields if name not in ("type", "nonce", "version")]
    sample, problem = _sample(imp)
    context = frame(
        imp, "file", form=form, kind=KINDS[Reading.of(imp.reading).kind], options=[form[name] for name in names],
        system=profiles.name_of(imp.source), sample=sample, problem=problem, stuck=stuck(imp),
    )  # fmt: skip
    return show(request, "file", context, form)


def _sample(imp: Import) -> tuple[list[Any], str]:
    """The first rows as they are read now, or why they cannot be."""
    try:
        with staging.opened(imp) as opened:
            rows = staging.preview(opened, Reading.of(imp.reading))
    except Unreadable as problem:
        return [], str(problem)
    widest = max(map(len, rows), default=0)
    return [[*row, *[""] * (widest - len(row))] for row in rows], ""


@signed_in
def columns(request: PersonRequest, pk: int) -> HttpResponse:
    """What each column fills."""
    imp = selectors.get_import(request.user, pk)
    if (elsewhere := here_or_elsewhere(request, imp, "columns")) is not None:
        return elsewhere
    form = ColumnsForm(imp, viewer_of(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = accept(request, imp, form, lambda version: services.set_columns(
            imp, form.columns(), version=version, by=request.user))  # fmt: skip
        if answer is not None:
            return answer
    known = selectors.known_columns(imp.type, imp.fingerprint) is not None
    context = frame(imp, "columns", form=form, rows=form.rows(), known=known)
    return show(request, "columns", context, form)


@signed_in
def values(request: PersonRequest, pk: int) -> HttpResponse:
    """What unknown texts stand for."""
    imp = selectors.get_import(request.user, pk)
    if (elsewhere := here_or_elsewhere(request, imp, "values")) is not None:
        return elsewhere
    form = ValuesForm(imp, viewer_of(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = accept(request, imp, form, lambda version: services.set_choices(
            imp, form.choices(), version=version, by=request.user))  # fmt: skip
        if answer is not None:
            return answer
    return show(request, "values", frame(imp, "values", form=form, parts=form.drawn()), form)


@signed_in
def rules(request: PersonRequest, pk: int) -> HttpResponse:
    """How known records are found, and what becomes of rows."""
    imp = selectors.get_import(request.user, pk)
    if (elsewhere := here_or_elsewhere(request, imp, "rules")) is not None:
        return elsewhere
    form = RulesForm(imp, viewer_of(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = accept(request, imp, form, lambda version: services.set_rules(
            imp, form.rules(), version=version, by=request.user))  # fmt: skip
        if answer is not None:
            return answer
    context = frame(imp, "rules", form=form, unanswered=checking.unanswered(imp))
    return show(request, "rules", context, form)


@signed_in
@require_POST
def go_on(request: PersonRequest, pk: int) -> HttpResponse:
    """Take up again what stopped."""
    imp = selectors.get_import(request.user, pk)
    services.go_on(imp, by=request.user)
    return HttpResponseRedirect(url_of(imp), status=303)


@signed_in
@require_POST
def drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Forget an import of which nothing was written."""
    imp = selectors.get_import(request.user, pk)
    services.drop(imp, by=request.user)
    messages.success(request, _("The import of %(file)s was dropped.") % {"file": imp.name})
    return HttpResponseRedirect(archive_url(imp.archive) if imp.archive else reverse("importing:list"), status=303)


def working(imp: Import, current: str) -> dict[str, Any]:
    """The context of a page that waits for a job."""
    done = imp.job.progress if imp.job else 0
    total = (imp.job.total if imp.job else None) or imp.total or None
    return frame(imp, current, done=done, whole=total, again=url_of(imp, "progress"))


def stuck(imp: Import) -> str:
    """Why the job of an import ended without finishing; empty where it did not."""
    if not selectors.is_stuck(imp):
        return ""
    reason = str(imp.job.reason) if imp.job else ""
    return reason or _("It broke on our side; the error was written down.")
