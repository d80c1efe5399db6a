"""The portfolio: what stands in it, in which order, and one row for each project from the stored scores.

Nothing here computes a score; what is read was written when the assessment was handed in.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from principles.models import Catalogue, Dimension, Perspective, load_catalogue

from .enums import Phase, Scope, Stage, State
from .models import DIMENSION_KEYS, AssessmentScores, Organisation, PortfolioEntry, Project, score_column
from .scoring import IN_TENSION_BELOW

Entries = QuerySet[PortfolioEntry]

STAGE_STARTS = dict(zip(Stage, (0, 25, 50, 75), strict=True))
"""The points from which on a score has each stage. Stored scores have four decimals, which tell all of them apart."""
STAGE_ENDS = dict(zip(Stage, (25, 50, 75, 101), strict=True))
"""The points below which it has it."""

NOT_APPLICABLE, TENSION = "n", "!"
"""Signs in an entry's figures: for a dimension that is not applicable, and behind one whose poles lie far apart."""

_ZERO, _HALF = Decimal(0), Decimal("0.5")
_FIGURES = ("score", "low", "high", "balance")


def whole(figure: Decimal) -> int:
    """Whole points, half up."""
    return int(figure + _HALF)


def stage_of_points(score: Decimal) -> Stage:
    """The stage of a stored score, before rounding."""
    return tuple(Stage)[min(int(score) // 25, 3)]


@dataclass(frozen=True, slots=True)
class Cell:
    """One dimension of one project."""

    key: str
    score: Decimal | None
    low: Decimal | None
    high: Decimal | None
    balance: Decimal | None

    @property
    def stage(self) -> Stage | None:
        """The stage of the score, if there is one."""
        return None if self.score is None else stage_of_points(self.score)

    @property
    def in_tension(self) -> bool:
        """Whether the two poles lie more than 50 points apart."""
        return self.balance is not None and self.balance < IN_TENSION_BELOW

    @property
    def is_excluded(self) -> bool:
        """Whether nothing of the dimension applies to the project."""
        return self.low is None

    @property
    def figures(self) -> str:
        """What the matrix shows, in no language: stage, points, span, tension, with colons between."""
        if self.is_excluded:
            return NOT_APPLICABLE
        low, high = whole(self.low or _ZERO), whole(self.high or _ZERO)
        stage = "" if self.stage is None else tuple(Stage).index(self.stage)
        span = "" if low == high else f"{low}–{high}"
        return f"{stage}:{_points(self.score)}:{span}:{TENSION if self.in_tension else ''}"


@dataclass(frozen=True, slots=True)
class Row:
    """One project with its newest submitted or approved assessment."""

    project_id: int
    assessment_id: int
    name: str
    is_fictional: bool
    organisation_key: str
    organisation: str
    phase: Phase
    state: State
    scope: Scope
    number: int
    submitted_at: datetime | None
    principles: Decimal | None
    guiding_ideas: Decimal | None
    cells: tuple[Cell, ...]

    @property
    def is_marked_fictional(self) -> bool:
        """Whether „fictional“ has to stand beside the name: the name does not say it itself, in whatever language."""
        return self.is_fictional and not any(word in self.name for word in _words_for_fictional())

    def cell(self, key: str) -> Cell:
        """The cell of a dimension."""
        return self.cells[DIMENSION_KEYS.index(key)]


_FACTS = (
    "project_id",
    "scores_id",
    "project__name",
    "project__is_fictional",
    "project__organisation__key",
    "project__organisation__name_de",
    "project__organisation__name_en",
    "project__phase",
    "scores__assessment__state",
    "scores__assessment__scope",
    "scores__assessment__number",
    "submitted_at",
    "scores__principles",
    "scores__guiding_ideas",
)
_SHAPES = tuple((key, _FIGURES if key.startswith("4.") else _FIGURES[:-1]) for key in DIMENSION_KEYS)
_COLUMNS = (*_FACTS, *(f"scores__{score_column(key, figure)}" for key, figures in _SHAPES for figure in figures))


@functools.cache
def _words_for_fictional() -> tuple[str, ...]:
    """What says in a name that a project is invented, in every language."""
    words = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            words.append(gettext("fictional"))
    return tuple(words)


def read_rows(entries: Entries) -> list[Row]:
    """The rows of these entries, in their order, with one query."""
    is_english = (get_language() or "de").startswith("en")
    return [_row(values, is_english=is_english) for values in entries.values_list(*_COLUMNS)]


def _row(values: Sequence[Any], *, is_english: bool) -> Row:
    facts, figures = values[: len(_FACTS)], iter(values[len(_FACTS) :])
    (project_id, assessment_id, name, fictional, key, name_de, name_en, phase, state, scope, number, at, *means) = facts
    return Row(
        project_id=project_id,
        assessment_id=assessment_id,
        name=name,
        is_fictional=fictional,
        organisation_key=key or "",
        organisation=(name_en or name_de if is_english else name_de) or "",
        phase=Phase(phase),
        state=State(state),
        scope=Scope(scope),
        number=number,
        submitted_at=at,
        principles=means[0],
        guiding_ideas=means[1],
        cells=tuple(
            Cell(
                dimension,
                next(figures),
                next(figures),
                next(figures),
                next(figures) if dimension.startswith("4.") else None,
            )
            for dimension, _names in _SHAPES
        ),
    )


def rows_of(project_ids: Iterable[int]) -> dict[int, Row]:
    """The rows of these projects by their key."""
    entries = PortfolioEntry.objects.filter(pk__in=list(project_ids)).order_by()
    return {row.project_id: row for row in read_rows(entries)}


def figures_of(scores: AssessmentScores) -> str:
    """What the matrix shows of these scores: the two means, then each dimension, with blanks between."""
    cells = (
        Cell(key, *(getattr(scores, score_column(key, figure), None) for figure in _FIGURES)) for key in DIMENSION_KEYS
    )
    means = f"{_points(scores.principles)}:{_points(scores.guiding_ideas)}"
    return " ".join([means, *(cell.figures for cell in cells)])


def _points(score: Decimal | None) -> int | str:
    return "" if score is None else whole(score)


class MatrixRow(NamedTuple):
    """What the matrix shows of one project, as it is stored."""

    project_id: int
    assessment_id: int
    state: State
    submitted_at: datetime | None
    figures: str
    name: str
    is_fictional: bool
    phase: Phase
    organisation_de: str | None
    organisation_en: str | None


_MATRIX_COLUMNS = (
    "pk",
    "portfolio_entry__scores_id",
    "portfolio_entry__state",
    "portfolio_entry__submitted_at",
    "portfolio_entry__figures",
    "name",
    "is_fictional",
    "phase",
    "organisation__name_de",
    "organisation__name_en",
)


def matrix_rows(project_ids: Iterable[int]) -> dict[int, MatrixRow]:
    """What the matrix shows of these projects, with one query."""
    projects = Project.objects.filter(pk__in=list(project_ids)).order_by()
    return {row.project_id: row for row in map(MatrixRow._make, projects.values_list(*_MATRIX_COLUMNS))}


def portfolio_dimensions() -> list[Dimension]:
    """The twelve dimensions of the newest published catalogue, in the order of the columns."""
    catalogue = load_catalogue(Catalogue.objects.published().values_list("pk", flat=True)[0])
    known = {dimension.key: dimension for dimension in catalogue.dimensions.all()}
    return [known[key] for key in DIMENSION_KEYS]


# -- Order ------------------------------------------------------------------------------------------------------------

SORTS: dict[str, Any] = {
    "name": Lower("project__name"),
    "organisation": F("project__organisation__position"),
    "phase": Case(
        *(When(project__phase=phase, then=Value(place)) for place, phase in enumerate(Phase)),
        output_field=IntegerField(),
    ),
    "state": F("state"),
    "submitted": F("submitted_at"),
    "principles": F("principles"),
    "guiding_ideas": F("guiding_ideas"),
    **{key: F(score_column(key)) for key in DIMENSION_KEYS},
}
"""What can be sorted by, named as in the address."""

GROUPS: dict[str, tuple[str, ...]] = {
    "organisation": ("project__organisation__position", "project__organisation__key"),
    "phase": ("phase",),
    "perspective": ("project__perspectives__position",),
}
"""What can be grouped by. A project stands in the group of each of its perspectives."""
GROUP_LABELS = {
    "organisation": _("Organisation"),
    "phase": _("Phase"),
    "perspective": _("Perspective of the future"),
}
_GROUP_KEYS = {
    "organisation": "project__organisation__key",
    "phase": "project__phase",
    "perspective": "project__perspectives__key",
}


def in_order(entries: Entries, sort: str = "name", group: str = "") -> QuerySet[PortfolioEntry, tuple[int, str | None]]:
    """Pairs of a project's key and its group's key in the order asked for, without reading anything else yet.

    What has no figure comes last, whichever way it is sorted.
    """
    order: list[OrderBy] = []
    for path in GROUPS.get(group, ()):
        expression = SORTS[path] if path in SORTS else F(path)
        order.append(expression.asc(nulls_last=True))
    name = sort.removeprefix("-")
    expression = SORTS[name]
    order.append(expression.desc(nulls_last=True) if sort.startswith("-") else expression.asc(nulls_last=True))
    if name != "name":
        order.append(SORTS["name"].asc())
    order.append(F("pk").asc())
    key = F(_GROUP_KEYS[group]) if group else Value("")
    return entries.order_by(*order).annotate(group_key=key).values_list("pk", "group_key")


def group_name(group: str, key: str | None, heads: Mapping[str, Organisation | Perspective]) -> str:
    """What the group of this key is called; ``heads`` are the organisations or perspectives by their keys."""
    if group == "phase":
        return str(Phase(key or "").label)
    if key:
        return heads[key].name
    return gettext("No organisation yet") if group == "organisation" else gettext("No perspective yet")


def in_groups(project_ids: Sequence[int], group: str, perspective: str = "") -> list[tuple[str, list[int]]]:
    """The names of the groups in their order, each with its projects in the order given.

    Of a selection by ``perspective`` no other perspective is a group.
    """
    place = {pk: number for number, pk in enumerate(project_ids)}
    heads: dict[str, Organisation | Perspective] = {}
    if group == "organisation":
        heads.update((one.key, one) for one in Organisation.objects.all())
    elif group == "perspective":
        heads.update((one.key, one) for one in Perspective.objects.all())
    pairs = in_order(PortfolioEntry.objects.filter(pk__in=place), group=group)
    return [
        (group_name(group, key, heads), sorted((pk for pk, _key in members), key=place.__getitem__))
        for key, members in groupby(pairs, key=lambda pair: pair[1])
        if group != "perspective" or not perspective or key == perspective
    ]
