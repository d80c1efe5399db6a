"""Accounts: sign up, confirm, sign in, change name and language."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse

from assessments.models import User
from assessments.templatetags.browsers import browser_name

pytestmark = pytest.mark.django_db

PASSWORD = "ein recht langes Passwort 7"


def sign_in(client: Client) -> None:
    user = User.objects.create_user("konto@berlin.example", PASSWORD, name="Kai Konto")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def test_sign_up_confirm_and_sign_in(client: Client) -> None:
    form = {"name": "Nora Neu", "email": "Nora@Berlin.example", "password1": PASSWORD}
    client.cookies["django_language"] = "en"
    assert client.post(reverse("account_signup"), form).status_code == 302
    user = User.objects.get(email="nora@berlin.example")
    assert (user.name, user.language) == ("Nora Neu", "en")
    (message,) = mail.outbox
    assert "example.com" not in message.body
    link = re.search(r"http://testserver(/konto/\S+)", str(message.body))
    assert link is not None
    assert client.get(link[1]).status_code == 200
    client.post(link[1])
    assert client.post(reverse("account_login"), {"login": form["email"], "password": PASSWORD}).status_code == 302
    assert int(client.session["_auth_user_id"]) == user.pk


def test_sign_up_needs_a_name(client: Client) -> None:
    response = client.post(reverse("account_signup"), {"email": "a@b.example", "password1": PASSWORD})
    assert response.status_code == 200
    assert b"error-summary" in response.content
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "account_profile",
        "account_email",
        "account_change_password",
        "account_logout",
        "mfa_index",
        "usersessions_list",
    ],
)
def test_account_pages_can_be_opened(client: Client, name: str) -> None:
    sign_in(client)
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert response.content.decode().count("<h1") == 1


def test_second_factor_asks_for_the_password_first(client: Client) -> None:
    sign_in(client)
    response = client.get(reverse("mfa_activate_totp"))
    assert reverse("account_reauthenticate") in response.headers["Location"]
    response = client.post(response.headers["Location"], {"password": PASSWORD}, follow=True)
    assert b"qr-code" in response.content


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_entrance_pages_can_be_opened(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


def test_profile_needs_an_account(client: Client) -> None:
    response = client.get(reverse("account_profile"))
    assert (response.status_code, response.headers["Location"]) == (302, "/konto/login/?next=/konto/profil/")


def test_profile_changes_name_language_and_mails_only(client: Client, owner: User) -> None:
    client.force_login(owner)
    data = {"name": "Olga Anders", "language": "en", "mail_choice": "to_do"}
    data |= {"email": "new@berlin.example", "is_staff": "on"}
    response = client.post(reverse("account_profile"), data, follow=True)
    assert b"Your changes have been saved." in response.content
    before = owner.email
    owner.refresh_from_db()
    assert (owner.name, owner.language, owner.email, owner.is_staff) == ("Olga Anders", "en", before, False)


def test_language_of_the_account_goes_before_the_cookie(client: Client, owner: User) -> None:
    owner.language = "en"
    owner.save()
    client.force_login(owner)
    client.cookies["django_language"] = "de"
    response = client.get(reverse("start"))
    assert b'<html lang="en">' in response.content
    assert response.headers["Content-Language"] == "en"


def test_language_switch_comes_back_and_is_kept_for_the_account(client: Client, owner: User) -> None:
    client.force_login(owner)
    here = f"http://testserver{reverse('methodology')}"
    response = client.post(reverse("set_language"), {"language": "en"}, headers={"referer": here})
    assert (response.status_code, response.headers["Location"]) == (302, here)
    owner.refresh_from_db()
    assert owner.language == "en"
    assert b'<html lang="en">' in client.get(reverse("methodology")).content


def test_language_switch_works_without_an_account(client: Client) -> None:
    client.post(reverse("set_language"), {"language": "en"})
    assert b'<html lang="en">' in client.get(reverse("start")).content


@pytest.mark.parametrize("language", ["", "xx", "de'--"])
def test_unknown_languages_change_nothing(client: Client, owner: User, language: str) -> None:
    client.force_login(owner)
    client.post(reverse("set_language"), {"language": language})
    owner.refresh_from_db()
    assert owner.language == "de"


def test_language_switch_leads_to_no_other_host(client: Client) -> None:
    response = client.post(reverse("set_language"), {"language": "en", "next": "https://evil.example/"})
    assert response.headers["Location"] == "/"


def test_admin_site_signs_in_like_everyone(client: Client, administrator: User) -> None:
    assert client.get(reverse("admin:login")).headers["Location"].startswith(reverse("account_login"))
    client.force_login(administrator)
    assert client.get(reverse("admin:assessments_user_change", args=[administrator.pk])).status_code == 200
    assert client.get(reverse("admin:assessments_user_changelist")).status_code == 200
    assert client.get(reverse("admin:assessments_organisation_changelist")).status_code == 200


def test_admin_site_is_closed_to_others(client: Client, owner: User) -> None:
    client.force_login(owner)
    assert client.get(reverse("admin:index")).status_code in {302, 403}


def test_a_sign_in_elsewhere_can_be_ended(client: Client) -> None:
    sign_in(client)
    elsewhere = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"})
    elsewhere.post(reverse("account_login"), {"login": "konto@berlin.example", "password": PASSWORD})
    other = UserSession.objects.get(session_key=elsewhere.session.session_key)
    assert b"Firefox, Windows" in client.get(reverse("usersessions_list")).content
    client.post(reverse("account_session_end", args=[other.pk]))
    assert elsewhere.get(reverse("project_list")).status_code == 302
    assert client.get(reverse("project_list")).status_code == 200


def test_ending_this_sign_in_is_signing_out(client: Client) -> None:
    sign_in(client)
    own = UserSession.objects.get()
    response = client.post(reverse("account_session_end", args=[own.pk]))
    assert response.headers["Location"] == reverse("account_logout")


def test_nobody_ends_the_sign_in_of_others(client: Client, owner: User) -> None:
    sign_in(client)
    session = UserSession.objects.get()
    other = Client()
    other.force_login(owner)
    assert other.post(reverse("account_session_end", args=[session.pk])).status_code == 404
    assert client.get(reverse("project_list")).status_code == 200


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iOS"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unbekannter Browser"),
    ],
)
def test_browsers_have_names(user_agent: str, name: str) -> None:
    found = browser_name(user_agent)
    assert found == name or (not user_agent and found == "Unknown browser")
