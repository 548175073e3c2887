"""The main job without a mouse: signing in, taking a request, working on its deal, the board, closing, the figures.

Nothing here clicks: focus goes by Tab and the keys that `?` lists, and is seen wherever it stops (WCAG 2.1.1, 2.4.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlparse

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from common.home import context
from common.people.models import User
from common.records import registry
from crm.models import Source
from deals.models import Deal, Stage
from tests.conftest import PageFor
from tests.factories import catalogue, common, requests_app
from tests.factories import deals as deals_of
from tests.people.driving import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

SUBJECT = "Six diaphragm pumps"


@dataclass
class Keyboard:
    """Somebody at a page who has no mouse."""

    page: Page

    def to(self, selector: str, *, most: int = 150, back: bool = False) -> Keyboard:
        """Press Tab until the focus is there; fails when it never comes or cannot be seen."""
        for _step in range(most):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                assert self.page.evaluate("() => document.activeElement.matches(':focus-visible')"), selector
                return self
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"Tab never reaches {selector} on {self.page.url}")

    def press(self, *keys: str) -> Keyboard:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, text: str) -> Keyboard:
        self.page.keyboard.type(text)
        return self

    def go(self, *keys: str) -> Keyboard:
        """Press what leads to another page, and wait for it."""
        with self.page.expect_navigation(wait_until="networkidle"):
            self.press(*keys)
        return self


@pytest.fixture
def seller() -> User:
    """A seller with a password, a product, and a request that waits for them."""
    call_command("setup_presets", verbosity=0)
    person = common.user("manager", username="anna", first_name="Anna", last_name="Berg")
    person.department = common.department("Sales")
    person.set_password(PASSWORD)
    person.save()
    Source.objects.filter(forms__slug="website").update(department=person.department)
    catalogue.product(name="Diaphragm pump 3/4", code="P-34")
    requests_app.request(
        person.department, name=SUBJECT, text="We need six.", last_name="Vogt", email="p.vogt@lack.example",
        company_name="Lackwerk Moers",
    )  # fmt: skip
    return person


def test_the_main_job_without_a_mouse(seller: User, page_for: PageFor) -> None:
    page = page_for()
    keys = Keyboard(page)
    sign_in(keys)
    deal = take(keys)
    work(keys, deal)
    move_on_the_board(keys, deal)
    close(keys, deal)
    read_figures(keys)


def sign_in(keys: Keyboard) -> None:
    keys.page.goto("/", wait_until="networkidle")
    keys.to("[name=login]").type("anna").to("[name=password]").type(PASSWORD).go("Enter")
    expect(keys.page.locator(".k-todo", has_text=SUBJECT)).to_be_visible()


def take(keys: Keyboard) -> Deal:
    """From the skip link into the page, to the request, and a deal is made of it."""
    keys.press("Tab").press("Enter")
    keys.to(".k-todo a[href^='/requests/']").go("Enter")
    keys.to("form[action$='/take/'] button").go("Enter")
    keys.to("[name=owner], [name=name]").go("Control+Enter")
    deal = Deal.objects.get()
    assert keys.page.url.endswith(f"/deals/{deal.pk}/") and deal.owner.username == "anna"
    return deal


def work(keys: Keyboard, deal: Deal) -> None:
    """A stage, a line, a payment, a note, the next step."""
    keys.go("m").to("[name=stage]").press("End").go("Control+Enter")
    deal.refresh_from_db()
    assert deal.stage != Stage.objects.filter(pipeline=deal.pipeline).order_by("position")[0]

    keys.to("#s-lines a.btn").go("Enter")
    keys.to("[name=product__text]").type("pump")
    expect(keys.page.locator("[role=option]").first).to_be_visible()
    keys.press("ArrowDown", "Enter").to("[name=quantity]").press("Control+a").type("6")
    keys.to("[name=price]").press("Control+a").type("1000").go("Control+Enter")
    keys.to("#s-payments a.btn").go("Enter")
    keys.to("[name=amount]").press("Control+a").type("2000").to("[name=on]").press("Control+a").type("+0")
    keys.to("[name=certainty]").type("Received").go("Control+Enter")
    deal.refresh_from_db()
    assert (deal.amount, deal.payments.get().certainty) == (6000, "received")

    keys.to("textarea[name=text]").type("Spoke to Petra")
    with keys.page.expect_response(lambda answer: answer.request.method == "POST"):
        keys.press("Control+Enter")
    expect(keys.page.locator(".k-tl-box", has_text="Spoke to Petra")).to_be_visible()


def move_on_the_board(keys: Keyboard, deal: Deal) -> None:
    keys.page.goto("/deals/board/", wait_until="networkidle")
    keys.to(f"[data-card='{deal.pk}']").press("m")
    with keys.page.expect_response(lambda answer: "/move/" in answer.url):
        keys.press("4")
    fourth = Stage.objects.filter(pipeline=deal.pipeline).order_by("position")[3]
    deal.refresh_from_db()
    assert deal.stage == fourth
    keys.to(f"[data-card='{deal.pk}']").go("Enter")
    assert keys.page.url.endswith(f"/deals/{deal.pk}/")


def close(keys: Keyboard, deal: Deal) -> None:
    keys.to(".k-close summary").press("Enter").to("a[href*='/close/'][href*='won']").go("Enter")
    keys.to("[name=closing_reason]").press("Space").go("Control+Enter")
    deal.refresh_from_db()
    assert deal.stage.outcome == "won"


def read_figures(keys: Keyboard) -> None:
    """A figure of the funnel opens its rows; the list is walked and a row opened."""
    keys.page.goto("/reports/", wait_until="networkidle")
    keys.to(".k-funnel tbody a").go("Enter")
    assert "/deals/?" in keys.page.url
    keys.press("j").go("Enter")
    expect(keys.page.locator("h1")).to_have_text(SUBJECT)


@pytest.fixture
def deals(seller: User) -> list[Deal]:
    return [deals_of.deal(owner=seller, department=seller.department, name=f"Pumps {n}") for n in range(2)]


def test_g_and_a_letter_lead_to_a_page_whatever_the_list_does_with_the_letter(
    seller: User, deals: list[Deal], page_for: PageFor
) -> None:
    page = page_for(seller)
    keys = Keyboard(page)
    page.goto("/", wait_until="networkidle")
    places = {"d": "/deals/", "o": "/companies/", "c": "/contacts/", "l": "/leads/", "i": "/requests/"}
    for letter, place in places.items():
        keys.press("j").go("g", letter)
        assert urlparse(page.url).path == place
    keys.go("g", "t")
    assert urlparse(page.url).path == "/"


def test_single_keys_are_switched_off_and_others_stay(seller: User, deals: list[Deal], page_for: PageFor) -> None:
    page = page_for(seller)
    keys = Keyboard(page)
    page.goto("/deals/", wait_until="networkidle")
    filter_button = page.locator("[data-key-filter]")
    expect(filter_button).to_have_attribute("aria-keyshortcuts", "f")
    expect(page.locator("table[data-module~=list]")).to_have_attribute("aria-keyshortcuts", "j k x e o")
    keys.press("j")
    expect(page.locator("tr.is-cursor")).to_have_count(1)

    page.goto("/me/", wait_until="networkidle")
    page.locator("[name=single_keys]").uncheck()
    with page.expect_navigation(wait_until="networkidle"):
        page.locator("[data-save]").click()
    page.goto("/deals/", wait_until="networkidle")
    for key in ("j", "x", "f", "c", "/", "?"):
        keys.press(key)
    expect(page.locator("tr.is-cursor, details[open], dialog[open], :focus:not(body)")).to_have_count(0)
    expect(filter_button).not_to_have_attribute("aria-keyshortcuts", "f")
    expect(page.locator("[data-key-search]")).to_have_attribute("aria-keyshortcuts", "Control+k")
    assert [kbd for kbd in page.locator("kbd:visible").all_text_contents() if len(kbd) == 1] == []
    keys.press("Control+k")
    expect(page.locator("#k-palette")).to_be_visible()
    keys.type("Pumps").press("Escape", "Escape")
    expect(page.locator("#k-palette")).not_to_be_visible()
    page.goto(f"/deals/{deals[0].pk}/", wait_until="networkidle")
    expect(page.locator("[data-key]").first).to_be_attached()
    expect(page.locator("[data-key][aria-keyshortcuts]")).to_have_count(0)
    page.locator(".k-help > summary").click()
    page.locator(".k-top [data-keys-open]").click()
    expect(page.locator("#k-keys")).to_contain_text("switched off")
    expect(page.locator("#k-keys kbd:visible").first).to_have_text("Ctrl K")


def test_no_two_pages_share_a_letter() -> None:
    letters = [entry.go_key for entry in [*context.pages(), *registry.all_types()] if entry.go_key]
    assert len(letters) == len(set(letters)) >= 6
