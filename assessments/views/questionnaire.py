"""Filling in: one dimension a page. Without JavaScript a POST of the page saves every answer that was changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from principles.models import Dimension, load_catalogue

from ..answering import AnswerConflict, AnswerContent, AssessmentClosed, Saved, is_untouched, save_answer
from ..discussion import open_counts
from ..enums import Scope
from ..evidence_shown import shelf_of
from ..forms.questionnaire import (
    MERGED,
    THEIRS,
    Entry,
    Page,
    Panel,
    join_evidence,
    messages_of,
    page_of,
    read_entry,
    replace_panels,
)
from ..individual_ratings import is_revealed
from ..models import Assessment
from ..permissions import Action, allowed_actions
from ..progress import Counted, Progress
from ..scoring import AssessmentScore, score_assessment
from ..stored_scores import shapes_of
from .access import get_assessment, signed_in
from .assessments import values_in
from .page_turn import Neighbours, find_dimension, neighbours_of, page_turn
from .resend import ask_to_sign_in
from .team_session import Session, show_ratings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of saving one question, and how the question is shown now."""

    panel: Panel
    saved: Saved | None = None
    is_closed: bool = False


def save_entry(request: HttpRequest, assessment: Assessment, panel: Panel, entry: Entry) -> Outcome:
    """Save what came back for one question; what cannot be saved is shown as it was typed."""
    if entry.resolution == MERGED:
        entry = replace(entry, content=join_evidence(entry.content, AnswerContent.of(panel.answer)))
    try:
        saved = save_answer(
            assessment,
            panel.key,
            signed_in(request),
            entry.content,
            base_version=entry.base_version,
            request_key=entry.request_key,
        )
    except ValidationError as error:
        return Outcome(panel.typed(entry, messages_of(error)))
    except AnswerConflict as conflict:
        return Outcome(panel.in_conflict(entry, conflict.theirs))
    except AssessmentClosed:
        return Outcome(panel.typed(entry), is_closed=True)
    return Outcome(panel, saved)


