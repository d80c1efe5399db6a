"""Where an assessment stands: which content counts, and how it got here."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.answering import AnswerContent, save_answer
from assessments.enums import Scope, State
from assessments.models import Assessment, Project, User
from assessments.standing import (
    frozen_snapshot,
    history,
    shown_result,
    standing_of,
    submission_before,
    submissions_of,
)
from assessments.workflow import approve, current_snapshot, send_back, start_assessment, submit, withdraw
from tests.factories import answer_all, make_assessment, make_project

pytestmark = pytest.mark.django_db


def next_year():
    return timezone.localdate() + timedelta(days=365)


@pytest.fixture
def approved(project: Project, owner: User, reviewer: User) -> Assessment:
    """Withdrawn once, returned once, then approved."""
    assessment = answer_all(start_assessment(project, owner, Scope.FULL), 2)
    submit(assessment, owner)
    withdraw(assessment, owner)
    submit(assessment, owner)
    send_back(assessment, reviewer, "Bitte ergänzen.")
    submit(assessment, owner)
    approve(assessment, reviewer, current_snapshot(assessment).sha256, next_year())
    return assessment


class TestContent:
    @pytest.mark.parametrize("state", [State.DRAFT, State.RETURNED])
    def test_what_the_team_works_on_counts_as_it_stands(self, draft: Assessment, owner: User, reviewer: User, state):
        if state == State.RETURNED:
            submit(draft, owner)
            send_back(draft, reviewer, "Bitte ergänzen.")
        assert frozen_snapshot(draft) is None
        for key in ("4.1.a1", "4.1.a2", "4.1.b1", "4.1.b2"):
            draft.answers.filter(question_key=key).update(level=0)
        assert shown_result(draft).score.dimension("4.1").score != 75

    def test_what_was_submitted_counts_as_it_was(self, draft: Assessment, owner: User, reviewer: User):
        submit(draft, owner)
        send_back(draft, reviewer, "Bitte ergänzen.")
        save_answer(draft, "4.1.a1", owner, AnswerContent(level=0), base_version=1)
        newest = submit(draft, owner)
        draft.answers.update(level=1)
        assert frozen_snapshot(draft) == newest
        before = shown_result(draft).score.dimension("4.1").score
        assert before is not None
        assert before not in (25, 75)
        approve(draft, reviewer, newest.sha256, next_year())
        assert frozen_snapshot(draft) == newest
        assert shown_result(draft).score.dimension("4.1").score == before


class TestSubmissions:
    def test_the_newest_first_without_what_was_withdrawn(self, approved: Assessment, project: Project, owner: User):
        other = answer_all(make_assessment(make_project(owner=owner)), 2)
        submit(other, owner)
        assert [one.number for one in submissions_of(project)] == [3, 2]
        assert list(submissions_of(project.pk)) == list(submissions_of(project))

    def test_they_come_with_their_assessment(self, approved: Assessment, project: Project, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert [one.assessment.number for one in submissions_of(project)] == [1, 1]

    def test_the_one_before_may_be_of_an_earlier_assessment(
        self, approved: Assessment, project: Project, owner: User, reviewer: User, django_assert_num_queries
    ):
        second = answer_all(make_assessment(project), 3)
        newest = submit(second, owner)
        third, returned = submissions_of(project).exclude(pk=newest.pk)
        with django_assert_num_queries(1):
            before = submission_before(newest)
            assert before == third
        assert before is not None
        assert "canonical" in before.get_deferred_fields()
        assert submission_before(third) == returned
        assert submission_before(returned) is None

    def test_other_projects_have_nothing_to_do_with_it(self, approved: Assessment, owner: User):
        other = answer_all(make_assessment(make_project(owner=owner)), 2)
        assert submission_before(submit(other, owner)) is None


class TestStanding:
    def test_nothing_has_happened(self, draft: Assessment):
        standing = standing_of(draft)
        assert (standing.state, standing.changes) == (State.DRAFT, ())
        assert standing.last_return is standing.returned is standing.submission is standing.approval is None

    def test_submitted(self, draft: Assessment, owner: User):
        submit(draft, owner)
        standing = standing_of(draft)
        assert standing.submission == standing.changes[0] == draft.state_changes.get()
        assert standing.last_return is standing.returned is standing.approval is None

    def test_returned_and_withdrawn_into_the_same_state(self, draft: Assessment, owner: User, reviewer: User):
        submit(draft, owner)
        send_back(draft, reviewer, "Bitte ergänzen.")
        submit(draft, owner)
        withdraw(draft, owner)
        standing = standing_of(draft)
        assert standing.state == State.RETURNED
        assert standing.changes[0].is_withdrawal
        returned = draft.state_changes.get(to_state=State.RETURNED, is_withdrawal=False)
        assert standing.last_return == standing.returned == returned
        assert standing.submission is standing.approval is None

    def test_approved(self, approved: Assessment):
        standing = standing_of(approved)
        assert standing.approval == standing.changes[0]
        assert standing.approval is not None
        assert standing.approval.valid_until == next_year()
        assert standing.submission is standing.returned is None
        assert standing.last_return is not None
        assert standing.last_return.reason == "Bitte ergänzen."

    def test_the_newest_first_in_one_query(self, approved: Assessment, draft: Assessment, django_assert_num_queries):
        with django_assert_num_queries(1):
            changes = standing_of(approved).changes
            who = [(one.to_state, str(one.author), one.snapshot.number) for one in changes]
        assert who == [
            ("approved", "Rita Reviewer", 3),
            ("submitted", "Olga Owner", 3),
            ("returned", "Rita Reviewer", 2),
            ("submitted", "Olga Owner", 2),
            ("draft", "Olga Owner", 1),
            ("submitted", "Olga Owner", 1),
        ]
        assert "canonical" in changes[0].snapshot.get_deferred_fields()

    def test_known_steps_are_not_read_again(self, approved: Assessment, django_assert_num_queries):
        known = list(history().filter(assessment=approved))
        approved.refresh_from_db()
        with django_assert_num_queries(0):
            assert standing_of(approved, known).changes == tuple(known)
            assert standing_of(approved, []).changes == ()

    def test_only_its_own_steps(self, approved: Assessment, owner: User):
        other = answer_all(make_assessment(make_project(owner=owner)), 2)
        submit(other, owner)
        assert len(standing_of(other).changes) == 1
