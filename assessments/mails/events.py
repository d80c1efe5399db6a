"""Who gets a mail: one function an event, called by the business step within its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from uuid import uuid4

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from ..enums import (
    INFORMING_EVENTS,
    REVIEWING_ROLES,
    MailChoice,
    MailEvent,
    MailState,
    PublicationState,
    Role,
    StaffRole,
)
from ..models import (
    Assessment,
    Comment,
    ExportJob,
    GoodPractice,
    Invitation,
    Membership,
    OutgoingMail,
    Publication,
    StateChange,
    User,
)
from .delivery import send_soon
from .sealing import seal

WORKING_ROLES = (Role.OWNER, Role.EDITOR)
"""Roles that change answers, plan measures and offer good practice."""

_is_quiet: ContextVar[bool] = ContextVar("is_quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Write to nobody: what happens in here is made up or long past."""
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)


# -- Accounts ---------------------------------------------------------------------------------------------------------


def account_mail(message: EmailMessage) -> None:
    """A mail that allauth has written: to confirm an address, to set a password, to warn of a change."""
    reader = User.objects.filter(email__iexact=message.to[0]).first()
    OutgoingMail.objects.create(
        event=MailEvent.ACCOUNT,
        about=reader.pk if reader else 0,
        recipient=reader,
        key=f"{MailEvent.ACCOUNT}:{uuid4()}",
        sealed=seal(message),
    )
    send_soon()


# -- The team ---------------------------------------------------------------------------------------------------------


def invited(invitation: Invitation) -> None:
    """The invited address gets the link."""
    _post(MailEvent.INVITATION, invitation.pk, [None], actor=invitation.invited_by)


def joined(invitation: Invitation, person: User) -> None:
    """Whoever invited learns that somebody has accepted."""
    if invitation.invited_by is not None and invitation.invited_by != person:
        people = _wanting(MailEvent.JOINED, User.objects.filter(pk=invitation.invited_by.pk))
        _post(MailEvent.JOINED, invitation.pk, people, actor=person)


def handed_over(membership: Membership, actor: User, at: datetime) -> None:
    """The new owner of a project learns of it."""
    people = _wanting(MailEvent.HANDED_OVER, User.objects.filter(pk=membership.user_id))
    _post(MailEvent.HANDED_OVER, membership.pk, people, actor=actor, occasion=f"{at:%Y%m%d%H%M%S}")


def commented(comment: Comment) -> None:
    """The team learns of a comment of the team; reviewers of an answer to what they wrote.

    What reviewers write the team reads with the decision, so the mail of the decision speaks of it.
    """
    thread = comment.thread
    spoke = Exists(Comment.objects.filter(thread=thread, author=OuterRef("pk")))
    members = _team(thread.assessment.project_id)
    if not thread.is_review:
        people = _wanting(MailEvent.COMMENT, members).filter(Q(mail_choice=MailChoice.ALL) | spoke)
        _post(MailEvent.COMMENT, comment.pk, people.exclude(pk=comment.author_id or 0), actor=comment.author)
    elif members.filter(pk=comment.author_id or 0).exists():
        asked = User.objects.filter(spoke, staff_role__in=REVIEWING_ROLES).exclude(pk__in=members.values("pk"))
        _post(MailEvent.ANSWER, comment.pk, _wanting(MailEvent.ANSWER, asked), actor=comment.author)


# -- The review -------------------------------------------------------------------------------------------------------


def submitted(change: StateChange) -> None:
    """Everybody who can review the submission learns of it."""
    people = _wanting(MailEvent.SUBMITTED, _reviewers(change.assessment))
    _post(MailEvent.SUBMITTED, change.pk, people, actor=change.author)


def withdrawn(change: StateChange, submission: StateChange) -> None:
    """Those who were told of the submission, and nobody else, learn that it is gone."""
    mails = OutgoingMail.objects.filter(event=MailEvent.SUBMITTED, about=submission.pk)
    # Before looking who was told: what waits now can no longer go out.
    mails.filter(state=MailState.WAITING).update(state=MailState.DROPPED)
    told = mails.filter(state__in=(MailState.SENDING, MailState.SENT)).values("recipient")
    people = _wanting(MailEvent.WITHDRAWN, User.objects.filter(pk__in=told))
    _post(MailEvent.WITHDRAWN, change.pk, people, actor=change.author)


def returned(change: StateChange) -> None:
    """The team reads the reason."""
    _post(MailEvent.RETURNED, change.pk, _wanting(MailEvent.RETURNED, _team_of(change)), actor=change.author)


def approved(change: StateChange) -> None:
    """The team learns what was approved and until when."""
    _post(MailEvent.APPROVED, change.pk, _wanting(MailEvent.APPROVED, _team_of(change)), actor=change.author)


# -- Good practice ----------------------------------------------------------------------------------------------------


