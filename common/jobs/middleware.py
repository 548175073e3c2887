from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from common.jobs import tracing

log = logging.getLogger("kontor.request")
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


class TraceMiddleware:
    """Gives every request an id (or keeps the proxy's `X-Request-ID`), answers it, and logs one line a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
        began = time.monotonic()
        with tracing.tracing(request=name):
            response = self.get_response(request)
            self.tell(request, response, round((time.monotonic() - began) * 1000))
        response["X-Request-ID"] = name
        return response

    def process_view(self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """By now the person is known."""
        tracing.add(user=request.user.pk if request.user.is_authenticated else None)

    def tell(self, request: HttpRequest, response: HttpResponse, ms: int) -> None:
        """One line: the route, not the path, for a path may hold a secret."""
        match = request.resolver_match
        known = {"route": match.route, "pk": match.kwargs.get("pk")} if match else {"route": None}
        log.info("answered", extra={**known, "method": request.method, "status": response.status_code, "ms": ms})
