"""An administrator shapes the product without code, and those who sell work with it at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from common.people.models import User
from deals.models import Deal, DealLine, Stage
from tests.conftest import PageFor
from tests.factories import common, deals

pytestmark = pytest.mark.django_db(transaction=True)
Axe = Callable[..., list[str]]


@pytest.fixture
def admin() -> User:
    call_command("setup_presets", verbosity=0)
    person: User = common.user("administrator", common.department("Sales"), first_name="Ida", last_name="Root")
    return person


def seller(admin: User, name: str) -> User:
    person: User = common.user("manager", admin.department, first_name=name)
    return person


def stage_named(name: str) -> Stage:
    found: Stage = Stage.objects.get(name=name)
    return found


def send(page: Page, selector: str = "[data-save]") -> None:
    """Press what saves, and wait for the page it leads to."""
    with page.expect_navigation(wait_until="networkidle"):
        page.locator(selector).first.click()


def open_page(page: Page, address: str) -> Page:
    page.goto(address, wait_until="networkidle")
    return page


def test_a_field_a_name_and_a_rule_of_a_stage_reach_a_colleague_and_the_file(
    admin: User, page_for: PageFor, tmp_path: Path
) -> None:
    pipeline = deals.Pipeline.objects.get()
    anna, boris = seller(admin, "Anna"), seller(admin, "Boris")
    deal = deals.deal(anna, name="Pumps", amount="8000", pipeline=pipeline)
    page = open_page(page_for(admin), "/settings/fields/new/?type=deals.deal")
    page.fill("[name=name]", "Budget code")
    send(page)
    open_page(page, "/settings/names/?of=deals.deal")
    page.fill("[name='amount.en']", "Volume")
    send(page)
    open_page(page, f"/settings/stages/{stage_named('Proposal').pk}/")
    page.get_by_label("Budget code").check()
    send(page)

    page = open_page(page_for(anna), f"/deals/{deal.pk}/")
    page.get_by_role("button", name="Proposal").first.click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("body")).to_contain_text("Budget code")
    assert Deal.objects.get(pk=deal.pk).stage.name != "Proposal"
    open_page(page, f"/deals/{deal.pk}/edit/")
    expect(page.get_by_label("Volume")).to_have_value("8000.00")
    page.get_by_label("Budget code").fill("B-17")
    send(page)
    page.get_by_role("button", name="Proposal").first.click()
    page.wait_for_load_state("networkidle")
    assert Deal.objects.get(pk=deal.pk).stage.name == "Proposal"

    open_page(page, "/deals/?f=x_budget_code.has:B-17&cols=name,amount,x_budget_code")
    with page.expect_navigation(wait_until="networkidle"):
        page.click("text=Save as…")
    page.fill("[name=name]", "With budget")
    page.select_option("[name=reach]", "department")
    send(page)

    other = open_page(page_for(boris), "/deals/")
    with other.expect_navigation(wait_until="networkidle"):
        other.get_by_role("link", name="With budget").click()
    expect(other.locator("thead")).to_contain_text("Volume")
    expect(other.locator("tbody tr")).to_have_count(1)
    expect(other.locator("tbody")).to_contain_text("B-17")
    other.click("summary[title=Export]")
    with other.expect_download() as coming:
        other.get_by_role("button", name="CSV").click()
    coming.value.save_as(tmp_path / "deals.csv")
    head, row = (tmp_path / "deals.csv").read_text("utf-8-sig").splitlines()[:2]
    assert "Volume" in head and "Budget code" in head and "B-17" in row


def test_a_deleted_deal_comes_back_with_its_lines_number_and_links(admin: User, page_for: PageFor) -> None:
    deal = deals.deal(admin, name="Valves", amount="500", pipeline=deals.Pipeline.objects.get())
    for name in ("Valve DN 40", "Gasket"):
        deals.line(deal, name=name)
    number = Deal.objects.get(pk=deal.pk).number
    page = open_page(page_for(admin), f"/deals/{deal.pk}/bin/")
    expect(page.locator("body")).to_contain_text("Deal lines: 2")
    send(page)
    assert not Deal.objects.exists() and not DealLine.objects.exists()
    open_page(page, "/deals/bin/")
    with page.expect_navigation(wait_until="networkidle"):
        page.locator(
            f"form[action='/deals/{deal.pk}/restore/'] button, [formaction='/deals/{deal.pk}/restore/']"
        ).click()
    back = Deal.objects.get(pk=deal.pk)
    assert (back.number, back.company_id, DealLine.objects.filter(deal=back).count()) == (number, deal.company_id, 2)
    open_page(page, f"/deals/{deal.pk}/")
    for name in ("Valve DN 40", "Gasket"):
        expect(page.locator("main")).to_contain_text(name)
    open_page(page, f"/deals/{deal.pk}/history/")
    for done in ("bin", "Restored"):
        expect(page.locator("main")).to_contain_text(done)


def test_a_colour_rule_is_built_and_a_part_of_the_product_switched_off(
    admin: User, page_for: PageFor, axe: Axe
) -> None:
    deals.deal(admin, name="Large", amount="90000", pipeline=deals.Pipeline.objects.get())
    page = open_page(page_for(admin), "/settings/colours/new/?type=deals.deal")
    page.get_by_label("Name *", exact=False).first.fill("Large deal")
    page.select_option("#f0", "amount")
    page.fill("[name=v0]", "90 000")
    expect(page.locator("#k-builder-told")).to_contain_text("Amount = 90,000")
    assert axe(page) == []
    send(page, ".k-builder-foot .btn-primary")
    expect(page.locator(".k-dict")).to_contain_text("Large deal")
    open_page(page, "/deals/?all=1")
    expect(page.locator("tbody tr")).to_contain_text("Large deal")

    open_page(page, "/settings/modules/")
    assert axe(page) == []
    page.get_by_label("Leads").uncheck()
    send(page)
    expect(page.get_by_role("navigation", name="Main")).not_to_contain_text("Leads")
    assert page.goto("/leads/").status == 404  # type: ignore[union-attr]  # a page answers
