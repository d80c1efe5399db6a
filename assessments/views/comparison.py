"""Two submissions of a project beside each other."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..change_texts import change_rows
from ..document_comparison import compare_documents
from ..evidence_shown import shelves_of
from ..forms.comparison import ComparisonForm
from ..permissions import Action
from ..result_charts import radar_of_comparison
from ..standing import submissions_of
from .access import get_project


@require_safe
@login_required
def project_comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed between two submissions, per dimension and question, as chart and table.

    Without a choice the newest submission is compared with the one before it.
    """
    project = get_project(request, pk, Action.VIEW_PROJECT)
    snapshots = submissions_of(project)
    newest = list(snapshots[:2])
    context: dict[str, Any] = {"project": project, "form": None, "comparison": None}
    if len(newest) == 2:
        later, earlier = newest
        form = ComparisonForm(
            {"a": request.GET.get("a", earlier.pk), "b": request.GET.get("b", later.pk)}, snapshots=snapshots
        )
        if form.is_valid():
            earlier, later = form.cleaned_data["a"], form.cleaned_data["b"]
        comparison = compare_documents(earlier.document, later.document)
        shelves = shelves_of({earlier.assessment_id, later.assessment_id})
        context |= {
            "form": form,
            "earlier": earlier,
            "later": later,
            "earlier_shelf": shelves[earlier.assessment_id],
            "later_shelf": shelves[later.assessment_id],
            "comparison": comparison,
            "radar": radar_of_comparison(comparison),
            "rows": change_rows(comparison),
        }
    return render(request, "assessments/project_comparison.html", context)
