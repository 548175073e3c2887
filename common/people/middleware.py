from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from common.kinds import dictionary
from common.organisation.selectors import company_zone

LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


class PersonMiddleware:
    """Each request in the language and time zone of its person; visitors in that of their browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        dictionary.use_version(None)
        user: Any = request.user
        signed_in = user.is_authenticated
        language = user.language if signed_in else ""
        if language not in LANGUAGES:
            language = settings.LANGUAGE_CODE if signed_in else translation.get_language_from_request(request)
        zone = (user.time_zone if signed_in else "") or company_zone()
        try:
            with translation.override(language), timezone.override(ZoneInfo(zone)):
                response = self.get_response(request)
        finally:
            dictionary.use_version(None)
        response.headers.setdefault("Content-Language", language)
        if not signed_in:
            patch_vary_headers(response, ("Accept-Language",))
        return response
