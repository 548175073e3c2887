from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from common import clock
from common.people.sessions import BEGUN


def remember_browser(sender: object, request: HttpRequest, **_more: Any) -> None:
    """Keep in the session when and with which browser it began."""
    if hasattr(request, "session"):
        agent = request.headers.get("User-Agent", "")[:200]
        request.session[BEGUN] = {"at": clock.now().isoformat(), "agent": agent}


user_logged_in.connect(remember_browser, dispatch_uid="remember browser")
