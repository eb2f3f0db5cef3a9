"""A real browser on the real pages: where Chromium is, how a reader opens a page, what axe finds.

Fixtures for the tests marked `browser`; conftest.py takes them in.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page
from pytest_django.live_server_helper import LiveServer

from tests.support.login import log_in_confirmed

# Playwright runs an event loop in the test's thread, and Django takes that for an async caller.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), "")
NO_CHROMIUM = "Chromium is not installed. Get it: apt install chromium fonts-noto-core"
SCREENSHOTS = Path(settings.BASE_DIR) / "var" / "screenshots"

DESKTOP, PHONE, NARROW = (1280, 900), (390, 844), (320, 640)

CARET = ": Applying inline style violates"

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, not one that Playwright downloads; as root it needs no sandbox."""
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-dev-shm-usage"],
    }


@pytest.fixture
def open_page(browser: Browser, committed: None, live_server: LiveServer) -> Iterator[Open]:
    """Opens a page the way a reader would; a script error or a CSP report fails the test.

    `by` is logged in already; without it the browser starts logged out.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        # An answer like 404 is a test's own business; so is the style sheet of no address, with
        # which Playwright hides the caret in a picture.
        said = f"{message.location.get('url')}: {message.text}"
        answered = "the server responded with a status of" in said
        if message.type == "error" and not answered and not said.startswith(CARET):
            complaints.append(said)

    def refuse(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    def open_page(
        path: str = "/",
        *,
        by: User | None = None,
        language: str = "en",
        size: tuple[int, int] = DESKTOP,
        scheme: Any = "light",
        javascript: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale="ar-SA" if language == "ar" else "en-GB",
            timezone_id="Asia/Riyadh",
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if by is not None:
            context.add_cookies(_logged_in(by, live_server.url))
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", refuse)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _logged_in(user: User, url: str) -> list[Any]:
    client = Client()
    log_in_confirmed(client, user)
    name = settings.SESSION_COOKIE_NAME
    return [{"name": name, "value": client.cookies[name].value, "url": url}]


def axe_findings(
    page: Page, rules: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> list[str]:
    """What axe finds by all of its rules (WCAG 2.2 AA, best practices), or by some; a line each."""
    options: dict[str, Any] = {"rules": {rule: {"enabled": False} for rule in without}}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]}"
        for rule in found
        for node in rule["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))
