"""Places of an assessment that people refer to: a dimension or one of its questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from principles.models import Catalogue, Dimension, Question, load_catalogue

from .enums import Scope
from .models import Assessment


@dataclass(frozen=True, slots=True)
class Place:
    """A dimension, or with ``question`` one of its questions."""

    dimension: Dimension
    question: Question | None = None

    @property
    def key(self) -> str:
        """What is stored."""
        return self.question.key if self.question else self.dimension.key

    @property
    def text(self) -> str:
        """The name or the question in the active language."""
        return self.question.text if self.question else self.dimension.name

    def __str__(self) -> str:
        return f"{self.key} {self.text}"


def _all_places(catalogue: Catalogue) -> Iterator[Place]:
    for dimension in catalogue.dimensions.all():
        yield Place(dimension)
        for aspect in dimension.aspects.all():
            for question in aspect.questions.all():
                yield Place(dimension, question)


def places_of(assessment: Assessment, *, only_asked: bool = False) -> dict[str, Place]:
    """Every place of the assessment's catalogue by key, in order; with ``only_asked`` no question out of scope."""
    only_core = only_asked and assessment.scope == Scope.QUICK
    return {
        place.key: place
        for place in _all_places(load_catalogue(assessment.catalogue_id))
        if not (only_core and place.question and not place.question.is_core)
    }
