"""The product as an app on a device: it can be installed, what was seen last is read offline, nobody else reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, expect

from common.changes import binning
from common.organisation.models import OwnCompany
from common.people.models import User
from tests.conftest import PageFor
from tests.factories import common, crm
from tests.services.browser import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

SWITCH = "Keep what I saw last on this device"
CONTROLLED = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"
KEPT = "caches.open('pages').then((pages) => pages.keys()).then((all) => all.map((one) => new URL(one.url).pathname))"


@pytest.fixture
def anna() -> User:
    call_command("setup_presets", verbosity=0)
    return common.user("manager", common.department("Sales"), username="anna", first_name="Anna", last_name="Berg")


def begin(page: Page, *, keeping: bool = True) -> None:
    """Open the settings until the worker answers, and switch keeping on."""
    page.goto("/me/")
    wait_until(page, CONTROLLED)
    if keeping:
        page.get_by_label(SWITCH).check()


def kept(page: Page) -> list[str]:
    """The addresses of what is kept on the device."""
    found: list[str] = page.evaluate(KEPT)
    return found


def open_kept(page: Page, *paths: str) -> None:
    """Open pages one after the other until each is kept."""
    for path in paths:
        page.goto(path)
        wait_until(page, f"{KEPT}.then((all) => all.includes('{path}'))")


def test_chromium_finds_it_installable(anna: User, page_for: PageFor) -> None:
    page = page_for(anna, worker=True)
    begin(page, keeping=False)
    devtools: Any = page.context.new_cdp_session(page)
    found = devtools.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["manifest"]["startUrl"].endswith("/") and found["manifest"]["display"] == "kStandalone"
    # A browser of a test keeps nothing on disk, and such ones install nothing.
    errors = {one["errorId"] for one in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert errors <= {"in-incognito"}


@pytest.mark.parametrize(("language", "said"), [("en", "This is how it stood at"), ("ru", "Показаны данные на")])
def test_what_was_seen_last_is_read_without_a_connection(
    language: str, said: str, anna: User, page_for: PageFor, axe: Callable[..., list[str]]
) -> None:
    company, other = crm.company("Hansa Chemie", owner=anna), crm.company("Lackwerk Moers", owner=anna)
    User.objects.filter(pk=anna.pk).update(language=language)
    page = page_for(anna, worker=True)
    begin(page, keeping=False)
    page.locator("[data-module=kept] input").check()
    address, unseen = f"/companies/{company.pk}/", f"/companies/{other.pk}/"
    open_kept(page, "/", address)
    page.goto("/companies/")
    page.context.set_offline(True)
    page.goto(address)
    expect(page.locator(".k-offline")).to_contain_text(said)
    expect(page.locator("h1")).to_contain_text("Hansa Chemie")
    expect(page.locator(".k-fold")).to_be_disabled()
    expect(page.locator(".k-sidebar a[href='/companies/']")).to_have_attribute("aria-disabled", "true")
    expect(page.locator(".k-brand a")).not_to_have_attribute("aria-disabled", "true")
    expect(page.locator(".k-composer button")).to_be_enabled()
    assert axe(page) == []
    page.goto(unseen)
    expect(page.locator(".k-kept li")).to_have_count(2)
    assert axe(page) == []
    page.get_by_role("link", name="Hansa Chemie").click()
    expect(page.locator("h1")).to_contain_text("Hansa Chemie")
    page.context.set_offline(False)
    page.locator(".k-offline a").click()
    expect(page.locator(".k-offline")).to_be_empty()
    expect(page.locator(".k-fold")).to_be_enabled()


def test_a_link_that_was_pressed_is_not_overtaken_by_the_connection(anna: User, page_for: PageFor) -> None:
    company = crm.company("Hansa Chemie", owner=anna)
    page = page_for(anna, worker=True)
    begin(page)
    open_kept(page, f"/companies/{company.pk}/")
    page.context.set_offline(True)
    page.goto("/companies/")
    expect(page.locator(".k-kept li")).to_have_count(1)
    page.evaluate("document.querySelector('.k-kept a').click(); dispatchEvent(new Event('online'))")
    expect(page.locator("h1")).to_contain_text("Hansa Chemie")


def test_nothing_is_kept_unless_somebody_wants_it(anna: User, page_for: PageFor) -> None:
    company = crm.company("Hansa Chemie", owner=anna)
    page = page_for(anna, worker=True)
    begin(page, keeping=False)
    page.goto(f"/companies/{company.pk}/", wait_until="networkidle")
    assert kept(page) == []
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(page.get_by_text("Hansa Chemie")).to_have_count(0)


def test_only_records_and_today_are_kept(anna: User, page_for: PageFor) -> None:
    company = crm.company("Hansa Chemie", owner=anna)
    page = page_for(anna, worker=True)
    begin(page)
    for path in (
        "/companies/",
        f"/companies/{company.pk}/history/",
        f"/companies/{company.pk}/edit/",
        "/me/",
        "/search/?q=Hansa",
    ):
        page.goto(path, wait_until="networkidle")
    open_kept(page, "/", f"/companies/{company.pk}/")
    assert sorted(kept(page)) == ["/", f"/companies/{company.pk}/"]


def test_signing_out_erases_what_was_kept(anna: User, page_for: PageFor) -> None:
    company = crm.company("Hansa Chemie", owner=anna)
    page = page_for(anna, worker=True)
    begin(page)
    open_kept(page, f"/companies/{company.pk}/")
    page.locator("[data-signout]").first.evaluate("(form) => form.requestSubmit()")
    page.wait_for_url("**/accounts/login/**")
    assert kept(page) == []
    page.context.set_offline(True)
    page.goto(f"/companies/{company.pk}/")
    expect(page.get_by_text("Hansa Chemie")).to_have_count(0)


def test_a_session_that_ended_erases_what_was_kept(anna: User, page_for: PageFor) -> None:
    company = crm.company("Hansa Chemie", owner=anna)
    page = page_for(anna, worker=True)
    begin(page)
    open_kept(page, f"/companies/{company.pk}/")
    anna.sessions.all().delete()
    page.goto("/companies/")
    page.wait_for_url("**/accounts/login/**")
    assert kept(page) == []


def test_another_person_finds_nothing(anna: User, page_for: PageFor, live: str) -> None:
    company = crm.company("Hansa Chemie", owner=anna)
    boris = common.user("manager", common.department("Other"), username="boris")
    page = page_for(anna, worker=True)
    begin(page)
    open_kept(page, f"/companies/{company.pk}/")
    sign_in_as(page, boris, live)
    page.goto("/companies/")
    assert kept(page) == []
    page.goto("/me/")
    expect(page.get_by_label(SWITCH)).not_to_be_checked()


def sign_in_as(page: Page, user: User, live: str) -> None:
    """Put another person's session into the same browser, as a one-time link would."""
    client = Client()
    client.force_login(user, backend="common.policy.backends.PrincipalBackend")
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live}])


