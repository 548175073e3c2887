"""An import in a browser, from the list of contacts to its result and back: in both languages, once on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import Page, expect

from common.jobs import services as jobs
from common.people.models import User
from crm.models import Company, Contact
from tests.conftest import PageFor
from tests.factories import common, crm
from tests.importing.driving import person, text_of
from tests.importing.files import COMPANIES, CONTACTS, zipped

pytestmark = pytest.mark.django_db(transaction=True)
HEADS = {
    "en": ["First name", "Last name", "E-mail", "Country", "Job title"],
    "ru": ["Имя", "Фамилия", "Эл. почта", "Страна", "Должность"],
}
ROWS = [
    ["Petra", "Vogt", "p@x.example", "Gallien", "Head of purchasing"], ["Ivan", "Petrov", "nonsense", "", ""],
    ["Ада", "Ким", "a@x.example", "", "Buyer"],
]  # fmt: skip
FILLS = ["first_name", "last_name", "email", "country", "job_title"]


class Wizard:
    """The pages of one import, driven as a person drives them."""

    def __init__(self, page: Page, language: str, axe: Callable[..., list[str]]) -> None:
        self.page, self.language, self.axe = page, language, axe

    def words(self, text: str) -> str:
        """A text as this person reads it."""
        with override(self.language):
            return pgettext("step of an import", text) if text == "Next" else gettext(text)

    def press(self, text: str) -> None:
        """Press the button that leads on, and look at the page it leads to."""
        with self.page.expect_navigation(wait_until="networkidle"):
            self.page.get_by_role("button", name=self.words(text)).click()
        self.look()

    def look(self) -> None:
        """Nothing is inaccessible, and the page is no wider than the window."""
        assert self.axe(self.page) == []
        assert self.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")

    def upload(self, heads: list[str]) -> None:
        """From the menu of the list to the columns."""
        self.page.goto("/contacts/", wait_until="networkidle")
        self.page.locator("details:has(a[href*='/imports/new/']) > summary").click()
        with self.page.expect_navigation(wait_until="networkidle"):
            self.page.locator("a[href*='/imports/new/']").click()
        file: Any = {"name": "people.csv", "mimeType": "text/csv", "buffer": text_of([heads, *ROWS], ";")}
        self.page.set_input_files("input[type=file]", files=[file])
        self.press("Next")
        assert self.page.locator("select[name=delimiter]").input_value() == ";"
        self.press("Next")

    def check(self, country: str) -> None:
        """From the columns to the check of all rows."""
        for place, key in enumerate(FILLS):
            self.page.select_option(f"select[name=c{place}]", key)
        self.press("Next")
        self.page.select_option("select[name=v0-0]", country)
        self.press("Next")
        self.press("Check all rows")
        expect(self.page.locator("#k-import")).to_be_visible()
        jobs.run_due()
        expect(self.page.locator("input[name=cell-2-2]")).to_have_value("nonsense")
        self.look()

    def mend_and_write(self) -> None:
        """A refused text is mended in its place, and the rows become records."""
        self.page.fill("input[name=cell-2-2]", "ivan@x.example")
        self.press("Check these rows again")
        with self.page.expect_navigation(wait_until="networkidle"):
            self.page.locator(".k-import-acts button.btn-primary").click()
        jobs.run_due()
        expect(self.page.get_by_role("link", name=self.words("Undo the import"))).to_be_visible()
        self.look()


@pytest.fixture
def by() -> User:
    found = person("head")
    crm.contact(owner=found, first_name="Ада", last_name="Ким", email="a@x.example", job_title="Seller")
    return found


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("ru", 1440), ("ru", 390)])
def test_from_the_list_to_records_and_back(
    by: User, page_for: PageFor, axe: Callable[..., list[str]], language: str, width: int
) -> None:
    User.objects.filter(pk=by.pk).update(language=language)
    france = common.country("FR")
    page = page_for(User.objects.get(pk=by.pk), width=width)
    wizard = Wizard(page, language, axe)
    wizard.upload(HEADS[language])
    wizard.check(str(france.pk))
    wizard.mend_and_write()
    assert {(c.last_name, c.email, c.country, c.job_title) for c in Contact.objects.all()} == {
        ("Vogt", "p@x.example", france, "Head of purchasing"), ("Petrov", "ivan@x.example", None, ""),
        ("Ким", "a@x.example", None, "Buyer"),
    }  # fmt: skip
    with page.expect_navigation(wait_until="networkidle"):
        page.get_by_role("link", name=wizard.words("Undo the import")).click()
    with page.expect_navigation(wait_until="networkidle"):
        page.locator("main form button.btn-primary").click()
    assert [(c.last_name, c.job_title) for c in Contact.objects.all()] == [("Ким", "Seller")]


def test_a_pasted_table_is_imported_with_the_keyboard_alone(by: User, page_for: PageFor) -> None:
    page = page_for(by)
    page.goto("/imports/new/?type=crm.contact", wait_until="networkidle")
    page.locator("textarea[name=text]").focus()
    page.keyboard.insert_text("First name\tLast name\nPetra\tVogt")
    for name in ("Next", "Next", "Next", "Check all rows"):
        page.get_by_role("button", name=name).focus()
        with page.expect_navigation(wait_until="networkidle"):
            page.keyboard.press("Enter")
    jobs.run_due()
    button = page.get_by_role("button", name="Import 1 row")
    expect(button).to_be_visible()
    button.focus()
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("Enter")
    jobs.run_due()
    expect(page.get_by_role("link", name="Petra Vogt")).to_be_visible()


@pytest.mark.parametrize(("language", "width", "dark"), [("en", 1440, False), ("ru", 390, True)])
def test_an_archive_of_two_files_becomes_two_imports(
    by: User, page_for: PageFor, axe: Callable[..., list[str]], language: str, width: int, dark: bool
) -> None:
    User.objects.filter(pk=by.pk).update(language=language)
    page = page_for(User.objects.get(pk=by.pk), width=width, dark=dark)
    wizard = Wizard(page, language, axe)
    page.goto("/imports/new/", wait_until="networkidle")
    inside = {"contacts.csv": CONTACTS, "companies.csv": COMPANIES, "logo.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00"}
    file: Any = {"name": "all.zip", "mimeType": "application/zip", "buffer": zipped(inside)}
    page.set_input_files("input[type=file]", files=[file])
    wizard.press("Next")
    expect(page.get_by_role("checkbox", name="contacts.csv")).to_be_checked()
    expect(page.get_by_text("logo.png")).to_be_visible()
    wizard.press("Next")
    for _file in ("companies.csv", "contacts.csv"):
        with page.expect_navigation(wait_until="networkidle"):
            page.locator("main .btn-primary").click()
        wizard.look()
        wizard.press("Next")
        wizard.press("Next")
        wizard.press("Check all rows")
        jobs.run_due()
        page.goto(page.url, wait_until="networkidle")
        with page.expect_navigation(wait_until="networkidle"):
            page.locator(".k-import-acts button.btn-primary").click()
        jobs.run_due()
        page.goto(page.url, wait_until="networkidle")
        wizard.look()
    assert Contact.objects.get(last_name="Vogt").company == Company.objects.get(name="Lackwerk")
