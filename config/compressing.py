"""Compresses pages on their way out."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressMiddleware(GZipMiddleware):
    """Leaves files as they are: so they keep their length, and the time to compress one on every download."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)
