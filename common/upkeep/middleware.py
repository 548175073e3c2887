from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.upkeep import checks


class HealthMiddleware:
    """Answers `/livez` and `/readyz` before anything that asks the database, a host name or a session.

    `/livez`: the process answers. `/readyz`: traffic may come; else 503 with the names of what is broken.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/livez":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            wrong = checks.ready()
            words = f"not ready: {', '.join(wrong)}" if wrong else "ok"
            return HttpResponse(words, status=503 if wrong else 200, content_type="text/plain")
        return self.get_response(request)
