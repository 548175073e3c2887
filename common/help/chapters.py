"""Which chapter of the guides belongs to a page: told beside its addresses, found by the name of its route."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import ResolverMatch, reverse

START = "user-guide"
"""Where a page leads of which nothing is told."""
Chapter = str | Callable[[ResolverMatch], str]
_told: dict[str, Chapter] = {}


def tell(name: str, chapter: Chapter) -> None:
    """Say the chapter of a route (`jobs:list`) or of all routes of a namespace: `user-guide#importing`."""
    _told[name] = chapter


def of(match: ResolverMatch) -> str:
    """The chapter of a page."""
    found = _told.get(match.view_name) or _told.get(match.namespace) or START
    return found if isinstance(found, str) else found(match)


def url_of(match: ResolverMatch | None) -> str:
    """Where the chapter of a page is read."""
    guide, _mark, anchor = (of(match) if match else START).partition("#")
    return reverse("help:guide", args=[guide]) + (f"#{anchor}" if anchor else "")
