"""Error pages tell nothing about what is hidden."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.views.defaults import bad_request, server_error

from assessments.models import User

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
