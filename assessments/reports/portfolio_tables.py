"""The tables of the portfolio report that count projects."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from ..portfolio_evaluation import Evaluation
from ..templatetags.figures import decimal_place


@dataclass(frozen=True, slots=True)
class CountRow:
    """What is counted, after its key if it is a question, and the figures."""

    name: str
    figures: tuple[int | str, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class CountTable:
    """``columns`` are the headings, the first that of what is counted."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[CountRow, ...]


@dataclass(frozen=True, slots=True)
class CountTables:
    """All of them."""

    tensions: CountTable
    low_questions: CountTable
    steps: CountTable
    measures: CountTable
    conflicts: CountTable


def count_tables(evaluation: Evaluation) -> CountTables:
    """The tables in the active language."""
    projects = gettext("Projects")
    return CountTables(
        tensions=CountTable(
            gettext("In how many projects a pair is in tension"),
            (gettext("Pair"), projects),
            tuple(CountRow(str(one.dimension), (one.in_tension,)) for one in evaluation.tensions),
        ),
        low_questions=CountTable(
            gettext("Questions with the lowest mean level"),
            (gettext("Question"), gettext("Mean level (0–4)"), gettext("Projects at level 0 or 1")),
            tuple(
                CountRow(one.question.text, (decimal_place(one.mean), one.low), one.question.key)
                for one in evaluation.low_questions
            ),
        ),
        steps=CountTable(
            gettext("Questions most projects should work on next"),
            (gettext("Question"), projects),
            tuple(CountRow(one.question.text, (one.projects,), one.question.key) for one in evaluation.frequent_steps),
        ),
        measures=CountTable(
            gettext("Open measures by dimension"),
            (gettext("Dimension"), gettext("Open"), gettext("Overdue"), projects),
            tuple(
                CountRow(
                    str(one.dimension) if one.dimension else gettext("for no dimension"),
                    (one.measures, one.overdue, one.projects),
                )
                for one in evaluation.open_measures
            ),
        ),
        conflicts=CountTable(
            gettext("Conflicts of goals by pair of dimensions"),
            (gettext("Between"), gettext("Conflicts"), projects),
            tuple(
                CountRow(f"{one.first} – {one.second}", (one.conflicts, one.projects))
                for one in evaluation.conflict_pairs
            ),
        ),
    )
