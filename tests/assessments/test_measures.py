"""Measures and conflicts of goals change only while the assessment is open."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from assessments import measures
from assessments.answering import AssessmentClosed
from assessments.enums import MeasureState, State
from assessments.exchange import export_document
from assessments.measures import (
    NoSuchStep,
    is_overdue,
    planned_places,
    progress_of,
    remove_entry,
    save_entry,
    take_over_step,
)
from assessments.models import Assessment, GoalConflict, Measure
from assessments.results import result_of
from tests.factories import make_assessment

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)


def test_a_step_becomes_a_measure_once(draft: Assessment):
    step = result_of(draft).next_steps[0]
    measure, is_new = take_over_step(draft, step.question.key)
    assert is_new
    assert (measure.title, measure.refers_to, measure.state) == (step.step, step.question.key, MeasureState.PLANNED)
    assert take_over_step(draft, step.question.key) == (measure, False)
    assert planned_places(draft) == {step.question.key}
    assert export_document(draft)["measures"][0]["refers_to"] == step.question.key


@pytest.mark.parametrize("level", [None, 4])
def test_without_a_step_nothing_is_taken_over(draft: Assessment, level: int | None):
    draft.answers.filter(question_key="4.1.a1").update(level=level)
    with pytest.raises(NoSuchStep):
        take_over_step(draft, "4.1.a1")
    assert not draft.measures.exists()


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED])
def test_a_closed_assessment_keeps_what_it_has(project, state: State):
    assessment = make_assessment(project, state=state)
    measure = Measure.objects.create(assessment=assessment, title="Bleibt")
    with pytest.raises(AssessmentClosed):
        save_entry(Measure(assessment=assessment, title="Neu"))
    with pytest.raises(AssessmentClosed):
        save_entry(GoalConflict(assessment=assessment, first_key="4.1", second_key="4.2", description="Neu"))
    with pytest.raises(AssessmentClosed):
        remove_entry(measure)
    with pytest.raises(AssessmentClosed):
        take_over_step(assessment, "4.1.a1")
    assert [one.title for one in assessment.measures.all()] == ["Bleibt"]
    assert not assessment.conflicts.exists()


def test_a_returned_assessment_can_be_planned_on(project):
    assessment = make_assessment(project, state=State.RETURNED)
    before = assessment.changed_at
    save_entry(Measure(assessment=assessment, title="Neu"))
    assessment.refresh_from_db()
    assert assessment.changed_at > before


def test_no_more_than_an_exchange_document_carries(draft: Assessment, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measures, "MAX_ENTRIES", 1)
    first = Measure(assessment=draft, title="Eins")
    save_entry(first)
    with pytest.raises(ValidationError, match="1"):
        save_entry(Measure(assessment=draft, title="Zwei"))
    first.title = "Anders"
    save_entry(first)
    assert [one.title for one in draft.measures.all()] == ["Anders"]


@pytest.mark.parametrize(
    ("due", "state", "expected"),
    [
        (date(2026, 5, 31), MeasureState.PLANNED, True),
        (date(2026, 5, 31), MeasureState.RUNNING, True),
        (date(2026, 5, 31), MeasureState.DONE, False),
        (date(2026, 5, 31), MeasureState.DROPPED, False),
        (date(2026, 6, 1), MeasureState.PLANNED, False),
        (None, MeasureState.PLANNED, False),
    ],
)
def test_overdue_is_what_is_still_to_do_after_its_day(due, state, expected):
    assert is_overdue(Measure(title="Tun", due=due, state=state), TODAY) is expected


def test_progress_counts_each_state_and_leaves_out_what_was_dropped():
    late = date(2026, 1, 1)
    found = progress_of(
        [
            Measure(state=MeasureState.PLANNED, due=late),
            Measure(state=MeasureState.RUNNING),
            Measure(state=MeasureState.DONE, due=late),
            Measure(state=MeasureState.DONE),
            Measure(state=MeasureState.DROPPED, due=late),
        ],
        TODAY,
    )
    assert (found.planned, found.running, found.done, found.dropped) == (1, 1, 2, 1)
    assert (found.counted, found.overdue) == (4, 1)
