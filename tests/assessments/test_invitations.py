"""Invitations: for one address, once, for two weeks, and as long as whoever invited owns the project."""

import re
import threading
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import invitations
from assessments.enums import Role
from assessments.invitations import NoSuchInvitation, accept, invitation_for, invite, revoke
from assessments.mails.delivery import send_due_mails
from assessments.mails.words import plain
from assessments.models import Invitation, Membership, OutgoingMail, Project, User
from assessments.teams import TeamError, change_role, hand_over, remove_member
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "nina.neu@example.org"


@pytest.fixture
def nina() -> User:
    return make_user("Nina Neu")


@pytest.fixture
def send(django_capture_on_commit_callbacks):
    """Invite and return the token of the mail."""

    def send(project: Project, inviter: User, email: str = ADDRESS, role: Role = Role.EDITOR) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            invite(project, inviter, email, role)
        return token_in(mail.outbox[-1])

    return send


def html_of(message: object) -> str:
    """The mail as most people see it."""
    assert isinstance(message, mail.EmailMultiAlternatives)
    return str(message.alternatives[0][0])


def token_in(message: mail.EmailMessage) -> str:
    found = re.search(r"/einladung/([^/\s]+)/", str(message.body))
    assert found
    return found[1]


def test_the_invited_person_joins_with_the_role(send, project: Project, owner: User, nina: User):
    token = send(project, owner, " Nina.NEU@example.org ")
    assert invitation_for(token, nina).project == project
    assert not project.memberships.filter(user=nina).exists()
    assert accept(token, nina) == project
    assert project.memberships.get(user=nina).role == Role.EDITOR


def test_only_a_hash_of_256_bits_is_stored(send, project: Project, owner: User):
    token = send(project, owner)
    stored = Invitation.objects.values().get()
    assert len(token) == 43
    assert token not in str(stored)
    assert re.fullmatch("[0-9a-f]{64}", str(stored["token_hash"]))


def test_a_token_works_once(send, project: Project, owner: User, nina: User):
    token = send(project, owner)
    accept(token, nina)
    remove_member(project, project.memberships.get(user=nina).pk)
    with pytest.raises(NoSuchInvitation):
        accept(token, nina)
    assert not project.memberships.filter(user=nina).exists()


def test_a_token_expires(send, project: Project, owner: User, nina: User):
    token = send(project, owner)
    assert Invitation.objects.get().expires_at - timezone.now() > timedelta(days=13)
    Invitation.objects.update(expires_at=timezone.now())
    with pytest.raises(NoSuchInvitation):
        accept(token, nina)


def test_a_withdrawn_token_is_worth_nothing(send, project: Project, owner: User, nina: User):
    token = send(project, owner)
    revoke(project, Invitation.objects.get().pk)
    with pytest.raises(NoSuchInvitation):
        accept(token, nina)
    with pytest.raises(Invitation.DoesNotExist):
        revoke(project, Invitation.objects.get().pk)


@pytest.mark.parametrize("fault", ["other address", "not verified", "blocked"])
def test_only_an_account_with_the_verified_address_accepts(request, send, project, nina, fault: str):
    token, stranger = send(project, request.getfixturevalue("owner")), request.getfixturevalue("stranger")
    if fault == "not verified":
        EmailAddress.objects.filter(user=nina).update(verified=False)
    elif fault == "blocked":
        nina.is_active = False
    with pytest.raises(NoSuchInvitation):
        accept(token, stranger if fault == "other address" else nina)
    assert project.memberships.count() == 3


def test_a_second_verified_address_counts(send, project: Project, owner: User, stranger: User):
    EmailAddress.objects.create(user=stranger, email=ADDRESS, verified=True)
    accept(send(project, owner), stranger)
    assert project.memberships.get(user=stranger).role == Role.EDITOR


