"""Good practice: a team offers, a reviewer confirms or declines, the team withdraws whenever it likes.

Only an answer at the highest level of an approved assessment can be offered. Only what is confirmed is public.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from principles.practice import Example

from . import clock
from .enums import MailEvent, PracticeState, State
from .mails import events as mails
from .models import Assessment, GoodPractice, User
from .models.good_practice import LIVE_STATES
from .permissions import Action, allows, staff_allows
from .reports.public_files import forget_guide
from .results import StepResult, result_of


class PracticeError(ValidationError):
    """A step that is not possible. The message says what to do instead."""


@dataclass(frozen=True, slots=True)
class PracticeText:
    """What the team writes for others."""

    language: str
    title: str
    text: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer at the highest level and what became of it: the newest offer, if there is one."""

    place: StepResult
    offer: GoodPractice | None

    @property
    def can_be_offered(self) -> bool:
        """Whether nothing waits or is public for this question."""
        return self.offer is None or not self.offer.is_live


def candidates(assessment: Assessment) -> tuple[Candidate, ...]:
    """The answers of an approved assessment that others may learn from, in catalogue order; three queries."""
    if assessment.state != State.APPROVED:
        return ()
    newest = {offer.question_key: offer for offer in assessment.good_practices.order_by("pk")}
    return tuple(Candidate(place, newest.get(place.question.key)) for place in result_of(assessment).good_practice)


def candidate(assessment: Assessment, question_key: str) -> Candidate | None:
    """The candidate of one question; none if the answer cannot be offered at all."""
    return next((one for one in candidates(assessment) if one.place.question.key == question_key), None)


def offer(assessment: Assessment, question_key: str, user: User, text: PracticeText) -> GoodPractice:
    """Offer an answer for the guide. Raises ``PermissionDenied`` or ``PracticeError``."""
    _require(user, Action.OFFER_PRACTICE, assessment)
    if candidate(assessment, question_key) is None:
        raise PracticeError(
            _("Only answers at level 4 of an approved assessment can be offered as good practice."), code="not_level_4"
        )
    try:
        with transaction.atomic():
            practice = GoodPractice.objects.create(
                assessment=assessment,
                question_key=question_key,
                language=text.language,
                title=text.title,
                text=text.text,
                contact=text.contact,
                offered_by=user,
                offered_at=clock.now(),
            )
            mails.practice_offered(practice)
    except IntegrityError as error:
        raise PracticeError(_("This answer has been offered already."), code="already_offered") from error
    return practice


def withdraw(practice: GoodPractice, user: User) -> None:
    """Take an offer back. It disappears at once, and the contact is forgotten."""
    _require(user, Action.OFFER_PRACTICE, practice.assessment)
    _move(practice, LIVE_STATES, state=PracticeState.WITHDRAWN, contact="")
    transaction.on_commit(forget_guide)


def may_decide(user: User) -> bool:
    """Whether ``user`` confirms and declines what teams offer (but never what their own team offers)."""
    return staff_allows(user, Action.REVIEW)


def confirm(practice: GoodPractice, user: User) -> None:
    """Make an offer public. Nobody confirms what their own team offers. Raises as ``offer`` does."""
    _require(user, Action.REVIEW, practice.assessment)
    with transaction.atomic():
        _move(
            practice,
            (PracticeState.OFFERED,),
            state=PracticeState.CONFIRMED,
            decided_by=user,
            decided_at=clock.now(),
        )
        mails.practice_decided(practice, MailEvent.PRACTICE_CONFIRMED)


def decline(practice: GoodPractice, user: User, reason: str) -> None:
    """Turn an offer down, or take a confirmation back. The team reads the reason."""
    _require(user, Action.REVIEW, practice.assessment)
    if not reason.strip():
        raise PracticeError(_("Say why: the team reads the reason."), code="no_reason")
    with transaction.atomic():
        _move(
            practice,
            LIVE_STATES,
            state=PracticeState.DECLINED,
            decided_by=user,
            decided_at=clock.now(),
            reason=reason.strip(),
        )
        mails.practice_decided(practice, MailEvent.PRACTICE_DECLINED)
        transaction.on_commit(forget_guide)


def public_examples(dimension_key: str = "") -> tuple[Example, ...]:
    """What everyone may read, of one dimension or of all, in catalogue order; one query."""
    practices = GoodPractice.objects.public()
    if dimension_key:
        practices = practices.filter(question_key__startswith=f"{dimension_key}.")
    return tuple(
        Example(
            question_key=practice.question_key,
            language=practice.language,
            title=practice.title,
            text=practice.text,
            project=practice.assessment.project.name,
            organisation=str(practice.assessment.project.organisation or ""),
            contact=practice.contact,
            is_fictional=practice.assessment.project.is_fictional,
            confirmed_on=timezone.localdate(practice.decided_at) if practice.decided_at else None,
        )
        for practice in practices
    )


def _move(practice: GoodPractice, before: tuple[PracticeState, ...], **changes: object) -> None:
    """Change the state only if nobody else was faster."""
    if not GoodPractice.objects.filter(pk=practice.pk, state__in=before).update(**changes):
        raise PracticeError(
            _("Somebody else was faster: the state of this good practice has changed. Look at it again."), code="moved"
        )
    practice.refresh_from_db()


def _require(user: User, action: Action, assessment: Assessment) -> None:
    if not allows(user, action, assessment):
        raise PermissionDenied
