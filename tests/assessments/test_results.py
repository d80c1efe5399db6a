"""The result tree: the same figures from the tables and from the exchange document."""

from fractions import Fraction
from typing import Any

import pytest

from assessments.enums import Scope, Stage
from assessments.exchange import export_document
from assessments.models import Assessment, Target
from assessments.results import Result, result_of, result_of_document
from assessments.scoring import Mark
from tests.factories import answer_all, make_answer, make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def example() -> Assessment:
    """The worked example of the methodology in 4.1, everything else open."""
    assessment = answer_all(
        make_assessment(), {"4.1.a1": 4, "4.1.a2": 3, "4.1.b1": 1, "4.1.b2": 1, "4.1.b3": 2, "4.1.b4": 0}
    )
    make_answer(assessment, "4.1.a4", is_not_applicable=True, reason="Das gibt es hier nicht.")
    assessment.answers.filter(question_key="4.1.a1").update(
        rationale="Umfrage", evidence=[{"label": "Bericht", "url": "https://example.org/"}]
    )
    Target.objects.create(assessment=assessment, dimension_key="4.1", value=70)
    Target.objects.create(assessment=assessment, dimension_key="2.3", value=50)
    return assessment


@pytest.fixture
def result(example: Assessment) -> Result:
    return result_of(example)


def test_dimension_has_score_target_and_gap(result: Result) -> None:
    dimension = result.dimension("4.1")

    assert (dimension.score.score, dimension.target, dimension.gap) == (Fraction(225, 4), 70, Fraction(55, 4))
    assert dimension.score.stage == Stage.BEING_IMPLEMENTED
    assert dimension.weaker_aspect is dimension.aspects[1]
    assert [gap.key for gap in result.gaps] == ["4.1"], "without a score there is no gap"
    assert result.dimension("2.3").gap is None
    assert result.has_targets


def test_dimension_that_does_not_exist(result: Result) -> None:
    with pytest.raises(KeyError):
        result.dimension("9.9")


def test_questions_carry_what_was_answered(result: Result) -> None:
    first, second, open_one, set_aside = result.dimension("4.1").aspects[0].questions

    assert (first.level, first.points, first.rationale, first.step) == (4, 100, "Umfrage", "")
    assert first.evidence == ({"label": "Bericht", "url": "https://example.org/"},)
    assert first.anchor == first.question.anchors[4]
    assert (second.points, second.step) == (75, second.question.step_deepen)
    assert (open_one.is_open, open_one.points, open_one.anchor, open_one.step) == (True, None, "", "")
    assert (set_aside.is_open, set_aside.value, set_aside.points) == (False, Mark.NOT_APPLICABLE, None)
    assert set_aside.reason == "Das gibt es hier nicht."


def test_steps_come_in_order_of_priority(result: Result) -> None:
    assert len(result.next_steps) == 5
    assert result.next_steps == result.all_steps[:5]
    priorities = [step.priority for step in result.all_steps]
    assert priorities == sorted(priorities, reverse=True)
    first = result.next_steps[0]
    assert first.question.key == "4.1.b4"
    assert first.step == first.question.question.step_start
    assert first.is_in_weaker_aspect
    assert [step.question.key for step in result.good_practice] == ["4.1.a1"]


def test_open_questions_are_listed_by_dimension(result: Result) -> None:
    assert [question.key for question in result.dimension("4.1").open_questions] == ["4.1.a3"]
    assert result.open_count == result.score.total - 7
    assert result.open_dimensions[0].key == "4.1"


def test_quick_check_scores_the_core_questions_and_keeps_the_others() -> None:
    assessment = make_assessment(scope=Scope.QUICK)
    catalogue_questions = result_of(assessment).dimension("4.1").questions
    outside = next(question.key for question in catalogue_questions if not question.in_scope)
    make_answer(assessment, outside, 4)

    result = result_of(assessment)

    dimension = result.dimension("4.1")
    assert dimension.score.answered == 0
    assert [len(aspect.scored_questions) for aspect in dimension.aspects] == [1, 1]
    assert len(dimension.open_questions) == 2
    assert next(question.level for question in dimension.questions if question.key == outside) == 4
    assert not result.good_practice


def test_principles_and_guiding_ideas_are_told_apart(result: Result) -> None:
    assert {dimension.key[0] for dimension in result.principles} == {"4"}
    assert {dimension.key[0] for dimension in result.guiding_ideas} == {"2"}
    assert result.principles + result.guiding_ideas == result.dimensions


def test_document_gives_the_same_result_as_the_tables(example: Assessment, result: Result) -> None:
    assert result_of_document(export_document(example)) == result


def test_result_of_an_empty_assessment_has_no_figures() -> None:
    result = result_of(make_assessment())

    assert (result.score.principles, result.score.guiding_ideas) == (None, None)
    assert (result.all_steps, result.good_practice, result.gaps, result.has_targets) == ((), (), (), False)
    assert result.open_count == result.score.total


def test_result_takes_two_queries(draft: Assessment, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        result_of(draft)
