"""One result tree for page, PDF and portfolio, from a live assessment or from an exchange document.

Catalogue and answers come in, every figure that is shown comes out; nothing is computed a second time elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from principles.models import Aspect, Catalogue, Dimension, Question, load_catalogue

from .answering import AnswerContent
from .enums import Level, Scope
from .models import Assessment
from .next_steps import SHOWN_FIRST, good_practice, prioritise
from .scoring import POINTS_PER_LEVEL, AspectScore, AssessmentScore, DimensionScore, Value, score_assessment
from .stored_scores import shapes_of

_OPEN = AnswerContent()


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question and what was answered."""

    question: Question
    answer: AnswerContent
    in_scope: bool

    @property
    def key(self) -> str:
        """The key printed beside the question."""
        return self.question.key

    @property
    def value(self) -> Value:
        """The answer as scoring sees it."""
        return self.answer.value

    @property
    def level(self) -> int | None:
        """The level, if one was chosen."""
        return self.answer.level

    @property
    def level_label(self) -> str:
        """The general name of the level; empty without one."""
        return "" if self.level is None else str(Level(self.level).label)

    @property
    def is_not_applicable(self) -> bool:
        """Whether the question was set aside with a reason."""
        return self.answer.is_not_applicable

    @property
    def reason(self) -> str:
        """Why it is not applicable."""
        return self.answer.reason

    @property
    def rationale(self) -> str:
        """What the team said about the answer."""
        return self.answer.rationale

    @property
    def evidence(self) -> tuple[Mapping[str, str], ...]:
        """Links and files in the form of the exchange format."""
        return self.answer.evidence

    @property
    def is_open(self) -> bool:
        """Whether an answer is still missing."""
        return self.level is None and not self.is_not_applicable

    @property
    def points(self) -> int | None:
        """What the chosen level counts."""
        return None if self.level is None else POINTS_PER_LEVEL * self.level

    @property
    def anchor(self) -> str:
        """The description of the chosen level in the question's own words."""
        return "" if self.level is None else self.question.anchors[self.level]

    @property
    def step(self) -> str:
        """The step that leads on from the chosen level; empty at level 4 and while there is no level."""
        return "" if self.level is None else self.question.step_for(self.level)


@dataclass(frozen=True, slots=True)
class AspectResult:
    """A pole or an aspect of a guiding idea with all its questions, also those outside the scope."""

    aspect: Aspect
    score: AspectScore
    questions: tuple[QuestionResult, ...]

    @property
    def key(self) -> str:
        """The key of the aspect."""
        return self.aspect.key

    @property
    def scored_questions(self) -> tuple[QuestionResult, ...]:
        """The questions that belong to the scope."""
        return tuple(question for question in self.questions if question.in_scope)


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """A principle or guiding idea with its aspects and the target that the team set."""

    dimension: Dimension
    score: DimensionScore
    aspects: tuple[AspectResult, ...]
    target: int | None

    @property
    def key(self) -> str:
        """The chapter."""
        return self.dimension.key

    @property
    def gap(self) -> Fraction | None:
        """Target − score; none without one of the two."""
        if self.target is None or self.score.score is None:
            return None
        return self.target - self.score.score

    @property
    def weaker_aspect(self) -> AspectResult | None:
        """The weaker pole or weakest aspect, when it lies far enough behind to be named."""
        return next((aspect for aspect in self.aspects if aspect.key == self.score.weaker), None)

    @property
    def questions(self) -> tuple[QuestionResult, ...]:
        """All questions in catalogue order."""
        return tuple(question for aspect in self.aspects for question in aspect.questions)

    @property
    def evidenced_questions(self) -> tuple[QuestionResult, ...]:
        """The questions of the scope whose answers name links or files."""
        return tuple(question for question in self.questions if question.in_scope and question.evidence)

    @property
    def evidence_count(self) -> int:
        """How many links and files the answers of the scope name."""
        return sum(len(question.evidence) for question in self.evidenced_questions)

    @property
    def open_questions(self) -> tuple[QuestionResult, ...]:
        """The questions of the scope that still want an answer."""
        return tuple(question for question in self.questions if question.in_scope and question.is_open)


@dataclass(frozen=True, slots=True)
class StepResult:
    """A question to go on with, and why it stands where it stands in the list."""

    question: QuestionResult
    aspect: AspectResult
    dimension: DimensionResult
    priority: Fraction

    @property
    def step(self) -> str:
        """What to do."""
        return self.question.step

    @property
    def is_in_weaker_aspect(self) -> bool:
        """Whether its aspect is the named weaker pole or weakest aspect."""
        return self.dimension.score.weaker == self.aspect.key


