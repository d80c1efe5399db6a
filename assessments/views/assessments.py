"""An assessment as a task list: begin, go on, deepen, delete."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from principles.models import Catalogue, Dimension, Question, load_catalogue

from ..enums import Scope, State
from ..forms.projects import SCOPE_HINTS, StartForm
from ..individual_ratings import to_clarify
from ..models import Assessment
from ..permissions import Action, allowed_actions
from ..progress import Progress, effort
from ..scoring import Value, score_assessment
from ..standing import standing_of
from ..stored_scores import shapes_of, value_of
from ..workflow import WorkflowError, deepen, delete_draft, last_assessment, start_assessment, unfinished_assessment
from .access import get_assessment, get_project, signed_in
from .once import once


def values_in(assessment: Assessment) -> dict[str, Value]:
    """The values of the assessment's answers, without their texts."""
    rows = assessment.answers.order_by().values_list("question_key", "level", "is_not_applicable")
    return {key: value_of(level, is_not_applicable=mark) for key, level, mark in rows}


def asked_questions(assessment: Assessment) -> list[tuple[Dimension, Question]]:
    """The questions in the assessment's scope, in catalogue order."""
    catalogue = load_catalogue(assessment.catalogue_id)
    known = catalogue.__dict__.get("_questions")
    if known is None:
        # Kept on the catalogue itself, so that it lives exactly as long as the questions.
        known = catalogue.__dict__["_questions"] = [
            (dimension, question)
            for dimension in catalogue.dimensions.all()
            for aspect in dimension.aspects.all()
            for question in aspect.questions.all()
        ]
    return [one for one in known if one[1].is_core or assessment.scope == Scope.FULL]


def _hints() -> list[dict[str, Any]]:
    """What each scope asks of the team."""
    pk = Catalogue.objects.published().values_list("pk", flat=True).first()
    if pk is None:
        return []
    dimensions = load_catalogue(pk).dimensions.all()
    core = [
        one.is_core for dimension in dimensions for aspect in dimension.aspects.all() for one in aspect.questions.all()
    ]
    counts = {Scope.QUICK: sum(core), Scope.FULL: len(core)}
    return [{"name": scope.label, "text": hint, "effort": effort(counts[scope])} for scope, hint in SCOPE_HINTS.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def assessment_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the scope and begin."""
    project = get_project(request, pk, Action.START_ASSESSMENT)
    form = StartForm(request.POST or None, last=last_assessment(project))
    if request.method == "POST" and form.is_valid():
        try:
            assessment = start_assessment(
                project, signed_in(request), Scope(form.cleaned_data["scope"]), copy_from=form.copy_from
            )
        except WorkflowError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The assessment has begun. Every answer is saved as you go."))
            return redirect(assessment)
    context = {
        "project": project,
        "form": form,
        "hints": _hints(),
        "running": unfinished_assessment(project),
    }
    return render(request, "assessments/assessment_start.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def assessment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The twelve dimensions as a task list with progress."""
    assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT)
    catalogue = load_catalogue(assessment.catalogue_id)
    score = score_assessment(shapes_of(catalogue), values_in(assessment), Scope(assessment.scope))
    may = allowed_actions(request.user, assessment)
    standing = standing_of(assessment)
    groups: list[dict[str, Any]] = [
        {"kind": Dimension.Kind.PRINCIPLE, "heading": _("Principles of good practice"), "rows": []},
        {"kind": Dimension.Kind.GUIDING_IDEA, "heading": _("Guiding ideas"), "rows": []},
    ]
    for dimension in catalogue.dimensions.all():
        row = {
            "dimension": dimension,
            "progress": Progress.of(score.dimension(dimension.key)),
            "url": reverse("assessment_dimension", args=[assessment.pk, dimension.key]),
        }
        groups[0 if dimension.is_principle else 1]["rows"].append(row)
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "progress": Progress.of(score),
        "groups": groups,
        "may": {action.value for action in may},
        "can_answer": Action.ANSWER in may and assessment.is_open,
        "can_submit": Action.SUBMIT in may and assessment.is_open,
        "can_delete": Action.DELETE_ASSESSMENT in may and assessment.state == State.DRAFT and not standing.changes,
        "standing": standing,
        "to_clarify": to_clarify(assessment).total() if assessment.state != State.APPROVED else 0,
        "can_deepen": Action.ANSWER in may and assessment.is_open and assessment.scope == Scope.QUICK,
    }
    return render(request, "assessments/assessment_detail.html", context)


@require_safe
@login_required
def assessment_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the team left off: the last edited question if it is still open, else the next open one after it."""
    assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT)
    asked = asked_questions(assessment)
    values = values_in(assessment)
    places = {question.key: place for place, (_dimension, question) in enumerate(asked)}
    last = places.get(assessment.last_question, 0)
    order = asked[last:] + asked[:last]
    dimension, question = next((one for one in order if values.get(one[1].key) is None), order[0])
    return redirect(f"{reverse('assessment_dimension', args=[assessment.pk, dimension.key])}#{question.key}")


@require_POST
@login_required
def assessment_deepen(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a quick check into a full assessment."""
    assessment = get_assessment(request, pk, Action.ANSWER)
    try:
        deepen(assessment)
    except WorkflowError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("This is now a full assessment. All your answers have been kept."))
    return redirect(assessment)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def assessment_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what will be lost, then delete a draft for ever."""
    assessment = get_assessment(request, pk, Action.DELETE_ASSESSMENT, "scores")
    if request.method == "POST":
        try:
            delete_draft(assessment)
        except WorkflowError as error:
            messages.error(request, error.messages[0])
            return redirect(assessment)
        messages.success(request, _("The assessment has been deleted."))
        return redirect(assessment.project)
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "answers": assessment.answers.count(),
    }
    return render(request, "assessments/assessment_delete.html", context)
