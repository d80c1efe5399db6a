"""Projects: list, create, look at, change, delete."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ..enums import UNFINISHED_STATES, Role, State
from ..forms.projects import ProjectForm
from ..individual_ratings import to_clarify
from ..models import Assessment, Project, Snapshot
from ..permissions import TABLE, Action, allowed_actions
from ..progress import Progress, ToDo, next_to_do
from ..scoring import stage_of, whole_points
from ..standing import history, standing_of
from ..teams import create_project
from ..workflow import WorkflowError, delete_project
from .access import get_project, signed_in
from .once import once

PAGE_SIZE = 50


def progress_of(assessment: Assessment) -> Progress | None:
    """The progress from the stored scores that came along with the assessment."""
    scores = getattr(assessment, "scores", None)
    return Progress(scores.answered, scores.in_scope) if scores else None


@require_safe
@login_required
def project_list(request: HttpRequest) -> HttpResponse:
    """My projects, each with its state, its progress and the next thing to do."""
    assessments = Assessment.objects.select_related("scores").only(
        "project", "number", "scope", "state", "scores__answered", "scores__in_scope"
    )
    projects = (
        Project.objects.of_member(request.user)
        .select_related("organisation")
        .annotate(role=F("memberships__role"))
        .prefetch_related(Prefetch("assessments", assessments.order_by("-number")))
    )
    page = Paginator(projects, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "assessments/project_list.html", {"page": page, "rows": [_row(project) for project in page]})


def _row(project: Project) -> dict[str, Any]:
    """A line of the list."""
    latest = next(iter(project.assessments.all()), None)
    progress = progress_of(latest) if latest else None
    role = Role(project.role)  # type: ignore[attr-defined]
    to_do: ToDo = next_to_do(project, latest, progress, TABLE[role])
    return {"project": project, "role": role, "latest": latest, "progress": progress, "to_do": to_do}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def project_create(request: HttpRequest) -> HttpResponse:
    """A new project; whoever creates it owns it."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = form.save(commit=False)
        create_project(project, signed_in(request))
        form.save_m2m()
        messages.success(request, _("The project has been created. You can now start the first assessment."))
        return redirect(project)
    return render(request, "assessments/project_create.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@login_required
def project_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One project: where it stands, what to do next, who is in it, what was assessed."""
    project = get_project(request, pk, Action.VIEW_PROJECT)
    may = allowed_actions(request.user, project)
    assessments = list(
        project.assessments.select_related("scores").prefetch_related(Prefetch("state_changes", history()))
    )
    latest = assessments[0] if assessments else None
    progress = progress_of(latest) if latest else None
    context = {
        "project": project,
        "may": {action.value for action in may},
        "perspectives": project.perspectives.all(),
        "memberships": project.memberships.select_related("user"),
        "assessments": [
            {
                "assessment": one,
                "progress": progress_of(one),
                "standing": standing_of(one, list(one.state_changes.all())),
            }
            for one in assessments
        ],
        "can_compare": sum(
            change.to_state == State.SUBMITTED for one in assessments for change in one.state_changes.all()
        )
        > 1,
        "latest": latest,
        "to_clarify": to_clarify(latest).total() if latest and latest.state != State.APPROVED else 0,
        "progress": progress,
        "figures": _figures(latest) if latest else [],
        "to_do": next_to_do(project, latest, progress, may),
        "is_published": any(one.state == State.APPROVED for one in assessments)
        and project.publications.public().exists(),
        "can_start": Action.START_ASSESSMENT in may and not any(one.state in UNFINISHED_STATES for one in assessments),
    }
    return render(request, "assessments/project_detail.html", context)


def _figures(assessment: Assessment) -> list[dict[str, Any]]:
    """The two means of the latest assessment with their stages, from the stored scores."""
    scores = getattr(assessment, "scores", None)
    if scores is None:
        return []
    named = [
        (_("Principles of good practice"), scores.principles),
        (_("Guiding ideas"), scores.guiding_ideas),
    ]
    return [
        {"name": name, "points": whole_points(Fraction(score)), "stage": stage_of(Fraction(score))}
        for name, score in named
        if score is not None
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def project_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what we know about a project."""
    project = get_project(request, pk, Action.EDIT_PROJECT)
    form = ProjectForm(request.POST or None, instance=project)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The changes have been saved."))
        return redirect(project)
    # The form writes into the project it edits; the heading keeps the stored name.
    name = form.initial["name"]
    context = {"form": form, "project": project, "name": name}
    return render(request, "assessments/project_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def project_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what will be lost, then delete the project for ever."""
    project = get_project(request, pk, Action.DELETE_PROJECT)
    refused = False
    if request.method == "POST":
        name = project.name
        try:
            delete_project(project)
        except WorkflowError:
            # Said on the page, below.
            refused = True
        else:
            messages.success(request, _("The project “%(name)s” has been deleted.") % {"name": name})
            return redirect("project_list")
    context = {
        "is_kept": refused or Snapshot.objects.filter(assessment__project=project).exists(),
        "project": project,
        "assessments": project.assessments.select_related("scores"),
        "members": project.memberships.count(),
    }
    return render(request, "assessments/project_delete.html", context, status=409 if refused else 200)