def practice_offered(practice: GoodPractice) -> None:
    """Those who can confirm it learn of it."""
    people = _wanting(MailEvent.PRACTICE_OFFERED, _reviewers(practice.assessment))
    _post(MailEvent.PRACTICE_OFFERED, practice.pk, people, actor=practice.offered_by)


def practice_decided(practice: GoodPractice, event: MailEvent) -> None:
    """Those of the team who may offer learn that it was confirmed or declined."""
    people = _wanting(event, _team(practice.assessment.project_id, WORKING_ROLES))
    _post(event, practice.pk, people, actor=practice.decided_by)


# -- Published results ------------------------------------------------------------------------------------------------


def publication_offered(publication: Publication) -> None:
    """Those who can confirm it learn of it."""
    people = _wanting(MailEvent.PUBLICATION_OFFERED, _reviewers(publication.snapshot.assessment))
    _post(MailEvent.PUBLICATION_OFFERED, publication.pk, people, actor=publication.offered_by)


def publication_decided(publication: Publication, actor: User) -> None:
    """The owners learn that it is public, or why it is not."""
    is_public = publication.state == PublicationState.PUBLISHED
    _tell_owners(MailEvent.PUBLISHED if is_public else MailEvent.PUBLICATION_DECLINED, publication, actor)


def unpublished(publication: Publication, actor: User) -> None:
    """The other owners learn that it was withdrawn."""
    _tell_owners(MailEvent.UNPUBLISHED, publication, actor)


def _tell_owners(event: MailEvent, publication: Publication, actor: User) -> None:
    people = _wanting(event, _team(publication.project_id, (Role.OWNER,))).exclude(pk=actor.pk)
    _post(event, publication.pk, people, actor=actor)


# -- Reminders --------------------------------------------------------------------------------------------------------


def measures_due(assessment: Assessment, week: str) -> None:
    """Those who plan measures are reminded once a week."""
    people = _wanting(MailEvent.MEASURES_DUE, _team(assessment.project_id, WORKING_ROLES))
    _post(MailEvent.MEASURES_DUE, assessment.pk, people, occasion=week)


def approval_ends(approval: StateChange) -> None:
    """Those who can begin a new assessment are told in time."""
    people = _wanting(MailEvent.APPROVAL_ENDS, _team_of(approval, WORKING_ROLES))
    _post(MailEvent.APPROVAL_ENDS, approval.pk, people)


def will_be_forgotten(subject: User | Assessment, occasion: str) -> None:
    """The person, or those who can go on with the draft, are told that it will be deleted; whatever mails they want."""
    if isinstance(subject, User):
        _post(MailEvent.ACCOUNT_IDLE, subject.pk, [subject], occasion=occasion)
    else:
        people = _team(subject.project_id, WORKING_ROLES).filter(is_active=True)
        _post(MailEvent.DRAFT_IDLE, subject.pk, people, occasion=occasion)


# -- The portfolio ----------------------------------------------------------------------------------------------------


def export_ended(job: ExportJob) -> None:
    """Whoever asked for the file learns that it is ready, or that it could not be made."""
    _post(MailEvent.EXPORT, job.pk, _wanting(MailEvent.EXPORT, User.objects.filter(pk=job.owner_id)))


# -- Recipients -------------------------------------------------------------------------------------------------------


def _team(project: int | None, roles: Iterable[Role] = tuple(Role)) -> QuerySet[User]:
    return User.objects.filter(
        Exists(Membership.objects.filter(project=project, user=OuterRef("pk"), role__in=list(roles)))
    )


def _team_of(change: StateChange, roles: Iterable[Role] = tuple(Role)) -> QuerySet[User]:
    return _team(change.assessment.project_id, roles)


def _reviewers(assessment: Assessment) -> QuerySet[User]:
    """Reviewers who are not in the team; administrators, who may review too, only where there is nobody else."""
    able = User.objects.filter(is_active=True).exclude(pk__in=_team(assessment.project_id).values("pk"))
    reviewers = able.filter(staff_role=StaffRole.REVIEWER)
    return reviewers if reviewers.exists() else able.filter(staff_role=StaffRole.ADMINISTRATOR)


def _wanting(event: MailEvent, people: QuerySet[User]) -> QuerySet[User]:
    """Those of them who can sign in and want mails about this."""
    refused = {MailChoice.NONE, MailChoice.TO_DO} if event in INFORMING_EVENTS else {MailChoice.NONE}
    return people.filter(is_active=True).exclude(mail_choice__in=refused)


def _post(
    event: MailEvent, about: int, people: Iterable[User | None], *, actor: User | None = None, occasion: str = ""
) -> None:
    if _is_quiet.get():
        return
    rows = [
        OutgoingMail(
            event=event,
            about=about,
            recipient=person,
            actor=actor,
            key=":".join(str(part) for part in (event, about, occasion, person.pk if person else "")),
        )
        for person in people
    ]
    if rows:
        OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
        # A queue that cannot be reached must not fail what has been done: the mail waits for the next round.
        transaction.on_commit(send_soon, robust=True)
