"""Forms that make something: sent again they lead where they led, changed they are others."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.exchange import document_text, export_document
from assessments.models import Assessment, GoalConflict, Measure, Project, SentForm, User
from assessments.views import once
from tests.assessments.test_answering import at_once
from tests.factories import make_project

Fields = dict[str, object]


def key_in(page: str) -> str:
    """The key that the page writes into its form."""
    return page.split('name="request_key" value="')[1].split('"', maxsplit=1)[0]


class Form:
    """A form that makes something, and how many of it there are."""

    def __init__(self, address: str, fields: Callable[[], Fields], made: type, changed: Fields) -> None:
        self.address, self.fields, self.made, self.changed = address, fields, made, changed

    def count(self) -> int:
        return self.made._default_manager.count()  # type: ignore[attr-defined,no-any-return]


@pytest.fixture(params=["project", "measure", "conflict", "assessment", "import"])
def form(request, owner: User, draft: Assessment) -> Form:
    file = document_text(export_document(draft)).encode()
    pair: Fields = {"first_key": "4.1", "second_key": "4.2", "description": "Tempo gegen Beteiligung"}
    forms = {
        "project": Form(
            reverse("project_create"), lambda: {"name": "Neu", "phase": "idea"}, Project, {"name": "Neuer"}
        ),
        "measure": Form(
            reverse("measure_add", args=[draft.pk]), lambda: {"title": "A", "state": "planned"}, Measure, {"title": "B"}
        ),
        "conflict": Form(
            reverse("conflict_add", args=[draft.pk]), lambda: dict(pair), GoalConflict, {"description": "Anderes"}
        ),
        "assessment": Form(
            reverse("assessment_start", args=[make_project(name="Leer", owner=owner).pk]),
            lambda: {"scope": "quick"},
            Assessment,
            {},
        ),
        "import": Form(
            reverse("assessment_import"),
            lambda: {"file": SimpleUploadedFile("a.json", file)},
            Project,
            {},
        ),
    }
    return forms[request.param]


@pytest.fixture
def as_owner(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.mark.django_db
def test_sent_twice_it_is_made_once(as_owner: Client, form: Form):
    key = key_in(as_owner.get(form.address).content.decode())
    before = form.count()
    answers = [as_owner.post(form.address, form.fields() | {"request_key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert form.count() == before + 1


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["project", "measure", "conflict"], indirect=True)
def test_what_was_changed_before_it_is_sent_again_is_another_form(as_owner: Client, form: Form):
    before, key = form.count(), {"request_key": str(uuid4())}
    as_owner.post(form.address, form.fields() | key)
    as_owner.post(form.address, form.fields() | form.changed | key)
    assert form.count() == before + 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "no key"])
def test_without_a_key_each_form_counts(as_owner: Client, key: str):
    for _ in range(2):
        as_owner.post(reverse("project_create"), {"name": "Neu", "phase": "idea", "request_key": key})
    assert Project.objects.filter(name="Neu").count() == 2


@pytest.mark.django_db
def test_a_refused_form_is_not_remembered(as_owner: Client):
    key = {"request_key": str(uuid4())}
    for _ in range(2):
        assert as_owner.post(reverse("project_create"), {"name": "", "phase": "idea"} | key).status_code == 422
    assert not SentForm.objects.exists()


@pytest.mark.django_db
def test_the_key_of_somebody_else_means_nothing(as_owner: Client, stranger: User):
    fields = {"name": "Neu", "phase": "idea", "request_key": str(uuid4())}
    as_owner.post(reverse("project_create"), fields)
    as_owner.force_login(stranger)
    as_owner.post(reverse("project_create"), fields)
    assert Project.objects.filter(name="Neu").count() == 2


def send_at_once(user: User, times: int) -> set[str]:
    """The same form several times at the same moment; where each led."""
    fields = {"name": "Neu", "phase": "idea", "request_key": str(uuid4())}
    led_to = set()

    def send() -> None:
        browser = Client()
        browser.force_login(user)
        led_to.add(browser.post(reverse("project_create"), fields).headers["Location"])

    at_once(*[send] * times)
    return led_to


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_project(owner: User):
    assert len(send_at_once(owner, 4)) == 1
    assert Project.objects.filter(name="Neu").count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_guard_each_click_makes_one(owner: User, monkeypatch):
    monkeypatch.setattr(once, "_digest", lambda request: uuid4().hex)
    assert len(send_at_once(owner, 4)) == 4
