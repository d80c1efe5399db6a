"""The stored scores of an assessment: computed by ``scoring``, written as one wide row, checked against the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from django.db import transaction
from django.db.models import Prefetch

from principles.models import Catalogue, load_catalogue

from .enums import Scope
from .models import DIMENSION_KEYS, Answer, Assessment, AssessmentScores, score_column
from .scoring import (
    AspectShape,
    AssessmentScore,
    DimensionScore,
    DimensionShape,
    Mark,
    QuestionShape,
    Value,
    four_places,
    score_assessment,
)

_SHAPES = "_shapes"
_BATCH = 500


def shapes_of(catalogue: Catalogue) -> tuple[DimensionShape, ...]:
    """What scoring needs to know of a catalogue from ``load_catalogue``; built once for each loaded catalogue."""
    shapes = catalogue.__dict__.get(_SHAPES)
    if shapes is None:
        # Kept on the catalogue itself, so that it lives exactly as long as the questions it was built from.
        shapes = catalogue.__dict__[_SHAPES] = tuple(
            DimensionShape(
                dimension.key,
                dimension.is_principle,
                tuple(
                    AspectShape(
                        aspect.key,
                        tuple(QuestionShape(question.key, question.is_core) for question in aspect.questions.all()),
                    )
                    for aspect in dimension.aspects.all()
                ),
            )
            for dimension in catalogue.dimensions.all()
        )
    return cast("tuple[DimensionShape, ...]", shapes)


def value_of(level: int | None, *, is_not_applicable: bool) -> Value:
    """An answer as scoring sees it."""
    return Mark.NOT_APPLICABLE if is_not_applicable else level


def values_of(answers: Iterable[Answer]) -> dict[str, Value]:
    """The answers of an assessment as scoring sees them, by key of the question."""
    return {
        answer.question_key: value_of(answer.level, is_not_applicable=answer.is_not_applicable) for answer in answers
    }


def compute_scores(assessment: Assessment) -> AssessmentScore:
    """Score an assessment from its answers as they stand in the database: one query, none if they are prefetched."""
    return score_assessment(
        shapes_of(load_catalogue(assessment.catalogue_id)),
        values_of(assessment.answers.all()),
        Scope(assessment.scope),
    )


def store_scores(assessment: Assessment, score: AssessmentScore) -> None:
    """Write the stored scores of ``assessment`` with one statement, whether or not it has some already.

    Call it in the transaction that changes the answers.
    """
    AssessmentScores.objects.bulk_create(
        [AssessmentScores(assessment_id=assessment.pk, **_columns(score))],
        update_conflicts=True,
        unique_fields=["assessment"],
        update_fields=_COLUMNS,
    )


def store_dimension(assessment: Assessment, score: AssessmentScore, dimension_key: str) -> None:
    """Write what an answer in one dimension changes; everything, if ``assessment`` has no stored scores yet.

    Call it in the transaction that changes the answer.
    """
    columns = _whole_columns(score) | dict.fromkeys(_FIGURES.get(dimension_key, ()))
    columns |= _dimension_columns(score.dimension(dimension_key))
    if not AssessmentScores.objects.filter(pk=assessment.pk).update(**columns):
        store_scores(assessment, score)


@dataclass(frozen=True, slots=True)
class Difference:
    """A column of the stored scores that does not say what the answers say."""

    assessment_id: int
    column: str
    stored: Decimal | int | None
    computed: Decimal | int | None


def find_differences() -> Iterator[Difference]:
    """Score every assessment anew and compare with what is stored. A missing row differs wherever it has a figure."""
    assessments = Assessment.objects.order_by("pk").select_related("scores")
    answers = Answer.objects.only("assessment_id", "question_key", "level", "is_not_applicable")
    for assessment in assessments.prefetch_related(Prefetch("answers", answers)).iterator(chunk_size=_BATCH):
        stored = getattr(assessment, "scores", None)
        for column, computed in _columns(compute_scores(assessment)).items():
            was = getattr(stored, column, None)
            if was != computed:
                yield Difference(assessment.pk, column, was, computed)


def restore_scores(assessment_id: int) -> None:
    """Store what the answers say now, while nobody saves an answer."""
    with transaction.atomic():
        assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
        store_scores(assessment, compute_scores(assessment))


def _columns(score: AssessmentScore) -> dict[str, Any]:
    """The figures of a score by column."""
    columns: dict[str, Any] = dict.fromkeys(_COLUMNS) | _whole_columns(score)
    for dimension in score.dimensions:
        columns |= _dimension_columns(dimension)
    return columns


def _whole_columns(score: AssessmentScore) -> dict[str, Any]:
    """The figures of the whole assessment."""
    return {
        "principles": _places(score.principles),
        "guiding_ideas": _places(score.guiding_ideas),
        # „Nicht zutreffend“ is an answer too: somebody who has dealt with every question is at the end.
        "answered": score.answered + score.total - score.applicable,
        "in_scope": score.total,
    }


def _dimension_columns(dimension: DimensionScore) -> dict[str, Decimal | None]:
    """Score, span, coverage and, for a principle, balance; nothing for a dimension that is not applicable."""
    if dimension.is_excluded or dimension.key not in _FIGURES:
        return {}
    return {column: _places(getattr(dimension, figure)) for column, figure in _FIGURES[dimension.key].items()}


def _places(figure: Fraction | None) -> Decimal | None:
    return None if figure is None else four_places(figure)


_COLUMNS = [field.attname for field in AssessmentScores._meta.concrete_fields if not field.primary_key]
_FIGURES = {
    key: {column: figure for figure in AssessmentScores.FIGURES if (column := score_column(key, figure)) in _COLUMNS}
    for key in DIMENSION_KEYS
}
"""The columns of each dimension and what they store."""
