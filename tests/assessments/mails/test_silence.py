"""A mail that has nothing to say any more is not sent: what it is about is gone, or nobody may read it."""

import pytest

from assessments.discussion import begin_thread
from assessments.enums import MailEvent, Role
from assessments.invitations import invite
from assessments.mails import events
from assessments.mails.contents import WORDS, message_of
from assessments.mails.sealing import unseal
from assessments.models import Assessment, Membership, OutgoingMail, Project, StateChange, User
from assessments.workflow import submit
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOTHING = 999_999


@pytest.mark.parametrize("event", WORDS, ids=lambda event: event.value)
def test_about_what_is_gone(event: MailEvent, owner: User):
    assert message_of(OutgoingMail(event=event, about=NOTHING, recipient=owner)) is None


def test_an_invitation_that_is_gone():
    assert message_of(OutgoingMail(event=MailEvent.INVITATION, about=NOTHING)) is None


def test_a_sealed_text_whose_key_is_lost():
    assert unseal("not to be opened") is None


@pytest.fixture
def change(draft: Assessment, owner: User) -> StateChange:
    """A submission that nobody was told of yet."""
    with events.quietly():
        submit(draft, owner)
    return draft.state_changes.get()


REVIEW = [MailEvent.SUBMITTED, MailEvent.WITHDRAWN, MailEvent.RETURNED, MailEvent.APPROVED, MailEvent.APPROVAL_ENDS]


@pytest.mark.parametrize("event", REVIEW, ids=lambda event: event.value)
def test_to_somebody_who_may_not_know(event: MailEvent, change: StateChange, stranger: User):
    assert message_of(OutgoingMail(event=event, about=change.pk, recipient=stranger)) is None


@pytest.mark.parametrize("event", [MailEvent.COMMENT, MailEvent.ANSWER], ids=lambda event: event.value)
def test_a_comment_is_not_sent_to_strangers(event: MailEvent, draft: Assessment, owner: User, stranger: User):
    comment = begin_thread(draft, owner, "", "Unter uns.")
    mail = OutgoingMail(event=event, about=comment.pk, recipient=stranger, actor=owner)
    assert message_of(mail) is None


def test_who_no_longer_manages_members_is_not_told_who_came(project: Project, owner: User):
    nina = make_user("Nina Neu")
    invitation = invite(project, owner, nina.email, Role.VIEWER)
    mail = OutgoingMail(event=MailEvent.JOINED, about=invitation.pk, recipient=owner, actor=nina)
    assert message_of(mail) is not None
    Membership.objects.filter(user=owner).update(role=Role.VIEWER)
    assert message_of(mail) is None
