"""Autosave: one question, one request, one small answer in JSON for ``questionnaire.js``.

Every refusal says in words what happened; the text stays on the page and can be sent again.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from principles.models import Dimension, Question

from ..answering import AssessmentClosed
from ..forms.own_ratings import clean_ratings, read_ratings
from ..forms.questionnaire import MERGED, MINE, THEIRS, Panel, read_entry
from ..individual_ratings import AlreadyRevealed, dimension_of, save_ratings
from ..models import Answer, AnswerChange, Assessment, User
from ..permissions import Action
from .access import get_assessment, signed_in
from .assessments import asked_questions
from .questionnaire import Outcome, progress_bars, save_entry
from .rate_limits import may
from .ratings import refusal_text

RATE_WINDOW = timedelta(minutes=1)


@require_http_methods(["GET", "POST"])
def answer_save(request: HttpRequest, pk: int, question_key: str) -> HttpResponse:
    """Save one answer. A GET hands out a fresh CSRF token after signing in again in another tab."""
    if message := _wrong_person(request):
        return _sign_in("assessment_dimension", pk, question_key, message)
    user = signed_in(request)
    # Read in the same query: whether the person has saved much lately.
    assessment = get_assessment(request, pk, Action.ANSWER, many_since=_many_changes_since(user))
    found = _find_question(assessment, question_key)
    if request.method == "GET":
        return JsonResponse({"token": get_token(request)})
    many_since = assessment.many_since  # type: ignore[attr-defined]
    if many_since and many_since > timezone.now() - RATE_WINDOW:
        return _too_many()
    return _save(request, assessment, *found)


@require_http_methods(["GET", "POST"])
def rating_save(request: HttpRequest, pk: int, question_key: str) -> HttpResponse:
    """Save what I think of one question. A GET hands out a fresh CSRF token, as for an answer."""
    if message := _wrong_person(request):
        return _sign_in("rating_own", pk, question_key, message)
    assessment = get_assessment(request, pk, Action.RATE)
    dimension, question = _find_question(assessment, question_key)
    if request.method == "GET":
        return JsonResponse({"token": get_token(request)})
    return _save_rating(request, assessment, dimension, question) if may(request, "rate") else _too_many()


def _save_rating(
    request: HttpRequest, assessment: Assessment, dimension: Dimension, question: Question
) -> HttpResponse:
    ratings = read_ratings(request.POST, [Panel(question)])
    if not ratings:
        return _refusal(HTTPStatus.BAD_REQUEST, _("The answer arrived incomplete."))
    cleaned, errors = clean_ratings(ratings)
    if errors:
        return _refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY, _("Not saved – please check your entries."), errors=errors[question.key]
        )
    try:
        save_ratings(assessment, signed_in(request), dimension.key, cleaned)
    except (AlreadyRevealed, AssessmentClosed) as error:
        return _refusal(HTTPStatus.GONE, refusal_text(error))
    return JsonResponse(_accepted(0))


def _find_question(assessment: Assessment, key: str) -> tuple[Dimension, Question]:
    """The question in the assessment's scope with its dimension; 404 if there is none."""
    for found in asked_questions(assessment):
        if found[1].key == key:
            return found
    raise Http404


def _save(request: HttpRequest, assessment: Assessment, dimension: Dimension, question: Question) -> HttpResponse:
    entry = read_entry(request.POST, question.key)
    if entry is None:
        return _refusal(HTTPStatus.BAD_REQUEST, _("The answer arrived incomplete."))
    panel = Panel(question) if entry.resolution in {"", MINE} else _stored(assessment, question)
    if entry.resolution == THEIRS:
        return JsonResponse(_accepted(panel.version, html=_question(panel)))
    outcome = save_entry(request, assessment, panel, entry)
    if outcome.saved is None:
        return _refused(outcome)
    bars = progress_bars(outcome.saved.score, dimension)
    touched = {"progress-all", f"progress-{dimension.key}", f"progress-{question.aspect.key}"}
    accepted = _accepted(outcome.saved.version, progress=[bar for bar in bars if bar["id"] in touched])
    if entry.resolution == MERGED:
        accepted["html"] = _question(_stored(assessment, question))
    return JsonResponse(accepted)


def _stored(assessment: Assessment, question: Question) -> Panel:
    answers = Answer.objects.select_related("changed_by").filter(assessment=assessment, question_key=question.key)
    return Panel.of(question, answers.first())


def _many_changes_since(user: User) -> Subquery:
    """When the oldest of the person's last changes was, as many as a minute may have; NULL if there are not so many."""
    place = settings.ANSWERS_PER_MINUTE - 1
    changes = AnswerChange.objects.filter(author=user.pk).order_by("-changed_at")
    return Subquery(changes.values("changed_at")[place : place + 1])


def _accepted(version: int, **more: Any) -> dict[str, Any]:
    now = formats.time_format(timezone.localtime(), "H:i")
    return {"version": version, "message": _("Saved %(time)s") % {"time": now}, **more}


def _refused(outcome: Outcome) -> JsonResponse:
    panel = outcome.panel
    if outcome.is_closed:
        return _refusal(
            HTTPStatus.GONE,
            _("Not saved: the assessment has been submitted or deleted meanwhile. Copy your text if you need it."),
        )
    if panel.conflict:
        return _refusal(
            HTTPStatus.CONFLICT,
            _("Not saved: somebody else changed this answer. Choose above what stays."),
            html=render_to_string("assessments/_conflict.html", {"panel": panel}),
        )
    return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, _("Not saved – please check your entries."), errors=panel.errors)


def _wrong_person(request: HttpRequest) -> str:
    """Why whoever sends this is not who opened the page; empty if they are."""
    user = request.user
    if not user.is_authenticated:
        return _("You have been signed out. Your text is still here.")
    expected = request.POST.get("signed_in_as", "")
    if expected and expected != str(user.pk):
        return _("You are now signed in as %(name)s.") % {"name": user.get_full_name()}
    return ""


def _sign_in(page: str, pk: int, question_key: str, message: str) -> JsonResponse:
    try:
        back = reverse(page, args=[pk, dimension_of(question_key)])
    except NoReverseMatch:  # the key of no question
        back = reverse("assessment_detail", args=[pk])
    login = f"{reverse('account_login')}?{urlencode({'next': back})}"
    return _refusal(HTTPStatus.UNAUTHORIZED, message, login=login)


def _too_many() -> JsonResponse:
    response = _refusal(HTTPStatus.TOO_MANY_REQUESTS, _("Many changes at once – saving again in a moment."))
    response.headers["Retry-After"] = "10"
    return response


def _refusal(status: HTTPStatus, message: str, **more: Any) -> JsonResponse:
    return JsonResponse({"message": message, **more}, status=status)


def _question(panel: Panel) -> str:
    return render_to_string("assessments/_question.html", {"panel": panel})
