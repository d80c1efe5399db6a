"""What is refused in the life of an assessment, and with which words: nobody is left without a way on."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from assessments.enums import Scope, State
from assessments.models import Assessment, Project, StateChange, User
from assessments.workflow import (
    WorkflowError,
    approve,
    deepen,
    delete_draft,
    delete_project,
    hold,
    mark_read,
    send_back,
    start_assessment,
    submit,
    withdraw,
)

pytestmark = pytest.mark.django_db


def in_a_year() -> date:
    return timezone.localdate() + timedelta(days=365)


def without_a_catalogue(assessment: Assessment, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessments.workflow.Catalogue.objects.published", Project.objects.none)
    start_assessment(assessment.project, owner, Scope.FULL)


def delete_what_was_withdrawn(assessment: Assessment, owner: User) -> None:
    submit(assessment, owner)
    withdraw(assessment, owner)
    delete_draft(assessment)


def delete_the_project_of_a_submission(assessment: Assessment, owner: User) -> None:
    submit(assessment, owner)
    delete_project(assessment.project)


def submit_half(assessment: Assessment, owner: User) -> None:
    assessment.answers.filter(question_key__startswith="4.1").delete()
    submit(assessment, owner)


def withdraw_what_was_read(assessment: Assessment, owner: User) -> None:
    mark_read(submit(assessment, owner))
    withdraw(assessment, owner)


def approve_another_hash(assessment: Assessment, owner: User) -> None:
    submit(assessment, owner)
    approve(assessment, owner, "0" * 64, in_a_year())


def return_another_hash(assessment: Assessment, owner: User) -> None:
    submit(assessment, owner)
    send_back(assessment, owner, "Bitte ergänzen.", sha256="0" * 64)


def approve_until_today(assessment: Assessment, owner: User) -> None:
    approve(assessment, owner, submit(assessment, owner).sha256, timezone.localdate())


def hold_what_is_gone(assessment: Assessment, owner: User) -> None:
    Assessment.objects.filter(pk=assessment.pk).delete()
    hold(assessment, (State.DRAFT,))


OTHER_HASH = "The team has submitted a new version meanwhile. Please look at it before you decide."
REFUSED: dict[Callable[[Assessment, User], object], tuple[str, str]] = {
    lambda one, owner: start_assessment(one.project, owner, Scope.FULL): (
        "already_open",
        "This project already has an assessment in progress or under review. Finish it first.",
    ),
    lambda one, owner: deepen(one): ("not_quick", "Only a quick check in progress can be deepened."),
    delete_what_was_withdrawn: (
        "submitted_before",
        "This assessment was submitted before. What was submitted is kept, so it cannot be deleted.",
    ),
    delete_the_project_of_a_submission: (
        "submitted_before",
        "An assessment of this project was submitted. What was submitted is kept, so it cannot be deleted.",
    ),
    submit_half: ("incomplete", "Some answers are still missing before you can submit."),
    withdraw_what_was_read: (
        "read",
        "A reviewer has opened the submission already. Please ask them to return it.",
    ),
    lambda one, owner: send_back(one, owner, " \n"): (
        "no_reason",
        "Please tell the team what to do: a return needs a reason.",
    ),
    approve_another_hash: ("other_hash", OTHER_HASH),
    return_another_hash: ("other_hash", OTHER_HASH),
    approve_until_today: ("past", "The validity must end in the future."),
    hold_what_is_gone: ("deleted", "The assessment has been deleted meanwhile."),
    withdraw: ("state", "The assessment has not been submitted yet."),
}


@pytest.mark.parametrize(("step", "refusal"), REFUSED.items(), ids=[code for code, _ in REFUSED.values()])
def test_what_is_refused_says_why(draft: Assessment, owner: User, step, refusal: tuple[str, str]):
    with pytest.raises(WorkflowError) as caught:
        step(draft, owner)
    with translation.override("en"):
        assert (caught.value.code, *caught.value.messages) == refusal


def test_without_a_catalogue_it_says_so(draft: Assessment, owner: User, monkeypatch):
    with pytest.raises(WorkflowError) as caught:
        without_a_catalogue(draft, owner, monkeypatch)
    with translation.override("en"):
        assert caught.value.messages == ["There is no published catalogue yet, so no assessment can begin."]


def test_who_comes_second_learns_what_the_first_did(draft: Assessment, owner: User, reviewer: User):
    sha256 = submit(draft, owner).sha256
    send_back(draft, reviewer, "Bitte ergänzen.")
    submit(draft, owner)
    withdraw(draft, owner)
    StateChange.objects.update(at=timezone.make_aware(datetime(2026, 6, 30, 12, 5)))
    with pytest.raises(WorkflowError) as caught:
        approve(draft, reviewer, sha256, in_a_year())
    assert draft.state == State.RETURNED
    with translation.override("en"):
        (said,) = caught.value.messages
    assert said == "This is no longer possible: the assessment is now “Returned” (Olga Owner, 30.06.2026 12:05)."
    draft.state_changes.update(author=None)
    with pytest.raises(WorkflowError) as caught:
        approve(draft, reviewer, sha256, in_a_year())
    with translation.override("en"):
        assert "(a deleted account, " in caught.value.messages[0]
