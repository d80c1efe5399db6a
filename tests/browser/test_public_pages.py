"""Public pages in a real browser: dark, with forced colours, on paper, by keyboard. By day: test_every_page."""

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.helpers import Keyboard

PUBLIC = [
    "/",
    "/prinzipien/",
    "/prinzipien/4.1/",
    "/prinzipien/2.1/",
    "/leitgedanken/",
    "/methodik/",
    "/glossar/",
    "/zukunftsperspektiven/",
    "/hilfe/",
    "/neues/",
    "/barrierefreiheit/",
    "/datenschutz/",
    "/impressum/",
    "/gibt-es-nicht/",
    "/konto/login/",
    "/konto/signup/",
    "/konto/password/reset/",
]
WIDE = {"width": 1280, "height": 900}

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]


def in_language(page: Page, base_url: str, language: str) -> Page:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": base_url}])
    return page


def test_public_pages_have_no_barrier_in_the_dark(open_page: OpenPage, assert_accessible: Check) -> None:
    page = open_page(viewport=WIDE, color_scheme="dark")
    for path in PUBLIC:
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        assert_accessible(page)


def test_faults_take_the_focus_and_lead_to_the_field(open_page: OpenPage, assert_accessible: Check) -> None:
    page = open_page(java_script_enabled=True)
    page.goto(reverse("account_signup"))
    page.locator("main form").evaluate("form => { form.noValidate = true }")
    page.locator("main button[type=submit]").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert_accessible(page)
    summary.get_by_role("link").first.click()
    expect(page.locator("#id_name")).to_be_focused()


def test_skip_link_is_first_and_leads_to_the_content(anonymous_page: Page) -> None:
    anonymous_page.goto("/methodik/")
    anonymous_page.keyboard.press("Tab")
    Keyboard(anonymous_page).check_focus_is_visible()
    anonymous_page.keyboard.press("Enter")
    expect(anonymous_page.locator("main")).to_be_focused()


def test_language_switch_by_keyboard_without_javascript(open_page: OpenPage, base_url: str) -> None:
    page = in_language(open_page(java_script_enabled=False), base_url, "de")
    page.goto("/methodik/")
    button = page.get_by_role("button", name="English")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/methodik/")


def test_account_menu_opens_and_signs_out_by_keyboard(owner_page: Page) -> None:
    owner_page.goto("/")
    keyboard = Keyboard(owner_page)
    keyboard.press(owner_page.locator(".account summary"))
    keyboard.press(owner_page.locator(".account form button"))
    owner_page.wait_for_load_state()
    expect(owner_page.locator(".account")).to_have_count(0)


def test_stage_bars_and_current_page_survive_forced_colours(open_page: OpenPage, assert_accessible: Check) -> None:
    page = open_page(forced_colors="active")
    page.goto("/methodik/")
    assert_accessible(page)
    expect(page.locator(".site-nav a[aria-current]")).to_have_count(1)


def test_printing_shows_what_is_folded_away(anonymous_page: Page) -> None:
    anonymous_page.goto("/prinzipien/4.1/")
    anonymous_page.emulate_media(media="print")
    expect(anonymous_page.locator(".site-nav")).to_be_hidden()
    expect(anonymous_page.locator(".question details ul").first).to_be_visible()
