"""From a stranger's request to the figures an executive reads, in a real browser, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from common.organisation.models import Department
from common.people.models import User
from crm.models import Source
from deals.models import Deal, Stage
from requests_app.models import Request
from tests.factories import catalogue, crm
from tests.factories import common as factories

pytestmark = pytest.mark.django_db(transaction=True)

PageFor = Callable[..., Page]
Axe = Callable[..., list[str]]
SUBJECT = "Six diaphragm pumps"


@dataclass
class Team:
    """A small company with one department."""

    manager: User
    colleague: User
    operator: User
    executive: User


@pytest.fixture(params=["en", "ru"])
def team(request: pytest.FixtureRequest) -> Team:
    """The presets, a department that the site's form belongs to, and four people who read in one language."""
    call_command("setup_presets", verbosity=0)
    sales = Department.objects.get()
    Source.objects.filter(forms__slug="website").update(department=sales)
    people = {
        role: factories.user(slug, sales, language=request.param, first_name=role.title(), last_name="Berg")
        for role, slug in (
            ("manager", "manager"), ("colleague", "manager"), ("operator", "operator"), ("executive", "executive"),
        )
    }  # fmt: skip
    crm.company("Lackwerk Moers GmbH", owner=people["manager"], email="info@lackwerk-moers.example")
    catalogue.product(name="Diaphragm pump 3/4", code="P-34")
    return Team(**people)


def post_request(page: Page) -> None:
    """A stranger fills in the public form; the first try lacks an address."""
    page.goto("/forms/website/?utm_campaign=autumn")
    page.fill("[name=name]", SUBJECT)
    page.fill("[name=text]", "Dear team,\nwe need six pumps.")
    page.fill("[name=last_name]", "Vogt")
    page.click("[data-save]")
    expect(page.locator(".k-error").first).to_be_visible()
    page.fill("[name=email]", "p.vogt@lackwerk-moers.example")
    page.fill("[name=company_name]", "Lackwerk Moers")
    page.click("[data-save]")
    page.wait_for_url("**/thanks/")


def save(page: Page) -> None:
    """Send the form of the page."""
    page.click("[data-save]")
    page.wait_for_load_state("networkidle")


def test_the_main_job(team: Team, page_for: PageFor, axe: Axe) -> None:
    stranger = page_for(language=team.manager.language)
    post_request(stranger)
    assert Request.objects.get().utm == {"utm_campaign": "autumn"}

    page = page_for(team.manager)
    deal = take_and_create(page, axe)
    find_by_ticket(page, deal)
    work(page, deal, axe)
    move_on_the_board(page, deal, axe)
    close_and_reopen(page, deal)
    read_figures(page_for(team.executive), deal, axe)


def take_and_create(page: Page, axe: Axe) -> Deal:
    """The request waits everywhere it should; taken, it becomes a deal with the proposed company."""
    page.goto("/")
    expect(page.locator(".k-todo", has_text=SUBJECT)).to_be_visible()
    expect(page.locator(".k-nav a[href='/requests/'], a[href='/requests/']").first).to_contain_text("1")
    assert axe(page) == []
    page.goto("/requests/")
    assert axe(page) == []
    page.click(f"tbody a:has-text('{SUBJECT}')")
    expect(page.locator(".k-match:has(input:checked)").first).to_contain_text("Lackwerk Moers GmbH")
    assert axe(page) == []
    page.click("form[action$='/take/'] button")
    expect(page.locator(".k-head-sub")).to_contain_text("Manager Berg")
    save(page)
    deal = Deal.objects.get()
    assert page.url.endswith(f"/deals/{deal.pk}/")
    assert (deal.name, deal.company.name, deal.owner) == (SUBJECT, "Lackwerk Moers GmbH", Request.objects.get().owner)
    assert deal.next_step
    expect(page.locator("#s-request")).to_contain_text("we need six pumps")
    return deal


def find_by_ticket(page: Page, deal: Deal) -> None:
    """The ticket is shown, can be copied, and the search of the list finds the deal by it."""
    expect(page.locator(".k-head-sub")).to_contain_text(deal.ticket)
    assert page.locator("button[data-copy]").first.get_attribute("data-copy") == f"[ticket:{deal.ticket}]"
    page.goto("/deals/")
    page.fill("[data-key-list-search]", f"Re: offer [ticket:{deal.ticket.lower()}]")
    page.press("[data-key-list-search]", "Enter")
    page.wait_for_url("**q=**")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.click("tbody a")
    page.wait_for_url(f"**/deals/{deal.pk}/")