@dataclass(frozen=True, slots=True)
class Result:
    """Everything there is to say about one assessment."""

    catalogue: Catalogue
    scope: Scope
    score: AssessmentScore
    dimensions: tuple[DimensionResult, ...]
    all_steps: tuple[StepResult, ...]
    good_practice: tuple[StepResult, ...]

    @property
    def principles(self) -> tuple[DimensionResult, ...]:
        """The eight pairs."""
        return tuple(dimension for dimension in self.dimensions if dimension.score.is_principle)

    @property
    def guiding_ideas(self) -> tuple[DimensionResult, ...]:
        """The four guiding ideas."""
        return tuple(dimension for dimension in self.dimensions if not dimension.score.is_principle)

    @property
    def next_steps(self) -> tuple[StepResult, ...]:
        """The first five steps."""
        return self.all_steps[:SHOWN_FIRST]

    @property
    def later_steps(self) -> tuple[StepResult, ...]:
        """The steps after the first five."""
        return self.all_steps[SHOWN_FIRST:]

    @property
    def open_dimensions(self) -> tuple[DimensionResult, ...]:
        """Dimensions with questions that still want an answer."""
        return tuple(dimension for dimension in self.dimensions if dimension.open_questions)

    @property
    def open_count(self) -> int:
        """How many questions still want an answer."""
        return self.score.applicable - self.score.answered

    @property
    def has_targets(self) -> bool:
        """Whether the team set any target."""
        return any(dimension.target is not None for dimension in self.dimensions)

    @property
    def gaps(self) -> tuple[DimensionResult, ...]:
        """Dimensions below their target, the widest gap first."""
        behind = [dimension for dimension in self.dimensions if dimension.gap is not None and dimension.gap > 0]
        return tuple(sorted(behind, key=lambda dimension: dimension.gap or 0, reverse=True))

    def dimension(self, key: str) -> DimensionResult:
        """The dimension of this chapter. Raises ``KeyError``."""
        for dimension in self.dimensions:
            if dimension.key == key:
                return dimension
        raise KeyError(key)


def result_of(assessment: Assessment) -> Result:
    """The result of an assessment as it stands: two queries, answers and targets, unless they are prefetched."""
    answers = {answer.question_key: AnswerContent.of(answer) for answer in assessment.answers.all()}
    targets = {target.dimension_key: target.value for target in assessment.targets.all()}
    return _result(load_catalogue(assessment.catalogue_id), Scope(assessment.scope), answers, targets)


def result_of_document(document: Mapping[str, Any]) -> Result:
    """The result of a sound exchange document, be it frozen, exported or just read; its scores are computed anew.

    Raises ``Catalogue.DoesNotExist``.
    """
    catalogue_pk = Catalogue.objects.values_list("pk", flat=True).get(version=document["catalogue"])
    answers = {key: AnswerContent.of_entry(entry) for key, entry in document["answers"].items()}
    return _result(load_catalogue(catalogue_pk), Scope(document["scope"]), answers, document.get("targets", {}))


def _result(
    catalogue: Catalogue, scope: Scope, answers: Mapping[str, AnswerContent], targets: Mapping[str, int]
) -> Result:
    shapes = shapes_of(catalogue)
    values = {key: answer.value for key, answer in answers.items()}
    score = score_assessment(shapes, values, scope)
    dimensions = tuple(
        _dimension(dimension, score.dimension(dimension.key), scope, answers, targets.get(dimension.key))
        for dimension in catalogue.dimensions.all()
    )
    places = {
        question.key: (question, aspect, dimension)
        for dimension in dimensions
        for aspect in dimension.aspects
        for question in aspect.questions
    }
    return Result(
        catalogue,
        scope,
        score,
        dimensions,
        tuple(
            StepResult(*places[step.question_key], step.priority) for step in prioritise(shapes, values, scope, score)
        ),
        tuple(StepResult(*places[key], Fraction(0)) for key in good_practice(shapes, values, scope)),
    )


def _dimension(
    dimension: Dimension,
    score: DimensionScore,
    scope: Scope,
    answers: Mapping[str, AnswerContent],
    target: int | None,
) -> DimensionResult:
    return DimensionResult(
        dimension,
        score,
        tuple(
            AspectResult(
                aspect,
                aspect_score,
                tuple(
                    QuestionResult(question, answers.get(question.key, _OPEN), scope == Scope.FULL or question.is_core)
                    for question in aspect.questions.all()
                ),
            )
            for aspect, aspect_score in zip(dimension.aspects.all(), score.aspects, strict=True)
        ),
        target,
    )
