"""Measures and conflicts of goals: lists for everyone in the team, changes by those who plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..answering import AssessmentClosed
from ..forms.measures import ConflictForm, MeasureForm
from ..measures import NoSuchStep, is_overdue, progress_of, remove_entry, save_entry, take_over_step
from ..models import Assessment, GoalConflict, Measure
from ..permissions import Action, allowed_actions
from ..places import Place, places_of
from .access import get_assessment
from .once import once


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry of a list, and where it is changed."""

    entry: Measure | GoalConflict

    @property
    def anchor(self) -> str:
        return f"{_kind(self.entry)[0]}-{self.entry.pk}"

    @property
    def edit_url(self) -> str:
        return reverse(f"{_kind(self.entry)}_edit", args=[self.entry.assessment_id, self.entry.pk])

    @property
    def delete_url(self) -> str:
        return reverse(f"{_kind(self.entry)}_delete", args=[self.entry.assessment_id, self.entry.pk])


@dataclass(frozen=True, slots=True)
class _MeasureRow(_Row):
    place: Place | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class _ConflictRow(_Row):
    first: Place | None
    second: Place | None


def _kind(entry: Measure | GoalConflict) -> str:
    """How the addresses of its pages begin."""
    return "measure" if isinstance(entry, Measure) else "conflict"


def _list_title(entry_type: type[Measure | GoalConflict]) -> str:
    return _("Measures") if entry_type is Measure else _("Conflicts of goals")


def _may_plan(request: HttpRequest, assessment: Assessment) -> bool:
    return Action.PLAN in allowed_actions(request.user, assessment) and assessment.is_open


@require_safe
@login_required
def measure_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The measures with their progress."""
    assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT)
    places = places_of(assessment)
    today = timezone.localdate()
    measures = list(assessment.measures.all())
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "title": _list_title(Measure),
        "rows": [_MeasureRow(one, places.get(one.refers_to), is_overdue(one, today)) for one in measures],
        "progress": progress_of(measures, today),
        "may_plan": _may_plan(request, assessment),
    }
    return render(request, "assessments/measure_list.html", context)


@require_safe
@login_required
def conflict_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The conflicts of goals and how the project deals with them."""
    assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT)
    places = places_of(assessment)
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "title": _list_title(GoalConflict),
        "rows": [
            _ConflictRow(one, places.get(one.first_key), places.get(one.second_key))
            for one in assessment.conflicts.all()
        ],
        "may_plan": _may_plan(request, assessment),
    }
    return render(request, "assessments/conflict_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def measure_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new measure; ``?zu=4.1.a1`` says what it refers to."""
    assessment = get_assessment(request, pk, Action.PLAN)
    return _edit(request, assessment, Measure(assessment=assessment, refers_to=request.GET.get("zu", "")))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def measure_edit(request: HttpRequest, pk: int, measure_pk: int) -> HttpResponse:
    """Change a measure, most of all its state."""
    assessment = get_assessment(request, pk, Action.PLAN)
    return _edit(request, assessment, get_object_or_404(Measure, pk=measure_pk, assessment=assessment))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def conflict_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new conflict of goals."""
    assessment = get_assessment(request, pk, Action.PLAN)
    return _edit(request, assessment, GoalConflict(assessment=assessment))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def conflict_edit(request: HttpRequest, pk: int, conflict_pk: int) -> HttpResponse:
    """Change a conflict of goals."""
    assessment = get_assessment(request, pk, Action.PLAN)
    return _edit(request, assessment, get_object_or_404(GoalConflict, pk=conflict_pk, assessment=assessment))


def _edit(request: HttpRequest, assessment: Assessment, entry: Measure | GoalConflict) -> HttpResponse:
    """Show the form, or store what came back; what cannot be stored stays on the page."""
    # The instance came from the database; the form changes it in place.
    entry.assessment = assessment
    data = request.POST if request.method == "POST" else None
    places = places_of(assessment)
    form: MeasureForm | ConflictForm = (
        MeasureForm(data, instance=entry, places=places)
        if isinstance(entry, Measure)
        else ConflictForm(data, instance=entry, places=places)
    )
    is_closed = not assessment.is_open
    if form.is_valid():
        try:
            save_entry(form.instance)
        except AssessmentClosed:
            is_closed = True
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your entry has been saved."))
            return redirect(f"{_kind(entry)}_list", assessment.pk)
    context: dict[str, Any] = {
        "assessment": assessment,
        "project": assessment.project,
        "form": form,
        "title": _title(entry),
        "list_title": _list_title(type(entry)),
        "list_url": reverse(f"{_kind(entry)}_list", args=[assessment.pk]),
        "is_new": entry.pk is None,
        "is_closed": is_closed,
    }
    status = 422 if form.errors else 409 if is_closed and data is not None else 200
    return render(request, "assessments/entry_edit.html", context, status=status)


def _title(entry: Measure | GoalConflict) -> str:
    if isinstance(entry, Measure):
        return _("Change the measure") if entry.pk else _("Add a measure")
    return _("Change the conflict of goals") if entry.pk else _("Add a conflict of goals")


@require_POST
@login_required
def measure_delete(request: HttpRequest, pk: int, measure_pk: int) -> HttpResponse:
    """Delete a measure."""
    assessment = get_assessment(request, pk, Action.PLAN)
    return _delete(request, assessment, get_object_or_404(Measure, pk=measure_pk, assessment=assessment))


@require_POST
@login_required
def conflict_delete(request: HttpRequest, pk: int, conflict_pk: int) -> HttpResponse:
    """Delete a conflict of goals."""
    assessment = get_assessment(request, pk, Action.PLAN)
    return _delete(request, assessment, get_object_or_404(GoalConflict, pk=conflict_pk, assessment=assessment))


def _delete(request: HttpRequest, assessment: Assessment, entry: Measure | GoalConflict) -> HttpResponse:
    try:
        remove_entry(entry)
    except AssessmentClosed:
        _say_closed(request)
    else:
        messages.success(request, _("The entry has been deleted."))
    return redirect(f"{_kind(entry)}_list", assessment.pk)


@require_POST
@login_required
def measure_take_over(request: HttpRequest, pk: int, question_key: str) -> HttpResponse:
    """Make a suggested step a measure."""
    assessment = get_assessment(request, pk, Action.PLAN)
    if question_key not in places_of(assessment):
        raise Http404
    try:
        measure, is_new = take_over_step(assessment, question_key)
    except AssessmentClosed:
        _say_closed(request)
        return redirect("measure_list", assessment.pk)
    except NoSuchStep:
        messages.error(request, _("The answer has changed meanwhile; this step is no longer suggested."))
        return redirect("assessment_result", assessment.pk)
    if is_new:
        messages.success(request, _("The step is now a measure. Say who is responsible and until when."))
    else:
        messages.info(request, _("This step is among your measures already."))
    return redirect("measure_edit", assessment.pk, measure.pk)


def _say_closed(request: HttpRequest) -> None:
    messages.error(
        request, _("The assessment has been submitted; its measures and conflicts of goals no longer change.")
    )
