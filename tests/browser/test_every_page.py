"""Every page has no barrier: in its states, in German and English, at 1280 and at 320 px; a page without a line fails.

``test_every_page.txt`` says who opens which address in which states. A state is a subject, if need be with a variant:

    none                 nobody has made anything yet
    plain                the page speaks of no assessment, or of whichever; everything there is exists
    empty, quick, draft, rated, waiting, submitted, returned, resubmitted, approved, offered, refused
                         what the assessment in the address is like (``world.py`` makes them)
    …+mistake            its form sent with bad entries: the error summary has the focus, or the one bad field
    …+forbidden, …+missing   the page of the answers 403 and 404
    …+idea               a guiding idea in place of a principle
    …+file, …+redirect, …+post   no page: the address answers with a file or data, leads elsewhere, or takes no GET
    other variants       ``QUERIES`` and ``SPECIAL_PATHS`` in ``world.py``

Contrast, which takes longest and depends on neither language nor width, is measured in German at 1280 px, everything
else in both languages and widths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page, ViewportSize
from playwright.sync_api import TimeoutError as TooLateError

from tests.browser.helpers import find_barriers
from tests.browser.world import SPECIAL_PATHS, World

OpenPage = Callable[..., Page]

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = Path(__file__).with_suffix(".txt")
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 640}
NO_PAGE = {"file", "redirect", "post"}
STATUS = {"forbidden": {403}, "missing": {404}}

ENTER_NONSENSE = """form => {
    const values = {number: "999", date: "0001-01-01", url: "nowhere", email: "nobody"};
    for (const field of form.elements) {
        if (field.type === "hidden" || field.type === "file") continue;
        if (field.type === "radio" || field.type === "checkbox") field.checked = false;
        else if (field.tagName === "SELECT") field.selectedIndex = 0;
        else if ("value" in field && field.tagName !== "BUTTON") field.value = values[field.type] || "";
    }
    form.noValidate = true;
}"""


@dataclass(frozen=True)
class Row:
    """One line of the table and one state of it."""

    section: str
    address: str
    actor: str
    subject: str
    variant: str

    def __str__(self) -> str:
        return f"{self.address} {self.actor} {self.subject}{self.variant and '+'}{self.variant}"


def rows() -> list[Row]:
    """The table, a row a state; what wants an empty world first."""
    found, section = [], ""
    for line in TABLE.read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line.strip() and not line.startswith("#"):
            address, actor, *states = line.split()
            found += [Row(section, address, actor, *state.partition("+")[::2]) for state in states]
    return sorted(found, key=lambda row: row.subject != "none")


def addresses() -> dict[str, list[str]]:
    """Name and parameters of every address but those of Django's admin site."""

    def walk(resolver: URLResolver) -> Iterator[tuple[str, list[str]]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver) and entry.namespace != "admin":
                yield from walk(entry)
            elif isinstance(entry, URLPattern):
                yield entry.name or str(entry.pattern), list(entry.pattern.converters)

    return dict(walk(get_resolver()))


SECTIONS = list(dict.fromkeys(row.section for row in rows()))


def test_every_address_has_a_line():
    missing = sorted(set(addresses()) - {row.address for row in rows()})
    assert not missing, (
        f"Pages that nobody looks at: {', '.join(missing)}.\nAdd a line to {TABLE.name}: the address, who opens it, "
        f"and the states to look at, e.g. „{missing[0]:32} owner  draft draft+mistake“; „plain+file“, "
        f"„plain+redirect“ or „draft+post“ when GET shows no page. The words are explained in {Path(__file__).name}."
    )
    assert sorted({row.address for row in rows()} - set(addresses())) == []
    assert len(rows()) == len(set(rows())), "a line is in the table twice"


