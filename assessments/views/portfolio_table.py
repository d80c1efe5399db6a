"""The rows of the matrix as HTML, joined in Python: a template loop over 600 cells costs several times as much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from ..enums import Phase, Stage, State
from ..forms.portfolio import PortfolioForm
from ..models import DIMENSION_KEYS
from ..portfolio import NOT_APPLICABLE, MatrixRow, group_name, whole
from ..portfolio_comparison import ProjectComparison

NONE = "–"


def table_head(form: PortfolioForm) -> SafeString:
    """The project and the twelve dimensions. A second click on a heading turns the order round."""
    columns = [("name", "", gettext("Project"))]
    columns += [
        (one.key, format_html('<span class="matrix__key">{}</span> ', one.key), one.name) for one in form.dimensions
    ]
    return format_html_join(
        "",
        '<th role="columnheader" scope="col"{}><a href="{}">{}{}</a></th>',
        ((_sorted_by(form, key), _turned(form, key), sign, name) for key, sign, name in columns),
    )


def _sorted_by(form: PortfolioForm, key: str) -> SafeString | str:
    if form.order.removeprefix("-") != key:
        return ""
    return format_html(' aria-sort="{}"', "descending" if form.order.startswith("-") else "ascending")


def _turned(form: PortfolioForm, key: str) -> str:
    """The address of the order that a click asks for."""
    # What is strongest is asked for first, what comes first in the alphabet too.
    first, second = (key, f"-{key}") if key == "name" else (f"-{key}", key)
    return form.address(sort=second if form.order == first else first, page="")


def table_bodies(
    pairs: Sequence[tuple[int, str | None]], rows: Mapping[int, MatrixRow], form: PortfolioForm
) -> SafeString:
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


def _rows(rows: Iterable[MatrixRow]) -> SafeString:
    language = get_language() or "de"
    return mark_safe("".join([_row(row, language) for row in rows]))  # noqa: S308 - every row was escaped


def _row(row: MatrixRow, language: str) -> str:
    means, *cells = row.figures.split(" ")
    name = escape(row.name)
    return _row_pattern(language).format(
        project=row.project_id,
        name=name,
        href=_review_address(row.assessment_id),
        fictional=_fictional(language) if row.is_fictional and gettext("fictional") not in row.name else "",
        about=_about(row.organisation_de, row.organisation_en, row.phase, language),
        shown=_shown(row.state, row.submitted_at and localtime(row.submitted_at).date(), language),
        means=_means(means, language),
        # The cells are our own words and numbers with one gap each, for the key of the assessment.
        cells="".join(
            [_cell(key, figures, language) for key, figures in zip(DIMENSION_KEYS, cells, strict=True)]
        ).replace("{pk}", str(row.assessment_id)),
    )


# What rows have in common is written and escaped once a process: there are a few thousand different cells at most, far
# fewer organisations and days. Everything below depends on nothing but what it is called with.


@lru_cache(maxsize=8)
def _row_pattern(language: str) -> str:
    """A row with gaps for what has been escaped; the name stands in it twice."""
    # Not inside the pattern: texts there are not found by those who collect what is to be translated.
    compare = gettext("Compare %(project)s")
    return (
        '<tr role="row"><th role="rowheader" scope="row"><label class="matrix__pick"><input type="checkbox" name="p"'
        f' value="{{project}}"><span class="kern-sr-only">{escape(compare)}</span></label>'
        '<div><a href="{href}">{name}</a>{fictional}{about}{shown}{means}</div></th>{cells}</tr>'
    ).replace("%(project)s", "{name}")


@lru_cache(maxsize=8)
def _fictional(language: str) -> SafeString:
    return format_html(' <span class="matrix__badge">{}</span>', gettext("fictional"))


@lru_cache(maxsize=1000)
def _about(organisation_de: str | None, organisation_en: str | None, phase: str, language: str) -> SafeString:
    organisation = (organisation_en or organisation_de) if language.startswith("en") else organisation_de
    return _line(" · ".join(filter(None, [organisation, str(Phase(phase).label)])))


@lru_cache(maxsize=1000)
def _shown(state: str, day: date | None, language: str) -> SafeString:
    label = str(State(state).label)
    return _line(f"{label} {date_format(day, 'SHORT_DATE_FORMAT')}" if day else label)


@lru_cache(maxsize=10_000)
def _means(figures: str, language: str) -> SafeString:
    principles, ideas = figures.split(":")
    return _line(
        gettext("Principles %(principles)s · guiding ideas %(ideas)s")
        % {"principles": principles or NONE, "ideas": ideas or NONE}
    )


def _line(text: str) -> SafeString:
    return format_html('<span class="matrix__about">{}</span>', text)


@lru_cache(maxsize=32)
def _pattern(name: str, *rest: str) -> str:
    return reverse(name, args=[0, *rest])


def _review_address(assessment_id: int) -> str:
    return _pattern("review_detail").replace("/0/", f"/{assessment_id}/")


@lru_cache(maxsize=100_000)
def _cell(key: str, figures: str, language: str) -> str:
    """A cell in words, from ``Cell.figures``, with a gap for the key of the assessment."""
    if figures == NOT_APPLICABLE:
        return format_html('<td role="cell" class="cell cell--none">{}</td>', gettext("not applicable"))
    number, points, span, tension = figures.split(":")
    stage = tuple(Stage)[int(number)] if number else None
    return format_html(
        '<td role="cell" class="cell cell--{}"><a href="{}"><strong>{}</strong>{}{}{}</a></td>',
        stage.value if stage else "none",
        _pattern("review_dimension", key).replace("/0/", "/{pk}/"),
        points or NONE,
        format_html(" <span>{}</span>", stage.label) if stage else "",
        format_html(" <span>{}</span>", span) if span else "",
        format_html(' <span class="cell__tension">{}</span>', gettext("in tension")) if tension else "",
    )


def comparison_rows(comparison: ProjectComparison) -> list[dict[str, Any]]:
    """The table twin of a comparison: a line a dimension, a cell a project, and the mean and difference of a group."""
    language = get_language() or "de"
    lines: list[dict[str, Any]] = []
    for place, dimension in enumerate(comparison.dimensions):
        cells = [
            format_html(_cell(row.cells[place].key, row.cells[place].figures, language), pk=row.assessment_id)
            for row in comparison.rows
        ]
        line: dict[str, Any] = {"name": str(dimension), "cells": cells, "mean": "", "difference": ""}
        if comparison.group:
            own, mean = comparison.rows[0].cells[place].score, comparison.group.scores[place]
            line["mean"] = NONE if mean is None else whole(mean)
            line["difference"] = NONE if own is None or mean is None else _signed(whole(own) - whole(mean))
        lines.append(line)
    return lines


def _signed(number: int) -> str:
    return f"−{-number}" if number < 0 else f"+{number}" if number else "0"
