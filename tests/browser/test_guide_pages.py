"""The guide and good practice in a real browser: no barrier, and the way from an answer into the guide."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assessments.enums import State
from assessments.good_practices import PracticeText, confirm, decline, offer
from assessments.models import Assessment, GoodPractice, User
from tests.factories import answer_all, make_assessment

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]

LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}
TEXT = PracticeText("en", "Asked at the playground", "Twelve conversations.\n\nThe plan changed.", "team@example.org")


@pytest.fixture
def approved(project: Any) -> Assessment:
    levels = {"4.1.a1": 4, "4.1.a2": 4, "4.1.a3": 4}
    return answer_all(
        make_assessment(project, state=State.APPROVED),
        levels,
        rationale="Vermerk vom 3. Mai",
        evidence=[{"label": "Auswertung", "url": "https://www.berlin.de/"}],
    )


@pytest.fixture
def offers(approved: Assessment, owner: User, reviewer: User) -> tuple[GoodPractice, GoodPractice]:
    """One confirmed, one waiting, and between them one declined."""
    confirmed = offer(approved, "4.1.a1", owner, TEXT)
    confirm(confirmed, reviewer)
    decline(offer(approved, "4.1.a2", owner, TEXT), reviewer, "No result is named.")
    return confirmed, offer(approved, "4.1.a3", owner, TEXT)


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_have_no_barrier(
    open_page: OpenPage, assert_accessible: Check, offers: tuple[GoodPractice, GoodPractice], look: str
) -> None:
    confirmed, waiting = offers
    approved, owner, reviewer = confirmed.assessment, confirmed.offered_by, confirmed.decided_by
    anyone = open_page(**LOOKS[look])
    for path in ("/handlungsleitfaden/", "/handlungsleitfaden/4.1/", "/handlungsleitfaden/2.4/", "/prinzipien/4.1/"):
        anyone.goto(path)
        assert_accessible(anyone)
    team = open_page(owner, **LOOKS[look])
    listed = f"/bewertungen/{approved.pk}/gute-praxis/"
    for path in (listed, f"{listed}4.1.a2/", f"/gute-praxis/{confirmed.pk}/zurueckziehen/"):
        team.goto(path)
        assert_accessible(team)
    staff = open_page(reviewer, **LOOKS[look])
    for path in ("/gute-praxis/", f"/gute-praxis/{waiting.pk}/", f"/gute-praxis/{confirmed.pk}/"):
        staff.goto(path)
        assert_accessible(staff)


def test_from_an_answer_into_the_guide_and_out_again(
    open_page: OpenPage, approved: Assessment, owner: User, reviewer: User
) -> None:
    team = open_page(owner)
    team.goto(f"/bewertungen/{approved.pk}/")
    team.locator(f"main a[href='/bewertungen/{approved.pk}/gute-praxis/']").first.click()
    team.locator("main a[href$='/gute-praxis/4.1.a1/']").click()
    team.locator("#id_title").fill("Am Spielplatz gefragt")
    team.locator("#id_text").fill("Zwölf Gespräche.")
    team.locator("main button[type=submit]").click()
    anyone = open_page()
    anyone.goto("/handlungsleitfaden/4.1/")
    expect(anyone.get_by_text("Am Spielplatz gefragt")).to_have_count(0)
    staff = open_page(reviewer)
    staff.goto("/gute-praxis/")
    staff.get_by_role("link", name="Am Spielplatz gefragt").click()
    staff.locator("button[name=confirm]").click()
    anyone.reload()
    expect(anyone.get_by_text("Am Spielplatz gefragt")).to_be_visible()
    team.goto(f"/bewertungen/{approved.pk}/gute-praxis/")
    team.locator("main a[href$='/zurueckziehen/']").click()
    team.locator("main button[type=submit]").click()
    anyone.reload()
    expect(anyone.get_by_text("Am Spielplatz gefragt")).to_have_count(0)
