"""The worked example of the methodology, the thresholds, and what happens at the edges."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from assessments.enums import Scope, Stage
from assessments.scoring import (
    DimensionScore,
    DimensionShape,
    Value,
    four_places,
    score_assessment,
    stage_of,
    whole_points,
)

from .shapes import IDEA, NOT, PAIR, answered, dimension, exact

HUNDRED = dimension("4.9", 100, 100)


def scored(shape: DimensionShape, given: dict[str, Value], scope: Scope = Scope.FULL) -> DimensionScore:
    return score_assessment([shape], given, scope).dimension(shape.key)


def test_worked_example_of_the_methodology() -> None:
    given = answered(4, 3, None, NOT) | answered(1, 1, 2, 0, key="4.1.b")
    score = score_assessment([PAIR], given, Scope.FULL)
    pair = score.dimension("4.1")
    first, second = pair.aspects
    assert (first.score, first.coverage) == (Fraction("87.5"), Fraction(2, 3))
    assert (first.low, first.high) == (Fraction(175, 3), Fraction(275, 3))
    assert second.score == second.low == second.high == 25
    assert second.coverage == 1
    assert pair.score == Fraction("56.25")
    assert (pair.low, pair.high) == (Fraction(125, 3), Fraction(175, 3))
    assert pair.coverage == Fraction(5, 6)
    assert pair.balance == Fraction("37.5")
    assert pair.in_tension
    assert pair.weaker == "4.1.b"
    assert pair.stage is Stage.BEING_IMPLEMENTED
    assert (first.stage, second.stage) == (Stage.EMBEDDED, Stage.BUILDING_UP)
    assert (score.principles, score.guiding_ideas) == (Fraction("56.25"), None)
    assert (score.answered, score.applicable, score.total) == (6, 7, 8)
    assert (pair.answered, pair.applicable, pair.total) == (6, 7, 8)


def test_nothing_answered_leaves_everything_possible() -> None:
    pair = scored(PAIR, {})
    assert (pair.score, pair.balance, pair.weaker, pair.stage) == (None, None, None, None)
    assert (pair.low, pair.high, pair.coverage) == exact(0, 100, 0)
    assert not pair.is_excluded
    assert not pair.in_tension


def test_open_pole_counts_in_the_span_but_not_in_the_score() -> None:
    pair = scored(PAIR, answered(4, 4, 4, 4))
    assert (pair.score, pair.low, pair.high, pair.coverage) == exact(100, 50, 100, "1/2")
    assert pair.balance is None


def test_excluded_pole_counts_nowhere() -> None:
    pair = scored(PAIR, answered(4, 2, 2, 4) | answered(NOT, NOT, NOT, NOT, key="4.1.b"))
    assert (pair.score, pair.low, pair.high, pair.coverage) == exact(75, 75, 75, 1)
    assert (pair.balance, pair.weaker) == (None, None)
    assert not pair.is_excluded
    second = pair.aspects[1]
    assert second.is_excluded
    assert (second.score, second.low, second.high, second.coverage, second.stage) == (None,) * 5


def test_excluded_dimension_has_no_figures_and_leaves_the_mean_alone() -> None:
    other = dimension("4.2", 1, 1)
    nothing = answered(NOT, NOT, NOT, NOT) | answered(NOT, NOT, NOT, NOT, key="4.1.b")
    score = score_assessment([PAIR, other], nothing | {"4.2.a1": 4, "4.2.b1": 3}, Scope.FULL)
    pair = score.dimension("4.1")
    assert pair.is_excluded
    assert (pair.score, pair.low, pair.high, pair.coverage, pair.stage) == (None,) * 5
    assert (pair.answered, pair.applicable, pair.total) == (0, 0, 8)
    assert score.principles == Fraction("87.5")


def test_the_two_figures_do_not_mix() -> None:
    given = answered(4, key="4.1.a") | answered(1, key="2.1.c")
    score = score_assessment([PAIR, IDEA], given, Scope.FULL)
    assert (score.principles, score.guiding_ideas) == exact(100, 25)


def test_dimension_is_the_mean_of_aspects_not_of_questions() -> None:
    pair = scored(PAIR, answered(4) | answered(0, 0, 0, 0, key="4.1.b"))
    assert pair.score == 50


def test_quick_check_counts_core_questions_only() -> None:
    given = answered(4, 0, 0, 0) | answered(None, 4, 4, 4, key="4.1.b")
    pair = scored(PAIR, given, Scope.QUICK)
    assert [aspect.score for aspect in pair.aspects] == [100, None]
    assert (pair.low, pair.high, pair.coverage) == exact(50, 100, "1/2")
    assert (pair.answered, pair.applicable, pair.total) == (1, 2, 2)


def test_aspect_without_a_question_of_the_scope_is_excluded() -> None:
    pair = scored(dimension("4.1", 1, 1, core=2), answered(4), Scope.QUICK)
    assert pair.is_excluded


# -- Thresholds: percentages as fractions of a hundred questions -------------------------------------------------------


def hundred(first: int, second: int) -> DimensionScore:
    """Poles of exactly ``first`` and ``second`` points: so many of a hundred questions at level 4, the others at 0."""
    return scored(
        HUNDRED,
        answered(*[4] * first, *[0] * (100 - first), key="4.9.a")
        | answered(*[4] * second, *[0] * (100 - second), key="4.9.b"),
    )


@pytest.mark.parametrize(
    ("first", "second", "weaker", "in_tension"),
    [
        (60, 60, None, False),
        (60, 35, None, False),
        (60, 34, "4.9.b", False),
        (34, 60, "4.9.a", False),
        (80, 30, "4.9.b", False),
        (80, 29, "4.9.b", True),
        (0, 100, "4.9.a", True),
    ],
)
def test_weaker_pole_below_75_and_tension_below_50(
    first: int, second: int, weaker: str | None, in_tension: bool
) -> None:
    pair = hundred(first, second)
    assert pair.balance == 100 - abs(first - second)
    assert (pair.weaker, pair.in_tension) == (weaker, in_tension)


@pytest.mark.parametrize(
    ("given", "weaker"),
    [
        # 75, 75, 75, 75: nobody is weaker.
        ((3, 3, 3, 3), None),
        # Mean 81.25, weakest 75.
        ((4, 3, 3, 3), None),
        # Mean 50, weakest exactly 25 below.
        ((1, 2, 2, 3), "2.1.a"),
        # Mean 43.75, weakest 18.75 below.
        ((1, 2, 2, 2), None),
        # Two equally weak: the first in catalogue order.
        ((4, 1, 4, 1), "2.1.b"),
        # An aspect without a score is unknown, not weak.
        ((4, None, 4, 4), None),
        ((4, None, 4, 2), "2.1.d"),
        ((NOT, 4, 2, 4), "2.1.c"),
        ((None, None, None, None), None),
        ((NOT, NOT, NOT, NOT), None),
    ],
)
def test_weakest_aspect_of_a_guiding_idea(given: tuple[Value, ...], weaker: str | None) -> None:
    levels = {f"2.1.{letter}{number}": level for letter, level in zip("abcd", given, strict=True) for number in (1, 2)}
    idea = scored(IDEA, levels)
    assert idea.weaker == weaker
    assert idea.balance is None
    assert not idea.in_tension


def test_of_equally_weak_aspects_the_first_in_the_catalogue_is_named_whatever_their_keys() -> None:
    backwards = replace(IDEA, aspects=tuple(reversed(IDEA.aspects)))
    levels: dict[str, Value] = {}
    for letter, level in zip("abcd", (1, 4, 1, 4), strict=True):
        levels |= answered(level, level, key=f"2.1.{letter}")
    assert scored(backwards, levels).weaker == "2.1.c"


@pytest.mark.parametrize(
    ("score", "stage"),
    [
        (Fraction(0), Stage.STARTING_POINT),
        (Fraction("24.9999"), Stage.STARTING_POINT),
        (Fraction(25), Stage.BUILDING_UP),
        (Fraction("49.9999"), Stage.BUILDING_UP),
        (Fraction(50), Stage.BEING_IMPLEMENTED),
        (Fraction("74.9999"), Stage.BEING_IMPLEMENTED),
        (Fraction(75), Stage.EMBEDDED),
        (Fraction(100), Stage.EMBEDDED),
    ],
)
def test_stage_is_told_before_rounding(score: Fraction, stage: Stage) -> None:
    assert stage_of(score) is stage


# -- Rounding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "whole"),
    [
        ("0", 0),
        ("0.4999", 0),
        ("0.5", 1),
        ("1.5", 2),
        ("2.5", 3),
        ("62.5", 63),
        ("99.5", 100),
        ("-0.5", 0),
        ("-1.6", -2),
    ],
)
def test_whole_points_half_up(figure: str, whole: int) -> None:
    assert whole_points(Fraction(figure)) == whole


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (Fraction(125, 3), "41.6667"),
        (Fraction(5, 6), "0.8333"),
        (Fraction("0.00005"), "0.0001"),
        (Fraction("0.00004999"), "0.0000"),
        (Fraction("56.25"), "56.25"),
    ],
)
def test_four_places_half_up(figure: Fraction, shown: str) -> None:
    assert four_places(figure) == Decimal(shown)


# -- What must not happen ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [-1, 5])
def test_level_out_of_range_is_refused(level: int) -> None:
    with pytest.raises(ValueError, match=r"4\.1\.a"):
        scored(PAIR, answered(level))


@pytest.mark.parametrize("sizes", [(4,), (4, 4, 4)])
def test_principle_needs_two_poles(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="two poles"):
        dimension("4.1", *sizes)


def test_unknown_dimension() -> None:
    with pytest.raises(KeyError, match=r"4\.2"):
        score_assessment([PAIR], {}, Scope.FULL).dimension("4.2")
