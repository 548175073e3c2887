"""The box that asks after a call, in a browser: a number is tapped, somebody comes back, one press logs it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from common.events.models import Event
from common.people.models import User
from deals.models import Deal
from tests.conftest import PageFor
from tests.factories import common, crm, deals

pytestmark = pytest.mark.django_db(transaction=True)
BACK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def anna() -> User:
    common.own_company()
    common.currency()
    deals.pipeline()
    return common.user("manager", common.department("Sales"), first_name="Anna", last_name="Berg")


@pytest.fixture
def deal(anna: User) -> Deal:
    ivana = crm.contact(owner=anna, first_name="Ivana", last_name="Yilmaz", phone="+49 431 555 1801")
    return deals.deal(anna, name="Control valves", contact=ivana)


def call_and_come_back(page: Page, number: str) -> None:
    """Tap a number; the telephone takes over, then gives the screen back."""
    page.locator(number).evaluate("link => link.addEventListener('click', event => event.preventDefault())")
    page.locator(number).click()
    page.evaluate("dispatchEvent(new Event('blur'))")
    page.evaluate(BACK)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_on_a_phone_a_call_is_logged_without_leaving_the_page(
    language: str, anna: User, deal: Deal, page_for: PageFor, axe: Callable[..., list[str]]
) -> None:
    anna.language = language
    anna.save()
    page = page_for(anna, width=390, height=844)
    page.goto(f"/deals/{deal.pk}/", wait_until="networkidle")
    box = page.locator(".k-callbox")
    page.evaluate(BACK)
    expect(box).to_be_hidden()
    call_and_come_back(page, ".k-contact a[href^='tel:'] >> visible=true")
    expect(box.get_by_role("heading")).to_contain_text("Ivana Yilmaz")
    expect(box.get_by_role("heading")).to_be_focused()
    assert axe(page) == [] and page.evaluate("document.scrollingElement.scrollWidth") == 390
    sizes = [target.bounding_box() for target in box.locator("button, summary").all()]
    assert all(size and size["height"] >= 44 and size["width"] >= 44 for size in sizes), sizes
    box.locator("summary").click()
    box.locator("textarea").fill("They take the price.")
    address = page.url
    box.locator("[value=reached]").click()
    expect(page.locator(".k-toast")).to_be_visible()
    expect(box).to_be_hidden()
    expect(page.locator("#timeline .k-tl")).to_contain_text("They take the price.")
    event = Event.objects.get(kind="deal.called")
    assert page.url == address and event.data["_outcome"] == "reached"
    assert event.data["_with"] == ["crm.contact", deal.contact_id]
    page.evaluate(BACK)
    expect(box).to_be_hidden()


def test_the_box_waits_through_a_reload_is_closed_by_escape_and_belongs_to_one_person(
    anna: User, deal: Deal, page_for: PageFor
) -> None:
    page = page_for(anna)
    page.goto(f"/contacts/{deal.contact_id}/", wait_until="networkidle")
    call_and_come_back(page, ".k-head-sub a[href^='tel:']")
    box = page.locator(".k-callbox")
    expect(box).to_be_visible()
    page.goto("/deals/", wait_until="networkidle")
    expect(box).to_be_visible()
    box.locator("[value=no-answer]").focus()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.reload(wait_until="networkidle")
    expect(box).to_be_hidden()
    page.evaluate("""sessionStorage.setItem("k-call", JSON.stringify(
        {url: "/deals/1/call/", who: "X", with: "", person: "0", at: Date.now(), left: true}))""")
    page.reload(wait_until="networkidle")
    expect(box).to_be_hidden()


def test_a_call_from_a_list_belongs_to_its_row_and_calling_back_offers_the_next_step(
    anna: User, deal: Deal, page_for: PageFor
) -> None:
    page = page_for(anna)
    page.goto("/contacts/", wait_until="networkidle")
    call_and_come_back(page, "tbody a[href^='tel:']")
    page.locator(".k-callbox [value=no-answer]").click()
    expect(page.locator(".k-toast")).to_be_visible()
    assert Event.objects.get(kind="contact.called").subject_id == deal.contact_id
    page.goto(f"/deals/{deal.pk}/", wait_until="networkidle")
    call_and_come_back(page, ".k-contact-ways a[href^='tel:']")
    page.locator(".k-callbox [value=call-back]").click()
    with page.expect_navigation():
        page.locator(".k-toast a").click()
    assert page.url.endswith(f"/deals/{deal.pk}/step/")


def test_what_fails_keeps_the_box_and_its_text(anna: User, deal: Deal, page_for: PageFor) -> None:
    page = page_for(anna)
    page.goto(f"/deals/{deal.pk}/", wait_until="networkidle")
    call_and_come_back(page, ".k-contact-ways a[href^='tel:']")
    box = page.locator(".k-callbox")
    box.locator("summary").click()
    box.locator("textarea").fill("Keep me")
    page.route("**/call/", lambda route: route.abort())
    page.evaluate("addEventListener('error', event => event.preventDefault())")
    box.locator("[value=reached]").click()
    expect(page.locator(".k-toast-error")).to_be_visible()
    expect(box.locator("textarea")).to_have_value("Keep me")


def test_in_the_composer_a_call_is_a_tab(
    anna: User, deal: Deal, page_for: PageFor, axe: Callable[..., list[str]]
) -> None:
    common.user("manager", common.department("Other"), username="boris", first_name="Boris", last_name="Olsen")
    page = page_for(anna)
    page.goto(f"/deals/{deal.pk}/", wait_until="networkidle")
    page.locator("label[for=k-compose-call]").click()
    form = page.locator(".k-callform")
    form.locator("label", has=page.locator("[value=reached]")).click()
    form.locator("textarea").click()
    page.keyboard.type("By hand, @bo")
    expect(form.locator("[role=option][aria-selected=true]")).to_contain_text("Boris Olsen")
    assert axe(page) == []
    page.keyboard.press("Enter")
    expect(form.locator("[name=share]")).to_be_checked()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline .k-tl")).to_contain_text("Call to: Ivana Yilmaz · Reached")
    expect(page.locator("#timeline .k-tl")).to_contain_text("By hand, @boris")
