"""Stored scores say what the answers say, and the command finds where they do not."""

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assessments.enums import Scope
from assessments.models import DIMENSION_KEYS, Assessment, AssessmentScores, PortfolioEntry, User, score_column
from assessments.portfolio_entries import find_wrong_entries, restore_entry
from assessments.stored_scores import compute_scores, find_differences, shapes_of, store_dimension, store_scores
from assessments.workflow import submit
from principles.models import load_catalogue
from tests.factories import answer_all, make_answer, make_assessment

pytestmark = pytest.mark.django_db


def stored(assessment: Assessment) -> dict[str, Any]:
    return dict(AssessmentScores.objects.filter(assessment=assessment).values().get())


@pytest.fixture
def scored(draft: Assessment) -> Assessment:
    store_scores(draft, compute_scores(draft))
    return draft


def test_every_figure_of_the_worked_example_is_stored() -> None:
    assessment = answer_all(
        make_assessment(), {"4.1.a1": 4, "4.1.a2": 3, "4.1.b1": 1, "4.1.b2": 1, "4.1.b3": 2, "4.1.b4": 0}
    )
    make_answer(assessment, "4.1.a4", is_not_applicable=True, reason="Das gibt es hier nicht.")

    score = compute_scores(assessment)
    store_scores(assessment, score)

    row = stored(assessment)
    figures = {figure: row[score_column("4.1", figure)] for figure in AssessmentScores.FIGURES}
    assert figures == {
        "score": Decimal("56.2500"),
        "low": Decimal("41.6667"),
        "high": Decimal("58.3333"),
        "coverage": Decimal("0.8333"),
        "balance": Decimal("37.5000"),
    }
    assert (row["principles"], row["guiding_ideas"]) == (Decimal("56.2500"), None)
    assert (row["answered"], row["in_scope"]) == (7, score.total), "„nicht zutreffend“ is an answer"
    assert (row["score_2_3"], row["low_2_3"], row["high_2_3"], row["coverage_2_3"]) == (None, 0, 100, 0)


def test_a_dimension_that_is_not_applicable_stores_nothing() -> None:
    assessment = make_assessment(scope=Scope.QUICK)
    for key in ("4.1.a", "4.1.b"):
        for question in range(1, 5):
            make_answer(assessment, f"{key}{question}", is_not_applicable=True, reason="Das gibt es hier nicht.")

    store_scores(assessment, compute_scores(assessment))

    row = stored(assessment)
    assert {row[score_column("4.1", figure)] for figure in AssessmentScores.FIGURES} == {None}


def test_storing_takes_one_statement_the_first_time_and_later(
    draft: Assessment, django_assert_num_queries: Any
) -> None:
    score = compute_scores(draft)
    for _time in range(2):
        with django_assert_num_queries(1):
            store_scores(draft, score)


def test_storing_again_replaces(scored: Assessment) -> None:
    scored.answers.update(level=1)
    store_scores(scored, compute_scores(scored))

    assert stored(scored)["principles"] == 25
    assert AssessmentScores.objects.count() == 1


def test_one_dimension_is_stored_with_one_statement(scored: Assessment, django_assert_num_queries: Any) -> None:
    scored.answers.filter(question_key__startswith="4.1.a").update(level=0)
    score = compute_scores(scored)

    with django_assert_num_queries(1):
        store_dimension(scored, score, "4.1")

    assert list(find_differences()) == []


def test_figures_that_a_dimension_has_no_more_are_removed(scored: Assessment) -> None:
    scored.answers.filter(question_key__startswith="4.1.").update(level=None, is_not_applicable=True)
    store_dimension(scored, compute_scores(scored), "4.1")

    assert stored(scored)["balance_4_1"] is None
    assert list(find_differences()) == []


def test_without_stored_scores_all_dimensions_are_stored(draft: Assessment) -> None:
    store_dimension(draft, compute_scores(draft), "4.1")

    assert list(find_differences()) == []


def test_computing_takes_one_query(draft: Assessment, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        compute_scores(draft)


def test_shapes_are_built_once_and_are_the_catalogue(draft: Assessment) -> None:
    catalogue = load_catalogue(draft.catalogue_id)
    shapes = shapes_of(catalogue)

    assert shapes is shapes_of(catalogue)
    assert [shape.key for shape in shapes] == [dimension.key for dimension in catalogue.dimensions.all()]
    assert {shape.is_principle for shape in shapes if shape.key.startswith("4.")} == {True}
    assert {shape.key for shape in shapes} <= set(DIMENSION_KEYS)
    core = [[question.is_core for question in aspect.questions].count(True) for s in shapes for aspect in s.aspects]
    assert set(core) == {1}


def test_what_is_right_has_no_differences(scored: Assessment) -> None:
    assert list(find_differences()) == []


def test_every_wrong_figure_is_found(scored: Assessment) -> None:
    AssessmentScores.objects.filter(assessment=scored).update(
        score_4_1=Decimal("75.0001"), balance_4_1=None, answered=1
    )

    assert {(found.assessment_id, found.column, found.stored, found.computed) for found in find_differences()} == {
        (scored.pk, "score_4_1", Decimal("75.0001"), Decimal(75)),
        (scored.pk, "balance_4_1", None, Decimal(100)),
        (scored.pk, "answered", 1, compute_scores(scored).total),
    }


def test_finding_differences_takes_the_same_queries_for_any_number(
    scored: Assessment, django_assert_num_queries: Any
) -> None:
    for _number in range(3):
        other = answer_all(make_assessment())
        store_scores(other, compute_scores(other))
    with django_assert_num_queries(2):
        assert list(find_differences()) == []


def verify(*arguments: str) -> str:
    output = StringIO()
    call_command("verify_scores", *arguments, stdout=output)
    return output.getvalue()


def test_command_is_content_when_all_is_right(scored: Assessment) -> None:
    assert verify()


def test_command_names_what_is_wrong_and_changes_nothing(scored: Assessment) -> None:
    AssessmentScores.objects.update(score_4_1=3)

    with pytest.raises(CommandError, match="1"):
        verify()

    assert stored(scored)["score_4_1"] == 3


def test_command_puts_right_what_is_wrong_or_missing(scored: Assessment, draft: Assessment) -> None:
    AssessmentScores.objects.update(score_4_1=3)
    bare = answer_all(make_assessment(), 2)

    output = verify("--fix")

    assert f"{scored.pk} score_4_1: 3.0000 ≠ 75.0000" in output
    assert stored(scored)["score_4_1"] == 75
    assert stored(bare)["principles"] == 50
    assert list(find_differences()) == []


def test_command_brings_the_portfolio_up_to_date_with_the_scores_it_puts_right(owner: User) -> None:
    answer_all(assessment := make_assessment(), 2)
    submit(assessment, owner)
    AssessmentScores.objects.update(score_4_1=3)
    # Somebody has sent the wrong figure on its way to the portfolio.
    restore_entry(assessment.project_id)
    assert PortfolioEntry.objects.get().figures.split()[1].startswith("0:3:")

    verify("--fix")

    assert PortfolioEntry.objects.get().figures.split()[1].startswith("2:50:")
    assert list(find_wrong_entries()) == []