@pytest.mark.parametrize("step", ["demoted", "removed", "deleted", "blocked"])
def test_an_invitation_ends_with_the_right_to_invite(request, send, project, nina, step: str):
    owner, editor = request.getfixturevalue("owner"), request.getfixturevalue("editor")
    change_role(project, project.memberships.get(user=editor).pk, Role.OWNER)
    token = send(project, owner)
    mine = project.memberships.get(user=owner).pk
    if step == "demoted":
        change_role(project, mine, Role.EDITOR)
    elif step == "removed":
        remove_member(project, mine)
    elif step == "deleted":
        owner.delete()
    else:
        User.objects.filter(pk=owner.pk).update(is_active=False)
    with pytest.raises(NoSuchInvitation):
        accept(token, nina)


def test_after_handing_over_open_invitations_hold(send, project: Project, owner: User, editor: User, nina: User):
    token = send(project, owner)
    hand_over(project, owner, project.memberships.get(user=editor).pk)
    accept(token, nina)
    assert project.memberships.filter(user=nina).exists()


def test_inviting_again_ends_the_older_link(send, project: Project, owner: User, nina: User):
    older, newer = send(project, owner), send(project, owner, role=Role.VIEWER)
    with pytest.raises(NoSuchInvitation):
        accept(older, nina)
    accept(newer, nina)
    assert project.memberships.get(user=nina).role == Role.VIEWER


def test_pressing_the_button_twice_sends_one_invitation(project: Project, owner: User):
    first, second = (invite(project, owner, ADDRESS, Role.EDITOR) for _press in range(2))
    assert first == second
    assert OutgoingMail.objects.count() == 1
    Invitation.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert invite(project, owner, ADDRESS, Role.EDITOR) != first, "later it is a reminder, with a new link"


def test_a_member_keeps_the_role(send, project: Project, owner: User, nina: User):
    token = send(project, owner, role=Role.OWNER)
    Membership.objects.create(project=project, user=nina, role=Role.VIEWER)
    accept(token, nina)
    assert project.memberships.get(user=nina).role == Role.VIEWER


def test_members_are_not_invited(project: Project, owner: User, editor: User):
    with pytest.raises(TeamError) as error:
        invite(project, owner, editor.email.upper(), Role.OWNER)
    assert error.value.code == "member"
    assert not Invitation.objects.exists()


