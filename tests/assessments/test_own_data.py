"""Own data: complete, without secrets, documented, and for nobody else."""

import json
import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.db.models import ForeignKey, OneToOneField
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.answering import AnswerContent, save_answer
from assessments.enums import Role
from assessments.invitations import invite
from assessments.models import Assessment, Comment, Project, Thread, User
from assessments.own_data import TRACES, own_data
from tests.factories import PASSWORD, make_assessment
from tests.personal_data import classes_of, columns
from tests.sources import ROOT

pytestmark = pytest.mark.django_db

PROFILE = ("name", "email", "language", "mail_choice", "staff_role", "is_staff", "groups", "date_joined", "last_login")
"""Columns of the account that are told as ``profile``."""

TOLD_ELSEWHERE = {
    "assessments.User_groups": "profile",
    "assessments.User_user_permissions": "roles are told, single rights are not given to people",
}


def test_every_table_that_points_at_people_is_told():
    known = {(trace.model._meta.label, trace.person) for trace in TRACES}
    pointing = {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | OneToOneField) and field.related_model is User
    }
    assert {pair for pair in pointing if pair[0] not in TOLD_ELSEWHERE} == known


NEVER_TOLD = {
    "assessments.User.password": "a hash, of use to nobody but those who steal it",
    "assessments.User.is_active": "always true for whoever can ask",
    "assessments.User.is_superuser": "comes with the role in the Senatskanzlei, which is told",
    "assessments.User.user_permissions": "roles are told, single rights are not given to people",
    "assessments.Project.members": "told as memberships",
    "assessments.OutgoingMail.sealed": "the encrypted text of a mail that waits; it gets to the person",
    "mfa.Authenticator.data": "a secret",
    "usersessions.UserSession.session_key": "a secret",
    "usersessions.UserSession.data": "always empty",
    "account.EmailConfirmation.email_address": "told as the address",
    "account.EmailConfirmation.created": "of a mail that waits for its link to be followed",
    "account.EmailConfirmation.sent": "of a mail that waits for its link to be followed",
    "account.EmailConfirmation.key": "a secret",
    "sessions.Session.session_data": "what the server remembers of a sign-in; sign-ins are told",
}


def test_every_personal_column_is_told():
    """… of those that ``docs/personal-data.md`` says go or stay."""
    told = {f"{trace.model._meta.label}.{name}" for trace in TRACES for name in (trace.person, *trace.columns.values())}
    told |= {f"assessments.User.{name}" for name in PROFILE}
    personal = {
        f"{model._meta.label}.{field.name}"
        for model, field in columns()
        if model._meta.label not in TOLD_ELSEWHERE and {*classes_of(model, field.name)} & {"goes", "stays"}
    }
    assert personal - told == set(NEVER_TOLD)


def test_every_key_is_documented(owner: User):
    table = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "own-data.md").read_text("utf-8"), re.MULTILINE)
    assert table == list(own_data(owner, timezone.now()))


def test_it_tells_what_somebody_did(project: Project, owner: User, editor: User):
    assessment = make_assessment(project, created_by=owner)
    content = AnswerContent(level=2, is_not_applicable=False, reason="", rationale="Erprobt in Neukölln.", evidence=())
    save_answer(assessment, "4.1.a1", owner, content, base_version=0, request_key=None)
    thread = Thread.objects.create(assessment=assessment, refers_to="4.1", created_by=editor)
    Comment.objects.create(thread=thread, author=owner, text="Da fehlt noch der Beleg.")
    Comment.objects.create(thread=thread, author=editor, text="Von Emil, nicht von Olga.")
    invite(project, owner, "ina@example.org", Role.VIEWER)
    data = own_data(owner, timezone.now())
    assert data["profile"]["email"] == owner.email
    assert [row["role"] for row in data["memberships"]] == ["owner"]
    (change,) = data["answer_changes"]
    assert (change["question"], change["after"]["rationale"]) == ("4.1.a1", "Erprobt in Neukölln.")
    assert [row["text"] for row in data["comments"]] == ["Da fehlt noch der Beleg."]
    assert [row["address"] for row in data["invitations_sent"]] == ["ina@example.org"]
    assert "Von Emil" not in json.dumps(data, default=str)


def test_secrets_are_not_told(owner: User):
    TOTP.activate(owner, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    told = json.dumps(own_data(owner, timezone.now()), default=str)
    assert "JBSWY3DP" not in told
    assert owner.password not in told
    assert '"kind": "totp"' in told


def test_the_file_comes_after_the_password(client: Client, draft: Assessment, owner: User):
    client.force_login(owner)
    path = reverse("account_data_file")
    asked = client.get(path)
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    wrong = client.post(asked.headers["Location"], {"password": "falsch"})
    assert wrong.status_code == 200
    response = client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    assert response.headers["Content-Type"] == "application/json"
    assert re.search(r'filename="selbstbewertung_meine-daten_[\d-]+\.json"', response.headers["Content-Disposition"])
    assert "no-store" in response.headers["Cache-Control"]
    assert response.json()["profile"]["name"] == "Olga Owner"


def test_the_page_leads_to_it(client: Client, owner: User):
    client.force_login(owner)
    page = client.get(reverse("account_data")).content.decode()
    assert reverse("account_data_file") in page
    assert reverse("account_delete") in page
