"""The life of an assessment: begin, deepen, give up, submit, return, approve (methodology, section 4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from principles.models import Catalogue

from . import clock
from .copying import copy_content
from .enums import OPEN_STATES, UNFINISHED_STATES, Scope, State
from .evidence_files import forget_files_of
from .exchange import export_document
from .individual_ratings import forget_ratings_of
from .mails import events as mails
from .models import Assessment, Project, Snapshot, StateChange, User
from .portfolio_entries import refresh_entry
from .reports.storage import forget_reports
from .results import DimensionResult, QuestionResult, Result, result_of
from .scoring import HIGHEST_LEVEL
from .snapshots import canonical_json, document_hash
from .stored_scores import compute_scores, store_scores


class WorkflowError(ValidationError):
    """A step that the assessment's state does not permit. The message says what to do instead."""


def unfinished_assessment(project: Project) -> Assessment | None:
    """The one that keeps the project from beginning another, if there is one: in progress or being reviewed."""
    return project.assessments.filter(state__in=UNFINISHED_STATES).first()


def last_assessment(project: Project) -> Assessment | None:
    """The one whose answers a new assessment can start from: the newest that is finished."""
    return project.assessments.filter(state=State.APPROVED).order_by("-number").first()


def start_assessment(project: Project, user: User, scope: Scope, *, copy_from: Assessment | None = None) -> Assessment:
    """Begin a new assessment against the newest published catalogue.

    With ``copy_from`` it begins with that assessment's answers, targets, measures and conflicts of goals. A project has
    one open assessment at most; the database sees to that, also when two people start at once.
    """
    catalogue = Catalogue.objects.published().first()
    if catalogue is None:
        raise WorkflowError(_("There is no published catalogue yet, so no assessment can begin."), code="no_catalogue")
    try:
        with transaction.atomic():
            last = project.assessments.aggregate(last=Max("number"))["last"] or 0
            assessment = Assessment.objects.create(
                project=project, catalogue=catalogue, number=last + 1, scope=scope, created_by=user
            )
            if copy_from is not None:
                copy_content(copy_from, assessment, user)
            store_scores(assessment, compute_scores(assessment))
    except IntegrityError as error:
        raise WorkflowError(
            _("This project already has an assessment in progress or under review. Finish it first."),
            code="already_open",
        ) from error
    return assessment


def deepen(assessment: Assessment) -> None:
    """Turn a quick check into a full assessment. Every answer is kept; only the questions asked grow."""
    with transaction.atomic():
        changed = Assessment.objects.filter(pk=assessment.pk, state__in=OPEN_STATES, scope=Scope.QUICK).update(
            scope=Scope.FULL
        )
        if not changed:
            raise WorkflowError(_("Only a quick check in progress can be deepened."), code="not_quick")
        assessment.scope = Scope.FULL
        store_scores(assessment, compute_scores(assessment))


def delete_draft(assessment: Assessment) -> None:
    """Delete an assessment that was never submitted, with all its answers.

    Also one that was submitted and withdrawn stays: what was frozen is kept for ever.
    """
    with transaction.atomic():
        hold(assessment, (State.DRAFT,))
        if assessment.snapshots.exists():
            raise WorkflowError(
                _("This assessment was submitted before. What was submitted is kept, so it cannot be deleted."),
                code="submitted_before",
            )
        _forget_reports_of(assessment.pk)
        forget_files_of(assessment)
        assessment.delete()


def _forget_reports_of(*assessment_ids: int) -> None:
    """Delete the stored PDF files of assessments with them, once their deletion is certain."""
    for assessment_id in assessment_ids:
        transaction.on_commit(partial(forget_reports, assessment_id))


def delete_project(project: Project) -> None:
    """Delete a project for ever, with everything in it.

    Raises ``WorkflowError`` once anything of it was submitted: others rely on what was frozen.
    """
    try:
        with transaction.atomic():
            _forget_reports_of(*project.assessments.values_list("pk", flat=True))
            forget_files_of(project)
            project.delete()
    except ProtectedError as error:
        raise WorkflowError(
            _("An assessment of this project was submitted. What was submitted is kept, so it cannot be deleted."),
            code="submitted_before",
        ) from error


