from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from common.organisation.selectors import allows_keeping
from common.records.views.pages import PageView

PERSON = "Kontor-Person"
KEEPING = "Kontor-Keep"


class KeepingMiddleware:
    """Tells the browser's worker whose answer it is, and whether it may be kept: pages of records and Today only.

    `Kontor-Person` is missing where nobody is signed in. `Kontor-Keep` is `page` where the page may be kept, `never`
    where the company wants nothing kept. Signing out empties the browser's own cache as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        user: Any = request.user
        if was_signed_in and not user.is_authenticated:
            response["Clear-Site-Data"] = '"cache"'
        if user.is_authenticated:
            response[PERSON] = str(user.pk)
            if not allows_keeping():
                response[KEEPING] = "never"
            elif request.method == "GET" and response.status_code == 200 and is_keepable(request):
                response[KEEPING] = "page"
        return response


def is_keepable(request: HttpRequest) -> bool:
    """Whether this address is the page of a record, or Today."""
    match = request.resolver_match
    if match is None or match.view_name == "home":
        return match is not None
    shown = getattr(match.func, "view_class", None)
    return match.url_name == "page" and isinstance(shown, type) and issubclass(shown, PageView)
