"""What to do next, and what others may learn from (methodology, section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .enums import Scope
from .scoring import HIGHEST_LEVEL, AspectShape, AssessmentScore, DimensionShape, QuestionShape, Value

SHOWN_FIRST = 5
"""How many of the steps are shown as „Next steps“."""

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class NextStep:
    """A question at level 0–3 and how urgently it wants to be taken further."""

    question_key: str
    level: int
    priority: Fraction


def prioritise(
    shapes: Sequence[DimensionShape], values: Mapping[str, Value], scope: Scope, score: AssessmentScore
) -> tuple[NextStep, ...]:
    """All next steps, the most urgent first.

    Priority = (4 − level) + ½ for a core question + ½ if its aspect is the named weaker pole or weakest aspect of its
    dimension in ``score``. Equal priorities stay in catalogue order. Open questions and those that are not applicable
    have no step: the first want an answer, the second nothing.
    """
    steps = [
        NextStep(
            question_key=question.key,
            level=level,
            priority=(
                HIGHEST_LEVEL
                - level
                + (HALF if question.is_core else Fraction(0))
                + (HALF if aspect.key == score.dimension(dimension.key).weaker else Fraction(0))
            ),
        )
        for dimension, aspect, question, level in _answered(shapes, values, scope)
        if level < HIGHEST_LEVEL
    ]
    # Sorting is stable: ties keep the order of the catalogue.
    return tuple(sorted(steps, key=lambda step: -step.priority))


def good_practice(shapes: Sequence[DimensionShape], values: Mapping[str, Value], scope: Scope) -> tuple[str, ...]:
    """Keys of the questions at level 4, candidates for good practice, in catalogue order."""
    return tuple(question.key for _, _, question, level in _answered(shapes, values, scope) if level == HIGHEST_LEVEL)


def _answered(
    shapes: Sequence[DimensionShape], values: Mapping[str, Value], scope: Scope
) -> Iterator[tuple[DimensionShape, AspectShape, QuestionShape, int]]:
    """The questions of the scope that have a level, in catalogue order."""
    for dimension in shapes:
        for aspect in dimension.aspects:
            for question in aspect.questions:
                level = values.get(question.key)
                if question.is_in(scope) and isinstance(level, int):
                    yield dimension, aspect, question, level
