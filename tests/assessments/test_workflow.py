"""Begin, deepen, delete."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from assessments.answering import AnswerContent, save_answer
from assessments.enums import Scope, State
from assessments.models import Answer, Assessment, Measure, Project, User
from assessments.workflow import (
    WorkflowError,
    deepen,
    delete_draft,
    delete_project,
    last_assessment,
    start_assessment,
    unfinished_assessment,
)
from tests.factories import answer_all, make_assessment

pytestmark = pytest.mark.django_db


def test_the_first_assessment_is_an_empty_draft_with_stored_scores(project: Project, owner: User):
    assessment = start_assessment(project, owner, Scope.QUICK)
    assert (assessment.number, assessment.state, assessment.created_by) == (1, State.DRAFT, owner)
    assert assessment.catalogue.is_published
    assert assessment.scores.answered == 0
    assert assessment.scores.in_scope == len(list(_core(assessment)))
    assert unfinished_assessment(project) == assessment


def _core(assessment: Assessment):
    for dimension in assessment.catalogue.dimensions.all():
        for aspect in dimension.aspects.all():
            yield from aspect.questions.filter(is_core=True)


@pytest.mark.parametrize("state", [State.DRAFT, State.RETURNED])
def test_a_second_open_one_is_refused(project: Project, owner: User, state: State):
    make_assessment(project, state=state)
    with pytest.raises(WorkflowError) as error:
        start_assessment(project, owner, Scope.FULL)
    assert error.value.code == "already_open"
    assert project.assessments.count() == 1


def test_after_an_approved_one_the_next_begins(project: Project, owner: User):
    make_assessment(project, state=State.APPROVED)
    assert start_assessment(project, owner, Scope.FULL).number == 2


def test_without_a_published_catalogue_nothing_begins(project: Project, owner: User, monkeypatch):
    monkeypatch.setattr("assessments.workflow.Catalogue.objects.published", Project.objects.none)
    with pytest.raises(WorkflowError) as error:
        start_assessment(project, owner, Scope.FULL)
    assert error.value.code == "no_catalogue"


def test_deepening_keeps_the_answers_and_asks_more(project: Project, owner: User):
    assessment = start_assessment(project, owner, Scope.QUICK)
    save_answer(assessment, "4.1.a1", owner, AnswerContent(3, rationale="weil"), base_version=0)
    before = assessment.scores.in_scope
    deepen(assessment)
    stored = Assessment.objects.select_related("scores").get(pk=assessment.pk)
    assert stored.scope == Scope.FULL
    assert stored.scores.in_scope > before
    assert stored.scores.answered == 1
    assert Answer.objects.get(assessment=assessment).rationale == "weil"


@pytest.mark.parametrize(
    ("scope", "state"), [(Scope.FULL, State.DRAFT), (Scope.QUICK, State.SUBMITTED), (Scope.QUICK, State.APPROVED)]
)
def test_only_an_open_quick_check_is_deepened(project: Project, scope: Scope, state: State):
    assessment = make_assessment(project, scope=scope, state=state)
    with pytest.raises(WorkflowError):
        deepen(assessment)
    assessment.refresh_from_db()
    assert assessment.scope == scope


def test_a_draft_is_deleted_with_its_answers(draft: Assessment):
    delete_draft(draft)
    assert not Assessment.objects.exists()
    assert not Answer.objects.exists()


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RETURNED, State.APPROVED])
def test_what_was_submitted_once_is_not_deleted(project: Project, state: State):
    assessment = make_assessment(project, state=state)
    with pytest.raises(WorkflowError):
        delete_draft(assessment)
    assert Assessment.objects.filter(pk=assessment.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_begin_at_once_one_succeeds(project: Project, owner: User):
    count = 6
    barrier = threading.Barrier(count)
    refused: list[str] = []

    def begin() -> None:
        try:
            barrier.wait()
            start_assessment(project, owner, Scope.QUICK)
        except WorkflowError as error:
            refused.append(str(error.code))
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert project.assessments.count() == 1
    assert refused == ["already_open"] * (count - 1)


def test_the_database_itself_refuses_a_second_open_one(project: Project):
    make_assessment(project)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_assessment(project)


# -- Which one -------------------------------------------------------------------------------------------------------


def test_the_last_finished_one_is_the_one_to_start_from(project: Project, owner: User):
    assert last_assessment(project) is None
    make_assessment(state=State.APPROVED)
    first, second = (make_assessment(project, state=State.APPROVED) for _ in range(2))
    make_assessment(project)
    assert first.number < second.number
    assert last_assessment(project) == second


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.RETURNED])
def test_what_is_under_way_keeps_the_next_from_beginning(project: Project, state: State):
    make_assessment(project, state=State.APPROVED)
    assert unfinished_assessment(project) is None
    make_assessment()
    current = make_assessment(project, state=state)
    assert unfinished_assessment(project) == current


def test_a_new_one_starts_from_the_answers_of_another(project: Project, owner: User, editor: User):
    source = answer_all(make_assessment(project, state=State.APPROVED), 2)
    Measure.objects.create(assessment=source, title="Lastenrad kaufen")
    copy = start_assessment(project, editor, Scope.FULL, copy_from=source)
    assert (copy.number, copy.scope, copy.created_by) == (2, Scope.FULL, editor)
    assert copy.answers.count() == copy.scores.answered == source.answers.count()
    assert {(one.level, one.changed_by) for one in copy.answers.all()} == {(2, editor)}
    assert copy.measures.get().title == "Lastenrad kaufen"
    assert source.measures.count() == 1


def test_deepening_touches_this_one_alone(project: Project, owner: User):
    other = make_assessment(scope=Scope.QUICK)
    quick = start_assessment(project, owner, Scope.QUICK)
    deepen(quick)
    other.refresh_from_db()
    assert (quick.scope, other.scope) == (Scope.FULL, Scope.QUICK)


def test_the_reports_go_with_the_assessment(
    project: Project, draft: Assessment, monkeypatch, django_capture_on_commit_callbacks
):
    forgotten: list[int] = []
    monkeypatch.setattr("assessments.workflow.forget_reports", forgotten.append)
    earlier, drafted = make_assessment(project, state=State.APPROVED), draft.pk
    with django_capture_on_commit_callbacks(execute=True):
        delete_draft(draft)
        assert forgotten == []
    assert forgotten == [drafted]
    with django_capture_on_commit_callbacks(execute=True):
        delete_project(project)
    assert forgotten == [drafted, earlier.pk]
    assert not Project.objects.filter(pk=project.pk).exists()


def test_files_go_with_the_assessment(project: Project, draft: Assessment, monkeypatch):
    asked: list[object] = []
    monkeypatch.setattr("assessments.workflow.forget_files_of", asked.append)
    delete_draft(draft)
    delete_project(project)
    assert asked == [draft, project]
