"""Before somebody is signed out they are warned and stay by one key; afterwards nothing typed is lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from assessments.models import Assessment, Measure, User
from assessments.sessions import ENDS, SessionStore
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(owner: User) -> User:
    owner.language = "en"
    owner.save()
    return owner


def end_in(minutes: float) -> None:
    """Let the one sign-in there is end in so many minutes; 0 ends it."""
    session = SessionStore(Session.objects.get().session_key)
    session[ENDS] = int((timezone.now() + timedelta(minutes=minutes)).timestamp())
    session.save()


def notice(page: Page) -> Locator:
    return page.get_by_role("region", name="Your sign-in")


def live(page: Page) -> Locator:
    return page.locator("[data-session-live]")


@pytest.fixture
def idle_page(owner_page: Page, draft: Assessment) -> Page:
    """Olga opened the form of a measure and went to lunch; her sign-in ends in five minutes."""
    owner_page.clock.install()
    owner_page.goto(reverse("measure_add", args=[draft.pk]))
    end_in(5.2)
    owner_page.clock.fast_forward("54:40")
    expect(notice(owner_page)).to_contain_text("signed out in 5 minutes")
    return owner_page


def test_any_key_is_enough_to_stay(idle_page: Page) -> None:
    expect(live(idle_page)).to_contain_text("Press any key")
    with idle_page.expect_response(lambda response: response.request.method == "POST"):
        idle_page.keyboard.press("Shift")
    expect(notice(idle_page)).to_be_hidden()
    expect(live(idle_page)).to_have_text("You stay signed in.")
    assert Session.objects.get().expire_date > timezone.now() + timedelta(minutes=55)


def test_the_button_does_the_same(idle_page: Page) -> None:
    notice(idle_page).get_by_role("button", name="Stay signed in").click()
    expect(notice(idle_page)).to_be_hidden()
    assert Session.objects.get().expire_date > timezone.now() + timedelta(minutes=55)


def test_who_types_is_not_disturbed(owner_page: Page, draft: Assessment) -> None:
    owner_page.clock.install()
    owner_page.goto(reverse("measure_add", args=[draft.pk]))
    end_in(5)
    owner_page.locator("main [name=title]").press_sequentially("Lasten")
    with owner_page.expect_response(lambda response: response.request.method == "POST"):
        owner_page.clock.fast_forward("54:40")
    expect(notice(owner_page)).to_be_hidden()
    expect(live(owner_page)).to_be_empty()
    assert Session.objects.get().expire_date > timezone.now() + timedelta(minutes=55)


def test_signed_out_while_writing_one_signs_in_beside_and_goes_on(
    idle_page: Page, owner: User, draft: Assessment, assert_accessible: Callable[[Page], None]
) -> None:
    assert_accessible(idle_page)
    idle_page.locator("main [name=title]").fill("Lastenrad kaufen")
    end_in(-1)
    idle_page.clock.fast_forward("01:01")
    expect(notice(idle_page)).to_contain_text("You have been signed out")
    with idle_page.context.expect_page() as opened:
        notice(idle_page).get_by_role("link").click()
    tab = opened.value
    tab.locator("input[type=email]").fill(owner.email)
    tab.locator("input[type=password]").fill(PASSWORD)
    tab.locator("main form button[type=submit]").first.click()
    tab.wait_for_url(f"**{reverse('measure_add', args=[draft.pk])}")
    tab.close()
    idle_page.clock.fast_forward("00:30")
    idle_page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(notice(idle_page)).to_be_hidden()
    # With the token of the new sign-in already in the form it is sent as ever.
    idle_page.locator("main form button[type=submit]").last.click()
    idle_page.wait_for_url(f"**{reverse('measure_list', args=[draft.pk])}*")
    assert Measure.objects.get().title == "Lastenrad kaufen"


def test_the_day_is_over_and_no_key_helps(owner_page: Page, draft: Assessment) -> None:
    owner_page.clock.install()
    owner_page.goto(reverse("measure_add", args=[draft.pk]))
    session = SessionStore(Session.objects.get().session_key)
    session["sign_in_began"] -= 12 * 3600 - 312
    session[ENDS] = session["sign_in_began"] + 12 * 3600
    session.save()
    owner_page.clock.fast_forward("54:40")
    expect(notice(owner_page)).to_contain_text("you signed in many hours ago")
    expect(notice(owner_page).get_by_role("button")).to_have_count(0)
    expect(notice(owner_page).get_by_role("link")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_notice_covers_no_focus(idle_page: Page, assert_accessible: Callable[[Page], None], width: int) -> None:
    idle_page.set_viewport_size({"width": width, "height": 900})
    assert_accessible(idle_page)
    button = idle_page.locator("main form button[type=submit]").last
    button.focus()
    box, lies_over = button.bounding_box(), notice(idle_page).bounding_box()
    assert box is not None
    assert lies_over is not None
    assert box["y"] + box["height"] <= lies_over["y"]
