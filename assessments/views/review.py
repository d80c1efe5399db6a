"""The Senatskanzlei's side of a review: the queue, the submission as it was frozen, notes, the decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from principles.models import Dimension

from ..change_texts import conflict_text, measure_text
from ..evidence_shown import shelf_of
from ..forms.review import DecisionForm, NotePanel, QueueForm, clean_notes, posted_places, read_notes
from ..permissions import Action
from ..result_charts import radar_of
from ..reviewing import changed_answers, save_notes, waiting_submissions
from ..standing import standing_of
from ..workflow import WorkflowError, approve, mark_read, send_back
from .access import get_submission, signed_in
from .page_turn import find_dimension, neighbours_of, page_turn
from .rate_limits import limited
from .review_pages import Review, load_review

PAGE_SIZE = 25


@require_safe
@login_required
def review_queue(request: HttpRequest) -> HttpResponse:
    """What waits for a review, the longest waiting first."""
    reviewer = signed_in(request)
    if not reviewer.is_reviewer:
        raise PermissionDenied
    waiting = waiting_submissions(reviewer)
    form = QueueForm(request.GET, waiting=waiting.order_by().values("pk"))
    if form.is_valid() and (organisation := form.cleaned_data["organisation"]):
        waiting = waiting.filter(project__organisation=organisation)
    page = Paginator(waiting, PAGE_SIZE).get_page(request.GET.get("page"))
    changed = changed_answers(one for one in page if one.returned_at)  # type: ignore[attr-defined]
    today = timezone.localdate()
    rows = [
        {
            "assessment": one,
            "days": (today - timezone.localdate(one.submitted_at)).days,  # type: ignore[attr-defined]
            "changed": changed.get(one.pk),
        }
        for one in page
    ]
    return render(request, "assessments/review_queue.html", {"page": page, "rows": rows, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The submission: after a return only what changed, else (or when asked for) everything, dimension by dimension."""
    review = load_review(request, pk)
    shows_changes = review.comparison is not None and "alles" not in request.GET
    posted = posted_places(request.POST, review.places)
    panels = review.panels_of_changes(posted) if shows_changes else [review.panel("")]
    status = 200
    if request.method == "POST":
        panels, status = _save(request, review, panels)
        if status == 200:
            return _after_saving(request, review)
        review = load_review(request, pk)  # somebody may have decided meanwhile
    by_place = {panel.place: panel for panel in panels}
    document = review.snapshot.document
    context = {
        **_common(request, review, panels),
        "shelf": shelf_of(review.assessment),
        "shows_changes": shows_changes,
        "whole": by_place[""],
        "groups": review.groups_of_changes(by_place, posted) if shows_changes else [],
        "rows": [] if shows_changes else review.dimension_rows(),
        "radar": None if shows_changes else radar_of(review.result),
        "measures": [{"title": one["title"], "text": measure_text(one)} for one in document.get("measures", [])],
        "conflicts": [
            {"between": " – ".join(one["between"]), "text": conflict_text(one)} for one in document.get("conflicts", [])
        ],
    }
    return render(request, "assessments/review_detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review_dimension(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One dimension of the submission with every question, for reading and taking notes."""
    review = load_review(request, pk)
    if review.is_unread_for_me:
        return redirect("review_detail", pk)
    dimensions = [one.dimension for one in review.result.dimensions]
    neighbours = neighbours_of(dimensions, find_dimension(dimensions, key))
    dimension = review.result.dimension(key)
    panels = [review.panel(key), *(review.panel(one.key) for one in dimension.questions if one.in_scope)]
    status = 200
    if request.method == "POST":
        panels, status = _save(request, review, panels)
        if status == 200:
            return _after_saving(request, review, neighbours.get(request.POST.get("then", "")) or dimension.dimension)
        review = load_review(request, pk)
    by_place = {panel.place: panel for panel in panels}
    context = {
        **_common(request, review, panels),
        "shelf": shelf_of(review.assessment),
        "dimension": dimension,
        "pair": review.pair(key),
        "whole": by_place[key],
        "aspects": [
            {"aspect": aspect, "panels": [by_place[one.key] for one in aspect.scored_questions]}
            for aspect in dimension.aspects
            if aspect.scored_questions
        ],
        **page_turn(
            neighbours,
            lambda one: reverse("review_dimension", args=[pk, one.key]),
            _all_dimensions(pk),
        ),
    }
    return render(request, "assessments/review_dimension.html", context, status=status)


def _common(request: HttpRequest, review: Review, panels: Iterable[NotePanel]) -> dict[str, Any]:
    return {
        "review": review,
        "assessment": review.assessment,
        "project": review.assessment.project,
        "snapshot": review.snapshot,
        "result": review.result,
        "standing": review.standing,
        "can_note": review.can_note,
        "keeps_typed": request.method == "POST",
        "faults": [fault for panel in panels for fault in panel.faults],
    }


def _save(request: HttpRequest, review: Review, panels: list[NotePanel]) -> tuple[list[NotePanel], int]:
    """Save the notes of the page, all or nothing; what cannot be saved stays on the page as it was typed."""
    if not review.may_review:
        raise PermissionDenied
    notes = read_notes(request.POST, panels)
    cleaned, errors = clean_notes(notes)
    typed = [
        panel.typed(notes[panel.place], errors.get(panel.place)) if panel.place in notes else panel for panel in panels
    ]
    if errors:
        return typed, 422
    try:
        save_notes(review.assessment, signed_in(request), cleaned)
    except WorkflowError as error:
        messages.error(request, _("Not saved: %(why)s") % {"why": error.messages[0]})
        return typed, 409
    messages.success(request, _("Your notes have been saved."))
    return typed, 200


def _all_dimensions(pk: int) -> str:
    """Where the whole submission is shown, not only what changed."""
    return f"{reverse('review_detail', args=[pk])}?alles"


def _after_saving(request: HttpRequest, review: Review, following: Dimension | None = None) -> HttpResponse:
    """Where the pressed button leads; ``following`` is the dimension to go on with."""
    then = request.POST.get("then", "")
    pk = review.assessment.pk
    if then == "decide":
        return redirect("review_decide", pk)
    if then == "list":
        return redirect(_all_dimensions(pk))
    return redirect("review_dimension", pk, following.key) if following else redirect(request.get_full_path())


@require_POST
@login_required
def review_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the review: from now on the team cannot withdraw the submission."""
    assessment = get_submission(request, pk, Action.REVIEW)
    try:
        mark_read(assessment.snapshots.latest("number"))
    except WorkflowError as error:
        messages.error(request, error.messages[0])
    return redirect("review_detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("decide")
def review_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the submission with a reason, or approve exactly what was looked at."""
    review = load_review(request, pk)
    if not review.may_review:
        raise PermissionDenied
    if review.is_unread_for_me and request.method != "POST":
        return redirect("review_detail", pk)
    form = DecisionForm(request.POST or None, initial={"sha256": review.snapshot.sha256})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _decide(request, review, form.cleaned_data)
            except WorkflowError as error:
                form.add_error(None, error)
                status = 409
            else:
                return redirect("review_queue")
    context = {
        **_common(request, review, []),
        "form": form,
        # What will be approved is what the form names, also when a newer version has come in meanwhile.
        "seen_hash": form["sha256"].value(),
        # Somebody else may have decided meanwhile.
        "standing": standing_of(review.assessment) if form.is_bound else review.standing,
        "open_threads": sum(thread.is_open for threads in review.threads.values() for thread in threads),
        "other_levels": review.other_levels,
    }
    return render(request, "assessments/review_decide.html", context, status=status)


def _decide(request: HttpRequest, review: Review, data: dict[str, Any]) -> None:
    reviewer = signed_in(request)
    if data["decision"] == DecisionForm.RETURN:
        send_back(review.assessment, reviewer, data["reason"], sha256=data["sha256"])
        messages.success(request, _("The submission has been returned to the team."))
    else:
        approve(review.assessment, reviewer, data["sha256"], data["valid_until"], data["reason"])
        messages.success(request, _("The assessment has been approved."))
