"""What came out: result page, targets, export and import."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ..answering import AssessmentClosed
from ..bars import AspectBars, PoleBar
from ..enums import Stage
from ..evidence_shown import shelf_of
from ..exchange import (
    MAX_DOCUMENT_BYTES,
    ExchangeError,
    Fault,
    document_text,
    import_document,
    parse_document,
)
from ..explanations import DimensionExplanation, explain
from ..forms.results import ImportForm, TargetsForm
from ..measures import planned_places
from ..permissions import Action, allowed_actions
from ..reports.documents import edition_of
from ..result_charts import bars_of, radar_of
from ..results import DimensionResult, Result, result_of
from ..scoring import stage_of
from ..standing import shown_result
from ..targets import set_targets
from .access import get_assessment
from .once import once
from .rate_limits import limited

SHOWN_FAULTS = 200
"""A page of more faults helps nobody; the command names all of them."""


@require_safe
@login_required
def assessment_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Scores with their explanation, next steps, gaps, good practice and what is still open."""
    assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT)
    result = shown_result(assessment)
    may = allowed_actions(request.user, assessment)
    context = {
        "assessment": assessment,
        "project": assessment.project,
        **figures_of(result),
        "shelf": shelf_of(assessment),
        "can_answer": Action.ANSWER in may and assessment.is_open,
        "can_set_targets": Action.SET_TARGETS in may and assessment.is_open,
        "can_plan": Action.PLAN in may and assessment.is_open,
        "planned": planned_places(assessment),
        "can_export": Action.EXPORT in may,
    }
    return render(request, "assessments/assessment_result.html", context)


def figures_of(result: Result) -> dict[str, Any]:
    """What a page of a result shows, whoever it belongs to."""
    return {
        "result": result,
        "principles": [_shown(dimension) for dimension in result.principles],
        "guiding_ideas": [_shown(dimension) for dimension in result.guiding_ideas],
        "principles_stage": _stage(result.score.principles),
        "guiding_ideas_stage": _stage(result.score.guiding_ideas),
        "radar": radar_of(result),
        "shelf": None,
    }


@dataclass(frozen=True, slots=True)
class _Shown:
    """A dimension as the page shows it."""

    dimension: DimensionResult
    why: DimensionExplanation
    chart: PoleBar | AspectBars

    @property
    def chart_template(self) -> str:
        """What draws the chart."""
        return "charts/pole_bar.svg" if isinstance(self.chart, PoleBar) else "charts/aspect_bars.svg"


def _shown(dimension: DimensionResult) -> _Shown:
    return _Shown(dimension, explain(dimension), bars_of(dimension))


def _stage(figure: Fraction | None) -> Stage | None:
    return None if figure is None else stage_of(figure)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def assessment_targets(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the target profile."""
    assessment = get_assessment(request, pk, Action.SET_TARGETS)
    form = TargetsForm(request.POST if request.method == "POST" else None, result=result_of(assessment))
    if request.method == "POST" and form.is_valid():
        try:
            set_targets(assessment, form.targets)
        except AssessmentClosed:
            messages.error(request, _("The assessment has been submitted meanwhile; its targets no longer change."))
        else:
            messages.success(request, _("Your targets have been saved."))
        return redirect("assessment_result", pk=assessment.pk)
    context = {"assessment": assessment, "project": assessment.project, "form": form}
    return render(request, "assessments/assessment_targets.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def assessment_export(request: HttpRequest, pk: int) -> HttpResponse:
    """What the report shows as an exchange document: the frozen one once submitted, else the answers as they stand."""
    assessment = get_assessment(request, pk, Action.EXPORT, "project__organisation")
    try:
        edition = edition_of(assessment)
    except ExchangeError as error:
        messages.error(request, _("The assessment cannot be exported. %(fault)s") % {"fault": error.faults[0]})
        return redirect("assessment_result", pk=assessment.pk)
    return HttpResponse(
        document_text(edition.document),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{edition.file_name("json")}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("upload")
@once
def assessment_import(request: HttpRequest) -> HttpResponse:
    """Read a document into a new project or one's own; a faulty one is refused with every fault named."""
    assert request.user.is_authenticated  # noqa: S101 - login_required; narrows the type
    posted = request.method == "POST"
    form = ImportForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        user=request.user,
        project=request.GET.get("projekt", ""),
    )
    faults: tuple[Fault, ...] = ()
    if form.is_valid():
        try:
            document = parse_document(form.cleaned_data["file"].read(MAX_DOCUMENT_BYTES + 1))
            assessment = import_document(document, owner=request.user, project=form.cleaned_data["project"])
        except ExchangeError as error:
            faults = error.faults
        else:
            messages.success(request, _("The assessment has been imported as a draft."))
            return redirect(assessment)
    context = {
        "form": form,
        "faults": faults[:SHOWN_FAULTS],
        "fault_count": len(faults),
        "more_faults": max(len(faults) - SHOWN_FAULTS, 0),
    }
    return render(request, "assessments/assessment_import.html", context, status=422 if form.errors or faults else 200)
