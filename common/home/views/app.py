"""The product as an app on a device: its manifest, its worker, the page without a connection."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from common.home import installing
from common.policy.rules import PersonRequest, public, signed_in


@public
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest."""
    response = JsonResponse(installing.manifest(), content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ("Cookie",))
    return response


@public
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It stands at the root, because it serves no address above its own."""
    response = render(request, "home/worker.js", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@public
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows where a page cannot be had: the pages that were kept, filled in by the browser."""
    return render(request, "home/offline.html")


@signed_in
@require_GET
def token(request: PersonRequest) -> HttpResponse:
    """Who is signed in now, and the forgery token of the moment: for what waited in the browser to be sent."""
    response = JsonResponse({"person": str(request.user.pk), "token": get_token(request)})
    response["Cache-Control"] = "no-store"
    return response
