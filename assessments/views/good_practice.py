"""Good practice: offered and withdrawn by teams, confirmed and declined by the Senatskanzlei."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ..evidence_shown import shelf_of
from ..forms.good_practice import DeclineForm, PracticeForm
from ..good_practices import PracticeError, candidate, candidates, confirm, decline, may_decide, offer, withdraw
from ..models import GoodPractice
from ..permissions import Action, allowed_actions
from .access import get_assessment, get_submission, signed_in
from .rate_limits import limited

SHOWN_CONFIRMED = 50
"""The queue also lists what was confirmed last, in case a confirmation has to be taken back."""


@require_safe
@login_required
def good_practice_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers at level 4 of an assessment and what became of them."""
    assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT, "project__organisation")
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "candidates": candidates(assessment),
        "can_offer": Action.OFFER_PRACTICE in allowed_actions(request.user, assessment),
    }
    return render(request, "assessments/good_practice_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("decide")
def good_practice_offer(request: HttpRequest, pk: int, question_key: str) -> HttpResponse:
    """Write about one answer for others."""
    assessment = get_assessment(request, pk, Action.OFFER_PRACTICE, "project__organisation")
    found = candidate(assessment, question_key)
    if found is None:
        raise Http404
    form = PracticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            offer(assessment, question_key, signed_in(request), form.practice_text())
        except PracticeError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                _("Thank you. The Senate Chancellery reads your text; once confirmed, it appears in the guide."),
            )
            return redirect("good_practice_list", assessment.pk)
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "candidate": found,
        "shelf": shelf_of(assessment),
        "form": form,
    }
    return render(request, "assessments/good_practice_offer.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("decide")
def good_practice_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an offer back, after a look at what will happen."""
    practice = _practice(pk)
    assessment = get_assessment(request, practice.assessment_id, Action.OFFER_PRACTICE)
    if request.method == "POST":
        try:
            withdraw(practice, signed_in(request))
        except PracticeError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Withdrawn. Nobody outside the project can read the text any more."))
        return redirect("good_practice_list", assessment.pk)
    context = {"assessment": assessment, "project": assessment.project, "practice": practice}
    return render(request, "assessments/good_practice_withdraw.html", context)


@require_safe
@login_required
def good_practice_queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, and what was confirmed last."""
    if not may_decide(signed_in(request)):
        raise PermissionDenied
    context = {
        "waiting": GoodPractice.objects.waiting(),
        "confirmed": GoodPractice.objects.public().order_by("-decided_at")[:SHOWN_CONFIRMED],
    }
    return render(request, "assessments/good_practice_queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("decide")
def good_practice_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Read an offer beside the answer it comes from; confirm it or decline with a reason."""
    practice = _practice(pk)
    assessment = get_submission(request, practice.assessment_id, Action.REVIEW)
    found = candidate(assessment, practice.question_key)
    declines = "decline" in request.POST
    form = DeclineForm(request.POST if declines else None)
    if request.method == "POST" and (not declines or form.is_valid()):
        try:
            if declines:
                decline(practice, signed_in(request), form.cleaned_data["reason"])
                messages.success(request, _("Declined. The team reads your reason."))
            else:
                confirm(practice, signed_in(request))
                messages.success(request, _("Confirmed. The text now appears in the guide."))
        except PracticeError as error:
            messages.error(request, error.message)
        return redirect("good_practice_queue")
    context = {
        "practice": practice,
        "assessment": assessment,
        "project": assessment.project,
        "candidate": found,
        "shelf": shelf_of(assessment),
        "form": form,
    }
    return render(request, "assessments/good_practice_review.html", context, status=422 if form.errors else 200)


def _practice(pk: int) -> GoodPractice:
    """The practice, for whoever may see its assessment: the caller asks ``access`` next."""
    practice = GoodPractice.objects.select_related("assessment__project").filter(pk=pk).first()
    if practice is None:
        raise Http404
    return practice
