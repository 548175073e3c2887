"""Lists in a browser: columns, order, filter, views, paper; with the keyboard alone, and once on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from common.people.models import User
from common.views.models import ListPreference, SavedView, ViewPin
from crm.models import Lead
from tests.conftest import PageFor
from tests.factories import common, crm, deals

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seller() -> User:
    """A seller with a late, a planned and an unplanned deal."""
    call_command("setup_presets", verbosity=0)
    person = common.user("manager", common.department("Sales"), first_name="Anna", last_name="Berg")
    company = crm.company("Hansa Chemie", owner=person)
    today = deals.company_today()
    for name, amount, days in (("Valves", "84200", None), ("Pumps", "4000", 3), ("Bearings", "61900", -1)):
        on = today.fromordinal(today.toordinal() + days) if days is not None else None
        deals.deal(
            person, name=name, amount=amount, company=company, next_step="Call" if on else "", next_step_on=on,
            pipeline=deals.Pipeline.objects.first(),
        )  # fmt: skip
    return person


def open_list(page: Page, address: str = "/deals/?view=my-open") -> Page:
    page.goto(address, wait_until="networkidle")
    return page


def heads(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("thead th[data-column]").all_inner_texts()]


def names(page: Page) -> list[str]:
    return page.locator("tbody .k-c-name a").all_inner_texts()


def follow(page: Page, *keys: str) -> None:
    """Press what leads to another page, and wait for it."""
    with page.expect_navigation(wait_until="networkidle"):
        for key in keys:
            page.keyboard.press(key)


def test_columns_are_chosen_ordered_and_sized_by_keyboard(seller: User, page_for: PageFor) -> None:
    page = open_list(page_for(seller))
    page.locator("summary[title=Columns]").focus()
    page.keyboard.press("Enter")
    page.locator(".k-colmenu input[value=probability]").focus()
    page.keyboard.press("Space")
    handle = page.locator("li[data-order=amount] [data-handle]")
    handle.focus()
    for key in ("Space", "ArrowUp", "ArrowUp", "Space"):
        page.keyboard.press(key)
    expect(handle).to_be_focused()
    page.locator(".k-colmenu button.btn-primary").focus()
    follow(page, "Enter")
    assert heads(page)[:4] == ["Deal", "Signs", "Amount", "Company"] and heads(page)[-1] == "Probability"

    edge = page.locator("th[data-column=company] [data-edge]")
    before = page.locator("th[data-column=company]").bounding_box()
    edge.focus()
    with page.expect_response(lambda answer: "/widths/" in answer.url):
        for _n in range(4):
            page.keyboard.press("ArrowRight")
    page.reload(wait_until="networkidle")
    after = page.locator("th[data-column=company]").bounding_box()
    assert before and after and after["width"] > before["width"] + 40


def test_a_column_is_dragged_to_its_place_and_width(seller: User, page_for: PageFor) -> None:
    page = open_list(page_for(seller))
    page.click("summary[title=Columns]")
    page.locator("li[data-order=stage] [data-handle]").drag_to(page.locator("li[data-order=signals]"))
    with page.expect_navigation(wait_until="networkidle"):
        page.click(".k-colmenu button.btn-primary")
    assert heads(page).index("Stage") < heads(page).index("Company")
    box = page.locator("th[data-column=stage] [data-edge]").bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 84, box["y"] + 8)
    with page.expect_response(lambda answer: "/widths/" in answer.url):
        page.mouse.up()
    assert ListPreference.objects.get().state["widths"]["stage"] > 140


def test_the_order_is_switched_and_stays(seller: User, page_for: PageFor) -> None:
    page = open_list(page_for(seller))
    assert names(page) == ["Bearings", "Pumps", "Valves"]
    toggle = page.locator(".k-sort")
    expect(toggle).to_have_attribute("title", "Switch to: next step first")
    toggle.focus()
    follow(page, "Enter")
    assert names(page) == ["Bearings", "Pumps", "Valves"], "late first, none last"
    expect(page.locator(".k-sort")).to_have_attribute("title", "Switch to: newest first")
    open_list(page, "/deals/?view=open")
    expect(page.locator(".k-sort")).to_contain_text("next step first")
    open_list(page, "/")
    page.click(".k-sidebar [data-nav='deals.deal']")
    expect(page.locator(".k-tab[aria-current]")).to_contain_text("All open")


def test_a_filter_is_built_with_the_keyboard_alone(
    seller: User, page_for: PageFor, axe: Callable[..., list[str]]
) -> None:
    page = open_list(page_for(seller))
    page.keyboard.press("f")
    page.locator("#k-filter-menu a", has_text="Amount").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f2")).to_have_value("amount")
    page.locator("#o2").focus()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.type("at least")
    page.locator("#v2-1").focus()
    page.keyboard.type("50 000 €")
    expect(page.locator("#k-builder-told")).to_contain_text("found: 2")
    expect(page.locator("#k-builder-told")).to_contain_text("Amount at least 50,000")
    page.locator("button[name=add]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f3")).to_be_focused()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.select_option("#f3", "company__country")
    page.select_option("#j3", "or")
    page.select_option("#o3", "set")
    expect(page.locator("#k-builder-told")).to_contain_text("(Amount at least 50,000 or Company › Country is set)")
    assert axe(page) == []
    page.locator(".k-builder-foot button").focus()
    follow(page, "Enter")
    assert names(page) == ["Bearings", "Valves"]
    assert "any=1.amount.gte:50000" in page.url


def test_a_wrong_value_is_told_at_its_line(seller: User, page_for: PageFor) -> None:
    page = open_list(page_for(seller), "/deals/filter/?f=amount.gte:5")
    page.fill("#v0-1", "plenty")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".k-builder .k-error")).to_contain_text("“plenty” is not a number.")
    expect(page.locator("#v0-1")).to_have_value("plenty")


def test_a_view_is_saved_pinned_changed_and_deleted(seller: User, page_for: PageFor) -> None:
    colleague = common.user("manager", seller.department)
    page = open_list(page_for(seller), "/deals/?f=amount.gte:50000&cols=name,amount")
    with page.expect_navigation(wait_until="networkidle"):
        page.click("text=Save as…")
    page.fill("[name=name]", "Over 50k")
    page.select_option("[name=reach]", "department")
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("Control+Enter")
    expect(page.locator(".k-tab[aria-current]")).to_contain_text("Over 50k")
    assert heads(page) == ["Deal", "Amount"]
    expect(page.locator("text=View changed")).to_have_count(0)
    page.click("summary[title=More]")
    with page.expect_navigation(wait_until="networkidle"):
        page.click("text=Pin to the side bar")
    expect(page.locator(".k-nav-pinned")).to_contain_text("Over 50k")

    other = open_list(page_for(colleague), f"/deals/?view={SavedView.objects.get().pk}")
    assert heads(other) == ["Deal", "Amount"]
    with other.expect_navigation(wait_until="networkidle"):
        other.click(".k-chip-x")
    expect(other.locator("text=View changed")).to_be_visible()
    assert other.get_by_role("button", name="Save", exact=True).count() == 0

    with page.expect_navigation(wait_until="networkidle"):
        page.click(".k-sort")
    with page.expect_navigation(wait_until="networkidle"):
        page.get_by_role("button", name="Save", exact=True).click()
    assert SavedView.objects.get().state["sort"] == "next"
    open_list(page, "/views/")
    with page.expect_navigation(wait_until="networkidle"):
        page.locator("a[href$='/delete/']").click()
    with page.expect_navigation(wait_until="networkidle"):
        page.click("button[data-save]")
    assert (SavedView.objects.count(), ViewPin.objects.count()) == (0, 0)


def test_the_list_is_taken_as_pdf(seller: User, page_for: PageFor) -> None:
    page = open_list(page_for(seller))
    page.click("summary[title=Export]")
    address = page.locator("a[href*='/pdf/']").get_attribute("href")
    answer = page.request.get(str(address))
    assert answer.headers["content-type"] == "application/pdf" and answer.body()[:5] == b"%PDF-"
    page.locator("h1").click()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    expect(page.locator("button[formaction='/deals/pdf/selected/']")).to_be_visible()


def test_a_phone_filters_and_changes_views(seller: User, page_for: PageFor, axe: Callable[..., list[str]]) -> None:
    page = open_list(page_for(seller, width=360, height=740))
    page.click("summary.k-chip-add")
    page.locator("#k-filter-menu a", has_text="Important").click()
    expect(page.locator("#f2")).to_have_value("is_important")
    assert page.evaluate("document.scrollingElement.scrollWidth") == 360
    assert axe(page) == []
    with page.expect_navigation(wait_until="networkidle"):
        page.locator(".k-builder-foot button").click()
    expect(page.locator(".k-empty")).to_contain_text("Important is yes") if not names(page) else None
    with page.expect_navigation(wait_until="networkidle"):
        page.locator(".k-tab", has_text="Overdue").click()
    assert names(page) == ["Bearings"]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_free_lead_is_taken_from_its_row_and_given_back(
    seller: User, page_for: PageFor, axe: Callable[..., list[str]], width: int
) -> None:
    lead = crm.lead(department=seller.department)
    page = page_for(seller, width=width)
    page.goto("/leads/?all=1", wait_until="networkidle")
    take = page.get_by_role("button", name=f"Take: {lead.title}")
    assert axe(page) == []
    take.focus()
    expect(take).to_have_css("opacity", "1")
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("Enter")
    assert Lead.objects.get(pk=lead.pk).owner == seller
    expect(take).to_have_count(0)
    with page.expect_navigation(wait_until="networkidle"):
        page.locator("[data-key-undo]").click()
    expect(take).to_have_count(1)
