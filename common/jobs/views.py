from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.jobs import selectors
from common.jobs import services as jobs
from common.jobs.models import Job, State
from common.kinds import formats
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest, signed_in

TONES = {State.RUNNING: "blue", State.DONE: "green", State.FAILED: "red", State.CANCELLED: "amber"}
LARGEST_KEY = 18
FRAGMENT = "k-jobs"


@signed_in
def job_list(request: PersonRequest) -> HttpResponse:
    """Background work: one's own, an administrator's everybody's; asks again by itself while something runs."""
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdecimal() and len(before) <= LARGEST_KEY else None
    page = selectors.read_page(request.user, state, start)
    everybody = principal_of(request.user).is_administrator
    rows = [_row(job, everybody=everybody) for job in page.rows]
    context = {
        "tabs": [_tab("", _("All"), state), *(_tab(key, label, state) for key, label in State.choices)],
        "rows": rows, "everybody": everybody, "again": _address(state, start),
        "runs": any(row["open"] for row in rows), "newest_url": _address(state) if start else "",
        "next_url": _address(state, page.before) if page.before else "",
    }  # fmt: skip
    fragment = request.headers.get("HX-Target") == FRAGMENT
    return render(request, "jobs/_list.html" if fragment else "jobs/list.html", context)


def _tab(key: str, label: object, current: str) -> dict[str, Any]:
    return {"label": str(label).capitalize(), "url": _address(key), "current": key == current, "count": None}


def _address(state: str, before: int | None = None) -> str:
    given = {name: value for name, value in (("state", state), ("before", before)) if value}
    return reverse("jobs:list") + (f"?{urlencode(given)}" if given else "")


def _row(job: Job, *, everybody: bool) -> dict[str, Any]:
    state = job.state
    ended = state in (State.FAILED, State.CANCELLED)
    return {
        "pk": job.pk, "label": jobs.label_of(job), "state": state.label, "tone": TONES.get(state, ""),
        "by": str(job.by) if job.by else _("the system"), "when": formats.moment_of(job.created_at),
        "done": job.progress, "total": job.total, "running": state == State.RUNNING,
        "open": state in (State.RUNNING, State.WAITING), "reason": _reason(job, everybody=everybody),
        "result_url": job.result_url if state == State.DONE else "",
        "retry_url": reverse("jobs:retry", args=[job.pk]) if ended else "",
        "drop_url": reverse("jobs:drop", args=[job.pk]) if not job.done_at and not job.cancelled else "",
    }  # fmt: skip


def _reason(job: Job, *, everybody: bool) -> str:
    """Why it did not end well; a breakdown of ours is told to administrators only."""
    if not job.error and not job.cancelled:
        return ""
    if job.reason:
        return str(job.reason)
    return job.error.strip().splitlines()[-1] if everybody else _("It broke on our side; the error was written down.")


@signed_in
@require_POST
def retry(request: PersonRequest, pk: int) -> HttpResponse:
    """Offer a job again that was given up or cancelled."""
    job = selectors.get_job(request.user, pk)
    if jobs.retry(jobs.JOBS, job.pk):
        messages.success(request, _("It is tried again."))
    return HttpResponseRedirect(reverse("jobs:list"), status=303)


@signed_in
@require_POST
def drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Nobody wants it any more."""
    if jobs.drop(selectors.get_job(request.user, pk)):
        messages.success(request, _("Dropped; it is not tried again."))
    return HttpResponseRedirect(reverse("jobs:list"), status=303)
