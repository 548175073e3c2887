"""Help in a browser: from a page to its chapter, in both languages, light and dark, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from common.people.models import User
from tests.conftest import PageFor
from tests.factories import common

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "width", "dark"), [("en", 1440, False), ("en", 390, True), ("ru", 1440, True), ("ru", 390, False)]
)
def test_from_a_page_to_its_chapter(
    page_for: PageFor, axe: Callable[..., list[str]], language: str, width: int, dark: bool
) -> None:
    person = common.user("administrator", language=language, theme=User.Theme.DARK if dark else User.Theme.LIGHT)
    common.own_company()
    page = page_for(person, width=width, dark=dark)
    page.goto("/imports/", wait_until="networkidle")
    with override(language):
        words, title = gettext("Help for this page"), gettext("Import")
    menu = page.locator(".k-help > summary" if width > 640 else ".k-bottom details:last-of-type > summary")
    menu.click()
    with page.expect_navigation(wait_until="networkidle"):
        page.get_by_role("link", name=words).locator("visible=true").click()
    heading = page.locator("h2#importing")
    expect(heading).to_be_in_viewport()
    assert title[:5] in heading.inner_text()
    looks(page, axe)
    for path in ("/help/", "/help/administration/", "/help/operations/"):
        page.goto(path, wait_until="networkidle")
        looks(page, axe)


def looks(page: Page, axe: Callable[..., list[str]]) -> None:
    """Nothing is inaccessible, wider than the window or broken."""
    assert axe(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    pictures = "[...document.querySelectorAll('.k-prose img')].filter((i) => i.complete && !i.naturalWidth).length"
    assert page.evaluate(pictures) == 0