def progress_bars(score: AssessmentScore, dimension: Dimension, *, tells_time: bool = True) -> list[dict[str, Any]]:
    """The progress of the page's aspects, its dimension and the whole, as the bars show it."""
    scored = score.dimension(dimension.key)
    counted: list[tuple[str, Counted]] = [
        ("all", score),
        (dimension.key, scored),
        *((aspect.key, aspect) for aspect in scored.aspects),
    ]
    bars = []
    for key, figures in counted:
        progress = Progress.of(figures)
        text = progress.text
        if tells_time and key == "all" and progress.time_left:
            text = f"{text} · {progress.time_left}"
        bars.append({"id": f"progress-{key}", "value": progress.done, "max": progress.total, "text": text})
    return bars


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_dimension(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One dimension with its questions; read-only for viewers and once the assessment is submitted."""
    return dimension_page(request, pk, key)


def dimension_page(request: HttpRequest, pk: int, key: str, *, in_session: bool = False) -> HttpResponse:
    """The page of a dimension; ``in_session`` the team goes through its revealed ratings and agrees."""
    if refused := ask_to_sign_in(request):
        return refused
    action = Action.ANSWER if request.method == "POST" else Action.VIEW_ASSESSMENT
    assessment = get_assessment(request, pk, action, is_revealed=is_revealed(key))
    dimensions = list(load_catalogue(assessment.catalogue_id).dimensions.all())
    dimension = find_dimension(dimensions, key)
    session = Session.of(request, assessment, dimensions) if in_session else None
    if session and dimension in session.dimensions:
        dimensions = session.dimensions
    elif session and request.method != "POST":
        return redirect(session.list_address)
    neighbours = neighbours_of(dimensions, dimension)
    page = _stored_page(assessment, dimension)
    is_closed = False
    if request.method == "POST":
        page, is_closed = _save_page(request, assessment, page)
        if not (is_closed or page.has("errors") or page.has("conflict")):
            return _after_saving(request, assessment, page, neighbours, session)
    return _show(request, assessment, page, neighbours, session, closed_meanwhile=is_closed)


def _stored_page(assessment: Assessment, dimension: Dimension) -> Page:
    answers = assessment.answers.filter(question_key__startswith=f"{dimension.key}.")
    by_key = {answer.question_key: answer for answer in answers.order_by()}
    return page_of(dimension, by_key, only_core=assessment.scope == Scope.QUICK)


def _save_page(request: HttpRequest, assessment: Assessment, page: Page) -> tuple[Page, bool]:
    """Save what was changed, question by question; what cannot be saved stays on the page as it was typed."""
    shown: dict[str, Panel] = {}
    saved_any = is_closed = False
    for panel in page.panels:
        entry = read_entry(request.POST, panel.key)
        if entry is None or entry.resolution == THEIRS:
            continue
        if not entry.resolution and is_untouched(entry.content, entry.base_version, panel.answer):
            continue
        outcome = save_entry(request, assessment, panel, entry)
        is_closed |= outcome.is_closed
        if outcome.saved is None:
            shown[panel.key] = outcome.panel
        else:
            saved_any = True
    if saved_any:
        messages.success(request, _("Your answers have been saved."))
        if shown:
            # Beside what failed the page shows what was just saved, with the versions to go on from.
            page = _stored_page(assessment, page.dimension)
    return replace_panels(page, shown), is_closed


def _after_saving(
    request: HttpRequest, assessment: Assessment, page: Page, neighbours: Neighbours, session: Session | None
) -> HttpResponse:
    """Where the pressed button leads: to the files of a question, or on."""
    then = request.POST.get("then", "")
    if any(panel.key == then for panel in page.panels):
        return redirect("evidence_list", assessment.pk, then)
    if then == "list":
        return redirect(session.list_address if session else assessment)
    return redirect(_address(assessment, session, neighbours.get(then) or page.dimension))


def _address(assessment: Assessment, session: Session | None, dimension: Dimension) -> str:
    """Where another dimension is answered."""
    return (
        session.address(dimension) if session else reverse("assessment_dimension", args=[assessment.pk, dimension.key])
    )


def _show(
    request: HttpRequest,
    assessment: Assessment,
    page: Page,
    neighbours: Neighbours,
    session: Session | None,
    *,
    closed_meanwhile: bool,
) -> HttpResponse:
    catalogue = load_catalogue(assessment.catalogue_id)
    score = score_assessment(shapes_of(catalogue), values_in(assessment), Scope(assessment.scope))
    bars = {bar["id"].removeprefix("progress-"): bar for bar in progress_bars(score, page.dimension)}
    may_answer = Action.ANSWER in allowed_actions(request.user, assessment)
    has_conflict = page.has("conflict")
    comments = open_counts(assessment, page.dimension.key)
    for panel in page.panels:
        panel.open_comments = comments.get(panel.key, 0)
    if any(panel.files for panel in page.panels):
        shelf = shelf_of(assessment)
        for panel in page.panels:
            panel.shelf = shelf
    page = show_ratings(assessment, page, session)
    context = {
        "assessment": assessment,
        "assessment_name": f"{assessment.get_scope_display()} {assessment.number}",
        "project": assessment.project,
        "dimension": page.dimension,
        "groups": [{"group": group, "bar": bars[group.aspect.key]} for group in page.groups],
        "bar": bars[page.dimension.key],
        "bar_all": bars["all"],
        "faults": [fault for panel in page.panels for fault in panel.faults],
        "conflicts": [panel for panel in page.panels if panel.conflict],
        "can_answer": may_answer and (assessment.is_open or closed_meanwhile),
        "may_answer": may_answer,
        "open_comments": sum(comments.values()),
        "closed_meanwhile": closed_meanwhile,
        "session": session,
        **page_turn(
            neighbours,
            lambda one: _address(assessment, session, one),
            session.list_address if session else assessment.get_absolute_url(),
        ),
    }
    refused = 409 if has_conflict or closed_meanwhile else 422 if page.has("errors") else 200
    template = "assessments/rating_session.html" if session else "assessments/assessment_dimension.html"
    return render(request, template, context, status=refused)
