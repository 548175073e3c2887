from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from common.policy.rules import public


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
