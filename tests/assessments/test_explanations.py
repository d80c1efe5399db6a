"""Every figure can be followed."""

from fractions import Fraction

import pytest
from django.utils import translation

from assessments.enums import Scope
from assessments.explanations import DimensionExplanation, decimals, explain
from assessments.models import Assessment
from assessments.results import result_of
from tests.factories import answer_all, make_answer, make_assessment


def explained(assessment: Assessment, key: str = "4.1") -> DimensionExplanation:
    with translation.override("en"):
        return explain(result_of(assessment).dimension(key))


@pytest.mark.django_db
def test_worked_example_of_the_methodology() -> None:
    assessment = answer_all(
        make_assessment(), {"4.1.a1": 4, "4.1.a2": 3, "4.1.b1": 1, "4.1.b2": 1, "4.1.b3": 2, "4.1.b4": 0}
    )
    make_answer(assessment, "4.1.a4", is_not_applicable=True, reason="Das gibt es hier nicht.")

    found = explained(assessment)

    first, second = found.aspects
    assert [question.points for question in first.questions] == [
        "100 points",
        "75 points",
        "open",
        "not applicable, does not count",
    ]
    assert (first.score, first.low, first.high) == (
        "(100 + 75) ÷ 2 = 87.5",
        "(100 + 75) ÷ 3 ≈ 58.33",
        "(100 + 75 + 1 × 100) ÷ 3 ≈ 91.67",
    )
    assert (second.score, second.low) == ("(25 + 25 + 50 + 0) ÷ 4 = 25", "(25 + 25 + 50 + 0) ÷ 4 = 25")
    assert found.score == "(87.5 + 25) ÷ 2 = 56.25"
    assert found.low == "(58.33 + 25) ÷ 2 ≈ 41.67"
    assert found.high == "(91.67 + 25) ÷ 2 ≈ 58.33"
    assert found.has_span
    assert found.balance == "100 − (87.5 − 25) = 37.5"
    assert found.stage == "56.25 is at least 50 and less than 75: being implemented."


@pytest.mark.django_db
def test_nothing_answered_has_a_span_and_no_score() -> None:
    found = explained(make_assessment(scope=Scope.QUICK))

    assert (found.score, found.balance, found.stage) == ("", "", "")
    assert (found.low, found.high) == ("(0 + 0) ÷ 2 = 0", "(100 + 100) ÷ 2 = 100")
    first = found.aspects[0]
    assert (first.score, first.low, first.high) == ("", "0 ÷ 1 = 0", "1 × 100 ÷ 1 = 100")


@pytest.mark.django_db
def test_everything_answered_has_no_span(draft: Assessment) -> None:
    found = explained(draft)

    assert not found.has_span
    assert found.score == "(75 + 75) ÷ 2 = 75"
    assert found.balance == "100 − (75 − 75) = 100"
    assert found.stage == "75 is at least 75: embedded."


@pytest.mark.django_db
def test_a_dimension_set_aside_has_no_sums() -> None:
    assessment = make_assessment()
    for question in result_of(assessment).dimension("4.1").questions:
        make_answer(assessment, question.key, is_not_applicable=True, reason="Das gibt es hier nicht.")

    found = explained(assessment)

    assert (found.score, found.low, found.high, found.balance, found.stage) == ("", "", "", "", "")
    assert {aspect.score + aspect.low + aspect.high for aspect in found.aspects} == {""}


@pytest.mark.django_db
def test_full_marks_are_embedded(draft: Assessment) -> None:
    draft.answers.update(level=4)
    assert explained(draft).stage == "100 is at least 75: embedded."


@pytest.mark.parametrize(
    ("figure", "english", "german"),
    [
        (Fraction(175, 2), "87.5", "87,5"),
        (Fraction(100, 3), "33.33", "33,33"),
        (Fraction(200, 3), "66.67", "66,67"),
        (Fraction(1, 200), "0.01", "0,01"),
        (Fraction(50), "50", "50"),
        (Fraction(-55, 4), "−13.75", "−13,75"),
        (Fraction(-1, 1000), "0", "0"),
        (Fraction(1999, 20), "99.95", "99,95"),
    ],
)
def test_decimals(figure: Fraction, english: str, german: str) -> None:
    with translation.override("en"):
        assert decimals(figure) == english
    with translation.override("de"):
        assert decimals(figure) == german
