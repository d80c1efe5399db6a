"""Rate limits: they hold, they say when it goes on, and they lose no text."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from assessments import invitations
from assessments.accounts import NOTICE_AFTER
from assessments.enums import Role
from assessments.models import Assessment, Project, User
from assessments.teams import TeamError
from tests.factories import PASSWORD, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rates(settings):
    """Low ones, so that tests are short."""
    settings.ACCOUNT_RATE_LIMITS = {
        "decide": "1/m/user",
        "invitation_link": "2/m/ip",
        "own_data": "1/h/user",
        "pdf": "1/h/user",
        "report_check": "1/m/ip",
        "reset_password": "1/h/key",
        "signup": "1/h/ip",
        "upload": "1/h/user",
    }
    return settings.ACCOUNT_RATE_LIMITS


def assert_says_when(response, at_most: int) -> str:
    """A page in words, and the seconds for programs."""
    page: str = response.content.decode()
    assert response.status_code == 429
    assert 10 <= int(response.headers["Retry-After"]) <= at_most
    assert re.search(r"\d\d:\d\d", page)
    assert page.count("<h1") == 1
    return page


@pytest.mark.usefixtures("rates")
def test_deciding_keeps_the_text(client: Client, draft: Assessment, owner: User):
    client.force_login(owner)
    path = reverse("assessment_submit", args=[draft.pk])
    assert client.post(path, {"message": ""}).status_code != 429
    page = assert_says_when(client.post(path, {"message": "Bitte <b>bald</b> prüfen."}), 60)
    assert "Bitte &lt;b&gt;bald&lt;/b&gt; prüfen." in page
    assert "csrfmiddlewaretoken" in page
    assert client.get(path).status_code != 429, "reading is not deciding"


@pytest.mark.usefixtures("rates")
def test_limits_count_each_person_alone(client: Client, draft: Assessment, owner: User, editor: User):
    path = reverse("assessment_submit", args=[draft.pk])
    for user in (owner, editor):
        client.force_login(user)
        assert client.post(path).status_code != 429


@pytest.mark.usefixtures("rates")
def test_uploads_are_counted(client: Client, owner: User):
    client.force_login(owner)
    assert client.post(reverse("assessment_import")).status_code != 429
    assert_says_when(client.post(reverse("assessment_import")), 3600)


@pytest.mark.usefixtures("rates")
def test_invitation_links_cannot_be_guessed(client: Client):
    path = reverse("invitation_accept", args=["guessed"])
    for _attempt in range(2):
        assert client.get(path).status_code == 200
    assert_says_when(client.get(path), 60)


@pytest.mark.usefixtures("rates", "files")
def test_making_reports_is_counted_and_fetching_them_is_not(
    client: Client, draft: Assessment, owner: User, monkeypatch
):
    monkeypatch.setattr("assessments.reports.documents.render_pdf", lambda *args, **kwargs: b"%PDF-1.7")
    client.force_login(owner)
    german, english = (reverse("report_pdf", args=[draft.pk]) + f"?language={language}" for language in ("de", "en"))
    assert [client.get(german).status_code for _again in range(3)] == [200, 200, 200]
    assert_says_when(client.get(english), 3600)


@pytest.mark.usefixtures("rates")
def test_exports_are_counted(client: Client, portfolio_reader: User):
    client.force_login(portfolio_reader)
    path, wish = reverse("portfolio_export_start"), {"kind": "reports", "language": "de"}
    assert client.post(path, wish).status_code == 302
    assert_says_when(client.post(path, wish), 3600)


@pytest.mark.usefixtures("rates")
def test_own_data_are_counted(client: Client, owner: User):
    client.force_login(owner)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert [client.get(reverse("account_data_file")).status_code for _again in range(2)] == [200, 429]


@pytest.mark.usefixtures("rates")
def test_checking_reports_is_counted(client: Client):
    assert client.post(reverse("report_check"), {"sha256": "ab" * 32}).status_code == 200
    assert_says_when(client.post(reverse("report_check"), {"sha256": "ab" * 32}), 60)


@pytest.mark.usefixtures("rates")
def test_signing_up_says_when_it_goes_on(client: Client):
    form = {"name": "Nora", "email": "nora@berlin.example", "password1": "ein recht langes Passwort 7"}
    client.post(reverse("account_signup"), form)
    page = assert_says_when(client.post(reverse("account_signup"), {**form, "email": "nils@berlin.example"}), 3600)
    assert "nils@berlin.example" not in page, "no password comes back with it"


@pytest.mark.usefixtures("rates")
def test_an_address_gets_few_mails_whoever_asks(client: Client, owner: User):
    mail.outbox.clear()
    for _attempt in range(2):
        response = client.post(reverse("account_reset_password"), {"email": owner.email})
    assert_says_when(response, 3600)
    assert len(mail.outbox) == 1


def test_wrong_passwords_wait_in_the_form(client: Client, owner: User):
    wrong = {"login": owner.email, "password": "falsch"}
    for _attempt in range(5):
        client.post(reverse("account_login"), wrong)
    response = client.post(reverse("account_login"), {"login": owner.email.upper(), "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert "error-summary" in response.content.decode()
    other = make_user("Udo Unbeteiligt")
    client.post(reverse("account_login"), {"login": other.email, "password": PASSWORD})
    assert int(client.session["_auth_user_id"]) == other.pk


@pytest.mark.parametrize("address", ["olga.owner@example.org", "nobody@example.org"])
def test_many_wrong_passwords_are_told_to_the_owner_once(client: Client, settings, owner: User, address: str):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": None}
    mail.outbox.clear()
    for _attempt in range(NOTICE_AFTER + 3):
        client.post(reverse("account_login"), {"login": address, "password": "falsch"})
    told = [message for message in mail.outbox if str(NOTICE_AFTER) in str(message.body)]
    assert [message.to for message in told] == ([[owner.email]] if address == owner.email else [])


def test_forged_proxy_headers_change_nothing(client: Client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/h/ip"}
    answers = [
        client.post(reverse("account_signup"), {}, headers={"x-forwarded-for": f"198.51.100.{number}"}).status_code
        for number in range(2)
    ]
    assert answers == [200, 429]


def test_a_project_invites_so_many_a_day(project: Project, owner: User, monkeypatch):
    monkeypatch.setattr(invitations, "PER_DAY_IN_PROJECT", 2)
    for number in range(2):
        invitations.invite(project, owner, f"gast{number}@example.org", Role.VIEWER)
    with pytest.raises(TeamError, match="2"):
        invitations.invite(project, owner, "gast2@example.org", Role.VIEWER)
    invitations.invite(make_project(owner=owner), owner, "gast2@example.org", Role.VIEWER)


def test_an_address_is_invited_so_often_a_day(owner: User):
    for _number in range(invitations.PER_DAY_TO_ADDRESS):
        invitations.invite(make_project(owner=owner), owner, "Gast@example.org", Role.VIEWER)
    with pytest.raises(TeamError) as error:
        invitations.invite(make_project(owner=owner), owner, "gast@example.org", Role.VIEWER)
    assert error.value.code == "limit"
