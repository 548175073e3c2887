"""Every route declares who may call it, and none drops the forgery check unnoticed."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from common.policy.rules import rule_of

CSRF_EXEMPT: set[str] = {"requests_app.views.public_form"}
"""Views that strangers' sites post to. Each needs another protection, named where it is declared."""


Route = tuple[str, str, Callable[..., Any]]


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Route]:
    """Every route as (path, name, view)."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.name or "", pattern.callback


def test_every_route_declares_a_rule() -> None:
    wrong = [f"/{path} ({name})" for path, name, view in routes() if rule_of(view, name) is None]
    assert not wrong, "\n".join([*wrong, "Decorate the view with public, signed_in or needs(type, action)."])


def test_the_views_without_forgery_check_are_known() -> None:
    found = {f"{view.__module__}.{view.__name__}" for _, _, view in routes() if getattr(view, "csrf_exempt", False)}
    assert found == CSRF_EXEMPT, "CSRF_EXEMPT must name the views that are csrf_exempt, and no other."
