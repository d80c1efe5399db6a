"""Keep the portfolio's entries: one for each project that has a submitted or approved assessment."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from .enums import PORTFOLIO_STATES
from .models import SORTED_SCORES, Assessment, AssessmentScores, PortfolioEntry, Project, Snapshot
from .portfolio import figures_of
from .results import QuestionResult, Result, result_of
from .stored_scores import compute_scores, store_scores

OPEN, NOT_APPLICABLE, NOT_ASKED = "-", "n", "."
"""Signs in an entry's levels beside 0–4."""


def refresh_entry(project_id: int) -> None:
    """Let the entry of a project show its newest submitted or approved assessment, or nothing when there is none.

    Call it in the transaction that changes the state of an assessment.
    """
    newest = _newest(project_id)
    if newest is None:
        PortfolioEntry.objects.filter(project=project_id).delete()
        return
    if (scores := _scores(newest)) is None:
        store_scores(newest, compute_scores(newest))
        scores = AssessmentScores.objects.get(pk=newest.pk)
    PortfolioEntry.objects.update_or_create(project_id=project_id, defaults=_figures(newest, scores))


def find_wrong_entries() -> Iterator[int]:
    """Keys of the projects whose entry is missing, needless, or does not show what it should."""
    entries = PortfolioEntry.objects.in_bulk()
    for project_id in Project.objects.order_by("pk").values_list("pk", flat=True).iterator():
        entry, newest = entries.get(project_id), _newest(project_id)
        if (entry is None) != (newest is None):
            yield project_id
        elif entry is not None and newest is not None:
            scores = _scores(newest)
            if scores is None or any(getattr(entry, name) != value for name, value in _figures(newest, scores).items()):
                yield project_id


def restore_entry(project_id: int) -> None:
    """Refresh an entry outside any other change."""
    with transaction.atomic():
        refresh_entry(project_id)


def _newest(project_id: int) -> Assessment | None:
    return Assessment.objects.filter(project=project_id, state__in=PORTFOLIO_STATES).order_by("-number").first()


def _scores(assessment: Assessment) -> AssessmentScores | None:
    return AssessmentScores.objects.filter(pk=assessment.pk).first()


def _figures(assessment: Assessment, scores: AssessmentScores) -> dict[str, object]:
    result = result_of(assessment)
    submitted_at = (
        Snapshot.objects.filter(assessment=assessment)
        .order_by("-number")
        .values_list("submitted_at", flat=True)
        .first()
    )
    return {
        "scores_id": assessment.pk,
        "state": assessment.state,
        "submitted_at": submitted_at,
        "levels": "".join(_sign(question) for question in questions_of(result)),
        "next_steps": joined([step.question.key for step in result.next_steps]),
        "figures": figures_of(scores),
        **{column: getattr(scores, column) for column in SORTED_SCORES},
    }


def questions_of(result: Result) -> Iterator[QuestionResult]:
    """All questions in catalogue order: what the signs of ``levels`` stand for."""
    for dimension in result.dimensions:
        yield from dimension.questions


def joined(keys: list[str]) -> str:
    """Keys in one text, each with a blank on both sides, so that a search for one finds no other."""
    return f" {' '.join(keys)} " if keys else ""


def _sign(question: QuestionResult) -> str:
    if not question.in_scope:
        return NOT_ASKED
    if question.is_not_applicable:
        return NOT_APPLICABLE
    return OPEN if question.level is None else str(question.level)
