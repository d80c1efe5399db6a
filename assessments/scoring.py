"""Scores of an assessment in exact fractions (methodology, section 3).

Nothing here knows a database: shapes of the catalogue and the answered values go in, scores come out. Rounding is for
showing only (``whole_points``, ``four_places``); every threshold is compared before rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from .enums import Scope, Stage

HIGHEST_LEVEL = 4
POINTS_PER_LEVEL = 25
FULL_POINTS = 100

NAME_WEAKER_POLE_BELOW = 75
"""Balance below which the weaker pole of a principle is named."""

IN_TENSION_BELOW = 50
"""Balance below which a pair counts as in tension."""

NAME_WEAKEST_ASPECT_FROM = 25
"""Distance to the dimension's score from which the weakest aspect of a guiding idea is named."""


class Mark(Enum):
    """An answer that is no level."""

    NOT_APPLICABLE = "not_applicable"


Value = int | Mark | None
"""What a question has: a level 0–4, the mark „not applicable“, or nothing yet (open)."""


@dataclass(frozen=True, slots=True)
class QuestionShape:
    """What scoring needs to know of a question."""

    key: str
    is_core: bool

    def is_in(self, scope: Scope) -> bool:
        """Whether the question counts: a quick check asks the core questions only."""
        return self.is_core or scope == Scope.FULL


@dataclass(frozen=True, slots=True)
class AspectShape:
    """An aspect and its questions in catalogue order."""

    key: str
    questions: tuple[QuestionShape, ...]


@dataclass(frozen=True, slots=True)
class DimensionShape:
    """A dimension and its aspects in catalogue order; those of a principle are its two poles."""

    key: str
    is_principle: bool
    aspects: tuple[AspectShape, ...]

    def __post_init__(self) -> None:
        if self.is_principle and len(self.aspects) != 2:
            raise ValueError(f"A principle has two poles: {self.key} has {len(self.aspects)} aspects.")


@dataclass(frozen=True, slots=True)
class AspectScore:
    """An aspect within the scope; ``applicable`` is |A| and ``answered`` |N| of the methodology.

    ``score`` is None as long as nothing is answered. ``low``, ``high`` and ``coverage`` are None only when the aspect
    is excluded; without any answer they are 0, 100 and 0.
    """

    key: str
    score: Fraction | None
    low: Fraction | None
    high: Fraction | None
    coverage: Fraction | None
    answered: int
    applicable: int
    total: int

    @property
    def is_excluded(self) -> bool:
        """Whether no question of the scope applies; such an aspect counts nowhere."""
        return not self.applicable

    @property
    def stage(self) -> Stage | None:
        """The stage of the score, if there is one."""
        return None if self.score is None else stage_of(self.score)


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """A dimension within the scope.

    ``balance`` exists for principles whose two poles have a score. ``weaker`` is the key of the *named* weaker pole or
    weakest aspect, so None when the distance is too small to be named.
    """

    key: str
    is_principle: bool
    aspects: tuple[AspectScore, ...]
    score: Fraction | None
    low: Fraction | None
    high: Fraction | None
    coverage: Fraction | None
    balance: Fraction | None
    weaker: str | None

    @property
    def in_tension(self) -> bool:
        """Whether the two poles of a principle lie more than 50 points apart."""
        return self.balance is not None and self.balance < IN_TENSION_BELOW

    @property
    def stage(self) -> Stage | None:
        """The stage of the score, if there is one."""
        return None if self.score is None else stage_of(self.score)

    @property
    def is_excluded(self) -> bool:
        """Whether every aspect is excluded: the dimension is „not applicable“ and counts nowhere."""
        return all(aspect.is_excluded for aspect in self.aspects)

    @property
    def answered(self) -> int:
        """Questions with a level."""
        return sum(aspect.answered for aspect in self.aspects)

    @property
    def applicable(self) -> int:
        """Questions of the scope that are not „not applicable“."""
        return sum(aspect.applicable for aspect in self.aspects)

    @property
    def total(self) -> int:
        """Questions of the scope."""
        return sum(aspect.total for aspect in self.aspects)


@dataclass(frozen=True, slots=True)
class AssessmentScore:
    """All dimensions and the two figures; there is no single overall grade."""

    dimensions: tuple[DimensionScore, ...]
    principles: Fraction | None
    guiding_ideas: Fraction | None

    def dimension(self, key: str) -> DimensionScore:
        """The dimension with this key; KeyError if there is none."""
        for dimension in self.dimensions:
            if dimension.key == key:
                return dimension
        raise KeyError(key)

    @property
    def answered(self) -> int:
        """Questions with a level."""
        return sum(dimension.answered for dimension in self.dimensions)

    @property
    def applicable(self) -> int:
        """Questions of the scope that are not „not applicable“."""
        return sum(dimension.applicable for dimension in self.dimensions)

    @property
    def total(self) -> int:
        """Questions of the scope."""
        return sum(dimension.total for dimension in self.dimensions)


def score_assessment(shapes: Sequence[DimensionShape], values: Mapping[str, Value], scope: Scope) -> AssessmentScore:
    """Score the values against the shapes of the catalogue (methodology, section 3).

    A question missing in ``values`` is open. Values of questions outside the scope or the catalogue are kept by the
    caller and not looked at. A dimension without any score is left out of the two means, like one that is excluded.
    """
    dimensions = tuple(_score_dimension(shape, values, scope) for shape in shapes)
    return AssessmentScore(
        dimensions=dimensions,
        principles=_mean(dimension.score for dimension in dimensions if dimension.is_principle),
        guiding_ideas=_mean(dimension.score for dimension in dimensions if not dimension.is_principle),
    )


