"""No address of another site is ever followed: every `next` of the product × what browsers make of crafted values.

The shapes are those of OWASP's page on unvalidated redirects and of the URL Standard, which drops tabs and line breaks
and reads a backslash as a slash.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from common.people.models import User
from tests.access.http.scene import client_of
from tests.factories import common, deals
from tests.people.driving import PASSWORD

pytestmark = pytest.mark.django_db

HERE = "http://testserver"
THERE = "evil.example"
SHAPES = (
    "http://{}", "https://{}/", "HTTPS://{}", "//{}", "///{}", "////{}", "/\\{}", "\\/{}", "\\\\{}", "/\\/{}", "\\{}",
    "http:{}", "http:/{}", "https:///{}", "http:\\\\{}", "//{}:80", "//user@{}", "//testserver@{}", "//testserver:x@{}",
    "http://testserver@{}", "http://testserver.{}", "http://{}#@testserver", "http://{}?testserver",
    "http://{}\\@testserver",
    "/\t/{}", "/\n/{}", "/\r/{}", "\t//{}", " //{}", "\x00//{}", "\x01//{}", "\u00a0//{}", "//\t{}", "/ /{}", "h\tttp://{}",
    "ht\ntp://{}", "/%09/{}", "/%2f{}", "%2f%2f{}", "%5c%5c{}", "/.//{}", "/..//{}", "/x/..//{}", "./\\{}", "..//{}",
    "?//{}",
    "javascript:location='//{}'", "JaVaScRiPt://{}/%0aalert(1)", "java\nscript:alert('{}')", "data:text/html,{}",
    "vbscript:{}",
    "ftp://{}", "file://{}", "blob:http://{}", "//{}%00", "//{}/..", "//{}。", "///\\;@{}", "//;@{}",
    "https://{}%2f@testserver",
)  # fmt: skip


def followed(location: str) -> str:
    """Where a browser goes from a page of ours: the URL Standard's basic parser, as far as hosts are concerned."""
    text = re.sub(r"[\t\n\r]", "", location).strip("".join(map(chr, range(33))))
    scheme = re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", text)
    if scheme and scheme[0].lower() not in ("http:", "https:"):
        return scheme[0].lower()
    slashed = re.sub(r"^([^?#]*)", lambda found: found[1].replace("\\", "/"), text)
    slashed = re.sub(r"^(https?:)/*", r"\1//", slashed, flags=re.IGNORECASE) if scheme else slashed
    slashed = re.sub(r"^//+", "//", slashed)
    parts = urlsplit(urljoin(f"{HERE}/deals/1/", slashed))
    return f"{parts.scheme}://{parts.netloc}"


def test_the_browser_of_these_tests_is_led_astray() -> None:
    assert len(SHAPES) >= 60
    astray = [shape for shape in SHAPES if followed(shape.format(THERE)) != HERE]
    assert len(astray) > 40


def reauthenticate(person: User, target: str) -> Any:
    return client_of(person).post("/accounts/reauthenticate/", {"password": PASSWORD, "next": target})


@pytest.fixture
def ask(settings: Any) -> dict[str, Callable[[str], Any]]:
    """By what takes a `next`: ask it to go there."""
    common.own_company()
    common.currency()
    pipeline = deals.pipeline()
    settings.ACCOUNT_RATE_LIMITS = False
    person = common.user("manager", common.department("Sales"))
    person.set_password(PASSWORD)
    person.save()
    deal = deals.deal(person, pipeline=pipeline, stage=deals.stage(pipeline, "New"))
    move = {"stage": deals.stage(pipeline, "Qualified").pk}
    return {
        "sign-in": lambda target: client_of(person).get("/accounts/login/", {"next": target}),
        "sign-out": lambda target: client_of(person).post("/accounts/logout/", {"next": target}),
        "reauthentication": lambda target: reauthenticate(person, target),
        "operation": lambda target: client_of(person).post(f"/deals/{deal.pk}/move/", {**move, "next": target}),
    }


@pytest.mark.parametrize("place", ["sign-in", "sign-out", "reauthentication", "operation"])
def test_nobody_is_led_to_another_site(ask: dict[str, Callable[[str], Any]], place: str) -> None:
    ours = ask[place]("/companies/")
    assert ours.headers["Location"] == "/companies/", "it does follow addresses of ours"
    for shape in SHAPES:
        answer = ask[place](shape.format(THERE))
        assert answer.status_code in (302, 303), shape
        assert followed(answer.headers["Location"]) == HERE, (shape, answer.headers["Location"])
