"""Submit, review, return, submit again, approve: in a browser, by keyboard, without barriers."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.answering import AnswerContent, save_answer
from assessments.enums import Scope
from assessments.models import Assessment, User
from assessments.reviewing import ReviewNote, save_notes
from assessments.workflow import approve, current_snapshot, mark_read, send_back, start_assessment, submit
from tests.browser.helpers import Keyboard
from tests.factories import answer_all, make_assessment, make_project

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]
People = tuple[User, User]
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}
DARK: dict[str, Any] = {"color_scheme": "dark"}
# Each language in each width, each width in light and dark.
LOOKS = {
    "de-wide": ("de", WIDE),
    "de-narrow-dark": ("de", NARROW | DARK),
    "en-wide-dark": ("en", WIDE | DARK),
    "en-narrow": ("en", NARROW),
}
REASON = "Zwei Antworten brauchen Belege.\n\nBitte ergänzen Sie 4.1.a1 und erklären Sie 4.2.a1."


@pytest.fixture
def returned(draft: Assessment, owner: User, reviewer: User) -> Assessment:
    """Returned with levels and comments."""
    draft.answers.filter(question_key="4.1.a1").update(rationale="Wir haben 40 Anwohner:innen befragt.")
    submit(draft, owner)
    mark_read(current_snapshot(draft))
    notes = {
        "": ReviewNote(comment="Insgesamt ein gutes Bild."),
        "4.1": ReviewNote(comment="Hier fehlen Belege."),
        "4.1.a1": ReviewNote(2, "Die Befragung liegt nicht bei.", "Bitte legen Sie die Auswertung bei."),
        "4.2.a1": ReviewNote(comment="Wie oft wird ausgewertet?"),
    }
    save_notes(draft, reviewer, notes)
    send_back(draft, reviewer, REASON)
    return draft


@pytest.fixture
def resubmitted(returned: Assessment, owner: User) -> Assessment:
    """The team changed an answer and submitted again; the review has begun."""
    link = {"label": "Auswertung der Befragung", "url": "https://www.berlin.de/auswertung"}
    content = AnswerContent(2, rationale="Wir haben 40 Anwohner:innen befragt, siehe Auswertung.", evidence=(link,))
    save_answer(returned, "4.1.a1", owner, content, base_version=1)
    returned.targets.create(dimension_key="4.1", value=80)
    mark_read(submit(returned, owner))
    return returned


def team_pages(assessment: Assessment) -> list[str]:
    names = ["assessment_submit", "assessment_withdraw", "assessment_feedback", "assessment_detail"]
    project = assessment.project_id
    return [
        *(reverse(name, args=[assessment.pk]) for name in names),
        reverse("project_detail", args=[project]),
        reverse("project_delete", args=[project]),
        reverse("project_comparison", args=[project]),
        reverse("assessment_start", args=[project]),
    ]


def review_pages(assessment: Assessment) -> list[str]:
    detail = reverse("review_detail", args=[assessment.pk])
    return [
        reverse("review_queue"),
        detail,
        f"{detail}?alles",
        reverse("review_dimension", args=[assessment.pk, "4.1"]),
        reverse("review_decide", args=[assessment.pk]),
    ]


def check_all(page: Page, paths: list[str], check: Check) -> None:
    for path in paths:
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        check(page)


@pytest.fixture
def people(language: str, owner: User, reviewer: User) -> People:
    """Owner and reviewer, both with this language."""
    for user in (owner, reviewer):
        user.language = language
        user.save()
    return owner, reviewer


@pytest.mark.parametrize(("language", "look"), LOOKS.values(), ids=LOOKS)
class TestBarriers:
    def test_while_it_is_reviewed_again(
        self, open_page: OpenPage, assert_accessible: Check, resubmitted, people: People, look
    ) -> None:
        owner, reviewer = people
        submit(answer_all(make_assessment(make_project(name="Noch eines")), 2), owner)
        check_all(open_page(owner, **look), team_pages(resubmitted), assert_accessible)
        check_all(open_page(reviewer, **look), review_pages(resubmitted), assert_accessible)

    def test_what_is_missing_returned_and_approved(
        self, open_page: OpenPage, assert_accessible: Check, returned, people: People, look
    ) -> None:
        owner, reviewer = people
        page = open_page(owner, **look)
        empty = make_assessment(make_project(owner=owner))
        page.goto(reverse("assessment_submit", args=[empty.pk]))
        assert_accessible(page)
        check_all(page, team_pages(returned), assert_accessible)
        snapshot = submit(returned, owner)
        approve(returned, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=365), "Sehr gut.")
        check_all(page, team_pages(returned), assert_accessible)
        start_assessment(returned.project, owner, Scope.FULL, copy_from=returned)
        page.goto("/bericht-pruefen/")
        page.locator("#id_sha256").fill(snapshot.sha256)
        page.locator("main form button[type=submit]").click()
        expect(page.locator("#verdict")).to_be_visible()
        assert_accessible(page)
        page.locator("#id_sha256").fill("kein Hash")
        page.locator("main form button[type=submit]").click()
        expect(page.locator(".error-summary")).to_be_focused()
        assert_accessible(page)


def test_two_rounds_by_keyboard(open_page: OpenPage, draft: Assessment, owner: User, reviewer: User) -> None:
    team, office = open_page(owner), open_page(reviewer)
    hand, eye = Keyboard(team), Keyboard(office)

    team.goto(draft.get_absolute_url())
    hand.press(team.get_by_role("link", name="Einreichen", exact=True))
    hand.press(team.get_by_role("button", name="Jetzt einreichen"))
    expect(team.get_by_role("heading", name="Die Bewertung ist eingereicht")).to_be_visible()

    office.goto(reverse("review_queue"))
    eye.press(office.get_by_role("link", name="Kiezblocks digital"))
    eye.press(office.get_by_role("button", name="Prüfung beginnen"))
    expect(office.get_by_role("button", name="Speichern und entscheiden")).to_be_visible()
    office.goto(reverse("review_dimension", args=[draft.pk, "4.1"]))
    eye.reach(office.locator("#\\34 \\.1\\.a1-comment"))
    office.keyboard.type("Bitte belegen.")
    eye.press(office.get_by_role("button", name="Speichern und zurück zur Übersicht"))
    expect(office).to_have_url(re.compile(r"\?alles$"))
    eye.press(office.get_by_role("button", name="Speichern und entscheiden"))
    expect(office).to_have_url(re.compile(r"/entscheiden/$"))
    eye.choose(office.get_by_label("An das Team zurückgeben"))
    eye.reach(office.get_by_label("Was Sie dem Team mitteilen"))
    office.keyboard.type("Bitte 4.1.a1 belegen.")
    eye.press(office.get_by_role("button", name="Entscheidung speichern"))
    expect(office.get_by_text("Die Einreichung wurde an das Team zurückgegeben.")).to_be_visible()

    team.goto(draft.get_absolute_url())
    expect(team.get_by_text("Bitte 4.1.a1 belegen.").first).to_be_visible()
    hand.press(team.get_by_role("link", name="Kommentare der Prüfung lesen"))
    expect(team.get_by_text("Bitte belegen.", exact=True)).to_be_visible()
    save_answer(draft, "4.1.a1", owner, AnswerContent(2, rationale="Jetzt belegt."), base_version=1)
    team.goto(reverse("assessment_submit", args=[draft.pk]))
    hand.press(team.get_by_role("button", name="Jetzt einreichen"))
    expect(team.get_by_role("heading", name="Die Bewertung ist eingereicht")).to_be_visible()

    office.goto(reverse("review_detail", args=[draft.pk]))
    eye.press(office.get_by_role("button", name="Prüfung beginnen"))
    expect(office.get_by_text("Nur Änderungen (1)")).to_be_visible()
    expect(office.get_by_text("Jetzt belegt.")).to_be_visible()
    expect(office.locator("article.ask")).to_have_count(1)
    eye.press(office.get_by_role("button", name="Speichern und entscheiden"))
    expect(office).to_have_url(re.compile(r"/entscheiden/$"))
    eye.choose(office.get_by_label("Freigeben"))
    eye.press(office.get_by_role("button", name="Entscheidung speichern"))
    expect(office.get_by_text("Die Bewertung wurde freigegeben.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.state == "approved"


def test_without_javascript_a_review_works_too(open_page: OpenPage, draft: Assessment, owner: User, reviewer: User):
    mark_read(submit(draft, owner))
    page = open_page(reviewer, java_script_enabled=False)
    page.goto(reverse("review_dimension", args=[draft.pk, "4.1"]))
    page.locator("[name='4.1.a1-level']").select_option("1")
    page.locator("[name='4.1.a1-comment']").fill("Bitte belegen.")
    page.get_by_role("button", name="Speichern und weiter").click()
    expect(page).to_have_url(re.compile(r"/4\.2/$"))
    assert draft.reviewer_ratings.get().level == 1
