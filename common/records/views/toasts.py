from __future__ import annotations

import json
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from common.events.models import ChangeSet


def undo_url(made: Sequence[ChangeSet]) -> str:
    """Where what was just done is undone; empty where nothing changed."""
    return reverse("undo", args=[made[-1].pk]) if made else ""


def add(request: HttpRequest, text: str, made: Sequence[ChangeSet]) -> None:
    """Say on the next page what was done, with its undo."""
    messages.success(request, text, extra_tags=undo_url(made))


def trigger(text: str, made: Sequence[ChangeSet], url: str = "") -> HttpResponse:
    """Say at once, on the page that asked by script, what was done, with its undo; the words may lead to `url`."""
    response = HttpResponse(status=204)
    if text:
        response["HX-Trigger"] = json.dumps({"toast": {"text": text, "undo": undo_url(made), "url": url}})
    return response
