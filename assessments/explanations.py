"""„Warum diese Zahl?“: how every figure of a dimension comes about, as sums that a reader can follow.

Shown scores are whole points; a sum here shows two decimals, and says with „≈“ when even those are rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .results import AspectResult, DimensionResult, QuestionResult
from .scoring import FULL_POINTS, whole_points


@dataclass(frozen=True, slots=True)
class QuestionExplanation:
    """What one question contributes."""

    question: QuestionResult
    points: str


@dataclass(frozen=True, slots=True)
class AspectExplanation:
    """How the score of an aspect comes about; a sum that does not exist is empty."""

    aspect: AspectResult
    questions: tuple[QuestionExplanation, ...]
    score: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class DimensionExplanation:
    """How the figures of a dimension come about; a sum that does not exist is empty."""

    dimension: DimensionResult
    aspects: tuple[AspectExplanation, ...]
    score: str
    low: str
    high: str
    balance: str
    stage: str

    @property
    def has_span(self) -> bool:
        """Whether open questions leave a span."""
        return self.dimension.score.low != self.dimension.score.high


def explain(dimension: DimensionResult) -> DimensionExplanation:
    """The sums behind a dimension's figures, in the active language."""
    score = dimension.score
    counted = [aspect for aspect in score.aspects if not aspect.is_excluded]
    return DimensionExplanation(
        dimension,
        tuple(_aspect(aspect) for aspect in dimension.aspects),
        _mean([aspect.score for aspect in counted if aspect.score is not None]),
        _mean([aspect.low for aspect in counted if aspect.low is not None]),
        _mean([aspect.high for aspect in counted if aspect.high is not None]),
        _balance(dimension),
        _stage(dimension),
    )


def decimals(figure: Fraction) -> str:
    """A figure with two decimals at most, none that are zero, in the active language."""
    hundredths = whole_points(abs(figure) * 100)
    whole, rest = divmod(hundredths, 100)
    digits = f"{rest:02d}".rstrip("0")
    text = number_format(f"{whole}.{digits}" if digits else whole)
    return f"−{text}" if figure < 0 and hundredths else text


def _equals(figure: Fraction) -> str:
    sign = "=" if (figure * 100).denominator == 1 else "≈"
    return f"{sign} {decimals(figure)}"


def _aspect(aspect: AspectResult) -> AspectExplanation:
    points = [str(question.points) for question in aspect.scored_questions if question.points is not None]
    score = aspect.score
    still_open = score.applicable - score.answered
    in_full = [*points, f"{still_open} × {FULL_POINTS}"] if still_open else points
    return AspectExplanation(
        aspect,
        tuple(QuestionExplanation(question, _points(question)) for question in aspect.scored_questions),
        _divided(points, score.answered, score.score),
        _divided(points or ["0"], score.applicable, score.low),
        _divided(in_full, score.applicable, score.high),
    )


def _points(question: QuestionResult) -> str:
    if question.is_not_applicable:
        return _("not applicable, does not count")
    if question.points is None:
        return _("open")
    return ngettext("%(count)d point", "%(count)d points", question.points) % {"count": question.points}


def _divided(terms: Sequence[str], divisor: int, result: Fraction | None) -> str:
    if result is None:
        return ""
    dividend = " + ".join(terms)
    return f"{f'({dividend})' if len(terms) > 1 else dividend} ÷ {divisor} {_equals(result)}"


def _mean(figures: Sequence[Fraction]) -> str:
    """The mean of figures as a sum: ``(87,5 + 25) ÷ 2 = 56,25``."""
    if not figures:
        return ""
    return _divided([decimals(figure) for figure in figures], len(figures), sum(figures, Fraction(0)) / len(figures))


def _balance(dimension: DimensionResult) -> str:
    balance = dimension.score.balance
    if balance is None:
        return ""
    higher, lower = sorted(
        (aspect.score for aspect in dimension.score.aspects if aspect.score is not None), reverse=True
    )
    return f"{FULL_POINTS} − ({decimals(higher)} − {decimals(lower)}) {_equals(balance)}"


def _stage(dimension: DimensionResult) -> str:
    stage, score = dimension.score.stage, dimension.score.score
    if stage is None or score is None:
        return ""
    begin = min(int(score // 25) * 25, 75)
    if begin == 75:
        sentence = _("%(score)s is at least %(begin)d: %(stage)s.")
    else:
        sentence = _("%(score)s is at least %(begin)d and less than %(end)d: %(stage)s.")
    return sentence % {"score": decimals(score), "begin": begin, "end": begin + 25, "stage": stage.label}
