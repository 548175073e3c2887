"""Chromium as the acceptance tests use it, and what makes a page fail its test."""

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 10.0
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of the machine's Chromium, if it has one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install_chromium() -> None:
    """Install Debian's Chromium; does nothing where that is not possible."""
    if shutil.which("apt-get") is None:
        return
    print("Installing Chromium for the browser tests …", flush=True)
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        quiet = subprocess.DEVNULL
        subprocess.run(["apt-get", "-qq", *command], check=False, stdin=quiet, stdout=quiet)


class Guard:
    """Notes what a page must never do: console errors, policy violations, outside requests, failed files."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.troubles: list[str] = []

    def watch(self, page: Page) -> None:
        """Note the troubles of `page` from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # What the server answered is judged by _response: a refused form logs an "error" here as well.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:", "about:")):
            self.troubles.append(f"outside request: {request.url}")

    def _response(self, response: Response) -> None:
        asked_by_a_person = response.request.resource_type in {"document", "xhr", "fetch"}
        if response.status >= 500 or (response.status >= 400 and not asked_by_a_person):
            self.troubles.append(f"{response.status}: {response.url}")


def accessibility_faults(page: Page, **options: Any) -> list[str]:
    """What axe finds wrong with the page as it is now, one line per rule, with its places."""
    found = Axe().run(page, **options).response["violations"]
    return [f"{one['id']}: {one['help']}; {[node['html'][:160] for node in one['nodes']]}" for one in found]


def wait_until(page: Page, script: str, wanted: object = True) -> None:
    """Wait until a script, or the promise that it gives, has this value.

    `page.wait_for_function` does not: it takes a promise for truth, and the page's policy forbids its eval.
    """
    end = time.monotonic() + PATIENCE
    while (found := page.evaluate(script)) != wanted:
        assert time.monotonic() < end, f"{found!r} instead of {wanted!r} after {PATIENCE} s: {script}"
        page.wait_for_timeout(50)


def shot(page: Page, name: str) -> Path:
    """Save a picture of the whole page under build/screens/ and return its path."""
    path = Path("build") / "screens" / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
