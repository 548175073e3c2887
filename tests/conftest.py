"""Fixtures for all tests: a live server, a guarded browser, a clock to move, a Redis."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.test import Client, TransactionTestCase
from playwright.sync_api import Browser, Page, sync_playwright

from common.kinds import dictionary
from common.kinds.guard import altering, door
from common.kinds.models import Config
from tests.services import browser as chrome
from tests.services import missing
from tests.services.redis import redis_server
from tests.services.serving import Answering

# Playwright keeps an event loop in the test's thread; Django takes that for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

SCALE = float(os.environ.get("KONTOR_TEST_SCALE", "1"))
"""How much of the random and the repeated tests to run: 1 in `make test`, more in long runs."""

hypothesis.settings.register_profile(
    "kontor",
    max_examples=max(1, round(50 * SCALE)),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("kontor")

PageFor = Callable[..., Page]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tell how many cells the access matrix compared."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    counted = [
        value
        for report in reports
        if getattr(report, "when", "") == "teardown"
        for name, value in report.user_properties
        if name == "access cells"
    ]
    if counted:
        asked, granted = (sum(pair[side] for pair in counted) for side in (0, 1))
        terminalreporter.write_line(f"Access matrix: {asked} cells compared, {granted} of them allowed.")


@pytest.fixture(autouse=True)
def _configuration_is_read_anew() -> Iterator[None]:
    """No test trusts the configuration version that a request of another one read."""
    dictionary.use_version(None)
    yield
    dictionary.use_version(None)


@pytest.fixture(autouse=True, scope="session")
def _emptying_tables_is_no_change() -> Iterator[None]:
    """Tests with real commits empty every table afterwards; the configuration's row comes back."""
    empty = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        with door(), altering():
            empty(case)
        Config.objects.get_or_create(pk=1)
        dictionary.renew()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture(scope="session")
def scale() -> float:
    """The factor for counts of repetitions (KONTOR_TEST_SCALE)."""
    return SCALE


class Clock:
    """Moves the product's clock; it keeps running."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings

    def move(self, **delta: float) -> None:
        """Move it on by `days=`, `hours=`, … as `timedelta` takes them."""
        self._settings.CLOCK_OFFSET_SECONDS += timedelta(**delta).total_seconds()

    def set(self, moment: datetime) -> None:
        """Make it `moment` now."""
        self._settings.CLOCK_OFFSET_SECONDS = (moment - datetime.now(UTC)).total_seconds()


@pytest.fixture
def clock(settings: Any) -> Clock:
    """The product's clock, moved by the test and set right after it."""
    return Clock(settings)


@pytest.fixture
def outbox(settings: Any) -> None:
    """The product's own way for mails; pytest-django puts another one in its place."""
    settings.EMAIL_BACKEND = "common.delivery.backend.OutboxBackend"


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a real Redis."""
    with redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def answering(live_server: Any) -> Answering:
    """What the live server still works on."""
    server = live_server.thread.httpd
    counting = Answering(server.get_app())
    server.set_app(counting)
    return counting


@pytest.fixture
def live(live_server: Any, answering: Answering) -> Iterator[str]:
    """The address of the product, served by a thread with its real middleware; every answer ends with the test."""
    yield live_server.url
    answering.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    path = chrome.chromium()
    if path is None:
        missing("Chromium", "chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=chrome.FLAGS)
        yield running
        running.close()


@pytest.fixture
def guard(live: str) -> Iterator[chrome.Guard]:
    """Fails the test after its end if a page had an error, broke the content policy or asked another host."""
    guard = chrome.Guard(live)
    yield guard
    assert not guard.troubles, "The browser complained:\n" + "\n".join(guard.troubles)


@pytest.fixture
def page_for(browser: Browser, live: str, guard: chrome.Guard) -> Iterator[PageFor]:
    """Open a page: `page_for(user)` signed in, `page_for()` as a stranger; `width=`, `height=`, `dark=`, `worker=`
    (whether the service worker runs; without it nothing is kept between two pages).

    Each call is a browser of its own, in the person's language; `page.goto("/")` works.
    """
    contexts = []

    def open_page(
        user: Any = None, *, width: int = 1440, height: int = 900, dark: bool = False, language: str = "",
        worker: bool = False,
    ) -> Page:  # fmt: skip
        context = browser.new_context(
            base_url=live,
            viewport={"width": width, "height": height},
            locale=language or getattr(user, "language", "") or "en",
            color_scheme="dark" if dark else "light",
            service_workers="allow" if worker else "block",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if user is not None:
            client = Client()
            client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
            name = django_settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live}])
        page = context.new_page()
        guard.watch(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(page_for: PageFor) -> Page:
    """A stranger's page."""
    return page_for()


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """`axe(page)` lists what is inaccessible on the page: `assert axe(page) == []`."""
    return chrome.accessibility_faults
