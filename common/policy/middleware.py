from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from common.policy import modules
from common.policy.principal import principal_of
from common.policy.rules import rule_of

WITHOUT_FACTOR = frozenset({"mfa_activate_totp", "mfa_reauthenticate", "account_reauthenticate"})
"""What somebody can open who has yet to set up the second factor that is demanded of them."""


class RuleMiddleware:
    """Default deny: no declared rule, no answer; not signed in, to the sign-in page; a part switched off is not there.

    Of whom a second factor is demanded they set it up before anything else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        rule = rule_of(view, name)
        if rule is not None and rule.types & modules.closed_areas():
            raise Http404
        if rule is not None and rule.admits(request):
            return None if rule.kind == "public" or name in WITHOUT_FACTOR else self.second_factor(request)
        if rule is not None and not request.user.is_authenticated:
            if request.headers.get("HX-Request"):
                response = HttpResponse(status=401)
                response["HX-Refresh"] = "true"
                return response
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied

    def second_factor(self, request: HttpRequest) -> HttpResponseBase | None:
        """To the page where the second factor is set up, where it is demanded and missing."""
        user: Any = request.user
        if not principal_of(user).second_factor_demanded or user.has_second_factor:
            return None
        if request.headers.get("HX-Request"):
            response = HttpResponse(status=401)
            response["HX-Refresh"] = "true"
            return response
        return redirect("mfa_activate_totp")
