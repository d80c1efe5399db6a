"""The quick check without an account in a real browser: by keyboard to the PDF, with JavaScript and without."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Dialog, Page, expect

from principles.models import newest_catalogue
from tests.browser.helpers import Keyboard, find_barriers

OpenPage = Callable[..., Page]

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 12
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture(autouse=True)
def _quick_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the report is tested elsewhere."""
    monkeypatch.setattr("assessments.reports.documents.render_pdf", lambda *args, **kwargs: b"%PDF-1.7")


def expect_step(page: Page, number: int) -> None:
    """Wait until this step is shown, whole."""
    expect(page.locator("main .preline")).to_have_text(re.compile(rf"\D{number}\D+{STEPS}$"))
    expect(page.locator("footer")).to_be_visible()


def keys_of_step(page: Page) -> list[str]:
    return [str(key) for key in page.locator("main .ask").evaluate_all("all => all.map(one => one.id)")]


def onward(page: Page) -> Any:
    return page.locator("main .page-turn button.kern-btn--primary")


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_by_keyboard_from_the_start_page_to_the_pdf(open_page: OpenPage, java_script: bool, tmp_path: Path) -> None:
    page = open_page(java_script_enabled=java_script)
    keyboard = Keyboard(page)
    page.goto("/")
    keyboard.press(page.locator("main a[href='/kurzcheck/']").first)
    keyboard.press(page.locator("main a.kern-btn--primary"))
    answered = 0
    for number in range(1, STEPS + 1):
        expect_step(page, number)
        for key in keys_of_step(page):
            keyboard.choose(page.locator(f"input[name='{key}-level'][value='{answered % 5}']"))
            answered += 1
        if number == 1:
            keyboard.reach(page.locator("main textarea[name$='-rationale']").last)
            page.keyboard.type("Kurz gesagt.")
        keyboard.press(onward(page))
    expect(page.locator("#mitnehmen")).to_be_visible()
    assert answered == 32
    keyboard.reach(page.locator("#id_project-name"))
    page.keyboard.type("Kiezblocks digital")
    with page.expect_download() as waiting:
        keyboard.press(page.locator("#mitnehmen ~ .actions button[formaction*='kurzcheck.pdf']").first)
    assert re.fullmatch(r"kiezblocks-digital_kurzcheck_[\d-]+\.pdf", waiting.value.suggested_filename)
    with page.expect_download() as waiting:
        keyboard.press(page.locator("#mitnehmen ~ .actions button[formaction*='kurzcheck.json']").first)
    waiting.value.save_as(tmp_path / "saved.json")
    document = json.loads((tmp_path / "saved.json").read_text("utf-8"))
    assert len(document["answers"]) == 32
    assert [answer["rationale"] for answer in document["answers"].values() if "rationale" in answer] == ["Kurz gesagt."]
    assert document["project"]["name"] == "Kiezblocks digital"
    assert not Session.objects.exists()
    assert {cookie.get("name") for cookie in page.context.cookies()} <= {"csrftoken"}


def test_back_language_and_a_saved_file_keep_everything(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/kurzcheck/4.1/")
    key = keys_of_step(page)[0]
    page.locator(f"input[name='{key}-level'][value='3']").check()
    page.locator(f"textarea[name='{key}-rationale']").fill("Erste Zeile\n\nZweite <b>Zeile</b>")
    onward(page).click()
    expect_step(page, 2)
    page.locator("header button[name=language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect_step(page, 2)
    page.reload()
    expect_step(page, 2)
    with page.expect_download() as waiting:
        page.locator("button[formaction*='kurzcheck.json']").click()
    waiting.value.save_as(tmp_path / "saved.json")
    page.get_by_role("button", name="Back").click()
    expect_step(page, 1)
    expect(page.locator(f"input[name='{key}-level'][value='3']")).to_be_checked()
    expect(page.locator(f"textarea[name='{key}-rationale']")).to_have_value("Erste Zeile\n\nZweite <b>Zeile</b>")
    page.goto("/kurzcheck/")
    page.locator("#id_file").set_input_files(tmp_path / "saved.json")
    page.get_by_role("button", name="Open and continue").click()
    expect_step(page, 1)
    expect(page.locator(f"input[name='{key}-level'][value='3']")).to_be_checked()
    expect(page.locator(f"textarea[name='{key}-rationale']")).to_have_value("Erste Zeile\n\nZweite <b>Zeile</b>")


def test_enter_on_a_level_leads_on_and_not_into_another_language(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/kurzcheck/4.1/")
    chosen = page.locator(f"input[name='{keys_of_step(page)[0]}-level'][value='2']")
    chosen.check()
    chosen.press("Enter")
    expect_step(page, 2)
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_the_page_asks_before_answers_are_left(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/kurzcheck/4.1/")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator(f"input[name='{keys_of_step(page)[0]}-level'][value='2']").check()
    onward(page).click()
    expect_step(page, 2)
    assert asked == [], "the buttons of the page take everything along"
    page.locator("main h1").click()
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    expect(page.locator("main h1")).to_be_visible()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize(
    ("language", "look"), [("de", {}), ("en", NARROW), ("de", {"color_scheme": "dark"})], ids=["wide", "narrow", "dark"]
)
def test_no_state_has_a_barrier(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, language: str, look: dict[str, Any], base_url: str
) -> None:
    page = open_page(**look)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": base_url}])
    catalogue = newest_catalogue()
    assert catalogue is not None
    page.goto("/kurzcheck/2.1/")
    keys = keys_of_step(page)
    for key in keys:
        page.locator(f"input[name='{key}-level'][value='1']").check()
    page.locator(f"input[name='{keys[0]}-level'][value='na']").check()
    onward(page).click()
    expect(page.locator(".error-summary")).to_be_focused()
    faults = find_barriers(page)
    page.locator(f"textarea[name='{keys[0]}-reason']").fill("Das gibt es hier nicht.")
    page.locator("button[formaction$='/ergebnis/']").click()
    expect(page.locator("#mitnehmen")).to_be_visible()
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    faults += find_barriers(page)
    name = page.locator("#id_project-name")
    name.evaluate("field => field.removeAttribute('maxlength')")
    name.fill("x" * 200)
    name.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    faults += find_barriers(page)
    name.fill("Kiezblocks digital")
    monkeypatch.setattr("assessments.views.quick_check._turns.acquire", lambda blocking: False)
    page.locator("#mitnehmen ~ .actions button[formaction*='kurzcheck.pdf']").first.click()
    expect(page.locator("main [role=alert]")).to_be_focused()
    faults += find_barriers(page)
    assert not faults, "\n".join(faults)
