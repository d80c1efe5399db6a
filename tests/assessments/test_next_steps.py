"""The order of the next steps and the candidates for good practice."""

from collections.abc import Mapping
from fractions import Fraction

from hypothesis import given, settings

from assessments.enums import Scope
from assessments.next_steps import NextStep, good_practice, prioritise
from assessments.scoring import DimensionShape, Value, score_assessment

from .shapes import IDEA, NOT, PAIR, Shapes, Values, answered, assessments, exact, questions


def steps(shapes: tuple[DimensionShape, ...], values: Mapping[str, Value], scope: Scope) -> tuple[NextStep, ...]:
    return prioritise(shapes, values, scope, score_assessment(shapes, values, scope))


def test_worked_example_of_the_methodology() -> None:
    # The second pole is the named weaker one; a1 and b1 are the core questions.
    values = answered(4, 3, None, NOT) | answered(1, 1, 2, 0, key="4.1.b")
    assert steps((PAIR,), values, Scope.FULL) == (
        NextStep("4.1.b4", 0, Fraction("4.5")),
        NextStep("4.1.b1", 1, Fraction(4)),
        NextStep("4.1.b2", 1, Fraction("3.5")),
        NextStep("4.1.b3", 2, Fraction("2.5")),
        NextStep("4.1.a2", 3, Fraction(1)),
    )
    assert good_practice((PAIR,), values, Scope.FULL) == ("4.1.a1",)


def test_weakest_aspect_of_a_guiding_idea_comes_forward() -> None:
    values = {f"2.1.{letter}{n}": level for letter, level in zip("abcd", (2, 2, 3, 1), strict=True) for n in (1, 2)}
    found = {step.question_key: step.priority for step in steps((IDEA,), values, Scope.FULL)}
    assert (found["2.1.d1"], found["2.1.d2"]) == exact(4, "3.5")
    assert (found["2.1.a1"], found["2.1.a2"]) == exact("2.5", 2)


def test_aspect_that_is_weaker_but_not_named_gets_nothing() -> None:
    values = answered(None, 3) | answered(None, 2, key="4.1.b")
    assert [step.priority for step in steps((PAIR,), values, Scope.FULL)] == [2, 1]


def test_equal_priorities_stay_in_catalogue_order() -> None:
    values = {question.key: 2 for *_, question in questions((PAIR, IDEA)) if not question.is_core}
    keys = [step.question_key for step in steps((PAIR, IDEA), values, Scope.FULL)]
    assert keys == [
        "4.1.a2", "4.1.a3", "4.1.a4", "4.1.b2", "4.1.b3", "4.1.b4", "2.1.a2", "2.1.b2", "2.1.c2", "2.1.d2",
    ]  # fmt: skip


def test_quick_check_has_steps_of_core_questions_only() -> None:
    values = answered(1, 0, 4) | answered(4, 4, 0, key="4.1.b")
    assert [step.question_key for step in steps((PAIR,), values, Scope.QUICK)] == ["4.1.a1"]
    assert good_practice((PAIR,), values, Scope.QUICK) == ("4.1.b1",)


def test_nothing_answered_has_no_steps() -> None:
    assert steps((PAIR, IDEA), {}, Scope.FULL) == ()
    assert good_practice((PAIR, IDEA), {}, Scope.FULL) == ()


@settings(deadline=None, max_examples=150)
@given(assessments())
def test_every_level_of_the_scope_is_a_step_or_good_practice(case: tuple[Shapes, Values, Scope]) -> None:
    shapes, values, scope = case
    found = steps(shapes, values, scope)
    practice = good_practice(shapes, values, scope)
    levels = {q.key: values[q.key] for *_, q in questions(shapes) if q.is_in(scope) and isinstance(values[q.key], int)}
    assert {step.question_key: step.level for step in found} | dict.fromkeys(practice, 4) == levels
    assert len(found) + len(practice) == len(levels)


@settings(deadline=None, max_examples=150)
@given(assessments())
def test_priorities_as_the_methodology_says(case: tuple[Shapes, Values, Scope]) -> None:
    shapes, values, scope = case
    score = score_assessment(shapes, values, scope)
    named = {dimension.weaker for dimension in score.dimensions}
    place = {
        question.key: (index, question.is_core, aspect.key in named)
        for index, (_, aspect, question) in enumerate(questions(shapes))
    }
    found = prioritise(shapes, values, scope, score)
    for step in found:
        _, is_core, is_named = place[step.question_key]
        assert step.priority == 4 - step.level + Fraction(is_core + is_named, 2)
    order = [(-step.priority, place[step.question_key][0]) for step in found]
    assert order == sorted(order)
