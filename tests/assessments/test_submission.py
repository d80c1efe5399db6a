"""Submitting, withdrawing, returning and approving."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from assessments.answering import AnswerContent, AssessmentClosed, save_answer
from assessments.enums import Scope, State
from assessments.models import Snapshot
from assessments.results import result_of
from assessments.snapshots import document_hash
from assessments.workflow import (
    IncompleteError,
    WorkflowError,
    approve,
    current_snapshot,
    mark_read,
    missing_for_submission,
    send_back,
    start_assessment,
    submit,
    withdraw,
)
from tests.factories import answer_all, make_answer, make_assessment

LINK = [{"label": "Vermerk", "url": "https://example.org/vermerk"}]


def next_year():
    return timezone.localdate() + timedelta(days=365)


def answered(keys_open=(), scope=Scope.FULL, level=2, **extra):
    """An assessment with every question answered but the ones named."""
    assessment = make_assessment(scope=scope)
    return answer_all(assessment, lambda key: None if key in keys_open else level, **extra)


def test_exactly_three_quarters_in_every_dimension_are_enough(owner):
    assessment = answered({"4.1.a1", "4.1.b1"})
    assert missing_for_submission(result_of(assessment)) == ()
    submit(assessment, owner)
    assert assessment.state == State.SUBMITTED


def test_less_than_three_quarters_are_listed_with_what_is_needed(owner):
    assessment = answered({"4.1.a1", "4.1.a2", "4.1.b1", "2.3.a1", "2.3.b2", "2.3.c1"})
    with pytest.raises(IncompleteError) as caught:
        submit(assessment, owner)
    first, second = caught.value.missing
    assert (first.dimension.key, second.dimension.key) == ("4.1", "2.3")
    assert [question.key for question in first.open_questions] == ["4.1.a1", "4.1.a2", "4.1.b1"]
    assert (first.needed, second.needed) == (1, 1)
    assert not Snapshot.objects.exists()
    assessment.refresh_from_db()
    assert assessment.state == State.DRAFT


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("keys_open", "not_applicable", "needed"),
    [
        # Two poles of four questions: each answer adds an eighth; three quarters are six eighths.
        ("a1 a2 b1", "", 1),
        ("a1 a2 a3 b1", "", 2),
        ("a1 a2 a3 a4 b1 b2 b3 b4", "", 6),
        # Where fewer apply an answer counts more; those that count least come first.
        ("a1 b1 b2", "a3 a4", 2),
        ("a1 a2 b1 b2 b3", "a3 a4", 4),
        # A pole set aside counts nowhere.
        ("b1 b2 b3", "a1 a2 a3 a4", 2),
        ("b1 b2 b3 b4", "a1 a2 a3 a4", 3),
    ],
)
def test_how_many_answers_are_needed(keys_open: str, not_applicable: str, needed: int):
    aside = {f"4.1.{key}" for key in not_applicable.split()}
    assessment = answered({f"4.1.{key}" for key in keys_open.split()} | aside)
    for key in aside:
        make_answer(assessment, key, is_not_applicable=True, reason="Trifft hier nicht zu.")
    (missing,) = missing_for_submission(result_of(assessment))
    assert missing.needed == needed
    assert [question.key for question in missing.open_questions] == [f"4.1.{key}" for key in keys_open.split()]


def test_level_4_wants_evidence_in_a_full_assessment_only(owner):
    full = answered({"4.2.a1"})
    make_answer(full, "4.2.a1", 4)
    (missing,) = missing_for_submission(result_of(full))
    assert [question.key for question in missing.unproven] == ["4.2.a1"]
    full.answers.filter(question_key="4.2.a1").update(evidence=LINK)
    assert missing_for_submission(result_of(full)) == ()
    assert missing_for_submission(result_of(answered(scope=Scope.QUICK, level=4))) == ()


def test_a_dimension_that_is_not_applicable_wants_nothing(owner):
    assessment = answered({f"2.1.{letter}{number}" for letter in "abcd" for number in (1, 2)})
    for letter in "abcd":
        for number in (1, 2):
            make_answer(assessment, f"2.1.{letter}{number}", is_not_applicable=True, reason="Trifft hier nicht zu.")
    assert missing_for_submission(result_of(assessment)) == ()


def test_a_snapshot_holds_the_canonical_document_and_names_its_predecessor(owner, reviewer):
    assessment = answered()
    first = submit(assessment, owner)
    assert document_hash(first.document) == first.sha256
    assert first.document["answers"]["4.1.a1"] == {"level": 2}
    assert (first.number, first.previous_sha256) == (1, "")
    send_back(assessment, reviewer, "Bitte 4.1.a1 begründen.")
    save_answer(assessment, "4.1.a1", owner, AnswerContent(level=3), base_version=1)
    second = submit(assessment, owner)
    assert (second.number, second.previous_sha256) == (2, first.sha256)
    assert second.sha256 != first.sha256
    first.refresh_from_db()
    assert first.document["answers"]["4.1.a1"] == {"level": 2}


def test_a_submitted_assessment_takes_no_answer(owner):
    assessment = answered()
    snapshot = submit(assessment, owner)
    with pytest.raises(AssessmentClosed):
        save_answer(assessment, "4.1.a1", owner, AnswerContent(level=0), base_version=1)
    assert result_of(assessment).score.dimension("4.1").score == 50
    assert current_snapshot(assessment).sha256 == snapshot.sha256


def test_withdrawing_is_possible_until_a_reviewer_looks(owner, reviewer):
    assessment = answered()
    submit(assessment, owner)
    withdraw(assessment, owner)
    assert assessment.state == State.DRAFT
    submit(assessment, owner)
    mark_read(current_snapshot(assessment))
    with pytest.raises(WorkflowError) as caught:
        withdraw(assessment, owner)
    assert caught.value.code == "read"


def test_withdrawing_a_second_submission_leads_back_to_returned(owner, reviewer):
    assessment = answered()
    submit(assessment, owner)
    send_back(assessment, reviewer, "Noch einmal bitte.")
    submit(assessment, owner)
    withdraw(assessment, owner)
    assert assessment.state == State.RETURNED


def test_returning_needs_a_reason(owner, reviewer):
    assessment = answered()
    submit(assessment, owner)
    with pytest.raises(WorkflowError) as caught:
        send_back(assessment, reviewer, "  \n ")
    assert caught.value.code == "no_reason"
    assert assessment.state == State.SUBMITTED


def test_approving_names_the_hash_and_an_end_that_lies_ahead(owner, reviewer):
    assessment = answered()
    old = submit(assessment, owner)
    send_back(assessment, reviewer, "Bitte prüfen.")
    save_answer(assessment, "4.1.a1", owner, AnswerContent(level=3), base_version=1)
    new = submit(assessment, owner)
    with pytest.raises(WorkflowError) as caught:
        approve(assessment, reviewer, old.sha256, next_year())
    assert caught.value.code == "other_hash"
    with pytest.raises(WorkflowError) as caught:
        approve(assessment, reviewer, new.sha256, timezone.localdate())
    assert caught.value.code == "past"
    approve(assessment, reviewer, new.sha256, next_year())
    change = assessment.state_changes.last()
    assert (change.to_state, change.snapshot, change.valid_until) == (State.APPROVED, new, next_year())


def test_the_second_of_two_reviewers_is_told_what_the_first_did(owner, reviewer, administrator):
    assessment = answered()
    snapshot = submit(assessment, owner)
    send_back(assessment, reviewer, "Bitte ergänzen.")
    with pytest.raises(WorkflowError) as caught:
        approve(assessment, administrator, snapshot.sha256, next_year())
    assert caught.value.code == "state"
    assert "Rita Reviewer" in caught.value.messages[0]


def test_a_project_has_one_unfinished_assessment(owner, reviewer, project):
    assessment = answer_all(make_assessment(project), 2)
    snapshot = submit(assessment, owner)
    with pytest.raises(WorkflowError) as caught:
        start_assessment(project, owner, Scope.FULL)
    assert caught.value.code == "already_open"
    approve(assessment, reviewer, snapshot.sha256, next_year())
    assert start_assessment(project, owner, Scope.QUICK).number == 2


def test_what_was_submitted_cannot_be_deleted(owner):
    assessment = answered()
    submit(assessment, owner)
    with pytest.raises(ProtectedError):
        assessment.project.delete()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such guard; verify finds it there")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assessments_snapshot SET canonical = '{}'",
        "UPDATE assessments_snapshot SET sha256 = ''",
        "DELETE FROM assessments_statechange; DELETE FROM assessments_snapshot",
        "ALTER TABLE assessments_snapshot ENABLE TRIGGER snapshots_never_go;TRUNCATE assessments_snapshot CASCADE",
    ],
)
def test_postgresql_refuses_to_change_a_snapshot(owner, statement):
    submit(answered(), owner)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Snapshot.objects.get().sha256
