"""Two to four projects beside each other, or one beside the mean of its group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Avg, Count

from principles.models import Dimension

from .models import DIMENSION_KEYS, PortfolioEntry, score_column
from .portfolio import Entries, Row, portfolio_dimensions, rows_of

MOST = 4
"""Projects that can be compared at once."""
GROUPINGS = ("organisation", "phase", "perspective", "all")
"""What one project can be compared with."""


@dataclass(frozen=True, slots=True)
class GroupMean:
    """The means of a group of projects, the one compared among them."""

    projects: int
    scores: tuple[Decimal | None, ...]
    principles: Decimal | None
    guiding_ideas: Decimal | None


@dataclass(frozen=True, slots=True)
class ProjectComparison:
    """The projects, and for a single one the mean of its group."""

    dimensions: tuple[Dimension, ...]
    rows: tuple[Row, ...]
    group: GroupMean | None

    @property
    def scores(self) -> list[tuple[Dimension, list[Decimal | None]]]:
        """The scores of each dimension in the order of the columns."""
        return [
            (
                dimension,
                [
                    *(row.cells[place].score for row in self.rows),
                    *([self.group.scores[place]] if self.group else []),
                ],
            )
            for place, dimension in enumerate(self.dimensions)
        ]


def compare(project_ids: Sequence[int], grouping: str = "all") -> ProjectComparison:
    """The projects that are in the portfolio, in the order asked for; unknown ones are left out."""
    wanted = list(dict.fromkeys(project_ids))[:MOST]
    known = rows_of(wanted)
    rows = tuple(known[pk] for pk in wanted if pk in known)
    return ProjectComparison(
        tuple(portfolio_dimensions()), rows, _mean(_group_of(rows[0], grouping)) if len(rows) == 1 else None
    )


def _group_of(row: Row, grouping: str) -> Entries:
    entries = PortfolioEntry.objects.all()
    if grouping == "organisation":
        return entries.filter(project__organisation__key=row.organisation_key or None)
    if grouping == "phase":
        return entries.filter(project__phase=row.phase)
    if grouping == "perspective":
        # Everything that shares a perspective with it; without a perspective it stands alone.
        shared = PortfolioEntry.objects.filter(project__perspectives__projects=row.project_id)
        return entries.filter(pk__in=[row.project_id]) | entries.filter(pk__in=shared.values("pk"))
    return entries


def _mean(entries: Entries) -> GroupMean:
    columns = {f"mean_{place}": Avg(f"scores__{score_column(key)}") for place, key in enumerate(DIMENSION_KEYS)}
    found = entries.aggregate(
        projects=Count("pk"),
        principles=Avg("scores__principles"),
        guiding_ideas=Avg("scores__guiding_ideas"),
        **columns,
    )
    return GroupMean(
        found["projects"],
        tuple(found[f"mean_{place}"] for place in range(len(DIMENSION_KEYS))),
        found["principles"],
        found["guiding_ideas"],
    )
