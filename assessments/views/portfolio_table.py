"""The rows of the matrix as HTML, joined in Python: a template loop over 600 cells costs several times as much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from ..enums import Stage
from ..forms.portfolio import PortfolioForm
from ..portfolio import Cell, Row, group_name, whole
from ..portfolio_comparison import ProjectComparison

NONE = "–"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that can be sorted by."""

    key: str
    name: str
    address: str
    direction: str
    """ascending, descending, or empty when the rows are not sorted by it."""


def headings(form: PortfolioForm) -> list[Heading]:
    """The project and the twelve dimensions. A second click turns the order round."""
    columns = [("name", gettext("Project")), *((one.key, one.name) for one in form.dimensions)]
    found = []
    for key, name in columns:
        direction = {key: "ascending", f"-{key}": "descending"}.get(form.order, "")
        # What is strongest is asked for first, what comes first in the alphabet too.
        first, second = (key, f"-{key}") if key == "name" else (f"-{key}", key)
        found.append(
            Heading(key, name, form.address(sort=second if form.order == first else first, page=""), direction)
        )
    return found


def table_bodies(pairs: Sequence[tuple[int, str | None]], rows: dict[int, Row], form: PortfolioForm) -> SafeString:
    """The rows, one body a group with its name above."""
    if not form.grouping:
        return format_html('<tbody role="rowgroup">{}</tbody>', _rows(rows[pk] for pk, _group in pairs))
    return format_html_join(
        "",
        '<tbody role="rowgroup"><tr role="row" class="matrix__group"><th role="rowheader" scope="rowgroup"'
        ' colspan="{}">{}</th></tr>{}</tbody>',
        (
            (
                len(form.dimensions) + 1,
                group_name(form.grouping, key, form.group_heads),
                _rows(rows[pk] for pk, _group in members),
            )
            for key, members in groupby(pairs, key=lambda pair: pair[1])
        ),
    )


def _rows(rows: Iterable[Row]) -> SafeString:
    language = get_language() or "de"
    return mark_safe("".join(_row(row, language) for row in rows))  # noqa: S308 - every row was escaped


def _row(row: Row, language: str) -> SafeString:
    # The cells are our own words and numbers with one gap each, for the key of the assessment.
    cells = "".join([_cell(cell, language) for cell in row.cells]).replace("{pk}", str(row.assessment_id))
    about = [row.organisation, str(row.phase.label)]
    shown = (
        [f"{row.state.label} {_day(localtime(row.submitted_at).date(), language)}"]
        if (row.submitted_at)
        else [str(row.state.label)]
    )
    return format_html(
        '<tr role="row"><th role="rowheader" scope="row"><label class="matrix__pick"><input type="checkbox" name="p"'
        ' value="{project}"><span class="kern-sr-only">{compare}</span></label><div><a href="{href}">{name}</a>'
        '{fictional}<span class="matrix__about">{about}</span><span class="matrix__about">{shown}</span>'
        '<span class="matrix__about">{means}</span></div></th>{cells}</tr>',
        cells=mark_safe(cells),  # noqa: S308 - every cell was escaped
        project=row.project_id,
        compare=gettext("Compare %(project)s") % {"project": row.name},
        href=_review_address(row.assessment_id),
        name=row.name,
        fictional=_fictional(language) if row.is_marked_fictional else "",
        about=" · ".join(filter(None, about)),
        shown=" · ".join(shown),
        means=_means(row),
    )


def _means(row: Row) -> str:
    return gettext("Principles %(principles)s · guiding ideas %(ideas)s") % {
        "principles": NONE if row.principles is None else whole(row.principles),
        "ideas": NONE if row.guiding_ideas is None else whole(row.guiding_ideas),
    }


@lru_cache(maxsize=1000)
def _day(day: date, language: str) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


@lru_cache(maxsize=8)
def _fictional(language: str) -> SafeString:
    return format_html(' <span class="matrix__badge">{}</span>', gettext("fictional"))


def _review_address(assessment_id: int) -> str:
    return _pattern("review_detail").replace("/0/", f"/{assessment_id}/")


@lru_cache(maxsize=32)
def _pattern(name: str, *rest: str) -> str:
    return reverse(name, args=[0, *rest])


def _cell(cell: Cell, language: str) -> str:
    if cell.is_excluded:
        return _cell_html(cell.key, None, "", None, language, is_excluded=True)
    low, high = whole(cell.low or 0), whole(cell.high or 0)  # type: ignore[arg-type]
    return _cell_html(
        cell.key,
        None if cell.score is None else whole(cell.score),
        "" if low == high else f"{low}–{high}",
        cell.stage,
        language,
        in_tension=cell.in_tension,
    )


@lru_cache(maxsize=100_000)
def _cell_html(
    key: str,
    points: int | None,
    span: str,
    stage: Stage | None,
    language: str,
    *,
    in_tension: bool = False,
    is_excluded: bool = False,
) -> str:
    """One cell in words with a gap for the key of the assessment; a few thousand different ones are all there are."""
    if is_excluded:
        return format_html('<td role="cell" class="cell cell--none">{}</td>', gettext("not applicable"))
    return format_html(
        '<td role="cell" class="cell cell--{}"><a href="{}"><strong>{}</strong>{}{}{}</a></td>',
        stage.value if stage else "none",
        _pattern("review_dimension", key).replace("/0/", "/{pk}/"),
        NONE if points is None else points,
        format_html(" <span>{}</span>", stage.label) if stage else "",
        format_html(" <span>{}</span>", span) if span else "",
        format_html(' <span class="cell__tension">{}</span>', gettext("in tension")) if in_tension else "",
    )


def comparison_rows(comparison: ProjectComparison) -> list[dict[str, Any]]:
    """The table twin of a comparison: a line a dimension, a cell a project, and the mean and difference of a group."""
    language = get_language() or "de"
    lines: list[dict[str, Any]] = []
    for place, dimension in enumerate(comparison.dimensions):
        cells = [format_html(_cell(row.cells[place], language), pk=row.assessment_id) for row in comparison.rows]
        line: dict[str, Any] = {"name": str(dimension), "cells": cells, "mean": "", "difference": ""}
        if comparison.group:
            own, mean = comparison.rows[0].cells[place].score, comparison.group.scores[place]
            line["mean"] = NONE if mean is None else whole(mean)
            line["difference"] = NONE if own is None or mean is None else _signed(whole(own) - whole(mean))
        lines.append(line)
    return lines


def _signed(number: int) -> str:
    return f"−{-number}" if number < 0 else f"+{number}" if number else "0"
