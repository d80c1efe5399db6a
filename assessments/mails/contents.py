"""What a mail says, read anew when it goes out. Nothing is sent to somebody who may not read it any more."""

from __future__ import annotations

from collections.abc import Callable

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import override

from ..enums import MailEvent
from ..invitation_tokens import renew_token
from ..models import OutgoingMail, User
from . import of_good_practice, of_idleness, of_portfolio, of_publications, of_review, of_team
from .sealing import unseal
from .words import Words, framed, plain

WORDS: dict[MailEvent, Callable[[OutgoingMail, User], Words | None]] = {
    MailEvent.JOINED: of_team.joined,
    MailEvent.HANDED_OVER: of_team.handed_over,
    MailEvent.COMMENT: of_team.comment,
    MailEvent.ANSWER: of_team.answer,
    MailEvent.SUBMITTED: of_review.submitted,
    MailEvent.WITHDRAWN: of_review.withdrawn,
    MailEvent.RETURNED: of_review.returned,
    MailEvent.APPROVED: of_review.approved,
    MailEvent.PRACTICE_OFFERED: of_good_practice.offered,
    MailEvent.PRACTICE_CONFIRMED: of_good_practice.confirmed,
    MailEvent.PRACTICE_DECLINED: of_good_practice.declined,
    MailEvent.PUBLICATION_OFFERED: of_publications.offered,
    MailEvent.PUBLISHED: of_publications.published,
    MailEvent.PUBLICATION_DECLINED: of_publications.declined,
    MailEvent.UNPUBLISHED: of_publications.withdrawn,
    MailEvent.MEASURES_DUE: of_team.measures_due,
    MailEvent.APPROVAL_ENDS: of_review.approval_ends,
    MailEvent.EXPORT: of_portfolio.export_ended,
    MailEvent.ACCOUNT_IDLE: of_idleness.account_idle,
    MailEvent.DRAFT_IDLE: of_idleness.draft_idle,
}
"""What each event's mail says."""


def message_of(mail: OutgoingMail) -> EmailMultiAlternatives | None:
    """The mail as it goes out; None if there is nothing to say any more."""
    if mail.event == MailEvent.ACCOUNT:
        return unseal(mail.sealed)
    if mail.event == MailEvent.INVITATION:
        renewed = renew_token(mail.about)
        if renewed is None:
            return None
        invitation, token = renewed
        with override(invitation.language):
            return framed(invitation.email, "", of_team.invitation(invitation, token))
    reader = mail.recipient
    if reader is None or not reader.is_active:
        return None
    with override(reader.language):
        words = WORDS[MailEvent(mail.event)](mail, reader)
        return framed(reader.email, plain(str(reader)), words) if words else None
