"""A mention in a browser: proposed while typing, let in, told at the bell without reload, read by opening."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from common.jobs import services as jobs
from common.notifications.models import Notification
from common.people.models import User
from tests.conftest import PageFor
from tests.factories import common, crm

pytestmark = pytest.mark.django_db(transaction=True)

BELL = ".k-bell-count"


@pytest.fixture
def anna() -> User:
    call_command("setup_presets", verbosity=0)
    return common.user("manager", common.department("Sales"), username="anna", first_name="Anna", last_name="Berg")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_mention_lets_in_and_is_told(
    language: str, anna: User, page_for: PageFor, axe: Callable[..., list[str]]
) -> None:
    place = common.department("Other")
    boris = common.user("manager", place, username="boris", first_name="Boris", last_name="Olsen", language=language)
    company = crm.company("Hansa Chemie", owner=anna)
    theirs = page_for(boris, language=language)
    theirs.goto("/")
    theirs.wait_for_load_state("networkidle")
    expect(theirs.locator(BELL)).to_have_count(0)
    ours = page_for(anna)
    ours.goto(f"/companies/{company.pk}/")
    ours.wait_for_load_state("networkidle")
    ours.locator("textarea[name=text]").click()
    ours.keyboard.type("Please call, @bo")
    expect(ours.locator("#k-mentions [aria-selected=true]")).to_contain_text("Boris Olsen")
    assert axe(ours) == []
    ours.keyboard.press("Enter")
    expect(ours.locator("textarea[name=text]")).to_have_value("Please call, @boris ")
    expect(ours.locator("input[name=share]")).to_be_checked()
    assert axe(ours) == []
    with ours.expect_navigation():
        ours.keyboard.press("Control+Enter")
    jobs.run_due()
    theirs.evaluate("htmx.trigger('.k-bell', 'refresh')")
    expect(theirs.locator(BELL)).to_have_text("2")
    theirs.locator(".k-bell").click()
    expect(theirs.locator(".k-told-group")).to_contain_text("Please call, @boris")
    assert axe(theirs) == []
    with theirs.expect_response("**/notifications/bell/"):
        theirs.locator(".k-told-group h2 a").click()
    expect(theirs.locator("h1")).to_contain_text("Hansa Chemie")
    expect(theirs.locator(BELL)).to_have_count(0)
    assert not Notification.objects.filter(user=boris, read_at=None).exists()


def test_on_a_phone_the_bell_and_its_page_fit(anna: User, page_for: PageFor, axe: Callable[..., list[str]]) -> None:
    page = page_for(anna, width=360, height=740)
    page.goto("/notifications/")
    page.wait_for_load_state("networkidle")
    assert axe(page) == [] and page.evaluate("document.scrollingElement.scrollWidth") == 360
    page.goto("/notifications/settings/")
    page.wait_for_load_state("networkidle")
    assert axe(page) == [] and page.evaluate("document.scrollingElement.scrollWidth") == 360


def test_who_is_signed_out_meanwhile_loses_nothing_they_type(anna: User, page_for: PageFor) -> None:
    page = page_for(anna)
    page.goto(f"/companies/{crm.company(owner=anna).pk}/")
    page.wait_for_load_state("networkidle")
    page.locator("textarea[name=text]").fill("Half a sentence")
    page.context.clear_cookies()
    with page.expect_response("**/notifications/bell/") as asked:
        page.evaluate("htmx.trigger('.k-bell', 'refresh')")
    assert asked.value.status == 401
    page.wait_for_timeout(300)
    expect(page.locator("textarea[name=text]")).to_have_value("Half a sentence")
    expect(page.locator(".k-bell")).to_be_visible()
