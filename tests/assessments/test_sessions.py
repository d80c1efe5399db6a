"""A sign-in ends when nothing happens for a while, and when the working day is over; it costs no query on the way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, Measure, User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
STATUS = "account_session"


class Watch:
    """A clock that tests put forward."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 8, tzinfo=timezone.get_default_timezone())

    def wait(self, **passed: float) -> None:
        """Let time pass: hours, minutes, seconds."""
        self.now += timedelta(**passed)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    made = Watch()
    monkeypatch.setattr(timezone, "now", lambda: made.now)
    return made


SignIn = Callable[[User], Client]


@pytest.fixture
def sign_in(watch: Watch) -> SignIn:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def is_signed_in(client: Client) -> bool:
    return client.get(reverse(STATUS)).status_code == 200


@pytest.mark.parametrize(("who", "minutes"), [("viewer", 60), ("reviewer", 30), ("portfolio_reader", 30)])
def test_idle_people_are_signed_out(
    request: pytest.FixtureRequest, sign_in: SignIn, watch: Watch, who: str, minutes: int
) -> None:
    client = sign_in(request.getfixturevalue(who))
    watch.wait(minutes=minutes, seconds=-1)
    assert is_signed_in(client)
    # Asking how long it lasts was no activity.
    watch.wait(seconds=2)
    assert not is_signed_in(client)
    assert client.get(reverse("project_list")).status_code == 302


def test_whoever_may_use_the_admin_site_is_staff(sign_in: SignIn, watch: Watch, viewer: User) -> None:
    viewer.is_staff = True
    viewer.save()
    client = sign_in(viewer)
    watch.wait(minutes=31)
    assert not is_signed_in(client)


def test_activity_puts_the_end_off(sign_in: SignIn, watch: Watch, viewer: User) -> None:
    client = sign_in(viewer)
    for _hour in range(10):
        watch.wait(minutes=58)
        assert client.get(reverse("project_list")).status_code == 200
    watch.wait(minutes=61)
    assert not is_signed_in(client)


@pytest.mark.parametrize(("who", "hours"), [("viewer", 12), ("reviewer", 8)])
def test_nobody_stays_longer_than_a_working_day(
    request: pytest.FixtureRequest, sign_in: SignIn, watch: Watch, who: str, hours: int
) -> None:
    client = sign_in(request.getfixturevalue(who))
    for _step in range(hours * 3 - 1):
        watch.wait(minutes=20)
        assert client.get(reverse("project_list")).status_code == 200
    assert client.post(reverse(STATUS)).json() | {"token": ""} == {
        "left": 1200,
        "extendable": False,
        "person": request.getfixturevalue(who).pk,
        "token": "",
    }
    watch.wait(minutes=21)
    assert not is_signed_in(client)


def test_a_new_role_shortens_the_time(sign_in: SignIn, watch: Watch, viewer: User) -> None:
    client = sign_in(viewer)
    viewer.staff_role = "reviewer"
    viewer.save()
    client.get(reverse("project_list"))
    watch.wait(minutes=31)
    assert not is_signed_in(client)


def test_what_a_page_asks_by_itself_is_no_activity(sign_in: SignIn, watch: Watch, portfolio_reader: User) -> None:
    client = sign_in(portfolio_reader)
    for _time in range(2):
        watch.wait(minutes=14)
        assert client.get(reverse("portfolio_exports"), headers={"HX-Request": "true"}).status_code == 200
    watch.wait(minutes=3)
    assert not is_signed_in(client)


def test_the_wish_to_stay_is_heard(sign_in: SignIn, watch: Watch, viewer: User) -> None:
    client = sign_in(viewer)
    watch.wait(minutes=56)
    told = client.get(reverse(STATUS)).json()
    assert (told["left"], told["extendable"]) == (240, True)
    assert client.post(reverse(STATUS)).json()["left"] == 3600


def test_staying_takes_a_token(watch: Watch, viewer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(viewer)
    assert client.post(reverse(STATUS)).status_code == 403
    token = client.get(reverse(STATUS)).json()["token"]
    assert client.post(reverse(STATUS), headers={"X-CSRFToken": token}).status_code == 200


def test_who_is_not_signed_in_learns_nothing_else(client: Client) -> None:
    response = client.get(reverse(STATUS))
    assert (response.status_code, response.json()) == (401, {"left": 0})


def test_the_end_is_written_once_a_minute_at_most(
    sign_in: SignIn, watch: Watch, owner: User, draft: Assessment, django_assert_num_queries: Any
) -> None:
    client = sign_in(owner)
    client.get(reverse("project_list"))

    def written() -> datetime:
        return Session.objects.get().expire_date

    before = written()
    watch.wait(seconds=59)
    with django_assert_num_queries(2):
        client.get(reverse("help"))
    assert written() == before
    watch.wait(seconds=1)
    client.get(reverse("help"))
    assert written() == before + timedelta(seconds=60)


def test_a_sign_in_through_the_page_is_timed(client: Client, watch: Watch, viewer: User) -> None:
    client.post(reverse("account_login"), {"login": viewer.email, "password": PASSWORD})
    assert client.session["sign_in_ends"] - client.session["sign_in_began"] == 3600
    # It goes with the browser all the same.
    assert client.cookies["sessionid"]["max-age"] == ""


def test_a_sign_in_from_before_the_times_is_timed_from_now_on(sign_in: SignIn, watch: Watch, viewer: User) -> None:
    client = sign_in(viewer)
    session = client.session
    for key in ("sign_in_began", "sign_in_ends", "sign_in_idle"):
        del session[key]
    session.save()
    assert client.get(reverse("project_list")).status_code == 200
    watch.wait(minutes=61)
    assert not is_signed_in(client)


def test_the_times_can_be_set(sign_in: SignIn, watch: Watch, viewer: User, settings: Any) -> None:
    settings.SESSION_IDLE_MINUTES = 5
    client = sign_in(viewer)
    watch.wait(minutes=6)
    assert not is_signed_in(client)


def test_pages_bring_the_notice_and_error_pages_do_not(sign_in: SignIn, viewer: User) -> None:
    client = sign_in(viewer)
    assert b"data-session" in client.get(reverse("help")).content
    assert b"data-session" not in client.get("/gibt-es-nicht/").content
    assert b"data-session" not in Client().get(reverse("help")).content


def test_a_measure_typed_too_long_is_kept(sign_in: SignIn, watch: Watch, owner: User, draft: Assessment) -> None:
    client = sign_in(owner)
    watch.wait(minutes=61)
    address = reverse("measure_add", args=[draft.pk])
    entries = {"title": "Lastenrad <kaufen>", "state": "planned", "responsible": "Kiezbüro"}
    response = client.post(address, entries)
    page = response.content.decode()
    assert response.status_code == 401
    assert "Lastenrad &lt;kaufen&gt;" in page
    assert f"{reverse('account_login')}?next=" in page
    client.force_login(owner)
    client.post(address, entries)
    assert Measure.objects.get().title == "Lastenrad <kaufen>"


def test_a_password_is_never_shown_again(sign_in: SignIn, watch: Watch, owner: User) -> None:
    client = sign_in(owner)
    watch.wait(minutes=61)
    response = client.post(reverse("account_change_password"), {"oldpassword": PASSWORD})
    assert response.status_code == 302
    assert PASSWORD.encode() not in response.content
