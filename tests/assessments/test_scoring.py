"""The worked example of the methodology and the laws its scores obey."""

from fractions import Fraction

from assessments.enums import Scope, Stage
from assessments.scoring import AspectShape, DimensionShape, Mark, QuestionShape, Value, score_assessment

NOT = Mark.NOT_APPLICABLE


def principle(key="4.1", questions=4):
    return DimensionShape(
        key,
        is_principle=True,
        aspects=tuple(
            AspectShape(
                f"{key}.{letter}",
                tuple(QuestionShape(f"{key}.{letter}{n}", is_core=n == 1) for n in range(1, questions + 1)),
            )
            for letter in "ab"
        ),
    )


def test_worked_example_of_the_methodology():
    values: dict[str, Value] = {
        "4.1.a1": 4, "4.1.a2": 3, "4.1.a4": NOT,
        "4.1.b1": 1, "4.1.b2": 1, "4.1.b3": 2, "4.1.b4": 0,
    }  # fmt: skip
    score = score_assessment([principle()], values, Scope.FULL)
    dimension = score.dimension("4.1")
    first, second = dimension.aspects
    assert (first.score, first.coverage) == (Fraction("87.5"), Fraction(2, 3))
    assert (first.low, first.high) == (Fraction(175, 3), Fraction(275, 3))
    assert second.score == second.low == second.high == 25
    assert second.coverage == 1
    assert dimension.score == Fraction("56.25")
    assert (dimension.low, dimension.high) == (Fraction(125, 3), Fraction(175, 3))
    assert dimension.coverage == Fraction(5, 6)
    assert dimension.balance == Fraction("37.5")
    assert dimension.in_tension
    assert dimension.weaker == "4.1.b"
    assert dimension.stage is Stage.BEING_IMPLEMENTED
    assert (score.principles, score.guiding_ideas) == (Fraction("56.25"), None)
    assert (score.answered, score.applicable, score.total) == (6, 7, 8)
