"""The projects in the portfolio report: a line each, in words, and the groups they stand in."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext

from ..portfolio import Cell, Row, whole
from .report_parts import NO_FIGURE
from .texts import clean_document


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell of the matrix in words."""

    points: str
    stage: str
    stage_key: str
    span: str
    in_tension: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A project: in the matrix and in the list."""

    anchor: str
    name: str
    is_marked_fictional: bool
    organisation: str
    phase: str
    state: str
    version: str
    submitted: datetime.date | None
    principles: str
    guiding_ideas: str
    cells: tuple[CellText, ...]


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines under a common heading, or all of them without one."""

    name: str
    lines: tuple[Line, ...]


def lines_of(rows: Iterable[Row]) -> tuple[Line, ...]:
    """A line for each row."""
    return tuple(map(_line, rows))


def points(score: Decimal | None) -> str:
    """Whole points, or the sign for none."""
    return NO_FIGURE if score is None else str(whole(score))


def _line(row: Row) -> Line:
    return Line(
        anchor=f"projekt-{row.project_id}",
        name=clean_document(row.name),
        is_marked_fictional=row.is_marked_fictional,
        organisation=row.organisation or NO_FIGURE,
        phase=str(row.phase.label),
        state=str(row.state.label),
        version=f"{row.number} ({row.scope.label})",
        submitted=timezone.localdate(row.submitted_at) if row.submitted_at else None,
        principles=points(row.principles),
        guiding_ideas=points(row.guiding_ideas),
        cells=tuple(map(_cell, row.cells)),
    )


def _cell(cell: Cell) -> CellText:
    if cell.is_excluded or cell.low is None or cell.high is None:
        return CellText(NO_FIGURE, gettext("not applicable"), "none", "", in_tension=False)
    low, high = whole(cell.low), whole(cell.high)
    return CellText(
        points(cell.score),
        str(cell.stage.label) if cell.stage else "",
        cell.stage.value if cell.stage else "none",
        "" if low == high else f"{low}–{high}",
        cell.in_tension,
    )
