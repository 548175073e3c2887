"""The records kit on the demonstration company: one test for each chapter of the user guide, and its picture.

`make pictures` keeps the pictures in docs/pictures; otherwise they only have to be there and named in the guides.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from common.demo import builders
from common.demo.scene import Scene
from common.importing.models import Import, Step
from common.jobs import services as jobs
from common.people.models import User
from common.views.models import SavedView
from crm.models import Company, Contact
from deals.models import Deal
from tests.conftest import Clock, PageFor

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
PICTURES = Path(settings.BASE_DIR) / "docs" / "pictures"
BELL = ".k-bell-count"
GUIDES = ("user-guide.md", "administration.md")
Open = Callable[[str, str], Page]
Look = Callable[[Page, str], None]


@pytest.fixture
def scene(clock: Clock) -> Scene:
    """A quarter of the demonstration company, on a Tuesday at noon."""
    clock.set(NOON)
    made = builders.build_company(language="en", seed=1, size=0.25)
    clock.set(NOON)
    return made


@pytest.fixture
def open_page(scene: Scene, page_for: PageFor) -> Open:
    """`open_page("manager1", "/deals/")`: the page of a person of the company."""

    def open_it(username: str, address: str) -> Page:
        page = page_for(User.objects.get(username=username), width=1440, height=900)
        page.goto(address, wait_until="networkidle")
        return page

    return open_it


@pytest.fixture
def look(axe: Callable[..., list[str]]) -> Look:
    """`look(page, "lists")`: nothing is inaccessible, and a guide shows a picture of it."""

    def take(page: Page, name: str) -> None:
        assert axe(page) == []
        page.wait_for_load_state("networkidle")
        shot = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        kept = PICTURES / f"{name}.png"
        if os.environ.get("KONTOR_PICTURES"):
            shot.quantize(128, dither=Image.Dither.NONE).save(kept, optimize=True)
        assert kept.exists(), f"make pictures: {kept.name} is not there"
        assert Image.open(kept).size == shot.size
        assert any(f"pictures/{name}.png" in (PICTURES.parent / guide).read_text() for guide in GUIDES)

    return take


def go(page: Page, to: Locator) -> None:
    """Press what leads to another page."""
    with page.expect_navigation(wait_until="networkidle"):
        to.click()


def names(page: Page) -> list[str]:
    return page.locator("tbody .k-c-name a").all_inner_texts()


def test_lists(open_page: Open, look: Look) -> None:
    page = open_page("manager1", "/deals/?view=my-open")
    page.locator("summary[title=Columns]").click()
    page.locator(".k-colmenu input[value=x_terms]").check()
    go(page, page.locator(".k-colmenu button.btn-primary"))
    expect(page.locator("thead")).to_contain_text("Terms of delivery")
    by_age = names(page)
    go(page, page.locator(".k-sort"))
    assert sorted(names(page)) == sorted(by_age) != []
    assert names(page) != by_age
    expect(page.locator(".k-sort")).to_have_attribute("title", "Switch to: newest first")
    expect(page.locator(".k-totals, .k-foot").first).to_contain_text("€")
    look(page, "lists")


def test_filters_and_views(open_page: Open, look: Look) -> None:
    page = open_page("head", "/deals/filter/?f=state.is:open&any=1.amount.gte:20000&any=1.x_explosive.is:1")
    told = page.locator("#k-builder-told")
    expect(told).to_contain_text("(Amount at least 20,000 or Explosive atmosphere? is yes)")
    look(page, "filter")
    go(page, page.locator(".k-builder-foot button").first)
    found = names(page)
    assert found
    go(page, page.get_by_text("Save as…"))
    page.fill("[name=name]", "Large or in zone 1")
    page.select_option("[name=reach]", "department")
    go(page, page.locator("button[data-save]"))
    view = SavedView.objects.get(name="Large or in zone 1")
    other = open_page("manager1", f"/deals/?view={view.pk}")
    expect(other.locator(".k-tab[aria-current]")).to_contain_text("Large or in zone 1")
    assert set(names(other)) == set(found)


def test_side_panel_inline_edit_and_quick_add(open_page: Open, look: Look) -> None:
    page = open_page("manager1", "/deals/?view=my-open")
    first = names(page)[0]
    page.keyboard.press("j")
    page.keyboard.press("o")
    panel = page.locator("#k-peek")
    expect(panel.get_by_role("heading", name=first)).to_be_visible()
    look(page, "side-panel")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.locator(".k-inline").get_by_role("textbox").fill("Renamed where it stands")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Renamed where it stands")).to_be_visible()
    page.goto("/companies/", wait_until="networkidle")
    page.keyboard.press("c")
    known = Company.objects.filter(owner__username="manager1").order_by("pk").first()
    assert known is not None
    dialog = page.locator("#k-quick")
    dialog.locator("[name=name]").press_sequentially(known.name)
    expect(dialog.get_by_text("There may be one already")).to_be_visible()
    dialog.locator("[name=name]").fill("Wharf Instruments Ltd")
    with page.expect_navigation():
        dialog.locator("[name=name]").press("Control+Enter")
    assert Company.objects.filter(name="Wharf Instruments Ltd", owner__username="manager1").exists()


def test_many_at_once(open_page: Open, look: Look) -> None:
    page = open_page("head", "/deals/?f=state.is:open&f=department.in:my-department")
    before = dict(Deal.objects.values_list("pk", "is_important"))
    page.get_by_label("Select all rows").check()
    page.get_by_role("button", name="Change a field").click()
    with page.expect_navigation(wait_until="networkidle"):
        page.get_by_label("Field").select_option(label="Important")
    expect(page.get_by_text(re.compile(r"Would change: \d"))).to_be_visible()
    look(page, "many-at-once")
    page.get_by_label("Important", exact=True).check()
    page.get_by_role("button", name="Change a field").click()
    expect(page.get_by_text("Changed:")).to_be_visible()
    assert dict(Deal.objects.values_list("pk", "is_important")) != before
    go(page, page.get_by_role("button", name="Undo"))
    assert dict(Deal.objects.values_list("pk", "is_important")) == before


def test_own_fields_and_questionnaires(open_page: Open, look: Look) -> None:
    page = open_page("admin", "/settings/fields/new/?type=crm.company")
    page.fill("[name=name]", "Fiscal year ends in")
    go(page, page.locator("button[data-save]"))
    page.goto("/settings/fields/", wait_until="networkidle")
    go(page, page.locator("main").get_by_role("link", name="Companies"))
    expect(page.locator("main")).to_contain_text("Fiscal year ends in")
    look(page, "own-fields")
    company = Company.objects.filter(owner__username="manager1").order_by("pk").first()
    assert company is not None
    page = open_page("manager1", f"/companies/{company.pk}/edit/")
    page.get_by_label("Fiscal year ends in").fill("September")
    go(page, page.locator("button[data-save]"))
    page.goto("/companies/?all=1&f=x_fiscal_year_ends_in.is:september", wait_until="networkidle")
    assert names(page) == [company.name]
    answered = Deal.objects.filter(record__answers__isnull=False, owner__username="manager1").distinct()[0]
    page.goto(f"/deals/{answered.pk}/edit/", wait_until="networkidle")
    expect(page.get_by_label("What stands there today?")).not_to_have_value("")
    page.get_by_role("link", name="Requirements").click()
    look(page, "questionnaire")


def test_import(open_page: Open, look: Look) -> None:
    waiting = Import.objects.get(step=Step.CHECKED)
    before = Contact.objects.count()
    page = open_page("manager3", f"/imports/{waiting.pk}/")
    look(page, "import")
    for line, text in ((3, "info@pumps.example"), (6, "")):
        page.fill(f"input[name=cell-{line}-4]", text)
    go(page, page.get_by_role("button", name="Check these rows again"))
    go(page, page.get_by_role("button", name="Import 9 rows"))
    jobs.run_due()
    expect(page.get_by_role("link", name="Undo the import")).to_be_visible()
    assert Contact.objects.count() == before + 9
    go(page, page.get_by_role("link", name="Undo the import"))
    go(page, page.locator("main form button.btn-primary"))
    assert Contact.objects.count() == before


def test_search(open_page: Open, look: Look) -> None:
    page = open_page("manager1", "/")
    deal = Deal.objects.filter(owner__username="manager1", closed_on=None).order_by("pk")[0]
    page.keyboard.press("Control+k")
    page.keyboard.type(f"d-{deal.number}")
    marked = page.locator("#k-palette-list [aria-selected=true]")
    expect(marked).to_contain_text(deal.name)
    page.keyboard.press("Control+a")
    page.keyboard.type("pump")
    expect(page.locator("#k-palette-list")).to_contain_text("ump")
    look(page, "search")


def test_notifications(open_page: Open, look: Look) -> None:
    page = open_page("manager1", "/")
    expect(page.locator(BELL)).to_have_text("3")
    go(page, page.locator(".k-bell"))
    expect(page.locator(".k-told-group").first).to_contain_text("@manager1")
    look(page, "notifications")
    go(page, page.locator(".k-told-group h2 a").first)
    page.goto("/notifications/", wait_until="networkidle")
    expect(page.locator(BELL)).to_have_text("2")


def test_the_administrators_area(open_page: Open, look: Look) -> None:
    page = open_page("admin", "/settings/")
    look(page, "settings")
    page.goto("/settings/modules/", wait_until="networkidle")
    page.get_by_label("Leads").uncheck()
    go(page, page.locator("button[data-save]"))
    expect(page.get_by_role("navigation", name="Main")).not_to_contain_text("Leads")
    answer = page.goto("/leads/")
    assert answer is not None and answer.status == 404


def test_duplicates(open_page: Open, look: Look) -> None:
    page = open_page("admin", "/companies/?all=1")
    page.locator(".k-tabrow-end summary[title=More]").click()
    go(page, page.get_by_role("link", name="Duplicates"))
    pairs = page.locator(".k-pair")
    before = pairs.count()
    go(page, pairs.first.get_by_role("link", name="Compare"))
    look(page, "duplicates")
    kept, gone = (page.locator(".k-compare-head b").nth(n).inner_text() for n in (0, 1))
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("Enter")
    assert not Company.objects.filter(name=gone).exists() or not Company.objects.filter(name=kept).exists()
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("n")
    page.goto("/duplicates/?type=crm.company", wait_until="networkidle")
    expect(pairs).to_have_count(before - 2)
    stays = Company.objects.get(name__in=[kept, gone])
    page.goto(f"/companies/{stays.pk}/", wait_until="networkidle")
    go(page, page.get_by_role("link", name="Un-merge"))
    go(page, page.get_by_role("button", name="Un-merge"))
    assert Company.objects.filter(name__in=[kept, gone]).count() == 2
