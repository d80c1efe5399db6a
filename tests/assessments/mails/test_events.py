"""Which event writes to whom: exactly once, and only when it has happened."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from assessments import publications
from assessments.demo import make_demo
from assessments.discussion import begin_thread, reply
from assessments.enums import MailChoice, MailEvent, MailState, PublicationState, Role, StaffRole, State
from assessments.good_practices import PracticeText, confirm, decline, offer
from assessments.invitations import accept, invite
from assessments.mails import events
from assessments.mails.delivery import send_due_mails
from assessments.models import Assessment, Invitation, Membership, OutgoingMail, Publication, Thread, User
from assessments.public_documents import Choice
from assessments.reviewing import ReviewNote, save_notes
from assessments.teams import hand_over
from assessments.workflow import WorkflowError, approve, current_snapshot, mark_read, send_back, submit, withdraw
from tests.assessments.test_invitations import token_in
from tests.factories import answer_all, make_assessment, make_user

pytestmark = pytest.mark.django_db
TEAM = {"olga.owner", "emil.editor", "vera.viewer"}
TEXT = PracticeText("de", "Gute Sache", "Was wir getan haben.")
PROOF = {"label": "Protokoll", "url": "https://example.org/protokoll"}
NOTHING_MORE = Choice()


@pytest.fixture
def staff(reviewer: User, portfolio_reader: User, administrator: User, stranger: User) -> User:
    """Everybody outside the team who might be written to by mistake; returns the reviewer."""
    make_user("Bodo Blocked", staff_role=StaffRole.REVIEWER, is_active=False)
    return reviewer


@pytest.fixture
def submitted(draft: Assessment, owner: User) -> Assessment:
    with events.quietly():
        submit(draft, owner)
    return draft


@pytest.fixture
def approved(project, owner: User, reviewer: User) -> Assessment:
    assessment = answer_all(make_assessment(project), 4, rationale="So ist es.", evidence=[PROOF])
    with events.quietly():
        snapshot = submit(assessment, owner)
        approve(assessment, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=365))
    return assessment


class TestTeam:
    def test_an_invitation_goes_to_the_invited_address(self, after, project, owner, staff):
        assert after(invite, project, owner, "ina@example.org", Role.VIEWER).keys() == {"ina"}

    def test_whoever_invited_learns_that_somebody_joined(self, after, project, owner, staff):
        ina = make_user("Ina", email="ina@example.org")
        token = token_in(after(invite, project, owner, ina.email, Role.VIEWER)["ina"])
        assert after(accept, token, ina).keys() == {"olga.owner"}

    def test_the_new_owner_learns_of_it_each_time(self, after, project, owner, editor, staff):
        assert after(hand_over, project, owner, project.memberships.get(user=editor).pk).keys() == {"emil.editor"}
        OutgoingMail.objects.update(key="an earlier second")
        assert after(hand_over, project, editor, project.memberships.get(user=owner).pk).keys() == {"olga.owner"}

    def test_a_comment_goes_to_the_others_of_the_team(self, after, draft, editor, staff):
        sent = after(begin_thread, draft, editor, "4.1", "Stimmt das?")
        assert sent.keys() == TEAM - {"emil.editor"}
        thread = Thread.objects.get()
        assert after(reply, thread, make_member(draft, "Max"), "Ja.").keys() == TEAM

    def test_a_comment_sent_twice_makes_one_mail(self, after, draft, editor):
        key = uuid4()
        assert after(begin_thread, draft, editor, "4.1", "Stimmt das?", request_key=key)
        assert not after(begin_thread, draft, editor, "4.1", "Stimmt das?", request_key=key)
        assert after(reply, Thread.objects.get(), editor, "Ja.", request_key=(again := uuid4()))
        assert not after(reply, Thread.objects.get(), editor, "Ja.", request_key=again)


def make_member(assessment: Assessment, name: str, role: Role = Role.VIEWER) -> User:
    user = make_user(name)
    Membership.objects.create(project=assessment.project, user=user, role=role)
    return user


class TestReview:
    def test_a_submission_goes_to_the_reviewers(self, after, draft, owner, staff):
        make_user("Rolf Reviewer", staff_role=StaffRole.REVIEWER)
        assert after(submit, draft, owner).keys() == {"rita.reviewer", "rolf.reviewer"}

    def test_nobody_is_asked_to_review_their_own_project(self, after, draft, owner, staff):
        Membership.objects.create(project=draft.project, user=staff, role=Role.VIEWER)
        assert after(submit, draft, owner).keys() == {"ada.administrator"}

    def test_submitted_twice_tells_once(self, after, draft, owner, staff):
        assert after(submit, draft, owner)
        with pytest.raises(WorkflowError):
            after(submit, draft, owner)
        assert mail.outbox == []
        assert not after(events.submitted, draft.state_changes.get())

    def test_a_withdrawal_goes_to_those_who_were_told(self, after, draft, owner, staff):
        after(submit, draft, owner)
        make_user("Nora New", staff_role=StaffRole.REVIEWER)
        assert after(withdraw, draft, owner).keys() == {"rita.reviewer"}

    def test_nobody_is_told_of_what_was_withdrawn_before_they_knew(self, after, draft, owner, staff):
        submit(draft, owner)
        assert not after(withdraw, draft, owner)
        send_due_mails()
        assert mail.outbox == []
        assert set(OutgoingMail.objects.values_list("state", flat=True)) == {MailState.DROPPED}

    def test_who_was_told_of_the_second_submission_is_not_told_of_the_first(self, after, draft, owner, staff):
        after(submit, draft, owner)
        after(withdraw, draft, owner)
        assert after(submit, draft, owner).keys() == {"rita.reviewer"}

    def test_a_return_goes_to_the_team_with_the_reason(self, after, submitted, staff):
        sent = after(send_back, submitted, staff, "Bitte die Nachweise ergänzen.")
        assert sent.keys() == TEAM
        assert all("> Bitte die Nachweise ergänzen." in str(message.body) for message in sent.values())

    def test_an_approval_goes_to_the_team_with_hash_and_validity(self, after, submitted, staff):
        sha256 = current_snapshot(submitted).sha256
        until = timezone.localdate().replace(year=timezone.localdate().year + 2, month=5, day=7)
        sent = after(approve, submitted, staff, sha256, until)
        assert sent.keys() == TEAM
        assert sha256 in str(sent["vera.viewer"].body)
        assert f"7. Mai {until.year}" in str(sent["vera.viewer"].body)

    def test_what_reviewers_write_is_told_with_the_decision(self, after, submitted, staff):
        mark_read(current_snapshot(submitted))
        assert not after(save_notes, submitted, staff, {"4.1.a1": ReviewNote(comment="Geheim bis zum Schluss")})
        sent = after(send_back, submitted, staff, "Eine Frage.")
        OutgoingMail.objects.all().delete()
        assert "Geheim" not in str(sent["olga.owner"].body)

    def test_an_answer_goes_to_the_reviewers_who_asked(self, after, submitted, staff, editor):
        make_user("Rolf Reviewer", staff_role=StaffRole.REVIEWER)
        mark_read(current_snapshot(submitted))
        save_notes(submitted, staff, {"4.1.a1": ReviewNote(comment="Warum?")})
        send_back(submitted, staff, "Eine Frage.")
        assert after(reply, Thread.objects.get(), editor, "Darum.").keys() >= {"rita.reviewer"}
        assert {one.recipient for one in OutgoingMail.objects.filter(event=MailEvent.ANSWER)} == {staff}


class TestGoodPractice:
    def test_reviewers_are_asked_and_the_team_is_told(self, after, approved, editor, staff):
        assert after(offer, approved, "4.1.a1", editor, TEXT).keys() == {"rita.reviewer"}
        practice = approved.good_practices.get()
        assert after(confirm, practice, staff).keys() == {"olga.owner", "emil.editor"}
        sent = after(decline, practice, staff, "Veraltet.")
        assert sent.keys() == {"olga.owner", "emil.editor"}
        assert "> Veraltet." in str(sent["olga.owner"].body)

    def test_what_was_withdrawn_is_not_asked_about(self, approved, editor, staff):
        offer(approved, "4.1.a1", editor, TEXT)
        approved.good_practices.update(state="withdrawn")
        send_due_mails()
        assert mail.outbox == []


class TestPublications:
    def test_reviewers_are_asked_and_owners_are_told(self, after, approved, owner, editor, staff):
        Membership.objects.filter(user=editor).update(role=Role.OWNER)
        owners = {"olga.owner", "emil.editor"}
        document = publications.drafted(approved, NOTHING_MORE).sha256

        def offered() -> Publication:
            return Publication.objects.get(state=PublicationState.OFFERED)

        assert after(publications.offer, approved, owner, NOTHING_MORE, document).keys() == {"rita.reviewer"}
        sent = after(publications.decline, offered(), staff, "Noch zu früh.")
        assert sent.keys() == owners
        assert "> Noch zu früh." in str(sent["olga.owner"].body)
        after(publications.offer, approved, owner, NOTHING_MORE, document)
        assert after(publications.confirm, offered(), staff, document).keys() == owners
        public = approved.project.publications.get(state=PublicationState.PUBLISHED)
        assert after(publications.withdraw, public, owner).keys() == {"emil.editor"}

    def test_what_was_withdrawn_is_not_asked_about(self, approved, owner, staff):
        document = publications.drafted(approved, NOTHING_MORE).sha256
        publications.withdraw(publications.offer(approved, owner, NOTHING_MORE, document), owner)
        send_due_mails()
        assert mail.outbox == []


class TestChoice:
    @pytest.mark.parametrize(
        ("choice", "wanted"),
        [
            (MailChoice.ALL, {"invited", "joined", "commented", "returned"}),
            (MailChoice.TO_DO, {"invited", "returned"}),
            (MailChoice.NONE, {"invited"}),
        ],
    )
    def test_everybody_chooses(self, after, submitted, owner, editor, staff, choice: MailChoice, wanted: set[str]):  # noqa: PLR0917
        project, nina = submitted.project, make_user("Nina Neu")
        User.objects.update(mail_choice=choice)
        sent = {"invited": after(invite, project, owner, nina.email, Role.VIEWER)}
        sent["joined"] = after(accept, token_in(sent["invited"]["nina.neu"]), nina)
        sent["commented"] = after(begin_thread, submitted, editor, "", "Stimmt das?")
        sent["returned"] = after(send_back, submitted, staff, "Nein.")
        assert {event for event, messages in sent.items() if messages} == wanted

    def test_with_something_to_do_one_reads_on_in_ones_own_threads(self, after, draft, owner, editor):
        User.objects.update(mail_choice=MailChoice.TO_DO)
        after(begin_thread, draft, owner, "", "Was meint ihr?")
        assert after(reply, Thread.objects.get(), editor, "Gut so.").keys() == {"olga.owner"}


class TestCommit:
    def test_what_is_rolled_back_sends_nothing(self, after, draft, owner, staff):
        def fails() -> None:
            with transaction.atomic():
                submit(draft, owner)
                transaction.set_rollback(True)

        assert not after(fails)
        assert not OutgoingMail.objects.exists()
        send_due_mails()
        assert mail.outbox == []

    def test_nothing_goes_out_before_the_commit(self, draft, owner, staff, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            submit(draft, owner)
            assert OutgoingMail.objects.get().state == MailState.WAITING
            assert mail.outbox == []
        assert len(mail.outbox) == 1

    def test_a_queue_that_fails_does_not_fail_the_step(self, after, draft, owner, staff, monkeypatch):
        def broken() -> None:
            raise OSError("no queue")

        monkeypatch.setattr(events, "send_soon", broken)
        assert not after(submit, draft, owner)
        assert draft.state == State.SUBMITTED
        send_due_mails()
        assert len(mail.outbox) == 1

    @pytest.mark.usefixtures("files")
    def test_the_demo_writes_to_nobody(self, after):
        assert not after(make_demo)
        assert not OutgoingMail.objects.exists()


class TestMeanwhile:
    """Between the event and its mail something else happened."""

    @pytest.mark.parametrize("step", ["left", "blocked", "comment deleted"])
    def test_nobody_reads_what_they_may_not(self, draft, owner, viewer, editor, step: str):
        Membership.objects.filter(user=editor).delete()
        comment = begin_thread(draft, owner, "", "Nur für das Team")
        if step == "left":
            Membership.objects.filter(user=viewer).delete()
        elif step == "blocked":
            User.objects.filter(pk=viewer.pk).update(is_active=False)
        else:
            comment.delete()
        send_due_mails()
        assert mail.outbox == []
        assert OutgoingMail.objects.get().state == MailState.DROPPED

    def test_a_deleted_account_leaves_no_mail(self, draft, owner, viewer):
        begin_thread(draft, owner, "", "Hallo")
        viewer.delete()
        assert {one.recipient.name for one in OutgoingMail.objects.all() if one.recipient} == {"Emil Editor"}

    def test_the_writer_may_be_gone(self, draft, owner, viewer):
        begin_thread(draft, viewer, "", "Hallo")
        viewer.delete()
        User.objects.update(language="en")
        send_due_mails()
        assert "Somebody has written a comment" in str(mail.outbox[0].body)

    def test_an_ended_invitation_is_not_sent(self, project, owner):
        invite(project, owner, "ina@example.org", Role.VIEWER)
        Invitation.objects.update(revoked_at=timezone.now())
        send_due_mails()
        assert mail.outbox == []
        assert OutgoingMail.objects.get().state == MailState.DROPPED