def test_a_page_that_is_refused_is_erased(anna: User, page_for: PageFor) -> None:
    company, other = crm.company("Hansa Chemie", owner=anna), crm.company("Lackwerk Moers", owner=anna)
    page = page_for(anna, worker=True)
    begin(page)
    mine, lost = f"/companies/{other.pk}/", f"/companies/{company.pk}/"
    open_kept(page, mine, lost)
    binning.remove(company, by=common.SETUP)
    page.goto(lost)
    assert kept(page) == [mine]


def test_a_company_can_forbid_keeping(anna: User, page_for: PageFor) -> None:
    company = crm.company("Hansa Chemie", owner=anna)
    page = page_for(anna, worker=True)
    begin(page)
    open_kept(page, f"/companies/{company.pk}/")
    own = OwnCompany.objects.get()
    own.allows_keeping = False
    own.save()
    page.goto("/me/")
    expect(page.get_by_text("Your company does not allow pages to be kept on devices.")).to_be_visible()
    page.goto(f"/companies/{company.pk}/", wait_until="networkidle")
    assert kept(page) == []


def test_nothing_older_than_seven_days_is_shown(anna: User, page_for: PageFor) -> None:
    company = crm.company("Hansa Chemie", owner=anna)
    page = page_for(anna, worker=True)
    begin(page)
    address = f"/companies/{company.pk}/"
    open_kept(page, address)
    page.evaluate(
        """async (path) => {
            const pages = await caches.open("pages");
            const found = await pages.match(path);
            const headers = new Headers(found.headers);
            headers.set("Kontor-At", Date.now() - 7 * 86400000 - 1000);
            await pages.put(path, new Response(await found.text(), { headers }));
        }""",
        address,
    )
    page.context.set_offline(True)
    page.goto(address)
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(page.get_by_text("Hansa Chemie")).to_have_count(0)


def test_the_thirty_last_records_are_kept(anna: User, page_for: PageFor) -> None:
    companies = [crm.company(owner=anna) for _ in range(32)]
    page = page_for(anna, worker=True)
    begin(page)
    open_kept(page, "/", *(f"/companies/{company.pk}/" for company in companies))
    wait_until(page, f"{KEPT}.then((all) => all.length)", 31)
    assert set(kept(page)) == {"/", *(f"/companies/{company.pk}/" for company in companies[2:])}