# -- Submitting and reviewing -----------------------------------------------------------------------------------------

COVERAGE_TO_SUBMIT = Fraction(3, 4)
"""Share of the applicable questions that must have a level, in every dimension."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What keeps a dimension from being submitted: too many open questions, or a level 4 without evidence."""

    dimension: DimensionResult
    open_questions: tuple[QuestionResult, ...] = ()
    unproven: tuple[QuestionResult, ...] = ()
    needed: int = 0
    """How many of the open questions still want an answer before the coverage is enough, at the most."""


class IncompleteError(WorkflowError):
    """The assessment cannot be submitted yet; ``missing`` names what is left to do."""

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__(_("Some answers are still missing before you can submit."), code="incomplete")
        self.missing = missing


def missing_for_submission(result: Result) -> tuple[Missing, ...]:
    """What is missing, dimension by dimension in catalogue order; empty when the assessment may be submitted.

    Coverage of at least 75 % in every dimension that is not „not applicable“, and in a full assessment evidence for
    every level 4 (methodology, section 4).
    """
    found = (_missing_in(dimension, result.scope) for dimension in result.dimensions)
    return tuple(missing for missing in found if missing.open_questions or missing.unproven)


def _missing_in(dimension: DimensionResult, scope: Scope) -> Missing:
    questions = [question for aspect in dimension.aspects for question in aspect.scored_questions]
    coverage = dimension.score.coverage
    lacks_answers = coverage is not None and coverage < COVERAGE_TO_SUBMIT
    return Missing(
        dimension=dimension,
        open_questions=tuple(question for question in questions if question.is_open) if lacks_answers else (),
        unproven=tuple(
            question
            for question in questions
            if scope == Scope.FULL and question.level == HIGHEST_LEVEL and not question.evidence
        ),
        needed=_answers_needed(dimension) if lacks_answers else 0,
    )


def _answers_needed(dimension: DimensionResult) -> int:
    """How many answers lift the coverage to 75 %, when those that lift it least come first."""
    aspects = [aspect.score for aspect in dimension.aspects if not aspect.score.is_excluded]
    covered = sum((aspect.coverage or Fraction(0) for aspect in aspects), Fraction(0))
    gains = sorted(
        Fraction(1, aspect.applicable) for aspect in aspects for _ in range(aspect.applicable - aspect.answered)
    )
    for count, gain in enumerate(gains, start=1):
        covered += gain
        if covered >= COVERAGE_TO_SUBMIT * len(aspects):
            return count
    return len(gains)


def submit(assessment: Assessment, user: User) -> Snapshot:
    """Freeze what the team answered and hand it in.

    Raises ``IncompleteError`` with what is missing, or ``WorkflowError`` when it was handed in already.
    """
    with transaction.atomic():
        before = hold(assessment, OPEN_STATES)
        # Read anew: what the caller holds may be older than the lock.
        current = Assessment.objects.select_related("project__organisation").get(pk=assessment.pk)
        if missing := missing_for_submission(result_of(current)):
            raise IncompleteError(missing)
        document = export_document(current)
        canonical = canonical_json(document)
        newest = Snapshot.objects.filter(assessment__project=assessment.project_id).order_by("-pk").first()
        last = assessment.snapshots.aggregate(last=Max("number"))["last"] or 0
        snapshot = Snapshot.objects.create(
            assessment=assessment,
            number=last + 1,
            canonical=canonical.decode(),
            sha256=document_hash(document),
            previous_sha256=newest.sha256 if newest else "",
            submitted_by=user,
            submitted_at=clock.now(),
        )
        mails.submitted(_move(assessment, before, State.SUBMITTED, user, snapshot))
    return snapshot


def withdraw(assessment: Assessment, user: User) -> None:
    """Take a submission back while no reviewer has opened it. The snapshot stays; the state is the one before."""
    with transaction.atomic():
        hold(assessment, (State.SUBMITTED,))
        snapshot = current_snapshot(assessment)
        if snapshot.read_at:
            raise WorkflowError(
                _("A reviewer has opened the submission already. Please ask them to return it."), code="read"
            )
        submission = assessment.state_changes.filter(snapshot=snapshot, to_state=State.SUBMITTED).latest("at", "pk")
        before = State(submission.from_state)
        change = _move(assessment, State.SUBMITTED, before, user, snapshot, is_withdrawal=True)
        mails.withdrawn(change, submission)