class _Count(NamedTuple):
    """What the answers of an aspect add up to; every figure follows from these few whole numbers."""

    key: str
    points: int
    answered: int
    applicable: int
    total: int


def _score_dimension(shape: DimensionShape, values: Mapping[str, Value], scope: Scope) -> DimensionScore:
    counts = tuple(_count(aspect, values, scope) for aspect in shape.aspects)
    return _score_counts(shape.key, counts, is_principle=shape.is_principle)


@lru_cache(maxsize=2048)
def _score_counts(key: str, counts: tuple[_Count, ...], *, is_principle: bool) -> DimensionScore:
    """Means over the aspects: of those with a score, and of those not excluded for span and coverage.

    So a dimension with one answered and one open pole has the score of the first, but a span that leaves the second
    everything between 0 and 100. An answer changes one dimension; the other eleven are known already.
    """
    aspects = tuple(map(_score_aspect, counts))
    score = _mean(aspect.score for aspect in aspects)
    balance = _balance(aspects) if is_principle else None
    return DimensionScore(
        key=key,
        is_principle=is_principle,
        aspects=aspects,
        score=score,
        low=_mean(aspect.low for aspect in aspects),
        high=_mean(aspect.high for aspect in aspects),
        coverage=_mean(aspect.coverage for aspect in aspects),
        balance=balance,
        weaker=_weaker_pole(aspects, balance) if is_principle else _weakest_aspect(aspects, score),
    )


def _count(shape: AspectShape, values: Mapping[str, Value], scope: Scope) -> _Count:
    """Add up the answers within the scope; „not applicable“ takes a question out of both counts."""
    found = [values.get(question.key) for question in shape.questions if question.is_in(scope)]
    levels = [value for value in found if isinstance(value, int)]
    if any(not 0 <= level <= HIGHEST_LEVEL for level in levels):
        raise ValueError(f"Levels are 0 to {HIGHEST_LEVEL}: aspect {shape.key} has {levels}.")
    answered = len(levels)
    return _Count(shape.key, POINTS_PER_LEVEL * sum(levels), answered, answered + found.count(None), len(found))


def _score_aspect(count: _Count) -> AspectScore:
    """Mean of the answered questions and the span that the open ones leave.

    When no question of the scope applies, the aspect is excluded and has no figures at all.
    """
    key, points, answered, applicable, total = count
    return AspectScore(
        key=key,
        score=Fraction(points, answered) if answered else None,
        low=Fraction(points, applicable) if applicable else None,
        high=Fraction(points + FULL_POINTS * (applicable - answered), applicable) if applicable else None,
        coverage=Fraction(answered, applicable) if applicable else None,
        answered=answered,
        applicable=applicable,
        total=total,
    )


def _mean(figures: Iterable[Fraction | None]) -> Fraction | None:
    """Mean of the figures that exist, or None."""
    existing = [figure for figure in figures if figure is not None]
    return Fraction(sum(existing), len(existing)) if existing else None


def _balance(poles: tuple[AspectScore, ...]) -> Fraction | None:
    """100 less the distance of the poles; None unless both have a score."""
    first, second = poles
    if first.score is None or second.score is None:
        return None
    return FULL_POINTS - abs(first.score - second.score)


def _weaker_pole(poles: tuple[AspectScore, ...], balance: Fraction | None) -> str | None:
    """The pole with the lower score, named only below a balance of 75; the scores cannot be equal then."""
    if balance is None or balance >= NAME_WEAKER_POLE_BELOW:
        return None
    return _lowest(poles)[1]


def _weakest_aspect(aspects: tuple[AspectScore, ...], score: Fraction | None) -> str | None:
    """The aspect with the lowest score, named when it lies 25 or more below the dimension's.

    Aspects without a score are not weak, they are unknown. Of equally weak ones the first in catalogue order is named.
    """
    if score is None:
        return None
    lowest, key = _lowest(aspects)
    return key if score - lowest >= NAME_WEAKEST_ASPECT_FROM else None


def _lowest(aspects: tuple[AspectScore, ...]) -> tuple[Fraction, str]:
    """Lowest score and the first aspect that has it."""
    scored = ((aspect.score, aspect.key) for aspect in aspects if aspect.score is not None)
    return min(scored, key=lambda pair: pair[0])


def stage_of(score: Fraction) -> Stage:
    """The stage of an unrounded score: quarters of 0–100, the lower bound belongs to the stage.

    So 74.99 is still „being implemented“ although it is shown as 75.
    """
    if score < 25:
        return Stage.STARTING_POINT
    if score < 50:
        return Stage.BUILDING_UP
    if score < 75:
        return Stage.BEING_IMPLEMENTED
    return Stage.EMBEDDED


def whole_points(figure: Fraction) -> int:
    """Round half up to whole points, for showing. Half up also below zero (a gap of −0.5 shows as 0)."""
    return (2 * figure.numerator + figure.denominator) // (2 * figure.denominator)


def four_places(figure: Fraction) -> Decimal:
    """Round half up to four decimal places, for the exchange format and stored scores."""
    return Decimal(whole_points(figure * 10_000)).scaleb(-4)
