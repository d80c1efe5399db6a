"""Two at once: one wins, the other is told, and nothing is half done. Each race has a control that must lose."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from django.utils import timezone

from assessments.answering import AnswerContent, AssessmentClosed, save_answer
from assessments.enums import Scope, State
from assessments.models import Answer, Assessment, Comment, Snapshot, StateChange, Thread, User
from assessments.reviewing import ReviewNote, save_notes
from assessments.verification import verify_chain
from assessments.workflow import (
    WorkflowError,
    approve,
    current_snapshot,
    mark_read,
    send_back,
    start_assessment,
    submit,
    withdraw,
)
from tests.assessments.test_answering import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def again(assessment: Assessment) -> Assessment:
    """The assessment as another request holds it."""
    return Assessment.objects.get(pk=assessment.pk)


class Outcomes:
    """What became of each of those who acted at once."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.told: list[str] = []

    def job(self, name: str, act: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                act()
            except WorkflowError as error:
                self.told.append(f"{name}: {error.messages[0]}")
            except AssessmentClosed:
                self.told.append(f"{name}: closed")
            else:
                self.done.append(name)

        return run


def end():
    return timezone.localdate() + timedelta(days=30)


def test_of_two_reviewers_one_decides(draft: Assessment, owner: User, reviewer: User, administrator: User):
    for number in range(ROUNDS):
        snapshot = submit(draft, owner)
        mark_read(snapshot)
        outcomes = Outcomes()
        first, second = again(draft), again(draft)
        at_once(
            outcomes.job("return", partial(send_back, first, reviewer, "Bitte ändern.")),
            outcomes.job("again", partial(send_back, second, administrator, "Auch ich.")),
        )
        assert len(outcomes.done) == len(outcomes.told) == 1, outcomes.told
        draft.refresh_from_db()
        assert draft.state == State.RETURNED
        assert draft.state_changes.filter(to_state=State.RETURNED).count() == number + 1


def test_approve_and_return_at_once(draft: Assessment, owner: User, reviewer: User, administrator: User):
    snapshot = submit(draft, owner)
    outcomes = Outcomes()
    first, second = again(draft), again(draft)
    at_once(
        outcomes.job("approve", lambda: approve(first, reviewer, snapshot.sha256, end())),
        outcomes.job("return", lambda: send_back(second, administrator, "Bitte ändern.")),
    )
    assert len(outcomes.done) == len(outcomes.told) == 1
    draft.refresh_from_db()
    assert draft.state == {"approve": State.APPROVED, "return": State.RETURNED}[outcomes.done[0]]


def test_withdraw_and_begin_reading_at_once(draft: Assessment, owner: User):
    for _ in range(ROUNDS):
        snapshot = submit(draft, owner)
        outcomes = Outcomes()
        mine = again(draft)
        at_once(
            outcomes.job("withdraw", partial(withdraw, mine, owner)),
            outcomes.job("read", partial(mark_read, Snapshot.objects.get(pk=snapshot.pk))),
        )
        assert len(outcomes.done) == len(outcomes.told) == 1
        draft.refresh_from_db()
        if outcomes.done == ["read"]:
            assert draft.state == State.SUBMITTED
            send_back(draft, owner, "Weiter.")
        else:
            assert draft.state == State.DRAFT or draft.state_changes.filter(is_withdrawal=True).exists()


def test_a_double_submission_is_one(draft: Assessment, owner: User):
    outcomes = Outcomes()
    at_once(*(outcomes.job("submit", partial(submit, again(draft), owner)) for _ in range(4)))
    assert len(outcomes.done) == 1
    assert len(outcomes.told) == 3
    assert Snapshot.objects.count() == StateChange.objects.count() == 1


def test_an_answer_saved_while_submitting_is_in_the_snapshot_or_refused(draft: Assessment, owner, editor, reviewer):
    for version in range(1, ROUNDS + 1):
        outcomes = Outcomes()
        first, second = again(draft), again(draft)
        text = f"Runde {version}"
        stored = Answer.objects.get(assessment=draft, question_key="4.1.a1")
        content = AnswerContent(2, rationale=text)
        at_once(
            outcomes.job("submit", partial(submit, first, owner)),
            outcomes.job(
                "save",
                partial(save_answer, second, "4.1.a1", editor, content, base_version=stored.version),
            ),
        )
        assert "submit" in outcomes.done
        frozen = current_snapshot(draft).document["answers"]["4.1.a1"].get("rationale")
        assert (frozen == text) == ("save" in outcomes.done)
        live = Answer.objects.get(assessment=draft, question_key="4.1.a1").rationale
        assert live == (frozen or "")
        draft.refresh_from_db()
        send_back(draft, reviewer, "Noch eine Runde.")


def test_two_new_assessments_at_once_are_one(project, owner: User, editor: User):
    outcomes = Outcomes()
    at_once(
        outcomes.job("owner", lambda: start_assessment(project, owner, Scope.FULL)),
        outcomes.job("editor", lambda: start_assessment(project, editor, Scope.QUICK)),
    )
    assert len(outcomes.done) == len(outcomes.told) == 1
    assert project.assessments.count() == 1


def test_notes_and_a_decision_at_once(draft: Assessment, owner: User, reviewer: User, administrator: User):
    for _ in range(ROUNDS):
        mark_read(submit(draft, owner))
        before = Comment.objects.count()
        outcomes = Outcomes()
        first, second = again(draft), again(draft)
        notes = {"4.1.a1": ReviewNote(1, "Notiz", "Kommentar")}
        at_once(
            outcomes.job("notes", partial(save_notes, first, reviewer, notes)),
            outcomes.job("return", partial(send_back, second, administrator, "Schneller.")),
        )
        assert "return" in outcomes.done
        assert Comment.objects.count() - before == ("notes" in outcomes.done)
        draft.refresh_from_db()


def test_first_comments_of_two_reviewers_share_a_thread(draft: Assessment, owner, reviewer, administrator):
    mark_read(submit(draft, owner))
    outcomes = Outcomes()
    jobs = [
        outcomes.job(user.name, partial(save_notes, again(draft), user, {"4.1": ReviewNote(comment=user.name)}))
        for user in (reviewer, administrator)
    ]
    at_once(*jobs)
    assert len(outcomes.done) == 2
    assert Thread.objects.count() == 1
    assert Comment.objects.count() == 2


class NaiveSubmission:
    """Negative control: look, then write, without holding the assessment. Both have looked before either writes."""

    def __init__(self, jobs: int) -> None:
        self.all_have_looked = threading.Barrier(jobs)
        self.numbers = count(1)

    def __call__(self, assessment: Assessment, user: User) -> None:
        current = Assessment.objects.get(pk=assessment.pk)
        if not current.is_open:
            raise WorkflowError("closed")
        newest = Snapshot.objects.filter(assessment__project=current.project_id).last()
        self.all_have_looked.wait()
        Snapshot.objects.create(
            assessment=current,
            # A number of its own, for the constraint would stop the second one.
            number=next(self.numbers),
            canonical="{}",
            sha256="0" * 64,
            previous_sha256=newest.sha256 if newest else "",
            submitted_by=user,
            submitted_at=timezone.now(),
        )
        Assessment.objects.filter(pk=current.pk).update(state=State.SUBMITTED)


def test_the_control_submits_twice_and_breaks_the_chain(draft: Assessment, owner: User):
    outcomes = Outcomes()
    naive = NaiveSubmission(2)
    at_once(*(outcomes.job("submit", lambda: naive(draft, owner)) for _ in range(2)))
    assert len(outcomes.done) == 2, "the harness must see both"
    assert list(verify_chain()), "verify must see it"


class NaiveDecision:
    """Negative control: both reviewers have looked before either writes."""

    def __init__(self) -> None:
        self.both_have_looked = threading.Barrier(2)

    def __call__(self, assessment: Assessment, user: User, state: State) -> None:
        current = Assessment.objects.get(pk=assessment.pk)
        snapshot = current_snapshot(current)
        if current.state != State.SUBMITTED:
            raise WorkflowError("decided")
        self.both_have_looked.wait()
        StateChange.objects.create(
            assessment=current,
            from_state=current.state,
            to_state=state,
            author=user,
            at=timezone.now(),
            reason="Grund",
            snapshot=snapshot,
            valid_until=end(),
        )
        Assessment.objects.filter(pk=current.pk).update(state=state)


def test_the_control_decides_twice(draft: Assessment, owner: User, reviewer: User, administrator: User):
    submit(draft, owner)
    outcomes = Outcomes()
    naive = NaiveDecision()
    at_once(
        outcomes.job("approve", lambda: naive(draft, reviewer, State.APPROVED)),
        outcomes.job("return", lambda: naive(draft, administrator, State.RETURNED)),
    )
    assert len(outcomes.done) == 2, "the harness must see both"
    assert draft.state_changes.exclude(to_state=State.SUBMITTED).count() == 2


def test_after_all_races_the_chain_holds(draft: Assessment, owner: User, reviewer: User):
    for _ in range(3):
        at_once(*(partial(_try, partial(submit, again(draft), owner)) for _ in range(3)))
        at_once(*(partial(_try, partial(send_back, again(draft), reviewer, "Grund")) for _ in range(3)))
    assert not list(verify_chain())
    assert Snapshot.objects.count() == 3


def _try(act: Callable[[], object]) -> None:
    with suppress(WorkflowError):
        act()
