"""Entries of the portfolio say what the stored scores say, ready to be shown and sorted by."""

import re
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from assessments.enums import State
from assessments.models import DIMENSION_KEYS, SORTED_SCORES, AssessmentScores, PortfolioEntry, score_column
from assessments.portfolio import figures_of, in_order, matrix_rows, read_rows
from assessments.portfolio_entries import find_wrong_entries, refresh_entry
from tests.factories import answer_all, make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries() -> list[PortfolioEntry]:
    """Four projects: in tension, with open questions, with nothing answered, with a dimension that does not apply."""
    answered = (
        lambda key: 4 if key.startswith("4.1.a") else 0,
        lambda key: 3 if key.endswith("1") else None,
        lambda key: None,
        lambda key: 2,
    )
    for number, levels in enumerate(answered):
        assessment = answer_all(make_assessment(state=State.APPROVED), levels)
        if number == len(answered) - 1:
            reason = "Das gibt es in diesem Vorhaben nicht."
            of_dimension = assessment.answers.filter(question_key__startswith="2.3.")
            of_dimension.update(level=None, is_not_applicable=True, reason=reason)
        refresh_entry(assessment.project_id)
    return list(PortfolioEntry.objects.select_related("scores"))


def test_an_entry_copies_the_scores_to_be_sorted_by(entries: list[PortfolioEntry]):
    for entry in entries:
        assert [getattr(entry, column) for column in SORTED_SCORES] == [
            getattr(entry.scores, column) for column in SORTED_SCORES
        ]


def test_an_entry_says_what_each_cell_shows(entries: list[PortfolioEntry]):
    tense, partly, nothing, excluded = (entry.figures.split() for entry in entries)

    assert tense[:3] == ["6:0", "2:50::!", "0:0::"]
    assert partly[1].split(":")[:2] == ["3", "75"]
    assert "–" in partly[1]
    assert nothing == [":", *["::0–100:"] * 12]
    assert excluded[DIMENSION_KEYS.index("2.3") + 1] == "n"
    assert excluded.count("2:50::") == 11


def test_the_matrix_shows_what_the_scores_say(entries: list[PortfolioEntry]):
    rows = matrix_rows(entry.pk for entry in entries)
    for row in read_rows(PortfolioEntry.objects.all()):
        assert rows[row.project_id].figures.split()[1:] == [cell.figures for cell in row.cells]
        assert rows[row.project_id].state == row.state


@pytest.mark.parametrize(
    ("points", "shown"),
    [("49.4999", "1:49:"), ("49.5000", "1:50:"), ("50.0000", "2:50:"), ("100.0000", "3:100:"), ("0.0000", "0:0:")],
)
def test_the_stage_is_that_of_the_score_before_rounding(points: str, shown: str):
    scores = AssessmentScores(score_4_1=Decimal(points), low_4_1=Decimal(points), high_4_1=Decimal(points))
    assert figures_of(scores).split()[1].startswith(shown)


@pytest.mark.parametrize("wrong", [{"figures": ""}, {"state": "draft"}, {score_column("4.1"): 1}, {"principles": None}])
def test_an_entry_that_shows_something_else_is_found(entries: list[PortfolioEntry], wrong: dict[str, object]):
    PortfolioEntry.objects.filter(pk=entries[0].pk).update(**wrong)
    assert list(find_wrong_entries()) == [entries[0].pk]


def test_the_migration_fills_entries_that_were_there_before(entries: list[PortfolioEntry]):
    migration = import_module("assessments.migrations.0018_fill_portfolio_figures")
    PortfolioEntry.objects.update(state="", figures="", **dict.fromkeys(SORTED_SCORES))

    migration.fill(apps, None)

    assert list(find_wrong_entries()) == []


@pytest.mark.parametrize("sort", ["principles", "guiding_ideas", "submitted", *DIMENSION_KEYS])
@pytest.mark.parametrize("sign", ["", "-"])
def test_the_first_pages_of_each_order_come_from_an_index(sort: str, sign: str):
    column = {"submitted": "submitted_at"}.get(sort, score_column(sort) if sort in DIMENSION_KEYS else sort)
    name = f"portfolioentry_{column}"
    if connection.vendor == "postgresql":
        # With so few rows it would read them all.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        name += "_down" * bool(sign)

    plan = in_order(PortfolioEntry.objects.all(), f"{sign}{sort}")[:50].explain()

    assert re.search(rf"(COVERING INDEX|using) {name}\b", plan), plan
