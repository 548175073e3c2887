"""Believes the proxies in front, as many as KONTOR_PROXIES says, and nobody else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO")


class ProxyMiddleware:
    """Puts the visitor's address and protocol where Django looks for them.

    Each proxy appends to `X-Forwarded-For`, so with n proxies the n-th entry from the right is the one that the
    outermost of ours saw; what stands left of it was written by the visitor. Without proxies the headers are removed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address, protocol = (self._believed(request.META.pop(name, "")) for name in FORWARDED)
        if address:
            request.META["REMOTE_ADDR"] = address
        if protocol:
            request.META["HTTP_X_FORWARDED_PROTO"] = protocol
        return self.get_response(request)

    def _believed(self, header: str) -> str:
        entries = [entry.strip() for entry in header.split(",") if entry.strip()]
        if not settings.PROXIES or not entries:
            return ""
        believed: str = entries[-min(settings.PROXIES, len(entries))]
        return believed
