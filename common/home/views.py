from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.home import today
from common.kinds import formats
from common.policy.rules import public, signed_in
from common.records.views.base import viewer_of


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Today: what this person should do now, from every app, and the figures of their role."""
    viewer = viewer_of(request)
    groups = [group for group in (load(viewer) for load in today.groups()) if group]
    rails = [rail for rail in (load(viewer) for load in today.rails()) if rail]
    count = sum(group["count"] for group in groups)
    context = {
        "groups": groups, "rails": rails, "date": formats.long_date(formats.viewer_today()), "count": count,
        "tabs": [{"label": _("To do"), "url": request.path, "count": count, "current": True}],
    }  # fmt: skip
    return render(request, "home/today.html", context)


@public
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has every migration: traffic may come."""
    try:
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except Exception:  # noqa: BLE001  # any failure of the database means: not ready
        return HttpResponse("database not reached", status=503, content_type="text/plain")
    if behind:
        return HttpResponse("migrations are missing", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