def mark_read(snapshot: Snapshot) -> None:
    """Note that a reviewer has opened the submission: from now on it cannot be withdrawn.

    Raises ``WorkflowError`` if the team was faster and has withdrawn it.
    """
    with transaction.atomic():
        hold(snapshot.assessment, (State.SUBMITTED,))
        Snapshot.objects.filter(pk=snapshot.pk, read_at=None).update(read_at=clock.now())


def send_back(assessment: Assessment, reviewer: User, reason: str, *, sha256: str = "") -> None:
    """Return a submission to the team with a reason; they may change it and submit again.

    With a hash exactly the snapshot that has it, so that nobody returns a version they have not seen.
    """
    reason = reason.strip()
    if not reason:
        raise WorkflowError(_("Please tell the team what to do: a return needs a reason."), code="no_reason")
    with transaction.atomic():
        hold(assessment, (State.SUBMITTED,))
        snapshot = current_snapshot(assessment)
        _refuse_another(snapshot, sha256 or snapshot.sha256)
        mails.returned(_move(assessment, State.SUBMITTED, State.RETURNED, reviewer, snapshot, reason=reason))


def approve(assessment: Assessment, reviewer: User, sha256: str, valid_until: date, reason: str = "") -> None:
    """Approve exactly the snapshot with this hash, until a date that lies ahead.

    Raises ``WorkflowError`` if the assessment has another snapshot by now, or is not submitted any more.
    """
    if valid_until <= clock.today():
        raise WorkflowError(_("The validity must end in the future."), code="past")
    with transaction.atomic():
        hold(assessment, (State.SUBMITTED,))
        snapshot = current_snapshot(assessment)
        _refuse_another(snapshot, sha256)
        forget_ratings_of(assessment)
        details = {"reason": reason, "valid_until": valid_until}
        mails.approved(_move(assessment, State.SUBMITTED, State.APPROVED, reviewer, snapshot, **details))


def _refuse_another(snapshot: Snapshot, seen_sha256: str) -> None:
    if snapshot.sha256 != seen_sha256:
        raise WorkflowError(
            _("The team has submitted a new version meanwhile. Please look at it before you decide."),
            code="other_hash",
        )


def current_snapshot(assessment: Assessment) -> Snapshot:
    """The newest snapshot of an assessment that was submitted at least once."""
    return assessment.snapshots.latest("number")


def hold(assessment: Assessment, states: Collection[str]) -> State:
    """Hold the assessment until the transaction ends and check its state, also on the instance.

    Of two who act at once, the second is told here what the first has done.
    """
    held = Assessment.objects.select_for_update().filter(pk=assessment.pk)
    # In the order of the table its project would be held as well.
    row = held.order_by("pk").values_list("state", flat=True).first()
    if row is None:
        raise WorkflowError(_("The assessment has been deleted meanwhile."), code="deleted")
    state = State(row)
    assessment.state = state
    if state in states:
        return state
    last = assessment.state_changes.select_related("author").order_by("at", "pk").last()
    if last is None:
        raise WorkflowError(_("The assessment has not been submitted yet."), code="state")
    raise WorkflowError(
        _("This is no longer possible: the assessment is now “%(state)s” (%(who)s, %(at)s)."),
        code="state",
        params={
            "state": state.label,
            "who": last.author or _("a deleted account"),
            "at": date_format(timezone.localtime(last.at), "SHORT_DATETIME_FORMAT"),
        },
    )


def _move(
    assessment: Assessment, before: State, after: State, author: User, snapshot: Snapshot, **details: Any
) -> StateChange:
    now = clock.now()
    Assessment.objects.filter(pk=assessment.pk).update(state=after, changed_at=now)
    assessment.state = after
    change = StateChange.objects.create(
        assessment=assessment, from_state=before, to_state=after, author=author, at=now, snapshot=snapshot, **details
    )
    refresh_entry(assessment.project_id)
    return change