def test_a_day_has_room_for_so_many(project: Project, owner: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(invitations, "PER_DAY", 2)
    other = make_project(owner=owner)
    for number in range(2):
        invite(other, owner, f"{number}@example.org", Role.VIEWER)
    other.delete()
    with pytest.raises(TeamError) as error:
        invite(project, owner, ADDRESS, Role.VIEWER)
    assert error.value.code == "limit"
    Invitation.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    invite(project, owner, ADDRESS, Role.VIEWER)


def test_no_mail_for_what_was_undone(project: Project, owner: User):
    invitation = invite(project, owner, ADDRESS, Role.VIEWER)
    assert mail.outbox == []
    revoke(project, invitation.pk)
    send_due_mails()
    assert mail.outbox == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_mail_is_in_the_language_of_the_invited(request, send, project, nina, settings, language: str):  # noqa: PLR0917
    settings.SITE_BASE_URL = "https://selbstbewertung.example.org"
    owner = request.getfixturevalue("owner")
    User.objects.filter(pk=nina.pk).update(language=language)
    token = send(project, owner)
    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    assert "Kiezblocks digital" in message.subject
    html = html_of(message)
    for text in (message.body, html):
        assert f"https://selbstbewertung.example.org/einladung/{token}/" in text
        assert "Olga Owner" in text
    assert f'lang="{language}"' in html


def test_names_bring_neither_headers_nor_links_nor_markup(send, project: Project, owner: User):
    Project.objects.filter(pk=project.pk).update(name="Gewinn\nBcc: x@evil.example <a href=https://evil.example>")
    project.refresh_from_db()
    send(project, owner)
    (message,) = mail.outbox
    assert "\n" not in message.subject
    html = html_of(message)
    assert "evil.example" not in f"{message.subject}{message.body}{html}"
    assert html.count("<a ") == 1


def test_plain_names_stay_as_they_are():
    assert plain("Kiezblocks digital: Phase 2 (St. Georg)") == "Kiezblocks digital: Phase 2 (St. Georg)"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_joins(project: Project, owner: User):
    people = [make_user("Nina Neu"), make_user("Ned Neu")]
    EmailAddress.objects.create(user=people[1], email=ADDRESS.upper(), verified=True)
    for _ in range(5):
        Membership.objects.filter(project=project, user__in=people).delete()
        # One address gets few invitations a day.
        Invitation.objects.all().delete()
        invite(project, owner, ADDRESS, Role.VIEWER)
        token, barrier, joined = token_in(mail.outbox[-1]), threading.Barrier(2), []

        def join(user: User) -> None:
            try:
                barrier.wait()  # noqa: B023 - the threads end within the round
                accept(token, user)  # noqa: B023
                joined.append(user)  # noqa: B023
            except NoSuchInvitation:
                pass
            finally:
                connection.close()

        threads = [threading.Thread(target=join, args=[user]) for user in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(joined) == 1
        assert [one.user for one in project.memberships.filter(user__in=people)] == joined


class TestPages:
    def url(self, token: str) -> str:
        return reverse("invitation_accept", args=[token])

    def test_opening_the_page_changes_nothing(self, client: Client, send, project, owner, nina):
        token = send(project, owner)
        client.force_login(nina)
        before = list(Invitation.objects.values())
        response = client.get(self.url(token))
        assert "Kiezblocks digital" in response.content.decode()
        assert "no-store" in response.headers["Cache-Control"]
        assert list(Invitation.objects.values()) == before
        assert project.memberships.count() == 3

        response = client.post(self.url(token))
        assert response.headers["Location"] == project.get_absolute_url()
        assert client.get(project.get_absolute_url()).status_code == 200

    def test_others_learn_nothing(self, client: Client, send, project, owner, stranger):
        token = send(project, owner)
        client.force_login(stranger)
        for method in (client.get, client.post):
            response = method(self.url(token))
            assert response.status_code == 404
            assert "Kiezblocks" not in response.content.decode()
        assert project.memberships.count() == 3

    def test_signed_out_every_token_looks_the_same(self, send, project, owner):
        token = send(project, owner)
        pages = [Client().get(self.url(one)).content.decode().replace(one, "") for one in (token, "x" * 43)]
        without_tokens = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page) for page in pages]
        assert without_tokens[0] == without_tokens[1]
        assert "Kiezblocks" not in pages[0]

    def test_owners_see_and_withdraw_open_invitations(self, client: Client, send, project, owner, viewer):
        send(project, owner)
        members = reverse("member_list", args=[project.pk])
        client.force_login(viewer)
        assert ADDRESS not in client.get(members).content.decode()
        client.force_login(owner)
        assert ADDRESS in client.get(members).content.decode()
        client.post(reverse("member_invitation_revoke", args=[project.pk, Invitation.objects.get().pk]))
        assert not Invitation.objects.open(timezone.now()).exists()

    def test_an_invitation_of_another_project_is_not_there(self, client: Client, send, project, owner, stranger):
        foreign = make_project(owner=stranger)
        send(foreign, stranger)
        client.force_login(owner)
        url = reverse("member_invitation_revoke", args=[project.pk, Invitation.objects.get().pk])
        assert client.post(url).status_code == 404
        assert Invitation.objects.open(timezone.now()).exists()

    def test_the_project_is_handed_over(self, client: Client, project, owner, editor):
        client.force_login(owner)
        url = reverse("member_hand_over", args=[project.pk, project.memberships.get(user=editor).pk])
        client.post(url)
        assert project.memberships.get(user=editor).role == Role.OWNER
        assert client.post(url).status_code == 403
