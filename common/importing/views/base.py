"""What every page of an import needs: the import, its steps, and forms that are accepted once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.changes import submissions
from common.changes.submissions import AlreadySubmitted
from common.importing import selectors
from common.importing.errors import Outdated
from common.importing.models import Archive, Import, Step
from common.kinds.errors import DomainError
from common.policy.rules import PersonRequest

PAGES = {
    Step.FILE: "file", Step.READING: "file", Step.COLUMNS: "columns", Step.VALUES: "values", Step.RULES: "rules",
    Step.CHECKING: "check", Step.CHECKED: "check", Step.WRITING: "result", Step.DONE: "result",
}  # fmt: skip
ORDER = ("file", "columns", "values", "rules", "check", "result")


def url_of(imp: Import, name: str = "page") -> str:
    """The address of a page of an import."""
    return reverse(f"importing:{name}", args=[imp.pk])


def archive_url(archive: Archive) -> str:
    """The address of the page of an archive."""
    return reverse("importing:archive", args=[archive.pk])


def page_of(imp: Import) -> str:
    """The page on which an import stands."""
    return PAGES[Step(imp.step)]


def steps(imp: Import, current: str) -> list[dict[str, Any]]:
    """The steps with the addresses of those that may be gone to."""
    labels = {
        "file": Step.FILE.label, "columns": Step.COLUMNS.label, "values": Step.VALUES.label,
        "rules": Step.RULES.label, "check": _("Check"), "result": _("Result"),
    }  # fmt: skip
    reached = ORDER.index(page_of(imp))
    left = [name for name in ORDER if name != "values" or imp.unknown]
    is_past = imp.step in (Step.WRITING, Step.DONE)
    return [
        {"label": labels[name], "current": name == current, "done": ORDER.index(name) < reached,
         "url": "" if ORDER.index(name) > reached or (is_past and name != "result") else url_of(imp, name)}
        for name in left
    ]  # fmt: skip


def frame(imp: Import, current: str, **more: Any) -> dict[str, Any]:
    """The context of a page of an import."""
    title = _("Import: %(file)s") % {"file": imp.name}
    return {"imp": imp, "steps": steps(imp, current), "title": title, "batch": _batch(imp), **more}


def _batch(imp: Import) -> dict[str, Any] | None:
    """Where an import stands among the files of its archive, and which of them comes next."""
    files = selectors.files_of(imp.archive) if imp.archive else []
    if imp.archive is None or len(files) < 2:
        return None
    said = {"place": files.index(imp) + 1, "all": len(files), "archive": imp.archive.name}
    following = selectors.next_of(files, imp.pk)
    return {
        "url": archive_url(imp.archive), "label": _("File %(place)s of %(all)s in %(archive)s") % said,
        "following": {"name": following.name, "url": url_of(following)} if following else None,
    }  # fmt: skip


def here_or_elsewhere(request: PersonRequest, imp: Import, name: str) -> HttpResponse | None:
    """The answer where this page is not to be shown: the import is not so far, or past it."""
    past = imp.step in (Step.WRITING, Step.DONE)
    late = ORDER.index(name) > ORDER.index(page_of(imp))
    if late or (past and name != "result") or (imp.is_working and page_of(imp) != name and not selectors.is_stuck(imp)):
        return HttpResponseRedirect(url_of(imp, page_of(imp)))
    return None


def accept(request: PersonRequest, imp: Import, form: forms.Form, save: Callable[[int], object]) -> HttpResponse | None:
    """Do what a valid form asks once; None where it was refused: its errors say why.

    `save` gets the version that the form was shown with.
    """
    nonce = form.cleaned_data["nonce"]
    known = submissions.answered(nonce)
    if known is not None:
        return HttpResponseRedirect(known or url_of(imp), status=303)
    try:
        with submissions.once(nonce) as submission:
            save(form.cleaned_data["version"])
            submission.url = url_of(imp)
    except AlreadySubmitted as again:
        return HttpResponseRedirect(again.url or url_of(imp), status=303)
    except Outdated as outdated:
        messages.error(request, str(outdated))
        return HttpResponseRedirect(url_of(imp), status=303)
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None
    return HttpResponseRedirect(url_of(imp), status=303)


def show(request: PersonRequest, name: str, context: dict[str, Any], form: forms.Form | None = None) -> HttpResponse:
    """A page, never kept by caches."""
    status = 422 if form is not None and form.errors else 200
    response = render(request, f"importing/{name}.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
