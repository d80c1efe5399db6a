"""Reviewing a submission: what waits, what reviewers note down, and where they and the team see things differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from . import clock
from .answering import text_fault, tidy
from .discussion import begin_thread, clean_comment, reply, set_open
from .enums import State
from .models import Assessment, ReviewerRating, Snapshot, StateChange, Thread, User
from .permissions import Action, allows
from .scoring import HIGHEST_LEVEL
from .workflow import WorkflowError, current_snapshot, hold

MAX_NOTE_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """What a reviewer says about one place: a level of their own with a note (questions only), and a comment."""

    level: int | None = None
    note: str = ""
    comment: str = ""
    is_done: bool | None = None
    """Whether the thread of this place is settled; None leaves it as it is."""
    request_key: UUID | None = None


def waiting_submissions(reviewer: User) -> QuerySet[Assessment]:
    """What the reviewer can review, the longest waiting first: nobody reviews a project they are a member of.

    Each comes with the number, the time and the first reading of its newest submission.
    """
    newest = Snapshot.objects.filter(assessment=OuterRef("pk")).order_by("-number")
    returned = StateChange.objects.filter(
        assessment=OuterRef("pk"), to_state=State.RETURNED, is_withdrawal=False
    ).order_by("-at")
    return (
        Assessment.objects.filter(state=State.SUBMITTED)
        .exclude(project__memberships__user=reviewer)
        .select_related("project__organisation", "scores")
        .annotate(
            submission=Subquery(newest.values("number")[:1]),
            submitted_at=Subquery(newest.values("submitted_at")[:1]),
            read_at=Subquery(newest.values("read_at")[:1]),
            returned_at=Subquery(returned.values("at")[:1]),
        )
        .order_by("submitted_at", "pk")
    )


def reviewed_snapshot(assessment: Assessment) -> Snapshot:
    """The newest submission that the team did not withdraw: what the Senatskanzlei sees of an assessment."""
    return assessment.snapshots.exclude(state_changes__is_withdrawal=True).latest("number")


def predecessor(snapshot: Snapshot) -> Snapshot | None:
    """What the reviewers saw last of the same assessment: the newest earlier submission that was returned.

    A submission that the team withdrew was read by nobody and is passed over.
    """
    return (
        Snapshot.objects.filter(
            assessment=snapshot.assessment_id,
            number__lt=snapshot.number,
            state_changes__to_state=State.RETURNED,
            state_changes__is_withdrawal=False,
        )
        .order_by("-number")
        .first()
    )


def is_unread_by(assessment: Assessment, user: User) -> bool:
    """Whether the person reviews this submission and nobody has opened it yet: first the team has to know."""
    return (
        assessment.state == State.SUBMITTED
        and allows(user, Action.REVIEW, assessment)
        and reviewed_snapshot(assessment).read_at is None
    )


def seen_submissions(assessment: Assessment, user: User) -> list[Snapshot]:
    """What somebody of the Senatskanzlei sees of an assessment; reviewers also what they returned before."""
    newest = reviewed_snapshot(assessment)
    before = predecessor(newest) if allows(user, Action.REVIEW, assessment) else None
    return [newest, before] if before else [newest]


def changed_answers(assessments: Iterable[Assessment]) -> dict[int, int]:
    """How many answers of each submission differ from the one returned last, by assessment; one query for all.

    First submissions are not among them.
    """
    found: dict[int, list[Snapshot]] = {}
    snapshots = Snapshot.objects.filter(assessment__in=list(assessments)).annotate(
        was_returned=Exists(
            StateChange.objects.filter(snapshot=OuterRef("pk"), to_state=State.RETURNED, is_withdrawal=False)
        )
    )
    for snapshot in snapshots.order_by("assessment", "number"):
        found.setdefault(snapshot.assessment_id, []).append(snapshot)
    counts = {}
    for pk, (*earlier, newest) in found.items():
        returned = [one for one in earlier if one.was_returned]  # type: ignore[attr-defined]
        if returned:
            before, after = returned[-1].document["answers"], newest.document["answers"]
            counts[pk] = sum(before.get(key) != after.get(key) for key in {*before, *after})
    return counts


def return_of(snapshot: Snapshot) -> StateChange | None:
    """The step that returned this submission, with its reason."""
    returned = StateChange.objects.filter(snapshot=snapshot, to_state=State.RETURNED, is_withdrawal=False)
    return returned.select_related("author").order_by("at", "pk").last()


def clean_note(note: ReviewNote) -> ReviewNote:
    """The note as it will be stored; ``ValidationError`` names every faulty field."""
    errors: dict[str, ValidationError] = {}
    text = tidy(note.note)
    if fault := text_fault(text, MAX_NOTE_LENGTH):
        errors["note"] = fault
    if note.level is not None and note.level not in range(HIGHEST_LEVEL + 1):
        errors["level"] = ValidationError(_("Choose one of the levels 0 to 4."), code="level")
    elif note.level is None and text:
        errors["level"] = ValidationError(_("Choose the level your note is about."), code="level_missing")
    comment = tidy(note.comment)
    if comment:
        try:
            comment = clean_comment(comment)
        except ValidationError as error:
            errors["comment"] = error
    if errors:
        raise ValidationError(errors)
    return ReviewNote(note.level, text, comment, note.is_done, note.request_key)


def save_notes(assessment: Assessment, reviewer: User, notes: Mapping[str, ReviewNote]) -> None:
    """Store what a reviewer noted down, by question, dimension or (empty) for the whole; all of it or nothing.

    Ratings of other reviewers stay as they are. Raises ``WorkflowError`` when the submission was decided on meanwhile
    or nobody has begun its review, and ``ValidationError`` of the first faulty note. The caller has cleaned the notes.
    """
    with transaction.atomic():
        hold(assessment, (State.SUBMITTED,))
        if current_snapshot(assessment).read_at is None:
            raise WorkflowError(_("Please start the review first: the team may still withdraw it."), code="unread")
        threads = {thread.refers_to: thread for thread in Thread.objects.filter(assessment=assessment, is_review=True)}
        for place, note in notes.items():
            _save_rating(assessment, reviewer, place, note)
            _save_comment(assessment, reviewer, place, note, threads.get(place))


def _save_rating(assessment: Assessment, reviewer: User, place: str, note: ReviewNote) -> None:
    own = ReviewerRating.objects.filter(assessment=assessment, question_key=place, reviewer=reviewer)
    if note.level is None:
        own.delete()
        return
    before = own.first()
    if before and (before.level, before.note) == (note.level, note.note):
        return
    ReviewerRating.objects.update_or_create(
        assessment=assessment,
        question_key=place,
        reviewer=reviewer,
        defaults={"level": note.level, "note": note.note, "changed_at": clock.now()},
    )


def _save_comment(assessment: Assessment, reviewer: User, place: str, note: ReviewNote, thread: Thread | None) -> None:
    if note.comment:
        if thread is None:
            begin_thread(assessment, reviewer, place, note.comment, is_review=True, request_key=note.request_key)
        else:
            reply(thread, reviewer, note.comment, request_key=note.request_key)
    elif thread is not None and note.is_done is not None:
        set_open(thread, is_open=not note.is_done)


def ratings_of(assessment: Assessment, before: datetime | None = None) -> dict[str, list[ReviewerRating]]:
    """The reviewers' levels by question, with ``before`` only those set until then."""
    ratings = ReviewerRating.objects.filter(assessment=assessment).select_related("reviewer")
    if before is not None:
        ratings = ratings.filter(changed_at__lt=before)
    return group_by_question(ratings.order_by("question_key", "changed_at", "pk"))


def group_by_question(ratings: Iterable[ReviewerRating]) -> dict[str, list[ReviewerRating]]:
    """Ratings by the key of their question."""
    grouped: dict[str, list[ReviewerRating]] = {}
    for rating in ratings:
        grouped.setdefault(rating.question_key, []).append(rating)
    return grouped