def work(page: Page, deal: Deal, axe: Axe) -> None:
    """Stage bar, line, payment, note with file, next step, co-owner, important."""
    page.click(".k-stagestep >> nth=2")
    page.wait_for_load_state("networkidle")
    assert Deal.objects.get().stage == Stage.objects.filter(pipeline=deal.pipeline).order_by("position")[2]

    page.click("#s-lines a.btn")
    page.wait_for_load_state("networkidle")
    page.fill("[name=product__text]", "pump")
    page.locator("[role=option]", has_text="Diaphragm pump").first.click()
    page.fill("[name=quantity]", "6")
    page.fill("[name=price]", "1 234,50 €")
    save(page)
    expect(page.locator(".k-fact.is-hero")).to_contain_text(re.compile(r"7.407[.,]00"))

    page.click("#s-payments a.btn")
    page.fill("[name=amount]", "2000")
    page.fill("[name=on]", "+0")
    page.select_option("[name=certainty]", "received")
    save(page)
    expect(page.locator(".k-fact.is-hero")).to_contain_text("27")

    page.fill("textarea[name=text]", "Spoke to Petra")
    page.set_input_files(
        "input[name=files]", {"name": "offer.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 offer"}
    )
    page.click("#timeline form button.btn-primary")
    expect(page.locator(".k-tl-box", has_text="Spoke to Petra")).to_contain_text("offer.pdf")
    expect(page.locator("#s-files")).to_contain_text("offer.pdf")

    page.click("#k-next form button")
    page.fill("[name=next_step]", "Send the offer")
    page.fill("[name=next_step_on]", "+3")
    save(page)
    expect(page.locator("#k-next")).to_contain_text("Send the offer")

    page.wait_for_load_state("networkidle")
    page.click(".k-starbtn")
    expect(page.locator(".k-starbtn")).to_have_attribute("aria-pressed", "true")
    page.goto(f"/deals/{deal.pk}/edit/", wait_until="networkidle")
    assert axe(page) == []
    page.fill("[name=coowners__text]", "Colleague")
    page.locator("[role=option]", has_text="Colleague Berg").click()
    save(page)
    expect(page.locator(".k-fact-person", has_text="Colleague Berg")).to_be_visible()
    expect(page.locator(".k-starbtn")).to_have_attribute("aria-pressed", "true")
    assert axe(page) == []


def move_on_the_board(page: Page, deal: Deal, axe: Axe) -> None:
    """By mouse to the fourth column, by keyboard to the fifth; the sums follow."""
    page.goto("/deals/board/", wait_until="networkidle")
    assert axe(page) == []
    card = page.locator(f"[data-card='{deal.pk}']")
    column = page.locator("[data-column]").nth(3)
    start, goal = card.bounding_box(), column.bounding_box()
    assert start
    assert goal
    page.mouse.move(start["x"] + 60, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 90, start["y"] + 40, steps=4)
    page.mouse.move(goal["x"] + 90, goal["y"] + 150, steps=6)
    with page.expect_response(lambda answer: "/move/" in answer.url):
        page.mouse.up()
    expect(column.locator(f"[data-card='{deal.pk}']")).to_be_visible()
    expect(column.locator("header")).to_contain_text(re.compile(r"7.407"))
    page.reload(wait_until="networkidle")
    expect(column.locator(f"[data-card='{deal.pk}']")).to_be_visible()
    card.focus()
    page.keyboard.press("m")
    with page.expect_response(lambda answer: "/move/" in answer.url):
        page.keyboard.press("5")
    page.reload()
    expect(page.locator("[data-column]").nth(4).locator(f"[data-card='{deal.pk}']")).to_be_visible()


def close_and_reopen(page: Page, deal: Deal) -> None:
    """Choosing a reason closes; the deal leaves board and list; reopening returns it to its stage."""
    left_at = Deal.objects.get().stage
    page.goto(f"/deals/{deal.pk}/close/?outcome=lost")
    page.check("[name=closing_reason] >> nth=0")
    save(page)
    closed = Deal.objects.get()
    assert (closed.closed_from, closed.closed_on is not None) == (left_at, True)
    page.goto("/deals/board/")
    expect(page.locator(f"[data-card='{deal.pk}']")).to_have_count(0)
    page.goto("/deals/")
    expect(page.locator("tbody tr")).to_have_count(0)
    page.goto(f"/deals/{deal.pk}/")
    page.click("form[action$='/reopen/'] button")
    page.wait_for_load_state("networkidle")
    assert Deal.objects.get().stage == left_at
    page.goto(f"/deals/{deal.pk}/close/?outcome=won")
    page.check("[name=closing_reason] >> nth=0")
    save(page)
    assert Deal.objects.get().stage.outcome == "won"


def read_figures(page: Page, deal: Deal, axe: Axe) -> None:
    """Every figure opens exactly the rows it counts."""
    page.goto("/")
    figures = page.locator(".k-rail .k-figures a")
    expect(figures).to_have_count(4)
    expect(figures.nth(2)).to_contain_text(re.compile(r"2.000"))
    assert axe(page) == []
    figures.nth(0).click()
    page.wait_for_url("**/deals/?**")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto("/reports/?period=this-month")
    assert axe(page) == []
    row = page.locator(".k-funnel tbody tr").first
    expect(row.locator("td a").first).to_have_text("1")
    row.locator("td a").first.click()
    page.wait_for_url("**/deals/?**")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text(SUBJECT)
    page.goto("/reports/income/")
    assert axe(page) == []
    page.click(".k-kpi >> nth=1 >> a")
    page.wait_for_url("**/payments/?**")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator(".k-foot")).to_contain_text(re.compile(r"2.000"))


def test_an_operator_makes_the_deal_for_a_manager(team: Team, page_for: PageFor, page: Page) -> None:
    post_request(page)
    operator = page_for(team.operator)
    operator.goto("/requests/")
    operator.click(f"tbody a:has-text('{SUBJECT}')")
    operator.select_option("[name=owner]", label="Colleague Berg")
    save(operator)
    assert Deal.objects.get().owner == team.colleague
    expect(operator.locator("h1")).to_have_text(SUBJECT)
    expect(operator.locator("a[href$='/edit/']")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_screen(team: Team, page_for: PageFor, page: Page, width: int) -> None:
    post_request(page)
    request = Request.objects.get()
    seen: list[tuple[str, Any]] = []
    reader = page_for(team.manager, width=width, height=844)
    for path in ("/", "/deals/", "/deals/board/", "/deals/new/", "/requests/", f"/requests/{request.pk}/", "/reports/"):
        reader.goto(path)
        seen.append((path, reader.evaluate("document.documentElement.scrollWidth <= innerWidth")))
    assert [path for path, fits in seen if not fits] == []
