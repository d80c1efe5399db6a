"""Files as evidence in a browser: added and removed by keyboard alone, refused in words, downloaded by readers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from assessments.evidence_files import add_file
from assessments.models import Assessment, EvidenceFile, User
from tests.assessments.payloads import OLE, PDF
from tests.browser.helpers import Keyboard

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]
KEY = "4.1.a1"
TITLE = "Protokoll der Steuerungsrunde"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("files")]


@pytest.fixture(autouse=True)
def _in_english(owner: User, viewer: User) -> None:
    User.objects.update(language="en")


class FileDialogue:
    """The browser's own dialogue: it is answered from the start, for a question asked too late is never heard."""

    def __init__(self, page: Page) -> None:
        self.keyboard = Keyboard(page)
        self._path = Path()
        page.on("filechooser", lambda chooser: chooser.set_files(self._path))

    def choose(self, field: Locator, path: Path) -> None:
        """Open the dialogue with the space bar and take the file there."""
        self._path = path
        self.keyboard.press(field, "Space")
        expect(field).to_have_value(re.compile(re.escape(path.name)))


@dataclass(frozen=True)
class Look:
    """A language at a width, and what is said in it when a file is refused."""

    language: str
    size: dict[str, Any]
    refused: str
    forgotten: str


LOOKS = {
    "de-wide": Look(
        "de",
        {"viewport": {"width": 1280, "height": 900}},
        "Eine Datei mit diesem Inhalt kann hier kein Nachweis sein.",
        "Ihr Browser vergisst die ausgewählte Datei.",
    ),
    "en-narrow": Look(
        "en",
        {"viewport": {"width": 320, "height": 640}},
        "A file of this kind cannot serve as evidence here.",
        "Your browser forgets the chosen file.",
    ),
}


@pytest.fixture(params=list(LOOKS))
def look(request: pytest.FixtureRequest) -> Look:
    """Each language in one width."""
    return LOOKS[request.param]


@pytest.fixture
def page(open_page: OpenPage, owner: User, look: Look) -> Page:
    """Olga's browser in this look."""
    User.objects.filter(pk=owner.pk).update(language=look.language)
    return open_page(owner, **look.size)


def test_a_file_is_added_and_removed_by_keyboard_alone(
    page: Page, look: Look, assert_accessible: Check, draft: Assessment, tmp_path: Path
):
    (wrong := tmp_path / "programm.pdf").write_bytes(OLE)
    (right := tmp_path / "protokoll.pdf").write_bytes(PDF)
    keyboard, dialogue = Keyboard(page), FileDialogue(page)
    page.goto(f"{reverse('assessment_dimension', args=[draft.pk, '4.1'])}#{KEY}")
    question = page.locator(f'[data-question="{KEY}"]')
    keyboard.press(question.locator(".ask__evidence > summary"))
    keyboard.press(question.locator(f'button[name="then"][value="{KEY}"]'))
    file, label = page.locator("#id_file"), page.locator("#id_label")
    add = page.locator("main form button[type=submit]")
    expect(file).to_be_visible()
    assert_accessible(page)

    dialogue.choose(file, wrong)
    keyboard.reach(label)
    page.keyboard.type(TITLE)
    keyboard.press(add)

    expect(page.locator("#id_file_error")).to_contain_text(look.refused)
    expect(file).to_have_attribute("aria-invalid", "true")
    expect(page.locator("main")).to_contain_text(look.forgotten)
    expect(label).to_have_value(TITLE)
    assert not EvidenceFile.objects.exists()
    assert_accessible(page)

    dialogue.choose(file, right)
    keyboard.press(add)

    link = page.locator(".evidence-files a", has_text=f"{TITLE} (PDF, ")
    expect(link).to_be_visible()
    expect(page.locator(".evidence-files")).to_contain_text("protokoll.pdf")
    assert_accessible(page)

    digest = EvidenceFile.objects.get().sha256
    remove = reverse("evidence_remove", args=[draft.pk, KEY, digest])
    keyboard.press(page.locator(f'a[href="{remove}"]'))
    expect(page.locator("h1")).to_contain_text(TITLE)
    assert EvidenceFile.objects.exists()
    assert_accessible(page)
    keyboard.press(page.locator("main form button[type=submit]"))

    expect(page.locator(".evidence-files")).to_have_count(0)
    expect(file).to_be_visible()
    assert not EvidenceFile.objects.exists()


def test_keeping_the_file_changes_nothing(owner_page: Page, draft: Assessment, owner: User):
    added = add_file(draft, KEY, owner, ContentFile(PDF), name="protokoll.pdf", label=TITLE)
    owner_page.goto(reverse("evidence_remove", args=[draft.pk, KEY, added.sha256]))
    Keyboard(owner_page).press(owner_page.get_by_role("link", name="Keep the file"))

    expect(owner_page.get_by_role("link", name=f"{TITLE} (PDF")).to_be_visible()
    assert EvidenceFile.objects.exists()


def test_viewers_download_and_do_not_upload(
    viewer_page: Page, assert_accessible: Check, draft: Assessment, owner: User, tmp_path: Path
):
    add_file(draft, KEY, owner, ContentFile(PDF), name="protokoll.pdf", label=TITLE)
    for place in (
        reverse("evidence_list", args=[draft.pk, KEY]),
        reverse("assessment_dimension", args=[draft.pk, "4.1"]),
        reverse("assessment_result", args=[draft.pk]),
    ):
        viewer_page.goto(place)
        closed = viewer_page.locator("details:not([open]):has(.evidence) > summary")
        if closed.count():
            Keyboard(viewer_page).press(closed)
        link = viewer_page.get_by_role("link", name=f"{TITLE} (PDF")
        with viewer_page.expect_download() as download:
            Keyboard(viewer_page).press(link)
        download.value.save_as(tmp_path / "geladen.pdf")

        assert download.value.suggested_filename == "protokoll.pdf"
        assert (tmp_path / "geladen.pdf").read_bytes() == PDF
        expect(viewer_page.locator('input[type="file"]')).to_have_count(0)
        expect(viewer_page.locator('a[href*="entfernen"]')).to_have_count(0)
        assert_accessible(viewer_page)
