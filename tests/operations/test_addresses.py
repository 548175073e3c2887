"""Addresses: links in mails name the configured site only, proxies are believed as far as they were named."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from common.delivery.models import Delivery
from common.jobs import services as jobs
from config.proxies import ProxyMiddleware
from tests.factories import common

SITE = "https://crm.nordhafen.eu"
HOSTS = (
    "evil.example", "crm.nordhafen.eu.evil.example", "evil.example:443", "crm.nordhafen.eu@evil.example", "[::1]",
    "crm.nordhafen.eu:8000", "testserver", "127.0.0.1", "EVIL.example.", "evil.example\\@crm.nordhafen.eu",
)  # fmt: skip
HEADERS = ("host", "x-forwarded-host", "x-forwarded-server", "x-host", "forwarded", "x-original-url")
LINK = re.compile(r"https?://[^\s<>\"]+|\b[\w.-]+\.example\b")


@pytest.mark.usefixtures("outbox")
@pytest.mark.django_db
def test_links_in_mails_never_follow_the_host_header(settings: Any) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = SITE, ["*"]
    settings.ACCOUNT_RATE_LIMITS = False
    common.user("manager", email="anna@nordhafen.eu")
    client, taken = Client(raise_request_exception=False), 0
    for header in HEADERS:
        for value in HOSTS:
            answer = client.post("/accounts/password/reset/", {"email": "anna@nordhafen.eu"}, headers={header: value})
            assert answer.status_code in (302, 400)
            taken += answer.status_code == 302
    assert jobs.run_due() == taken >= 50
    for mail in Delivery.objects.all():
        text, html = mail.text()
        assert f"{SITE}/accounts/password/reset/key/" in text
        found = LINK.findall(f"{mail.subject} {text} {html}")
        assert all(link.startswith(f"{SITE}/") for link in found), found
        assert not any(bad in f"{mail.subject}{text}" for bad in ("evil", "testserver", "127.0.0.1", "[::1]"))


def through(proxies: int, settings: Any, **meta: str) -> dict[str, Any]:
    """What the product sees of a request that came through the middleware."""
    settings.PROXIES = proxies
    seen: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    middleware: Callable[[HttpRequest], HttpResponse] = ProxyMiddleware(answer)
    middleware(RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", **meta))
    return seen[0].META


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4", "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        (2, "9.9.9.9, 1.2.3.4, 10.0.0.8", "1.2.3.4"),
        (2, "1.2.3.4", "1.2.3.4"),
        (1, "", "10.0.0.9"),
        (1, " , ", "10.0.0.9"),
    ],
)
def test_the_visitors_address_is_what_our_own_proxies_saw(
    proxies: int, forwarded: str, address: str, settings: Any
) -> None:
    assert through(proxies, settings, HTTP_X_FORWARDED_FOR=forwarded)["REMOTE_ADDR"] == address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "protocol"),
    [(0, "https", None), (1, "https", "https"), (1, "https, http", "http"), (2, "http, https, http", "https")],
)
def test_the_protocol_is_what_our_own_proxies_saw(
    proxies: int, forwarded: str, protocol: str | None, settings: Any
) -> None:
    assert through(proxies, settings, HTTP_X_FORWARDED_PROTO=forwarded).get("HTTP_X_FORWARDED_PROTO") == protocol


@pytest.mark.django_db
def test_plain_http_is_sent_to_the_configured_site_and_health_checks_are_not(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "crm.nordhafen.eu"
    settings.PROXIES, settings.SECURE_PROXY_SSL_HEADER = 1, ("HTTP_X_FORWARDED_PROTO", "https")
    client = Client()
    answer = client.get("/deals/", headers={"host": "testserver"})
    assert (answer.status_code, answer["Location"]) == (301, f"{SITE}/deals/")
    forged = client.get("/deals/", headers={"x-forwarded-proto": "https, http"})
    assert forged.status_code == 301, "the visitor wrote the first entry"
    secure = client.get("/accounts/login/", headers={"x-forwarded-proto": "https"})
    assert secure.status_code == 200
    assert client.get("/livez").status_code == client.get("/readyz").status_code == 200
