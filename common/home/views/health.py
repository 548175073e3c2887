from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from common.policy.rules import public
from common.upkeep import checks


@public
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Traffic may come: the database answers and has every migration, data and files can be written."""
    wrong = checks.ready()
    if wrong:
        return HttpResponse(f"not ready: {', '.join(wrong)}", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
