"""How far apart the individual ratings of one question lie (methodology, section 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .scoring import HIGHEST_LEVEL, Mark, Value

CLARIFY_FROM = 2
"""Difference between the highest and the lowest level from which a question needs to be clarified."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How many people chose each level of one question, and how many „not applicable“."""

    levels: tuple[int, ...]
    not_applicable: int

    @property
    def low(self) -> int | None:
        """The lowest level that somebody chose; ``None`` if nobody chose any."""
        return min(self._chosen, default=None)

    @property
    def high(self) -> int | None:
        """The highest level that somebody chose."""
        return max(self._chosen, default=None)

    @property
    def width(self) -> int | None:
        """The highest level less the lowest; „not applicable“ is no level and does not enter."""
        return None if self.low is None or self.high is None else self.high - self.low

    @property
    def needs_clarification(self) -> bool:
        """Whether the team sees the question so differently that it should talk about it."""
        return (self.width or 0) >= CLARIFY_FROM

    @property
    def is_split_on_fit(self) -> bool:
        """Whether some gave a level and others find that the question does not fit the project."""
        return self.not_applicable > 0 and bool(self._chosen)

    @property
    def rated(self) -> int:
        """How many people said something."""
        return sum(self.levels) + self.not_applicable

    @property
    def _chosen(self) -> list[int]:
        return [level for level, people in enumerate(self.levels) if people]


def spread_of(values: Iterable[Value]) -> Spread:
    """The spread of what several people said about one question; who said nothing does not count."""
    counted = Counter(values)
    levels = tuple(counted[level] for level in range(HIGHEST_LEVEL + 1))
    return Spread(levels, counted[Mark.NOT_APPLICABLE])
