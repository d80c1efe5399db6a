"""The charts of a result, for page and report alike."""

from __future__ import annotations

from dataclasses import replace

from .bars import AspectBars, Part, PoleBar, aspect_bars, pole_bar
from .charts import Axis, Radar, radar
from .document_comparison import Comparison
from .results import AspectResult, DimensionResult, Result


def radar_of(result: Result) -> Radar:
    """The twelve dimensions with span and target."""
    return radar([_axis(dimension) for dimension in result.dimensions])


def radar_of_comparison(comparison: Comparison) -> Radar:
    """The twelve dimensions now, with the scores of the earlier state beside."""
    return radar(
        [
            replace(_axis(pair.after), low=None, high=None, target=None, earlier=pair.before_score)
            for pair in comparison.dimensions
        ]
    )


def _axis(dimension: DimensionResult) -> Axis:
    score = dimension.score
    return Axis(
        key=dimension.key,
        name=tuple(dimension.dimension.name.split(" | ")),
        score=score.score,
        low=score.low,
        high=score.high,
        target=dimension.target,
        is_excluded=score.is_excluded,
    )


def bars_of(dimension: DimensionResult) -> PoleBar | AspectBars:
    """The two poles of a principle, or the aspects of a guiding idea."""
    parts = [_part(aspect, dimension.score.weaker) for aspect in dimension.aspects]
    if dimension.score.is_principle:
        first, second = parts
        return pole_bar(first, second, dimension.score.balance, in_tension=dimension.score.in_tension)
    return aspect_bars(parts)


def _part(aspect: AspectResult, weaker: str | None) -> Part:
    score = aspect.score
    return Part(
        name=aspect.aspect.name,
        score=score.score,
        low=score.low,
        high=score.high,
        is_weaker=aspect.key == weaker,
        is_excluded=score.is_excluded,
    )
