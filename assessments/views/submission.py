"""The team's side of a review: hand in, take back, read what the reviewers say and answer them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..discussion import by_place, reply, set_open, threads_of, visible_until
from ..evidence_shown import shelf_of
from ..exchange import ExchangeError
from ..models import Assessment, Thread
from ..permissions import Action, allowed_actions
from ..results import Result
from ..reviewing import ratings_of
from ..standing import shown_result, standing_of
from ..workflow import IncompleteError, Missing, WorkflowError, missing_for_submission, submit, withdraw
from .access import get_assessment, signed_in
from .once import request_key
from .rate_limits import limited


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("decide")
def assessment_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """What is missing, with links; else what submitting means, and the button that does it."""
    assessment = get_assessment(request, pk, Action.SUBMIT, "project__organisation")
    refusal = ""
    if request.method == "POST":
        try:
            snapshot = submit(assessment, signed_in(request))
        except IncompleteError as error:
            return _show_submit(request, assessment, error.missing, status=422)
        except WorkflowError as error:
            refusal = error.messages[0]
        except ExchangeError as error:
            refusal = str(error.faults[0])
        else:
            messages.success(
                request,
                _("The assessment has been submitted. Its hash is %(hash)s.") % {"hash": snapshot.sha256},
            )
            return redirect(assessment)
    result = shown_result(assessment)
    missing = missing_for_submission(result) if assessment.is_open else ()
    return _show_submit(request, assessment, missing, result, refusal=refusal, status=409 if refusal else 200)


def _show_submit(
    request: HttpRequest,
    assessment: Assessment,
    missing: tuple[Missing, ...],
    result: Result | None = None,
    *,
    refusal: str = "",
    status: int,
) -> HttpResponse:
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "missing": missing,
        "refusal": refusal,
        "result": None if missing else result,
        "standing": standing_of(assessment),
    }
    return render(request, "assessments/assessment_submit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("decide")
def assessment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a submission back that nobody has begun to review."""
    assessment = get_assessment(request, pk, Action.SUBMIT)
    refusal = ""
    if request.method == "POST":
        try:
            withdraw(assessment, signed_in(request))
        except WorkflowError as error:
            refusal = error.messages[0]
        else:
            messages.success(request, _("The submission has been withdrawn. You can go on working on it."))
            return redirect(assessment)
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "standing": standing_of(assessment),
        "refusal": refusal,
    }
    return render(request, "assessments/assessment_withdraw.html", context, status=409 if refusal else 200)


@require_safe
@login_required
def assessment_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """What the reviewers commented and where they see another level; for the team alone."""
    assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT)
    return _show_feedback(request, assessment)


@require_POST
@login_required
def feedback_reply(request: HttpRequest, pk: int, thread_pk: int) -> HttpResponse:
    """Answer a reviewer's comment, or mark it as done."""
    assessment = get_assessment(request, pk, Action.ANSWER)
    visible = threads_of(assessment, is_review=True, before=visible_until(assessment))
    thread = get_object_or_404(visible, pk=thread_pk)
    if not assessment.is_open:
        messages.error(request, _("The assessment is closed. Comments can be answered once it is returned."))
        return _show_feedback(request, assessment, typed={thread.pk: request.POST.get("text", "")}, status=409)
    if "state" in request.POST:
        set_open(thread, is_open=request.POST["state"] == "open")
    else:
        text = request.POST.get("text", "")
        try:
            reply(thread, signed_in(request), text, request_key=request_key(request))
        except ValidationError as error:
            faults = {thread.pk: error.messages}
            return _show_feedback(request, assessment, typed={thread.pk: text}, faults=faults, status=422)
        messages.success(request, _("Your comment has been saved."))
    page = redirect("assessment_feedback", assessment.pk)
    page["Location"] += f"#t-{thread.pk}"
    return page


def _show_feedback(
    request: HttpRequest,
    assessment: Assessment,
    *,
    typed: dict[int, str] | None = None,
    faults: dict[int, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    until = visible_until(assessment)
    threads = by_place(threads_of(assessment, is_review=True, before=until))
    ratings = ratings_of(assessment, until)
    result = shown_result(assessment)
    may_answer = Action.ANSWER in allowed_actions(request.user, assessment) and assessment.is_open

    def shown(place: str) -> list[dict[str, Any]]:
        return [
            {
                "thread": thread,
                "typed": (typed or {}).get(thread.pk, ""),
                "faults": (faults or {}).get(thread.pk, []),
                "request_key": uuid4(),
                "reply_url": reverse("feedback_reply", args=[assessment.pk, thread.pk]),
            }
            for thread in threads.get(place, [])
        ]

    dimensions = []
    for dimension in result.dimensions:
        questions = [
            {"question": question, "threads": shown(question.key), "ratings": ratings.get(question.key, [])}
            for question in dimension.questions
            if question.key in threads or question.key in ratings
        ]
        if questions or dimension.key in threads:
            dimensions.append({"dimension": dimension, "threads": shown(dimension.key), "questions": questions})
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "standing": standing_of(assessment),
        "threads": shown(""),
        "dimensions": dimensions,
        "shelf": shelf_of(assessment),
        "may_answer": may_answer,
    }
    return render(request, "assessments/assessment_feedback.html", context, status=status)


def open_feedback(assessment: Assessment) -> int:
    """How many comments of the reviewers the team has not settled yet."""
    return Thread.objects.filter(assessment=assessment, is_review=True, is_open=True).count()
