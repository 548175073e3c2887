"""Notes written without a connection: they wait on the device, arrive once, and are never lost when refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, Route, expect

from common.changes import binning
from common.events.models import Event
from common.kinds.errors import NotVisible
from common.people.models import User
from common.records.errors import EmptyNote
from common.records.views.pages import NoteView
from crm.models import Company
from tests.acceptance.test_app import begin, sign_in_as
from tests.conftest import PageFor
from tests.factories import common, crm

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "Pump 4 runs hot"
WAITING = ".k-waiting-note"
STORED = """new Promise((resolve) => {
    const asked = indexedDB.open("kontor", 1);
    asked.onsuccess = () => {
        const all = asked.result.transaction("notes").objectStore("notes").getAll();
        all.onsuccess = () => { asked.result.close(); resolve(all.result.map((one) => one.person)); };
    };
})"""
AGAIN = """new Promise((resolve) => {
    const asked = indexedDB.open("kontor", 1);
    asked.onsuccess = () => {
        const all = asked.result.transaction("notes").objectStore("notes").getAllKeys();
        all.onsuccess = () => {
            asked.result.close();
            for (const nonce of all.result) navigator.serviceWorker.controller.postMessage({ act: "again", nonce });
            resolve();
        };
    };
})"""
SENT_AGAIN = """new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("message", () => setTimeout(resolve, 500), { once: true });
    navigator.serviceWorker.controller.postMessage({ act: "send" });
})"""


@pytest.fixture
def anna() -> User:
    call_command("setup_presets", verbosity=0)
    return common.user("manager", common.department("Sales"), username="anna", first_name="Anna", last_name="Berg")


@pytest.fixture
def company(anna: User) -> Company:
    found: Company = crm.company("Hansa Chemie", owner=anna)
    return found


def notes() -> list[str]:
    """The texts of every note that was taken."""
    return [event.data["_text"] for event in Event.objects.filter(kind="company.noted").order_by("pk")]


def write(page: Page, text: str = TEXT) -> None:
    page.locator("textarea[name=text]").fill(text)
    page.locator("textarea[name=text]").press("Control+Enter")


def write_offline(page: Page, company: Company) -> None:
    """Open a company, lose the connection, write a note."""
    begin(page, keeping=False)
    page.goto(f"/companies/{company.pk}/", wait_until="networkidle")
    page.context.set_offline(True)
    write(page)
    expect(page.locator(WAITING)).to_contain_text(TEXT)


def write_refused(page: Page, company: Company) -> None:
    """Write a note offline to a company that is in the bin when the connection is back."""
    write_offline(page, company)
    binning.remove(company, by=common.SETUP)
    page.context.set_offline(False)
    expect(page.locator(f"{WAITING}.is-refused")).to_have_count(1)


def test_a_note_written_offline_arrives_once(
    anna: User, company: Company, page_for: PageFor, axe: Callable[..., list[str]]
) -> None:
    page = page_for(anna, worker=True)
    write_offline(page, company)
    expect(page.locator(WAITING)).to_contain_text("Waits for a connection")
    expect(page.locator("textarea[name=text]")).to_have_value("")
    expect(page.locator(".k-offline")).to_contain_text("You are offline")
    assert axe(page) == [] and notes() == []
    page.context.set_offline(False)
    expect(page.locator(".k-tl-box")).to_contain_text(TEXT)
    expect(page.locator(WAITING)).to_have_count(0)
    page.reload(wait_until="networkidle")
    assert notes() == [TEXT]


def test_a_note_whose_answer_was_lost_is_taken_once(anna: User, company: Company, page_for: PageFor) -> None:
    page = page_for(anna, worker=True)
    begin(page, keeping=False)
    page.goto(f"/companies/{company.pk}/", wait_until="networkidle")

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/note/", lose, times=1)
    write(page)
    expect(page.locator(".k-tl-box")).to_contain_text(TEXT)
    expect(page.locator(WAITING)).to_have_count(0)
    assert notes() == [TEXT]


def test_a_note_is_sent_by_the_next_page(anna: User, company: Company, page_for: PageFor) -> None:
    page = page_for(anna, worker=True)
    write_offline(page, company)
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto("/", wait_until="networkidle")
    expect(page.locator(WAITING)).to_have_count(0)
    page.goto(f"/companies/{company.pk}/")
    expect(page.locator(".k-tl-box")).to_contain_text(TEXT)
    assert notes() == [TEXT]


def test_a_refused_note_is_kept_and_tried_again(
    anna: User, company: Company, page_for: PageFor, axe: Callable[..., list[str]]
) -> None:
    page = page_for(anna, worker=True)
    write_refused(page, company)
    expect(page.locator(WAITING)).to_contain_text("the record is no longer there for you")
    page.goto("/companies/", wait_until="networkidle")
    expect(page.locator(WAITING)).to_contain_text(TEXT)
    expect(page.locator(WAITING)).to_contain_text("Hansa Chemie")
    assert axe(page) == []
    again = page.get_by_role("button", name="Try again")
    again.click()
    expect(again).to_be_enabled()
    expect(page.locator(f"{WAITING}.is-refused")).to_contain_text(TEXT)
    binning.restore(Company.everything.get(pk=company.pk), by=common.SETUP)
    again.click()
    expect(page.locator(WAITING)).to_have_count(0)
    assert notes() == [TEXT]


def test_a_note_stays_in_its_place_while_nothing_changes(anna: User, company: Company, page_for: PageFor) -> None:
    page = page_for(anna, worker=True)
    write_refused(page, company)
    page.locator(WAITING).evaluate("(note) => { note.id = 'same'; }")
    page.evaluate(SENT_AGAIN)
    expect(page.locator(f"{WAITING}#same")).to_have_count(1)


def test_who_tries_again_while_it_is_under_way_is_heard(
    anna: User, company: Company, page_for: PageFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_for(anna, worker=True)
    write_refused(page, company)
    judged, told = threading.Event(), threading.Event()
    monkeypatch.setattr(NoteView, "get_object", held_when_refused(NoteView.get_object, judged, told))
    again = page.get_by_role("button", name="Try again")
    again.click()
    assert judged.wait(10)
    expect(again).to_be_disabled()
    binning.restore(Company.everything.get(pk=company.pk), by=common.SETUP)
    page.evaluate(AGAIN)
    told.set()
    expect(page.locator(WAITING)).to_have_count(0)
    assert notes() == [TEXT]


def held_when_refused(
    get_object: Callable[..., Any], judged: threading.Event, told: threading.Event
) -> Callable[..., Any]:
    """Holds back what the server found until the test has `told` it to go on."""

    def found(view: NoteView) -> Any:
        try:
            return get_object(view)
        except NotVisible:
            judged.set()
            assert told.wait(10)
            raise

    return found


def test_the_words_of_a_refusal_are_shown(anna: User, company: Company, page_for: PageFor) -> None:
    page = page_for(anna, worker=True)
    begin(page, keeping=False)
    page.goto(f"/companies/{company.pk}/", wait_until="networkidle")
    page.context.set_offline(True)
    write(page, "   ")
    expect(page.locator(WAITING)).to_have_count(1)
    page.context.set_offline(False)
    expect(page.locator(f"{WAITING}.is-refused")).to_be_visible()
    expect(page.locator(f"{WAITING} [data-state]")).to_have_text(str(EmptyNote()))
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(WAITING)).to_have_count(0)
    assert page.evaluate(STORED) == [] and notes() == []


def test_nobody_else_sees_or_sends_it(anna: User, company: Company, page_for: PageFor, live: str) -> None:
    boris = common.user("executive", common.department("Other"), username="boris")
    page = page_for(anna, worker=True)
    write_offline(page, company)
    page.goto("about:blank")
    sign_in_as(page, boris, live)
    page.context.set_offline(False)
    page.goto(f"/companies/{company.pk}/", wait_until="networkidle")
    expect(page.locator(WAITING)).to_have_count(0)
    assert page.evaluate(STORED) == [str(anna.pk)] and notes() == []
    sign_in_as(page, anna, live)
    page.goto(f"/companies/{company.pk}/")
    expect(page.locator(".k-tl-box")).to_contain_text(TEXT)
    assert Event.objects.get(kind="company.noted").actor_id == anna.pk


def test_a_note_of_a_session_that_ended_waits_for_its_person(
    anna: User, company: Company, page_for: PageFor, live: str
) -> None:
    page = page_for(anna, worker=True)
    begin(page, keeping=False)
    page.goto(f"/companies/{company.pk}/", wait_until="networkidle")
    anna.sessions.all().delete()
    write(page)
    expect(page.locator(WAITING)).to_contain_text(TEXT)
    page.reload()
    page.wait_for_url("**/accounts/login/**")
    expect(page.get_by_text(TEXT)).to_have_count(0)
    sign_in_as(page, anna, live)
    page.goto(f"/companies/{company.pk}/")
    expect(page.locator(".k-tl-box")).to_contain_text(TEXT)
    assert notes() == [TEXT]


def test_signing_out_asks_before_it_discards(
    anna: User, company: Company, page_for: PageFor, axe: Callable[..., list[str]]
) -> None:
    page = page_for(anna, worker=True)
    write_refused(page, company)
    page.goto("/companies/", wait_until="networkidle")
    sign_out(page)
    assert axe(page) == []
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.locator(WAITING)).to_contain_text(TEXT)
    sign_out(page)
    page.get_by_role("button", name="Discard and sign out").click()
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate(STORED) == []


def sign_out(page: Page) -> None:
    page.locator("[data-signout]").first.evaluate("(form) => form.requestSubmit()")
    expect(page.locator("[data-leaving]")).to_be_visible()


def test_a_note_posted_twice_is_taken_once(anna: User, company: Company, client: Client) -> None:
    client.force_login(anna, backend="common.policy.backends.PrincipalBackend")
    for _ in range(2):
        answer = client.post(f"/companies/{company.pk}/note/", {"text": TEXT, "nonce": "one-and-the-same"})
        assert (answer.status_code, answer["Location"]) == (303, f"/companies/{company.pk}/#timeline")
    assert notes() == [TEXT]
    sent = {"HTTP_HX_REQUEST": "true"}
    answer = client.post(f"/companies/{company.pk}/note/", {"text": TEXT, "nonce": "one-and-the-same"}, **sent)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/companies/{company.pk}/#timeline")
    answer = client.post(f"/companies/{company.pk}/note/", {"text": " ", "nonce": "another"}, **sent)
    assert answer.status_code == 422 and b"<" not in answer.content
    assert notes() == [TEXT]
