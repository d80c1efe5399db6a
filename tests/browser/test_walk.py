"""The main job from the first page to the PDF, by keyboard alone, with JavaScript and without."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assessments.enums import Scope
from assessments.exchange import export_document
from assessments.models import Assessment, Project, User
from assessments.verification import document_of_pdf
from principles.models import load_catalogue
from tests.browser.helpers import Keyboard
from tests.factories import PASSWORD

OpenPage = Callable[..., Page]

pytestmark = pytest.mark.django_db(transaction=True)

REASON = "Das Projekt hat damit nichts zu tun."


@pytest.fixture(autouse=True)
def _fast_typist(settings) -> None:
    """A test answers faster than a person may."""
    settings.ANSWERS_PER_MINUTE = 10_000


def sign_in(page: Page, keyboard: Keyboard, user: User) -> None:
    page.goto("/")
    keyboard.press(page.locator('header a[href*="/konto/login/"]').first)
    keyboard.reach(page.locator("input[name=login]"))
    page.keyboard.type(user.email)
    keyboard.reach(page.locator("input[name=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/projekte/")


def create_project(page: Page, keyboard: Keyboard) -> Project:
    keyboard.press(page.locator('main a[href="/projekte/neu/"]').first)
    keyboard.reach(page.locator("#id_name"))
    page.keyboard.type("Schattenkarte")
    keyboard.press(page.locator("main form button[type=submit]"))
    expect(page.locator("h1")).to_contain_text("Schattenkarte")
    return Project.objects.get(name="Schattenkarte")


def start_quick_check(page: Page, keyboard: Keyboard, project: Project) -> Assessment:
    keyboard.press(page.locator(f'main a[href="/projekte/{project.pk}/bewertung-beginnen/"]').first)
    keyboard.choose(page.locator('input[name="scope"][value="quick"]'))
    keyboard.press(page.locator("main form button[type=submit]"))
    expect(page).to_have_url(re.compile(r"/bewertungen/\d+/$"))
    return project.assessments.get()


def core_keys(assessment: Assessment) -> list[list[str]]:
    """The keys of the core questions, dimension by dimension."""
    return [
        [question.key for aspect in dimension.aspects.all() for question in aspect.questions.all() if question.is_core]
        for dimension in load_catalogue(assessment.catalogue_id).dimensions.all()
    ]


def wanted_level(key: str) -> int | None:
    """A different level here and there; one question does not apply."""
    return None if key == "2.2.c1" else sum(map(ord, key)) % 5


def answer(page: Page, keyboard: Keyboard, key: str) -> None:
    """Choose by arrow keys; „nicht zutreffend“ says why, and one answer has a rationale."""
    level = wanted_level(key)
    keyboard.choose(page.locator(f'input[name="{key}-level"][value="{"na" if level is None else level}"]'))
    if level is None:
        keyboard.reach(page.locator(f'textarea[name="{key}-reason"]'))
        page.keyboard.type(REASON)
    if key == "4.1.a1":
        keyboard.reach(page.locator(f'textarea[name="{key}-rationale"]'))
        page.keyboard.type("Wir haben gefragt.")


def finish(page: Page, keyboard: Keyboard, assessment: Assessment, folder: Path) -> None:
    """From the task list to the result and to the PDF; what was answered must be in it."""
    expect(page).to_have_url(f"/bewertungen/{assessment.pk}/")
    keyboard.press(page.locator(f'main a[href="/bewertungen/{assessment.pk}/ergebnis/"]').first)
    expect(page.locator("main svg.chart-radar")).to_be_visible()
    with page.expect_download(timeout=60_000) as download:
        keyboard.press(page.locator('main a[href$="bericht.pdf"]').first)
    name = download.value.suggested_filename
    assert name.startswith("schattenkarte_selbstbewertung_")
    assert name.endswith("_v1.pdf")
    download.value.save_as(folder / name)
    document = document_of_pdf((folder / name).read_bytes())
    assessment.refresh_from_db()
    assert document == json.loads(json.dumps(export_document(assessment)))
    for keys in core_keys(assessment):
        for key in keys:
            level = wanted_level(key)
            assert document["answers"][key].get("level") == level
    assert document["answers"]["2.2.c1"]["not_applicable"] == REASON
    assert document["answers"]["4.1.a1"]["rationale"] == "Wir haben gefragt."


def test_from_sign_in_to_pdf_by_keyboard(open_page: OpenPage, owner: User, tmp_path: Path) -> None:
    page = open_page()
    keyboard = Keyboard(page)
    sign_in(page, keyboard, owner)
    project = create_project(page, keyboard)
    assessment = start_quick_check(page, keyboard, project)
    assert assessment.scope == Scope.QUICK
    keyboard.press(page.locator(f'main a[href="/bewertungen/{assessment.pk}/4.1/"]').first)
    dimensions = list(load_catalogue(assessment.catalogue_id).dimensions.all())
    for dimension, keys in zip(dimensions, core_keys(assessment), strict=True):
        expect(page).to_have_url(f"/bewertungen/{assessment.pk}/{dimension.key}/")
        for key in keys:
            answer(page, keyboard, key)
            page.keyboard.press("Control+Enter")
        # After the last question Ctrl+Enter has led to the button that leads on.
        is_last = dimension == dimensions[-1]
        expect(page.locator(f'button[name="then"][value="{"list" if is_last else "next"}"]')).to_be_focused()
        page.keyboard.press("Enter")
    finish(page, keyboard, assessment, tmp_path)


def test_from_sign_in_to_pdf_by_keyboard_without_javascript(open_page: OpenPage, owner: User, tmp_path: Path) -> None:
    page = open_page(java_script_enabled=False)
    keyboard = Keyboard(page)
    sign_in(page, keyboard, owner)
    project = create_project(page, keyboard)
    assessment = start_quick_check(page, keyboard, project)
    keyboard.press(page.locator(f'main a[href="/bewertungen/{assessment.pk}/4.1/"]').first)
    dimensions = list(load_catalogue(assessment.catalogue_id).dimensions.all())
    for dimension, keys in zip(dimensions, core_keys(assessment), strict=True):
        expect(page).to_have_url(f"/bewertungen/{assessment.pk}/{dimension.key}/")
        for key in keys:
            answer(page, keyboard, key)
        is_last = dimension == dimensions[-1]
        keyboard.press(page.locator(f'main form button[name="then"][value="{"list" if is_last else "next"}"]'))
    finish(page, keyboard, assessment, tmp_path)
