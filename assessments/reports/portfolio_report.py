"""The report of a selection of projects: what they have in common, and one line for each."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import override as translation_override

from principles.models import Dimension

from ..enums import Stage
from ..models import PortfolioEntry
from ..portfolio import GROUP_LABELS, GROUPS, Row, in_groups, rows_of, stage_of_points, whole
from ..portfolio_charts import StageBars, stage_bars
from ..portfolio_evaluation import Distribution, Evaluation
from ..portfolio_exports import json_document
from .pdf import Attachment, render_pdf
from .portfolio_lines import Line, LineGroup, lines_of, points
from .portfolio_tables import CountTables, count_tables
from .report_parts import NAMED_AT_MOST, NO_FIGURE, Fact, Mean
from .stylesheets import stylesheet
from .texts import clean_document

STEPS_IN_SUMMARY = 5
MOST_PROJECTS = 400
"""Projects that one report holds: about 60 pages, within the time a PDF may take."""


class TooManyProjectsError(Exception):
    """The selection has more projects than one report holds."""


@dataclass(frozen=True, slots=True)
class Selected:
    """Which projects in which order, how they were chosen, and the day the report speaks of.

    ``words`` says it to people, ``address`` to programs; that has the grouping too.
    """

    project_ids: tuple[int, ...]
    words: tuple[str, ...]
    address: Mapping[str, str]
    date: datetime.date

    @property
    def grouping(self) -> str:
        """What the projects are grouped by, empty for no groups."""
        group = self.address.get("group", "")
        return group if group in GROUPS else ""

    @property
    def file_name(self) -> str:
        """``portfolio_2027-03-31.pdf``."""
        return f"portfolio_{self.date.isoformat()}.pdf"


@dataclass(frozen=True, slots=True)
class Due:
    """An open measure with a date."""

    title: str
    responsible: str
    project: str
    due: datetime.date
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class PortfolioSummary:
    """One page that can be read in two minutes."""

    standing: str
    means: tuple[Mean, Mean]
    strongest: tuple[Fact, ...]
    weakest: tuple[Fact, ...]
    tensions: tuple[str, ...]
    steps: tuple[Fact, ...]
    plans: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PortfolioReport:
    """Everything the report says, in one language."""

    language: str
    title: str
    date: datetime.date
    selection: tuple[str, ...]
    grouped_by: str
    count: int
    fictional: int
    summary: PortfolioSummary
    evaluation: Evaluation
    counts: CountTables
    dimensions: tuple[Dimension, ...]
    chart: StageBars
    stages: tuple[Stage, ...]
    due: tuple[Due, ...]
    lines: tuple[Line, ...]
    groups: tuple[LineGroup, ...]


def portfolio_report(selected: Selected, language: str) -> PortfolioReport:
    """The report in ``language`` (``de`` or ``en``); the number of queries does not depend on that of the projects.

    Raises ``TooManyProjectsError``.
    """
    with translation_override(language):
        return _portfolio_report(selected, _rows(selected), language)


def portfolio_pdf(selected: Selected, language: str) -> bytes:
    """The report as PDF with its figures attached as data; the same content gives the same bytes.

    Raises ``TooManyProjectsError`` and the errors of ``pdf.render_pdf``.
    """
    with translation_override(language):
        rows = _rows(selected)
        html = portfolio_html(_portfolio_report(selected, rows, language))
        data = json_document(rows, selected.address, selected.date.isoformat())
        attachment = Attachment(
            selected.file_name.replace(".pdf", ".json"), gettext("All figures of this report as data"), data
        )
    return render_pdf(
        html, stylesheet("portfolio_report.css"), created=selected.date.isoformat(), attachment=attachment
    )


def portfolio_html(report: PortfolioReport) -> str:
    """The report as one HTML page without styles, for print."""
    with translation_override(report.language):
        return render_to_string("reports/portfolio_report.html", {"report": report})


def _rows(selected: Selected) -> list[Row]:
    if len(selected.project_ids) > MOST_PROJECTS:
        raise TooManyProjectsError
    known = rows_of(selected.project_ids)
    return [known[pk] for pk in selected.project_ids if pk in known]


def _portfolio_report(selected: Selected, rows: Sequence[Row], language: str) -> PortfolioReport:
    entries = PortfolioEntry.objects.filter(pk__in=[row.project_id for row in rows]).order_by()
    evaluation = Evaluation(entries, selected.date)
    lines = lines_of(rows)
    return PortfolioReport(
        language=language,
        title=gettext("Portfolio report"),
        date=selected.date,
        selection=tuple(map(clean_document, selected.words)),
        grouped_by=str(GROUP_LABELS[selected.grouping]) if selected.grouping else "",
        count=len(rows),
        fictional=sum(row.is_fictional for row in rows),
        summary=_summary(rows, evaluation),
        evaluation=evaluation,
        counts=count_tables(evaluation),
        dimensions=tuple(evaluation.dimensions.values()),
        chart=stage_bars(evaluation.distributions),
        stages=tuple(Stage),
        due=tuple(
            Due(
                clean_document(row["title"]),
                clean_document(row["responsible"]),
                clean_document(row["name"]),
                row["due"],
                row["is_overdue"],
            )
            for row in evaluation.next_due
        ),
        lines=lines,
        groups=_groups(selected, dict(zip([row.project_id for row in rows], lines, strict=True))),
    )


def _groups(selected: Selected, lines: Mapping[int, Line]) -> tuple[LineGroup, ...]:
    if not selected.grouping:
        return (LineGroup("", tuple(lines.values())),)
    groups = in_groups(tuple(lines), selected.grouping, selected.address.get("perspective", ""))
    return tuple(LineGroup(clean_document(name), tuple(lines[pk] for pk in members)) for name, members in groups)


# -- Summary ----------------------------------------------------------------------------------------------------------


def _summary(rows: Sequence[Row], evaluation: Evaluation) -> PortfolioSummary:
    scored = [one for one in evaluation.distributions if one.mean is not None]
    ranked = sorted(scored, key=lambda one: one.mean or 0, reverse=True)
    # With few scored dimensions nobody is told to be strongest and weakest at once.
    named = min(NAMED_AT_MOST, len(ranked) // 2)
    return PortfolioSummary(
        standing=_standing(rows),
        means=(
            _mean(gettext("Principles of good practice"), [row.principles for row in rows]),
            _mean(gettext("Guiding ideas"), [row.guiding_ideas for row in rows]),
        ),
        strongest=tuple(map(_named, ranked[:named])),
        weakest=tuple(map(_named, reversed(ranked[len(ranked) - named :]))),
        tensions=tuple(
            ngettext("%(pair)s: in %(count)d project", "%(pair)s: in %(count)d projects", one.in_tension)
            % {"pair": one.dimension, "count": one.in_tension}
            for one in evaluation.tensions[:NAMED_AT_MOST]
        ),
        steps=tuple(
            Fact(f"{one.question.key} {one.question.text}", str(one.projects))
            for one in evaluation.frequent_steps[:STEPS_IN_SUMMARY]
        ),
        plans=_plans(evaluation),
    )


def _standing(rows: Sequence[Row]) -> str:
    days = [timezone.localdate(row.submitted_at) for row in rows if row.submitted_at]
    counted = ngettext("%(count)d project", "%(count)d projects", len(rows)) % {"count": len(rows)}
    if not days:
        return gettext("This report sums up %(projects)s.") % {"projects": counted}
    return gettext(
        "This report sums up %(projects)s: the newest submitted or approved assessment of each, "
        "submitted between %(first)s and %(last)s."
    ) % {
        "projects": counted,
        "first": date_format(min(days), "SHORT_DATE_FORMAT"),
        "last": date_format(max(days), "SHORT_DATE_FORMAT"),
    }


def _mean(label: str, scores: Sequence[Decimal | None]) -> Mean:
    known = [score for score in scores if score is not None]
    if not known:
        return Mean(label, NO_FIGURE, gettext("no answers yet"))
    mean = sum(known, Decimal()) / len(known)
    return Mean(label, str(whole(mean)), str(stage_of_points(mean).label))


def _named(one: Distribution) -> Fact:
    return Fact(str(one.dimension), points(one.mean))


def _plans(evaluation: Evaluation) -> tuple[str, ...]:
    """What the projects have planned and where they see goals in conflict, a sentence each."""
    sentences = []
    if count := evaluation.open_measure_count:
        overdue = sum(one.overdue for one in evaluation.open_measures)
        sentences.append(
            ngettext(
                "%(count)d measure is planned or running, %(overdue)d of them overdue.",
                "%(count)d measures are planned or running, %(overdue)d of them overdue.",
                count,
            )
            % {"count": count, "overdue": overdue}
        )
    if pairs := evaluation.conflict_pairs:
        sentences.append(
            gettext("Conflicts of goals are named most often between “%(first)s” and “%(second)s”.")
            % {"first": pairs[0].first, "second": pairs[0].second}
        )
    return tuple(sentences)
