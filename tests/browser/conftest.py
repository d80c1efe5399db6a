"""Real Chromium: signed-in pages for the cast, pages without JavaScript, axe and the keyboard.

Every page that is opened here is watched: an error in a script, something the Content-Security-Policy stops, or a
request to another host fails the test.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from assessments.models import User
from tests.browser.helpers import find_barriers

# Playwright's event loop runs in the thread of the test, which Django would forbid to use the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PATIENCE = 30_000
"""Milliseconds to wait for what should be there: a busy machine takes seconds for a page, and only a failure waits."""
expect.set_options(timeout=PATIENCE)

NO_BROWSER = "NO BROWSER TESTS: Chromium is missing (apt-get install chromium libatomic1, or set CHROMIUM)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this directory."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly that browser tests were left out."""
    if CHROMIUM is None:
        terminalreporter.section(NO_BROWSER, sep="!", red=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, quiet: no look-ups, no updates. Without one tests are skipped, in CI they fail."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)
    quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": [*quiet, "--disable-sync", *sandbox]}


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """Pages are opened by path: ``page.goto("/projekte/")``."""
    return str(live_server.url)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], base_url: str) -> dict[str, Any]:
    """A German browser in which nothing moves: what has the focus is where it belongs at once."""
    own = {"base_url": base_url, "locale": "de-DE", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}
    return {**browser_context_args, **own}


class Watch:
    """Collects what a page must never do."""

    def __init__(self, own_host: str) -> None:
        self.own_host = own_host
        self.faults: list[str] = []

    def follow(self, page: Page) -> None:
        """Watch a page from its first request."""
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", self._on_console)
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        # An answer of 404 or 409 is no fault; what the policy stops is.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self.own_host:
            self.faults.append(f"request to another host: {request.url}")


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext], base_url: str, transactional_db: None) -> Iterator[OpenPage]:
    """Open a page in a browser of its own: ``open_page(user=owner, java_script_enabled=False)``."""
    watch = Watch(urlsplit(base_url).netloc)

    def open_page(user: User | None = None, **context_args: Any) -> Page:
        context = new_context(**context_args)
        context.set_default_timeout(PATIENCE)
        if user is not None:
            client = Client()
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base_url}])
        page = context.new_page()
        watch.follow(page)
        return page

    yield open_page
    assert not watch.faults, "\n".join(watch.faults)


@pytest.fixture
def anonymous_page(open_page: OpenPage) -> Page:
    """Nobody is signed in."""
    return open_page()


@pytest.fixture
def owner_page(open_page: OpenPage, owner: User) -> Page:
    """Olga is signed in."""
    return open_page(owner)


@pytest.fixture
def editor_page(open_page: OpenPage, editor: User) -> Page:
    """Emil is signed in, in another browser than Olga."""
    return open_page(editor)


@pytest.fixture
def viewer_page(open_page: OpenPage, viewer: User) -> Page:
    """Vera is signed in."""
    return open_page(viewer)


@pytest.fixture
def stranger_page(open_page: OpenPage, stranger: User) -> Page:
    """Stefan is signed in."""
    return open_page(stranger)


@pytest.fixture
def reviewer_page(open_page: OpenPage, reviewer: User) -> Page:
    """Rita is signed in."""
    return open_page(reviewer)


@pytest.fixture
def portfolio_page(open_page: OpenPage, portfolio_reader: User) -> Page:
    """Paul is signed in."""
    return open_page(portfolio_reader)


@pytest.fixture
def administrator_page(open_page: OpenPage, administrator: User) -> Page:
    """Ada is signed in."""
    return open_page(administrator)


@pytest.fixture
def owner_page_without_javascript(open_page: OpenPage, owner: User) -> Page:
    """Olga is signed in, her browser runs no scripts."""
    return open_page(owner, java_script_enabled=False)


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """Fail with what axe finds on the page, of whatever impact, or when it scrolls sideways."""

    def check(page: Page) -> None:
        barriers = find_barriers(page)
        assert not barriers, f"{page.url}\n" + "\n".join(barriers)

    return check
