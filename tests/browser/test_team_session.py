"""A team rates alone, looks at it together and agrees: by keyboard, in German, with JavaScript and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from assessments.individual_ratings import reveal
from assessments.models import Answer, Assessment, IndividualRating, RevealedDimension, User
from tests.browser.helpers import Keyboard

OpenPage = Callable[..., Page]

pytestmark = pytest.mark.django_db(transaction=True)

KEY, OTHER = "4.1.a1", "4.1.a2"
AGREED = "Gefragt ist, ausgewertet noch nicht."


def level(page: Page, key: str, value: str) -> Locator:
    return page.locator(f'input[name="{key}-level"][value="{value}"]')


def link(page: Page, name: str, *args: object) -> Locator:
    return page.locator(f'main a[href="{reverse(name, args=args)}"]').first


def rate(page: Page, assessment: Assessment, chosen: str, note: str) -> None:
    """From the task list to one's own ratings of the first dimension, and back to the overview."""
    keyboard = Keyboard(page)
    page.goto(assessment.get_absolute_url())
    keyboard.press(link(page, "rating_resume", assessment.pk))
    expect(page.locator("h1")).to_contain_text("4.1")
    keyboard.choose(level(page, KEY, chosen))
    keyboard.reach(page.locator(f'textarea[name="{KEY}-rationale"]'))
    page.keyboard.type(note)
    keyboard.choose(level(page, OTHER, "3"))
    keyboard.press(page.locator('button[name="then"][value="list"]'))
    expect(page).to_have_url(reverse("rating_overview", args=[assessment.pk]))
    expect(page.locator("main")).to_contain_text("2 von 8")


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_members_rate_the_owner_reveals_and_the_team_agrees(
    open_page: OpenPage, draft: Assessment, owner: User, viewer: User, has_scripts: bool
) -> None:
    viewers, owners = (open_page(one, java_script_enabled=has_scripts) for one in (viewer, owner))
    rate(viewers, draft, "1", "Nur vermutet.")
    rate(owners, draft, "4", "Steht im Bericht.")
    assert "Nur vermutet" not in owners.content()

    keyboard = Keyboard(owners)
    keyboard.press(owners.get_by_role("button", name="Dem Team aufdecken"))
    expect(owners).to_have_url(reverse("rating_session", args=[draft.pk, "4.1"]))
    asked = owners.locator("[data-question]")
    expect(asked).to_have_count(1)
    ratings = owners.locator("details.spread")
    expect(ratings).to_contain_text("Spannweite 3: Stufe 1 bis 4 (2 Personen)")
    expect(ratings).to_contain_text("Klärungsbedarf")
    expect(ratings).to_contain_text("Nur vermutet.")

    keyboard.choose(level(owners, KEY, "2"))
    keyboard.reach(owners.locator(f'textarea[name="{KEY}-rationale"]'))
    owners.keyboard.type(AGREED)
    keyboard.press(owners.locator('button[name="then"][value="list"]'))
    expect(owners).to_have_url(reverse("rating_overview", args=[draft.pk]))
    stored = Answer.objects.get(assessment=draft, question_key=KEY)
    assert (stored.level, stored.rationale) == (2, AGREED)
    assert RevealedDimension.objects.get().revealed_by == owner

    Keyboard(viewers).press(link(viewers, "rating_own", draft.pk, "4.1"))
    expect(viewers.locator("main .kern-alert")).to_contain_text("sind aufgedeckt")
    assert IndividualRating.objects.count() == 4


def test_revealed_while_somebody_types_nothing_of_it_is_lost(
    open_page: OpenPage, draft: Assessment, owner: User, viewer: User
) -> None:
    viewers, owners = open_page(viewer, java_script_enabled=False), open_page(owner)
    rate(owners, draft, "4", "Steht im Bericht.")
    viewers.goto(reverse("rating_own", args=[draft.pk, "4.1"]))
    viewers.locator(f'textarea[name="{KEY}-rationale"]').fill("Noch nicht gespeichert.")
    owners.get_by_role("button", name="Dem Team aufdecken").click()
    expect(owners).to_have_url(reverse("rating_session", args=[draft.pk, "4.1"]))
    viewers.locator('button[name="then"][value="list"]').click()
    expect(viewers.locator("main .kern-alert")).to_contain_text("Nicht gespeichert")
    expect(viewers.locator(f'textarea[name="{KEY}-rationale"]')).to_have_value("Noch nicht gespeichert.")
    assert not IndividualRating.objects.filter(user=viewer).exists()


def test_a_rating_saves_itself_and_says_when_it_cannot(
    open_page: OpenPage, draft: Assessment, owner: User, viewer: User
) -> None:
    page = open_page(viewer)
    page.goto(reverse("rating_own", args=[draft.pk, "4.1"]))
    question = page.locator(f'[data-question="{KEY}"]')
    note = question.locator(f'textarea[name="{KEY}-rationale"]')
    level(page, KEY, "na").check()
    expect(question.locator("[data-state]")).to_contain_text("Gespeichert")
    assert IndividualRating.objects.get(user=viewer).is_not_applicable
    reveal(draft, owner, "4.1")
    note.fill("Zu spät getippt.")
    expect(question.locator("[data-state]")).to_contain_text("Nicht gespeichert")
    expect(note).to_have_value("Zu spät getippt.")
    assert IndividualRating.objects.get(user=viewer).note == ""
