"""Individual ratings: one's own, alone and unseen; then the team session."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from principles.models import Dimension, load_catalogue

from ..answering import AssessmentClosed
from ..enums import Scope, State
from ..forms.own_ratings import clean_ratings, own_page, read_ratings, with_ratings
from ..forms.questionnaire import Page
from ..individual_ratings import (
    AlreadyRevealed,
    RatingsError,
    cover,
    is_revealed,
    own_ratings,
    rated_counts,
    rated_questions,
    reveal,
    revealed_dimensions,
    save_ratings,
    to_clarify,
)
from ..models import Assessment
from ..permissions import Action, allowed_actions
from .access import get_assessment, signed_in
from .assessments import asked_questions
from .page_turn import find_dimension, neighbours_of, page_turn
from .questionnaire import dimension_page
from .rate_limits import may, too_many_requests
from .resend import ask_to_sign_in


@require_http_methods(["GET", "HEAD", "POST"])
def rating_own(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """What I think of one dimension, without the team's answers or anybody else's ratings."""
    if refused := ask_to_sign_in(request):
        return refused
    if request.method == "POST" and not may(request, "rate"):
        return too_many_requests(request)
    assessment = get_assessment(request, pk, Action.RATE, is_revealed=is_revealed(key))
    dimensions = list(load_catalogue(assessment.catalogue_id).dimensions.all())
    dimension = find_dimension(dimensions, key)
    neighbours = neighbours_of(dimensions, dimension)
    page = own_page(
        dimension,
        own_ratings(assessment, signed_in(request), key),
        only_core=assessment.scope == Scope.QUICK,
    )
    refusal, status = "", HTTPStatus.OK
    if request.method == "POST":
        page, refusal, status = _save(request, assessment, page)
        if status == HTTPStatus.OK:
            messages.success(request, _("Your ratings have been saved."))
            if request.POST.get("then") == "list":
                return redirect("rating_overview", pk)
            following = neighbours.get(request.POST.get("then", "")) or dimension
            return redirect("rating_own", pk, following.key)
    revealed = assessment.is_revealed  # type: ignore[attr-defined]
    context = {
        **_common(assessment),
        "dimension": dimension,
        "page": page,
        "faults": [fault for panel in page.panels for fault in panel.faults],
        "refusal": refusal,
        "is_revealed": revealed,
        # What could not be saved stays in its fields.
        "can_rate": (assessment.is_open and not revealed) or bool(refusal),
        **page_turn(
            neighbours,
            lambda one: reverse("rating_own", args=[pk, one.key]),
            reverse("rating_overview", args=[pk]),
        ),
    }
    return render(request, "assessments/rating_own.html", context, status=status)


def _save(request: HttpRequest, assessment: Assessment, page: Page) -> tuple[Page, str, HTTPStatus]:
    """Save all or nothing; the page as it was typed, why it was refused, and the status of the answer."""
    ratings = read_ratings(request.POST, page.panels)
    cleaned, errors = clean_ratings(ratings)
    typed = with_ratings(page, ratings, errors)
    if errors:
        return typed, "", HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        save_ratings(assessment, signed_in(request), page.dimension.key, cleaned)
    except (AlreadyRevealed, AssessmentClosed) as error:
        return typed, refusal_text(error), HTTPStatus.CONFLICT
    return typed, "", HTTPStatus.OK


def refusal_text(error: AlreadyRevealed | AssessmentClosed) -> str:
    """Why a rating was not saved."""
    if isinstance(error, AlreadyRevealed):
        return _("Not saved: the ratings of this dimension have been revealed, so nobody changes theirs any more.")
    return _("Not saved: the assessment has been submitted or deleted meanwhile.")


@require_safe
@login_required
def rating_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Where I go on rating: the first dimension that is not revealed and has a question I have not rated."""
    assessment = get_assessment(request, pk, Action.RATE)
    rated = rated_questions(assessment, signed_in(request))
    revealed = revealed_dimensions(assessment)
    open_ones = (
        dimension.key
        for dimension, question in asked_questions(assessment)
        if question.key not in rated and dimension.key not in revealed
    )
    key = next(open_ones, asked_questions(assessment)[0][0].key)
    return redirect("rating_own", pk, key)


@require_safe
@login_required
def rating_overview(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has rated how much, what is revealed, and what needs to be clarified."""
    assessment = get_assessment(request, pk, Action.RATE)
    memberships = list(assessment.project.memberships.select_related("user").order_by("user__name", "user"))
    counts = rated_counts(assessment)
    revealed = revealed_dimensions(assessment)
    clarify = to_clarify(assessment)
    asked: dict[Dimension, int] = {}
    for dimension, _question in asked_questions(assessment):
        asked[dimension] = asked.get(dimension, 0) + 1
    rows: list[dict[str, Any]] = [
        {
            "dimension": dimension,
            "asked": total,
            "people": [
                {"user": one.user, "count": counts[one.user_id, dimension.key]}
                for one in memberships
                if counts[one.user_id, dimension.key]
            ],
            "mine": counts[signed_in(request).pk, dimension.key],
            "revealed": revealed.get(dimension.key),
            "to_clarify": clarify[dimension.key],
        }
        for dimension, total in asked.items()
    ]
    context = {
        **_common(assessment),
        "rows": rows,
        "members": len(memberships),
        "has_ratings": bool(counts),
        "is_approved": assessment.state == State.APPROVED,
        "can_reveal": assessment.is_open and Action.REVEAL_RATINGS in allowed_actions(request.user, assessment),
    }
    return render(request, "assessments/rating_overview.html", context)


@require_POST
@login_required
def rating_reveal(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Show the team the ratings of a dimension and go through them."""
    assessment = get_assessment(request, pk, Action.REVEAL_RATINGS)
    dimension = find_dimension(load_catalogue(assessment.catalogue_id).dimensions.all(), key)
    try:
        reveal(assessment, signed_in(request), dimension.key)
    except RatingsError as error:
        messages.error(request, error.messages[0])
    except AssessmentClosed:
        messages.error(request, _closed())
    else:
        messages.success(request, _("The ratings of “%(name)s” are revealed.") % {"name": dimension.name})
        return redirect("rating_session", pk, key)
    return redirect("rating_overview", pk)


@require_POST
@login_required
def rating_cover(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Hide the ratings of a dimension again for a second round."""
    assessment = get_assessment(request, pk, Action.REVEAL_RATINGS)
    dimension = find_dimension(load_catalogue(assessment.catalogue_id).dimensions.all(), key)
    try:
        cover(assessment, dimension.key)
    except RatingsError as error:
        messages.error(request, error.messages[0])
    except AssessmentClosed:
        messages.error(request, _closed())
    else:
        text = _("The ratings of “%(name)s” are hidden again. Everybody can change their own.")
        messages.success(request, text % {"name": dimension.name})
    return redirect("rating_overview", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def rating_session(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One revealed dimension: what everybody thinks, and below it the answer the team agrees on."""
    return dimension_page(request, pk, key, in_session=True)


def _closed() -> str:
    return _("This is no longer possible: the assessment has been submitted or deleted meanwhile.")


def _common(assessment: Assessment) -> dict[str, Any]:
    return {
        "assessment": assessment,
        "assessment_name": f"{assessment.get_scope_display()} {assessment.number}",
        "project": assessment.project,
    }
