"""Result, targets and import in a real browser."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from assessments.enums import Role, Scope
from assessments.models import Assessment, User
from tests.assessments.documents import mixed_answers, sound_document
from tests.browser.helpers import Keyboard
from tests.factories import answer_all, make_assessment, make_project

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]

LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}


@pytest.mark.parametrize(("language", "look"), [("de", "wide"), ("de", "narrow"), ("en", "narrow"), ("en", "dark")])
def test_result_has_no_barrier_however_full_it_is(
    open_page: OpenPage, assert_accessible: Check, draft: Assessment, look: str, language: str
) -> None:
    owner = User.objects.get(memberships__project=draft.project, memberships__role=Role.OWNER)
    owner.language = language
    owner.save()
    mixed_answers(draft)
    full = answer_all(make_assessment(make_project(owner=owner)), 4)
    quick = answer_all(make_assessment(make_project(owner=owner), scope=Scope.QUICK), {"4.1.a1": 2})
    empty = make_assessment(make_project(owner=owner))
    page = open_page(owner, **LOOKS[look])
    for assessment in (draft, full, quick, empty):
        page.goto(f"/bewertungen/{assessment.pk}/ergebnis/")
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        assert_accessible(page)


@pytest.mark.parametrize("look", LOOKS)
def test_forms_have_no_barrier(
    open_page: OpenPage, assert_accessible: Check, owner: User, draft: Assessment, look: str
) -> None:
    page = open_page(owner, **LOOKS[look])
    page.goto("/projekte/einlesen/")
    assert_accessible(page)
    page.goto(f"/bewertungen/{draft.pk}/ziele/")
    assert_accessible(page)
    page.locator("#id_target-4-1").fill("101")
    page.locator("main button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert_accessible(page)


def test_targets_are_set_by_keyboard_without_javascript(owner_page_without_javascript: Page, draft: Assessment) -> None:
    page = owner_page_without_javascript
    page.goto(f"/bewertungen/{draft.pk}/ergebnis/")
    keyboard = Keyboard(page)
    keyboard.press(page.locator(f"main a[href='/bewertungen/{draft.pk}/ziele/']").first)
    keyboard.reach(page.locator("#id_target-4-1"))
    page.keyboard.type("90")
    keyboard.press(page.locator("main button[type=submit]"))
    expect(page.locator("#ziele + ul li")).to_have_count(1)
    assert draft.targets.get().value == 90


def test_a_figure_explains_itself_by_keyboard(owner_page: Page, draft: Assessment) -> None:
    owner_page.goto(f"/bewertungen/{draft.pk}/ergebnis/")
    Keyboard(owner_page).press(owner_page.locator("details.why summary").first)
    expect(owner_page.locator("details.why .sum").first).to_be_visible()


def upload(page: Page, document: Any) -> None:
    file: FilePayload = {
        "name": "bewertung.json",
        "mimeType": "application/json",
        "buffer": json.dumps(document).encode(),
    }
    page.goto("/projekte/einlesen/")
    page.locator("#id_file").set_input_files(file)
    page.locator("main button[type=submit]").click()


@pytest.mark.parametrize("look", LOOKS)
def test_faults_of_a_document_take_the_focus(
    open_page: OpenPage, assert_accessible: Check, owner: User, look: str
) -> None:
    page = open_page(owner, **LOOKS[look])
    upload(page, sound_document(scope="half", targets={"a" * 60: 1}))
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary li")).to_have_count(2)
    assert_accessible(page)


def test_an_import_ends_at_the_new_draft(owner_page: Page) -> None:
    upload(owner_page, sound_document())
    expect(owner_page.locator("h1")).to_be_visible()
    assert owner_page.url.endswith(Assessment.objects.get().get_absolute_url())


def test_an_export_is_a_download(owner_page: Page, draft: Assessment) -> None:
    owner_page.goto(f"/bewertungen/{draft.pk}/ergebnis/")
    with owner_page.expect_download() as download:
        owner_page.locator(f"a[href='/bewertungen/{draft.pk}/export.json']").click()
    assert download.value.suggested_filename.startswith("kiezblocks-digital_selbstbewertung_")
