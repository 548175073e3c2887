"""Records changed where they stand, in a browser: side panel, cells, quick add, many at once, own fields."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from common.changes import services as changes
from common.people.models import User
from crm.models import Company, Contact
from deals.models import Deal
from tests.conftest import PageFor
from tests.crm.test_signatures import GERMAN
from tests.factories import common, crm, customfields, deals

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seller() -> User:
    """A seller with three deals and a field of the company's own."""
    common.own_company()
    common.currency()
    deals.pipeline()
    person = common.user("manager", common.department("Sales"))
    customfields.field("deals.deal", "choice", by=person, key="shift", name="Shift")
    for name in ("Bearings", "Pumps", "Valves"):
        deals.deal(owner=person, name=name, amount="1000")
    return person


def rows(page: Page) -> list[str]:
    return page.locator("tbody tr .k-c-name").all_inner_texts()


def test_the_side_panel_walks_with_the_cursor_and_stands_in_the_address(seller: User, page_for: PageFor) -> None:
    page = page_for(seller)
    page.goto("/deals/", wait_until="networkidle")
    names = rows(page)
    page.keyboard.press("j")
    page.keyboard.press("o")
    panel = page.locator("#k-peek")
    expect(panel.get_by_role("heading", name=names[0])).to_be_visible()
    expect(page).to_have_url(re.compile(r"peek=\d+"))
    page.keyboard.press("j")
    expect(panel.get_by_role("heading", name=names[1])).to_be_visible()
    address = page.url
    page.go_back()
    expect(panel).to_be_hidden()
    page.goto(address, wait_until="networkidle")
    expect(panel.get_by_role("heading", name=names[1])).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.keyboard.press("j")
    with page.expect_navigation():
        page.locator("tbody tr").first.get_by_role("link").first.click()
    assert "/deals/" in page.url and "peek" not in page.url


def test_a_cell_is_edited_saved_taken_back_and_refused_where_it_stands(seller: User, page_for: PageFor) -> None:
    page = page_for(seller)
    page.goto("/deals/", wait_until="networkidle")
    name = rows(page)[0]
    page.keyboard.press("j")
    page.keyboard.press("e")
    editor = page.locator(".k-inline")
    editor.get_by_role("textbox").fill("Renamed here")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Renamed here")).to_be_visible()
    assert Deal.objects.filter(name="Renamed here").exists()
    with page.expect_navigation():
        page.locator("[data-key-undo]").click()
    expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()

    cell = page.locator("tbody tr").first.locator("td.k-c-money")
    cell.hover()
    cell.locator(".k-pencil").click()
    amount = editor.get_by_role("textbox").first
    amount.fill("much")
    page.keyboard.press("Enter")
    expect(editor).to_contain_text("much")
    expect(editor.locator(".k-error")).to_be_visible()
    page.keyboard.press("Escape")
    expect(editor).to_have_count(0)
    expect(cell).to_contain_text("1,000")


def test_two_people_edit_the_same_cell(seller: User, page_for: PageFor) -> None:
    page = page_for(seller)
    page.goto("/deals/", wait_until="networkidle")
    page.keyboard.press("j")
    page.keyboard.press("e")
    editor = page.locator(".k-inline")
    editor.get_by_role("textbox").fill("Mine")
    pk = int(page.locator("tbody tr.is-cursor").get_attribute("data-row") or 0)
    changes.edit(Deal.objects.get(pk=pk), {"name": "Theirs"}, by=common.SETUP)
    page.keyboard.press("Enter")
    expect(editor).to_contain_text("Theirs")
    editor.get_by_role("button", name="Keep theirs").click()
    expect(page.get_by_role("link", name="Theirs")).to_be_visible()
    assert Deal.objects.get(pk=pk).name == "Theirs"


def test_an_own_field_is_filled_on_the_page_and_found_in_the_list(seller: User, page_for: PageFor) -> None:
    page = page_for(seller)
    deal = Deal.objects.get(name="Pumps")
    page.goto(f"/deals/{deal.pk}/", wait_until="networkidle")
    page.get_by_text("empty fields").click()
    page.get_by_role("link", name="Edit: Shift").click()
    page.locator(".k-inline select").select_option(label="Medium")
    page.locator(".k-inline [data-inline-save]").click()
    expect(page.locator("[data-edit=x_shift] [data-value]")).to_have_text("Medium")
    page.goto("/deals/?all=1", wait_until="networkidle")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("link", name="Shift").click()
    page.get_by_label("Medium").check()
    page.locator(".k-builder-foot button").click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_quick_add_hints_reads_a_signature_and_goes_on(seller: User, page_for: PageFor) -> None:
    crm.company("Ankerwerk GmbH", owner=seller)
    page = page_for(seller)
    page.goto("/contacts/", wait_until="networkidle")
    page.keyboard.press("c")
    dialog = page.locator("#k-quick")
    dialog.get_by_text("Paste a signature").click()
    dialog.get_by_label("Text").fill(GERMAN)
    dialog.get_by_role("button", name="Read").click()
    expect(dialog.get_by_label("Last name")).to_have_value("Vogt")
    with page.expect_navigation():
        dialog.get_by_label("Last name").press("Control+Enter")
    expect(page.get_by_role("link", name="Petra Vogt")).to_be_visible()
    assert Contact.objects.get().company.name == "Lackwerk Moers GmbH & Co. KG"

    page.locator("[data-key-create]").click()
    page.get_by_role("link", name="New company").click()
    dialog.locator("[name=name]").press_sequentially("Ankerwerk")
    expect(dialog.get_by_text("There may be one already")).to_be_visible()
    dialog.locator("[name=name]").fill("Bootsbau")
    dialog.locator("[name=name]").press("Control+Shift+Enter")
    expect(page.locator(".k-toast")).to_contain_text("Bootsbau")
    expect(dialog.locator("[name=name]")).to_have_value("")
    page.keyboard.press("Escape")
    assert Company.objects.filter(name="Bootsbau").exists()


def test_rows_that_were_ticked_before_the_page_was_ready_are_selected(seller: User, page_for: PageFor) -> None:
    page = page_for(seller)
    tick = "document.querySelector('[data-select-all]').checked = true"
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {tick}; }})")
    page.goto("/deals/?all=1", wait_until="networkidle")
    expect(page.locator("[data-bulk-count]")).to_have_text("3")
    expect(page.get_by_role("button", name="Change a field")).to_be_visible()


def test_a_field_of_many_rows_is_changed_after_a_preview(seller: User, page_for: PageFor) -> None:
    page = page_for(seller)
    page.goto("/deals/?all=1", wait_until="networkidle")
    page.get_by_label("Select all rows").check()
    page.get_by_role("button", name="Change a field").click()
    with page.expect_navigation():
        page.get_by_label("Field").select_option(label="Shift")
    expect(page.get_by_text("Would change: 3")).to_be_visible()
    page.get_by_label("Shift").select_option(label="Large")
    page.get_by_role("button", name="Change a field").click()
    expect(page.get_by_text("Changed: 3")).to_be_visible()
    assert {str(deal.x_shift) for deal in Deal.objects.all()} == {"Large"}  # type: ignore[attr-defined]  # its own field
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    assert not any(deal.x_shift for deal in Deal.objects.all())  # type: ignore[attr-defined]  # its own field
