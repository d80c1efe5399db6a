"""What a selection of projects has in common: stages, tensions, low questions, next steps, measures, conflicts.

Counted in the database from the stored scores, or from the signs that each entry keeps; a handful of queries whatever
the number of projects.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.db.models.functions import Substr
from django.utils import timezone

from principles.models import Dimension, Question, load_catalogue

from .enums import MeasureState, Stage
from .models import DIMENSION_KEYS, GoalConflict, Measure, score_column
from .portfolio import STAGE_ENDS, STAGE_STARTS, Entries, portfolio_dimensions
from .scoring import IN_TENSION_BELOW

SHOWN = 10
"""Questions, steps and measures that a list names."""
OPEN_MEASURES = (MeasureState.PLANNED, MeasureState.RUNNING)
LOW_LEVELS = (0, 1)


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many projects have which stage in a dimension; ``none`` have no score there."""

    dimension: Dimension
    counts: dict[Stage, int]
    none: int
    mean: Decimal | None
    in_tension: int

    @property
    def key(self) -> str:
        """The chapter."""
        return self.dimension.key

    @property
    def is_principle(self) -> bool:
        """Whether it is a pair, which can be in tension."""
        return self.dimension.key.startswith("4.")

    @property
    def scored(self) -> int:
        """How many projects have a score."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class LowQuestion:
    """A question with its mean level."""

    question: Question
    dimension: Dimension
    mean: Fraction
    answered: int
    low: int
    """How many projects have level 0 or 1."""


@dataclass(frozen=True, slots=True)
class FrequentStep:
    """A question that stands among the first five next steps of many projects."""

    question: Question
    dimension: Dimension
    projects: int


@dataclass(frozen=True, slots=True)
class OpenMeasures:
    """Measures that are planned or running, for one dimension or for none."""

    dimension: Dimension | None
    measures: int
    overdue: int
    projects: int


@dataclass(frozen=True, slots=True)
class ConflictPair:
    """Two dimensions between which projects see a conflict of goals."""

    first: Dimension
    second: Dimension
    projects: int
    conflicts: int

    @property
    def key(self) -> str:
        """As it stands in an address."""
        return f"{self.first.key}_{self.second.key}"


@dataclass(frozen=True)
class Evaluation:
    """Everything that can be said of the selection; each part is read when it is first asked for."""

    entries: Entries
    """Without order; a project may stand in it more than once."""
    today: date = field(default_factory=timezone.localdate)
    """Open measures that were due before are overdue."""

    @cached_property
    def dimensions(self) -> dict[str, Dimension]:
        """The twelve by key."""
        return {one.key: one for one in portfolio_dimensions()}

    @cached_property
    def distributions(self) -> list[Distribution]:
        """The twelve dimensions, from one query."""
        found = self._scores
        return [
            Distribution(
                dimension=self.dimensions[key],
                counts={stage: found[f"{stage.value}_{place}"] for stage in Stage},
                none=found["projects"] - sum(found[f"{stage.value}_{place}"] for stage in Stage),
                mean=found[f"mean_{place}"],
                in_tension=found.get(f"tension_{place}", 0),
            )
            for place, key in enumerate(DIMENSION_KEYS)
        ]

    @property
    def projects(self) -> int:
        """How many projects are selected."""
        count: int = self._scores["projects"]
        return count

    @cached_property
    def tensions(self) -> list[Distribution]:
        """Pairs that are in tension anywhere, the most frequent first."""
        tense = [one for one in self.distributions if one.in_tension]
        return sorted(tense, key=lambda one: -one.in_tension)

    @cached_property
    def _scores(self) -> dict[str, Any]:
        columns: dict[str, Any] = {"projects": Count("pk")}
        for place, key in enumerate(DIMENSION_KEYS):
            column = f"scores__{score_column(key)}"
            for stage in Stage:
                within = Q(**{f"{column}__gte": STAGE_STARTS[stage], f"{column}__lt": STAGE_ENDS[stage]})
                columns[f"{stage.value}_{place}"] = Count("pk", filter=within)
            columns[f"mean_{place}"] = Avg(column)
            if key.startswith("4."):
                tense = Q(**{f"scores__{score_column(key, 'balance')}__lt": IN_TENSION_BELOW})
                columns[f"tension_{place}"] = Count("pk", filter=tense)
        return self.entries.aggregate(**columns)

    # -- Questions ----------------------------------------------------------------------------------------------------

    @cached_property
    def _signs(self) -> dict[int, list[tuple[str, str]]]:
        """Levels and next steps of every project, by catalogue."""
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for catalogue, levels, steps in self.entries.values_list(
            "scores__assessment__catalogue_id", "levels", "next_steps"
        ):
            found[catalogue].append((levels, steps))
        return found

    @cached_property
    def _questions(self) -> dict[str, tuple[Question, Dimension]]:
        """Every question of the catalogues used, the newest wording of each."""
        return {
            question.key: (question, dimension)
            for catalogue in sorted(self._signs)
            for dimension in load_catalogue(catalogue).dimensions.all()
            for aspect in dimension.aspects.all()
            for question in aspect.questions.all()
        }

    @cached_property
    def low_questions(self) -> list[LowQuestion]:
        """The questions with the lowest mean level, those of the same mean in the order of the catalogue."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for catalogue, signs in sorted(self._signs.items()):
            keys = [
                question.key
                for dimension in load_catalogue(catalogue).dimensions.all()
                for aspect in dimension.aspects.all()
                for question in aspect.questions.all()
            ]
            for key, column in zip(keys, zip(*(levels for levels, _steps in signs), strict=True), strict=True):
                counts[key].update(column)
        found = [self._low(key, counts[key]) for key in counts]
        return sorted((one for one in found if one.answered), key=lambda one: (one.mean, -one.answered))[:SHOWN]

    def _low(self, key: str, signs: Counter[str]) -> LowQuestion:
        answered = sum(signs[str(level)] for level in range(5))
        total = sum(level * signs[str(level)] for level in range(5))
        question, dimension = self._questions[key]
        low = sum(signs[str(level)] for level in LOW_LEVELS)
        return LowQuestion(question, dimension, Fraction(total, answered or 1), answered, low)

    @cached_property
    def frequent_steps(self) -> list[FrequentStep]:
        """What stands most often among the first five next steps, equal ones in the order of the catalogue."""
        counts = Counter(key for signs in self._signs.values() for _levels, steps in signs for key in steps.split())
        found = sorted((key for key in self._questions if counts[key]), key=lambda key: -counts[key])
        return [FrequentStep(*self._questions[key], counts[key]) for key in found[:SHOWN]]

    # -- Plans --------------------------------------------------------------------------------------------------------

    @cached_property
    def open_measures(self) -> list[OpenMeasures]:
        """Planned and running measures by dimension; those that name none come last."""
        rows = (
            self._measures()
            .annotate(key=Substr("refers_to", 1, 3))
            .values("key")
            .annotate(
                measures=Count("pk"),
                overdue=Count("pk", filter=Q(due__lt=self.today)),
                projects=Count("assessment", distinct=True),
            )
            .order_by("key")
        )
        found = {row["key"]: row for row in rows}
        keys = [*(key for key in DIMENSION_KEYS if key in found), *(key for key in found if key not in DIMENSION_KEYS)]
        return [
            OpenMeasures(
                self.dimensions.get(key), found[key]["measures"], found[key]["overdue"], found[key]["projects"]
            )
            for key in keys
        ]

    @property
    def open_measure_count(self) -> int:
        """All planned and running measures."""
        return sum(one.measures for one in self.open_measures)

    @cached_property
    def next_due(self) -> list[dict[str, Any]]:
        """The open measures that are due first."""
        rows = self._measures().filter(due__isnull=False).order_by("due", "pk")[:SHOWN]
        return [
            {**row, "is_overdue": row["due"] < self.today}
            for row in rows.values("title", "responsible", "due", "assessment_id", name=F("assessment__project__name"))
        ]

    def _measures(self) -> Any:
        return Measure.objects.filter(assessment__in=self._assessments(), state__in=OPEN_MEASURES)

    def _assessments(self) -> Any:
        return self.entries.values("scores_id")

    @cached_property
    def conflict_pairs(self) -> list[ConflictPair]:
        """Pairs of dimensions with a conflict of goals, the most frequent first."""
        rows = GoalConflict.objects.filter(assessment__in=self._assessments()).order_by()
        counted = rows.values("first_key", "second_key").annotate(
            conflicts=Count("pk"), projects=Count("assessment", distinct=True)
        )
        return _pairs(counted, self.dimensions)


def _pairs(rows: Iterable[Mapping[str, Any]], dimensions: dict[str, Dimension]) -> list[ConflictPair]:
    """Both directions of a pair together, in the order of the catalogue."""
    conflicts: Counter[tuple[str, str]] = Counter()
    projects: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row["first_key"] in dimensions and row["second_key"] in dimensions:
            first, second = sorted((row["first_key"], row["second_key"]), key=DIMENSION_KEYS.index)
            conflicts[first, second] += row["conflicts"]
            projects[first, second] += row["projects"]
    found = sorted(conflicts, key=lambda pair: (-conflicts[pair], *map(DIMENSION_KEYS.index, pair)))
    return [
        ConflictPair(dimensions[first], dimensions[second], projects[first, second], conflicts[first, second])
        for first, second in found
    ]
