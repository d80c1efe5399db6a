"""Good practice beside the principles. The examples come from elsewhere: this app only knows what one looks like."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """What a project does well, in its own words."""

    question_key: str
    language: str
    title: str
    text: str
    project: str
    organisation: str
    contact: str
    is_fictional: bool
    confirmed_on: datetime.date | None

    @property
    def dimension_key(self) -> str:
        """The chapter the question belongs to."""
        return self.question_key.rpartition(".")[0]


Source = Callable[[str], Sequence[Example]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Let ``source`` answer for the examples of a dimension; an app calls this when it is ready."""
    if source not in _sources:
        _sources.append(source)


def examples(dimension_key: str) -> tuple[Example, ...]:
    """The public examples of a dimension."""
    return tuple(example for source in _sources for example in source(dimension_key))
