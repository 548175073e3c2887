"""The toast in a real browser: Z takes back what was just done; it waits while one looks; it works without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from common.changes import services as changes
from common.people.models import User
from crm.models import Company
from deals.models import Deal
from tests.conftest import PageFor
from tests.factories import common, crm, deals
from tests.services.browser import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(db: Any) -> User:
    common.own_company()
    common.currency()
    deals.pipeline()
    return common.user("manager", common.department("Sales"))


def edited(page: Page, company: Company) -> None:
    page.goto(f"/companies/{company.pk}/edit/")
    page.fill("[name=name]", "Bootsbau")
    page.click("[data-save]")
    expect(page.locator(".k-toast-text")).to_have_text("Saved: Bootsbau")


def reaches(page: Page, state: str) -> None:
    """Wait until the toast's time is "running" or "paused"."""
    wait_until(page, "document.querySelector('.k-toast-time').getAnimations()[0]?.playState", state)


def settled(page: Page) -> None:
    """Wait until the browser has drawn twice: what the last movement of the mouse changes is in effect."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_z_takes_back_an_edit_and_z_again_redoes_it(person: User, page_for: PageFor) -> None:
    company = crm.company("Ankerwerk", owner=person)
    page = page_for(person)
    edited(page, company)
    page.keyboard.press("z")
    expect(page.locator("h1")).to_have_text("Ankerwerk")
    expect(page.locator(".k-toast-text")).to_contain_text("Undone")
    page.keyboard.press("z")
    expect(page.locator("h1")).to_have_text("Bootsbau")
    assert Company.objects.get().name == "Bootsbau"


def test_the_toast_waits_while_one_looks_at_it(person: User, page_for: PageFor) -> None:
    page = page_for(person)
    page.clock.install()
    edited(page, crm.company("Ankerwerk", owner=person))
    toast = page.locator(".k-toast")
    reaches(page, "running")
    toast.hover()
    reaches(page, "paused")
    page.locator(".k-toast-x").focus()
    page.mouse.move(10, 10)
    settled(page)
    reaches(page, "paused")
    page.evaluate("document.activeElement.blur()")
    expect(toast).to_be_visible()
    reaches(page, "running")
    page.evaluate("document.querySelector('.k-toast-time').getAnimations()[0].finish()")
    expect(toast).to_have_count(0)


def test_a_move_on_the_board_is_taken_back(person: User, page_for: PageFor) -> None:
    deal = deals.deal(person)
    page = page_for(person)
    page.goto("/deals/board/")
    page.locator("[data-card]").focus()
    page.keyboard.press("m")
    page.keyboard.press("2")
    expect(page.locator(".k-toast-text")).to_contain_text("to stage Qualified")
    assert Deal.objects.get().stage.name == "Qualified"
    page.keyboard.press("z")
    expect(page.locator(".k-toast-text")).to_contain_text("Undone")
    assert Deal.objects.get().stage == deal.stage


def test_undoing_what_made_the_page_leads_away_from_it(person: User, page_for: PageFor) -> None:
    page = page_for(person)
    page.goto("/companies/new/")
    page.fill("[name=name]", "Bootsbau")
    page.click("[data-save]")
    expect(page.locator(".k-toast")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator("h1")).to_have_text("Recent changes")
    assert not Company.objects.exists()


def test_what_cannot_be_undone_is_told_on_the_page(person: User, page_for: PageFor) -> None:
    company = crm.company("Ankerwerk", owner=person)
    page = page_for(person)
    edited(page, company)
    changes.edit(company, {"name": "Theirs"}, by=common.SETUP)
    page.click(".k-toast-action:visible")
    expect(page.locator(".k-refused")).to_contain_text("Changed since")
    assert Company.objects.get().name == "Theirs"


def test_without_scripts_the_message_leads_to_recent_changes(person: User, page_for: PageFor) -> None:
    company = crm.company("Ankerwerk", owner=person)
    page = page_for(person)
    page.route("**/*.js", lambda route: route.abort())
    edited(page, company)
    page.click(".k-toast >> text=Recent changes")
    expect(page.locator("h1")).to_have_text("Recent changes")
    page.click(".k-history a:has-text('Undo')")
    expect(page.locator(".k-refused")).to_contain_text("Ankerwerk")
    page.click("button:has-text('Undo')")
    expect(page.locator(".k-toast-text")).to_contain_text("Undone")
    assert Company.objects.get().name == "Ankerwerk"