@pytest.fixture
def make_world(monkeypatch: pytest.MonkeyPatch, settings: Any, files: Path) -> Callable[[str], World]:
    """A world in which files are made at once and nothing is counted."""
    for module in ("documents", "guide", "portfolio_report", "questionnaire_blank"):
        monkeypatch.setattr(f"assessments.reports.{module}.render_pdf", lambda *args, **kwargs: b"%PDF-1.7")
    settings.ACCOUNT_RATE_LIMITS = False
    settings.ANSWERS_PER_MINUTE = 10_000
    return World


@dataclass
class Visitor:
    """Opens the pages of a world in one browser window for each actor."""

    world: World
    open_page: OpenPage
    base_url: str

    def __post_init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.parameters = addresses()

    def page_of(self, actor: str) -> Page:
        """The actor's window."""
        if actor not in self.pages:
            page = self.open_page(viewport=WIDE)
            cookies = {"django_language": self.world.language}
            if actor != "anonymous":
                cookies[settings.SESSION_COOKIE_NAME] = self.world.session_of(actor)
            page.context.add_cookies(
                [{"name": name, "value": value, "url": self.base_url} for name, value in cookies.items()]
            )
            self.pages[actor] = page
        return self.pages[actor]

    def visit(self, row: Row) -> list[str]:
        """What is wrong with the page of this row."""
        page = self.page_of(row.actor)
        page.set_viewport_size(WIDE)
        path = self.world.path(row.address, self.parameters[row.address], row.subject, row.variant)
        response = page.goto(path)
        assert response is not None
        if response.status not in STATUS.get(row.variant, {200}):
            return [f"answers {response.status}"]
        if urlsplit(page.url).path != urlsplit(path).path and row.address not in SPECIAL_PATHS:
            return [f"leads to {page.url}"]
        language = page.locator("html").get_attribute("lang")
        if language != self.world.language:
            return [f"speaks {language}"]
        if row.variant == "mistake" and not self._is_told_of_a_mistake(page):
            return [f"neither error summary nor bad field has the focus after bad entries: {page.url}"]
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        faults = find_barriers(page, contrast=self.world.language == "de")
        page.set_viewport_size(NARROW)
        return faults + [f"at 320 px: {fault}" for fault in find_barriers(page, contrast=False)]

    @staticmethod
    def _is_told_of_a_mistake(page: Page) -> bool:
        form = page.locator("main form[method=post]:has(:is(input, textarea, select):visible)").last
        form.evaluate(ENTER_NONSENSE)
        with page.expect_navigation():
            form.evaluate("form => form.requestSubmit(form.querySelector('[type=submit], button:not([type])'))")
        # The browser gives the focus with the first picture of the page, a moment after the page has arrived.
        try:
            page.wait_for_selector(":is(.error-summary, main [aria-invalid=true]):focus")
        except TooLateError:
            return False
        return True


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("section", SECTIONS)
def test_no_page_has_a_barrier(
    section: str, language: str, make_world: Callable[[str], World], open_page: OpenPage, base_url: str
) -> None:
    visitor = Visitor(make_world(language), open_page, base_url)
    faults = [
        f"{row}: {fault}"
        for row in rows()
        if row.section == section and row.variant not in NO_PAGE
        for fault in visitor.visit(row)
    ]
    assert not faults, "\n" + "\n".join(faults)


def answer_kind(response: HttpResponseBase) -> str:
    """What an address answers that shows no page."""
    kind = {405: "post", 302: "redirect"}.get(response.status_code, str(response.status_code))
    if response.status_code == 200:
        kind = "page" if response.headers["Content-Type"].startswith("text/html") else "file"
    return kind


def test_what_is_called_no_page_shows_none(make_world: Callable[[str], World]) -> None:
    world, parameters, found = make_world("de"), addresses(), []
    for row in rows():
        if row.variant in NO_PAGE:
            client = Client()
            if row.actor != "anonymous":
                client.cookies[settings.SESSION_COOKIE_NAME] = world.session_of(row.actor)
            path = world.path(row.address, parameters[row.address], row.subject, row.variant)
            if (kind := answer_kind(client.get(path))) != row.variant:
                found.append(f"{row}: {kind}")
    assert not found, "\n" + "\n".join(found)
