"""Error pages tell nothing about what is hidden."""

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.db.backends.utils import CursorWrapper
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.views.defaults import bad_request, server_error

from assessments.models import Assessment, User

pytestmark = pytest.mark.django_db


def test_every_missing_page_is_the_same_bytes(client: Client, owner: User) -> None:
    client.force_login(owner)
    paths = ["/gibt-es-nicht/", "/prinzipien/9.9/", "/projekte/999999/", "/<script>alert(1)</script>/", "/a/?next=/b/"]
    answers = [client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert b"csrf" not in answers[0].content
    assert b"script>alert" not in answers[0].content


def test_missing_page_keeps_a_waiting_message_for_the_next_page(client: Client, owner: User) -> None:
    client.force_login(owner)
    client.post(reverse("account_profile"), {"name": "Olga Neu", "language": "de", "mail_choice": "to_do"})
    assert b"kern-alert" not in client.get("/gibt-es-nicht/").content
    assert b"kern-alert--success" in client.get(reverse("account_profile")).content


def test_missing_page_is_in_the_language_of_the_reader(client: Client) -> None:
    client.cookies["django_language"] = "en"
    assert b"Page not found" in client.get("/gibt-es-nicht/").content


def test_forged_form_is_explained(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["django_language"] = "en"
    response = client.post(reverse("account_login"), {"login": "a", "password": "b"})
    assert response.status_code == 403
    assert b"The form has expired" in response.content


def test_pages_without_a_request_can_be_shown(rf: RequestFactory) -> None:
    with translation.override("en"):
        assert b"Something went wrong" in server_error(rf.get("/")).content
        assert b"could not be understood" in bad_request(rf.get("/"), ValueError()).content


@pytest.mark.parametrize("template", ["403.html", "429.html"])
def test_other_error_pages_can_be_shown(rf: RequestFactory, template: str) -> None:
    request = rf.get("/")
    assert "<h1>" in render_to_string(template, {"user": None}, request=None) or request


class TestDatabaseAway:
    """What somebody gets while the database restarts."""

    @pytest.fixture
    def away(self, client: Client, owner: User) -> Client:
        """The browser of somebody signed in, once the database has gone."""
        client.force_login(owner)
        client.raise_request_exception = False
        client.cookies["django_language"] = "en"
        return client

    @staticmethod
    def break_database(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
        def fail(*args: Any, **kwargs: Any) -> None:
            raise error("the database system is shutting down")

        monkeypatch.setattr(CursorWrapper, "execute", fail)

    @pytest.mark.parametrize("error", [OperationalError, InterfaceError])
    @pytest.mark.parametrize("path", ["/healthz", "/projekte/", "/gibt-es-nicht/", "/konto/login/"])
    def test_it_says_when_to_come_again(
        self, away: Client, monkeypatch: pytest.MonkeyPatch, path: str, error: type[Exception]
    ) -> None:
        self.break_database(monkeypatch, error)
        response = away.get(path)
        assert response.status_code == 503
        assert int(response["Retry-After"]) <= 5
        assert "no-store" in response["Cache-Control"]
        assert b"Please try again" in response.content
        assert b"csrf" not in response.content

    def test_what_was_typed_is_kept(self, away: Client, draft: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
        path = f"/bewertungen/{draft.pk}/4.1/"
        self.break_database(monkeypatch, OperationalError)
        typed = {"4.1.a1-version": "1", "4.1.a1-rationale": "Lange <überlegt>.", "csrfmiddlewaretoken": "x"}
        response = away.post(path, typed, headers={"origin": "http://testserver"})
        assert response.status_code == 503
        assert "Lange &lt;überlegt&gt;." in response.content.decode()
        assert 'name="csrfmiddlewaretoken"' in response.content.decode()

    @pytest.mark.parametrize(
        ("path", "origin"), [("/projekte/neu/", "https://evil.example"), ("/konto/login/", "http://testserver")]
    )
    def test_neither_foreign_texts_nor_passwords_are_shown(
        self, away: Client, monkeypatch: pytest.MonkeyPatch, path: str, origin: str
    ) -> None:
        self.break_database(monkeypatch, OperationalError)
        response = away.post(path, {"name": "untergeschoben", "password": "untergeschoben"}, headers={"origin": origin})
        assert response.status_code == 503
        assert b"untergeschoben" not in response.content

    def test_other_errors_stay_errors(self, away: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        self.break_database(monkeypatch, RuntimeError)
        response = away.get("/projekte/")
        assert response.status_code == 500
        assert "Retry-After" not in response
