"""Every page of the routes' matrix and of the second factor, full and empty: axe finds nothing in light and dark,
360 px need no side scroll, and what leads to a place of the page finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from tests.access.http import table
from tests.access.http.scene import Scene, ask, build, client_of
from tests.conftest import PageFor
from tests.factories import common
from tests.people.driving import PASSWORD, SET_UP, code_of

pytestmark = pytest.mark.django_db(transaction=True)

GROUPS: dict[str, Callable[[str], bool]] = {
    "records of sales": lambda route: route.startswith(("deals:", "payments:", "lines:")),
    "requests and products": lambda route: route.startswith(("requests:", "products:")),
    "companies": lambda route: route.startswith("companies:"),
    "contacts": lambda route: route.startswith("contacts:"),
    "leads": lambda route: route.startswith("leads:"),
    "settings": lambda route: route.startswith(("setup:", "delivery:", "upkeep:")),
}


COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
"""What of a page a theme changes."""
LOST = """[...document.querySelectorAll("a[href^='#']")].map((link) => link.hash)
.filter((hash) => hash && !document.querySelector(hash))"""


def group_of(route: str) -> str:
    """The group a route is looked at in; "others" for those of none."""
    return next((name for name, belongs in GROUPS.items() if belongs(route)), "others")


def pages(scene: Scene, group: str, *, public: bool) -> list[str]:
    """The addresses of a group that answer with a whole page."""
    client = client_of(None if public else scene.people["administrator"])
    found = {}
    for call in table.calls(scene):
        if call.method == "get" and group_of(call.route) == group and (call.rule == "public") == public:
            answer: Any = ask(client, "get", call.path, call.data)
            if answer.status_code == 200 and not answer.streaming and b"<html" in answer.content:
                found[f"{call.path}?{urlencode(call.data)}" if call.data else call.path] = None
    return list(found)


def faults(page: Page, axe: Callable[..., list[str]]) -> list[str]:
    """What is wrong with the page as it stands, in both themes and at 360 px."""
    found = [f"no {place} on the page" for place in page.evaluate(LOST)]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found += axe(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"dark: {fault}" for fault in axe(page, options=COLOURS)]
    page.set_viewport_size({"width": 360, "height": 740})
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    if wide > 360:
        found.append(f"{wide} px wide at 360 px")
    page.set_viewport_size({"width": 1440, "height": 900})
    return found


@pytest.mark.parametrize("group", [*GROUPS, "others"])
def test_every_page_is_accessible_and_narrow(group: str, page_for: PageFor, axe: Callable[..., list[str]]) -> None:
    scene = build()
    for public in (False, True) if group == "others" else (False,):
        addresses = pages(scene, group, public=public)
        assert len(addresses) >= 5
        look_at(page_for(None if public else scene.people["administrator"]), addresses, axe)


EMPTY = (
    "/", "/deals/", "/deals/board/", "/requests/", "/leads/", "/companies/", "/contacts/", "/payments/", "/products/",
    "/deals/bin/", "/reports/", "/reports/income/", "/changes/", "/jobs/", "/outbox/", "/deals/new/",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_without_a_single_record(language: str, page_for: PageFor, axe: Callable[..., list[str]]) -> None:
    call_command("setup_presets", verbosity=0)
    page = page_for(common.user("administrator", language=language))
    look_at(page, EMPTY, axe)


def test_pages_of_the_second_factor(page_for: PageFor, axe: Callable[..., list[str]]) -> None:
    person = common.user("administrator", common.department())
    person.set_password(PASSWORD)
    person.save()
    page = page_for()
    sign_in(page, person.username)
    page.goto(SET_UP, wait_until="networkidle")
    assert "/accounts/reauthenticate/" in page.url and faults(page, axe) == []
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state("networkidle")
    look_at(page, [SET_UP], axe)
    secret = page.locator(".k-key").inner_text()
    page.fill("[name=code]", code_of(secret))
    page.click("[data-save], main form button >> nth=0")
    page.wait_for_load_state("networkidle")
    base = "/accounts/second-factor"
    own = [f"{base}/", f"{base}/recovery-codes/", f"{base}/recovery-codes/generate/", f"{base}/totp/deactivate/"]
    look_at(page, [*own, "/accounts/reauthenticate/", f"{base}/reauthenticate/"], axe)
    stranger = page_for()
    sign_in(stranger, person.username)
    assert stranger.url.endswith(f"{base}/authenticate/")
    assert faults(stranger, axe) == []


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state("networkidle")


def look_at(page: Page, addresses: Iterable[str], axe: Callable[..., list[str]]) -> None:
    wrong: dict[str, list[str]] = {}
    # Lists open as they were left; here each is to be as its address says.
    page.route("**/views/*/keep/**", lambda route: route.fulfill(status=204))
    for address in addresses:
        answer = page.goto(address, wait_until="networkidle")
        assert answer is not None and answer.status == 200 and page.url.endswith(address), (address, page.url)
        if found := faults(page, axe):
            wrong[address] = found
    assert not wrong, "\n".join(f"{address}: {fault}" for address, found in wrong.items() for fault in found)
