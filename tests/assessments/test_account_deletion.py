"""Deleting an account: what goes, what stays, what has to be settled before."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import ForeignKey, Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from assessments.account_deletion import StillNeededError, delete_account, obstacles_for
from assessments.answering import AnswerContent, save_answer
from assessments.enums import ExportKind, MailEvent, Role
from assessments.invitations import invite
from assessments.models import (
    Assessment,
    Comment,
    ExportJob,
    IndividualRating,
    Invitation,
    Membership,
    OutgoingMail,
    Project,
    Thread,
    User,
)
from assessments.retention import clean_up
from assessments.teams import hand_over
from assessments.verification import verify_chain
from assessments.workflow import approve, submit
from tests.factories import PASSWORD, answer_all, make_assessment, make_project, make_user
from tests.personal_data import classes_of, columns

pytestmark = pytest.mark.django_db

CANARY = "Kanarienvogel"


@pytest.fixture
def canary(project: Project) -> User:
    """An editor whose name nobody else has."""
    user = make_user(f"Karla {CANARY}", email=f"karla@{CANARY.lower()}.example")
    Membership.objects.create(project=project, user=user, role=Role.EDITOR)
    return user


def sign_in(client: Client, user: User) -> None:
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def everything() -> str:
    """Every row of every table as text."""
    rows = [
        DjangoJSONEncoder().encode(list(map(str, row)))
        for model in apps.get_models(include_auto_created=True)
        for row in model._default_manager.values_list()
    ]
    return "\n".join(rows).casefold()


def test_the_person_is_found_nowhere(client: Client, project: Project, owner: User, canary: User, administrator: User):
    sign_in(client, canary)
    TOTP.activate(canary, "JBSWY3DPEHPK3PXP")
    assessment = make_assessment(project, created_by=canary)
    content = AnswerContent(level=2, is_not_applicable=False, reason="", rationale="Erprobt.", evidence=())
    save_answer(assessment, "4.1.a1", canary, content, base_version=0, request_key=None)
    invite(make_project(owner=owner), owner, canary.email, Role.VIEWER)
    LogEntry.objects.create(
        user=administrator,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(canary.pk),
        object_repr=str(canary),
        action_flag=CHANGE,
    )
    assert CANARY.casefold() in everything()
    delete_account(canary)
    assert CANARY.casefold() not in everything()
    assert not EmailAddress.objects.filter(user=canary).exists()
    assert not UserSession.objects.filter(user=canary).exists()


def links_that_go() -> list[tuple[type[Model], str]]:
    """Columns that lead to the person and go with the account (``docs/personal-data.md``)."""
    return [
        (model, field.name)
        for model, field in columns()
        if isinstance(field, ForeignKey) and field.related_model is User and classes_of(model, field.name) == ["goes"]
    ]


def test_what_goes_with_the_account_is_gone(client: Client, draft: Assessment, canary: User):
    sign_in(client, canary)
    TOTP.activate(canary, "JBSWY3DPEHPK3PXP")
    canary.groups.add(Group.objects.create(name="Redaktion"))
    canary.user_permissions.add(Permission.objects.latest("pk"))
    OutgoingMail.objects.create(event=MailEvent.SUBMITTED, about=1, key="one", recipient=canary)
    now = timezone.now()
    IndividualRating.objects.create(assessment=draft, question_key="4.1.a1", user=canary, level=2, changed_at=now)
    ExportJob.objects.create(owner=canary, kind=ExportKind.PORTFOLIO, language="de", expires_at=now + timedelta(days=7))

    def found() -> set[str]:
        return {model._meta.label for model, name in links_that_go() if model._base_manager.filter(**{name: canary})}

    assert found() == {model._meta.label for model, _ in links_that_go()}
    delete_account(canary)
    clean_up(now + timedelta(minutes=1))
    assert found() == set()


def test_texts_stay_under_a_pseudonym(client: Client, project: Project, owner: User, canary: User):
    assessment = make_assessment(project, created_by=canary)
    thread = Thread.objects.create(assessment=assessment, refers_to="4.1", created_by=canary)
    Comment.objects.create(thread=thread, author=canary, text="Das bleibt stehen.")
    delete_account(canary)
    canary.refresh_from_db()
    with override("en"):
        assert str(canary) == f"Deleted account {canary.pk}"
    assert Comment.objects.get().author == canary
    owner.language = "en"
    owner.save()
    client.force_login(owner)
    page = client.get(reverse("comment_list", args=[assessment.pk])).content.decode()
    assert "Das bleibt stehen." in page
    assert f"Deleted account {canary.pk}" in page


def test_hashes_of_submissions_hold(project: Project, owner: User, reviewer: User):
    assessment = answer_all(make_assessment(project, created_by=owner), 2)
    snapshot = submit(assessment, owner)
    approve(assessment, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=365))
    Membership.objects.filter(project=project, role=Role.EDITOR).update(role=Role.OWNER)
    before = snapshot.canonical
    delete_account(owner)
    delete_account(reviewer)
    snapshot.refresh_from_db()
    assert snapshot.canonical == before
    assert not list(verify_chain())


def test_nobody_signs_in_any_more(client: Client, canary: User):
    sign_in(client, canary)
    address = canary.email
    delete_account(canary)
    assert client.get(reverse("project_list")).status_code == 302
    assert not Session.objects.exists()
    client.post(reverse("account_login"), {"login": address, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_the_address_can_sign_up_anew(client: Client, canary: User):
    address = canary.email
    delete_account(canary)
    form = {"name": "Karla Neu", "email": address, "password1": "ein anderes langes Passwort 9"}
    client.post(reverse("account_signup"), form)
    assert User.objects.get(email=address).pk != canary.pk


def test_the_only_owner_hands_over_first(project: Project, owner: User, editor: User):
    with pytest.raises(StillNeededError) as error:
        delete_account(owner)
    assert error.value.obstacles.projects == (project,)
    owner.refresh_from_db()
    assert owner.is_active
    hand_over(project, owner, Membership.objects.get(project=project, user=editor).pk)
    delete_account(owner)
    assert not Membership.objects.filter(user=owner).exists()


def test_the_only_administrator_stays(administrator: User):
    assert obstacles_for(administrator).is_last_administrator
    make_user("Berta Zweite", is_superuser=True, is_staff=True)
    assert not obstacles_for(administrator)


def test_open_invitations_of_the_person_end(project: Project, owner: User, canary: User):
    Membership.objects.filter(user=canary).update(role=Role.OWNER)
    invite(project, canary, "ina@example.org", Role.VIEWER)
    delete_account(canary)
    assert not Invitation.objects.exists()


def test_deleting_on_the_page(client: Client, canary: User):
    sign_in(client, canary)
    page = client.get(reverse("account_delete"))
    assert str(canary.pk) in page.content.decode()
    assert canary.is_active
    response = client.post(reverse("account_delete"), follow=True)
    assert response.redirect_chain == [(reverse("start"), 302)]
    assert "_auth_user_id" not in client.session
    canary.refresh_from_db()
    assert canary.is_erased


def test_the_page_asks_for_the_password_first(client: Client, canary: User):
    client.force_login(canary)
    for response in (client.get(reverse("account_delete")), client.post(reverse("account_delete"))):
        assert response.headers["Location"].startswith(reverse("account_reauthenticate"))
    canary.refresh_from_db()
    assert not canary.is_erased


def test_the_page_names_the_projects_with_links(client: Client, project: Project, owner: User):
    sign_in(client, owner)
    response = client.post(reverse("account_delete"))
    assert response.status_code == 409
    assert reverse("member_list", args=[project.pk]) in response.content.decode()
    owner.refresh_from_db()
    assert owner.is_active
