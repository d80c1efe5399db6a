"""The way to a published result: an owner offers, a reviewer decides, either withdraws."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..enums import PublicationState, State
from ..forms.publications import ChoiceForm, DeclinePublicationForm, OfferForm
from ..good_practices import may_decide
from ..models import Publication
from ..permissions import Action, allowed_actions
from ..publication_pages import PublicationPage
from ..publications import PublicationError, confirm, decline, drafted, may_withdraw, offer, withdraw
from .access import get_assessment, get_submission, signed_in
from .publications import page_context
from .rate_limits import limited

SHOWN_PUBLISHED = 50
"""The queue also lists what was published last, in case it has to be withdrawn."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("decide")
def publication_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose, look at exactly what would become public, offer it; and what became of it."""
    assessment = get_assessment(request, pk, Action.PUBLISH)
    if assessment.state != State.APPROVED:
        raise Http404
    is_sent = request.method == "POST"
    choices = ChoiceForm(request.POST if is_sent else request.GET)
    draft = drafted(assessment, choices.choice)
    form = OfferForm(request.POST if is_sent else None, initial={"sha256": draft.sha256, **choices.cleaned_data})
    if is_sent and form.is_valid():
        try:
            offer(assessment, signed_in(request), choices.choice, form.cleaned_data["sha256"])
        except PublicationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Offered. The Senate Chancellery looks at it; nobody else reads it before."))
            return redirect("publication_offer", pk)
    known = list(Publication.objects.filter(project=assessment.project_id).without_documents().order_by("-pk"))
    context = {
        **page_context(PublicationPage(draft)),
        "assessment": assessment,
        "project": assessment.project,
        "choices": choices,
        "form": form,
        "waiting": next((one for one in known if one.state == PublicationState.OFFERED), None),
        "published": next((one for one in known if one.state == PublicationState.PUBLISHED), None),
        "declined": known[0] if known and known[0].state == PublicationState.DECLINED else None,
    }
    return render(request, "assessments/publication_offer.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
@limited("decide")
def publication_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back at once."""
    publication = _publication(pk)
    user, assessment = signed_in(request), publication.snapshot.assessment
    if not allowed_actions(user, assessment) & {Action.VIEW_ASSESSMENT, Action.VIEW_SUBMISSION}:
        raise Http404
    if not may_withdraw(user, publication):
        raise PermissionDenied
    try:
        withdraw(publication, user)
    except PublicationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Withdrawn. Nobody outside the project can read it any more."))
    if Action.PUBLISH in allowed_actions(user, assessment):
        return redirect("publication_offer", assessment.pk)
    return redirect("publication_queue")


@require_safe
@login_required
def publication_queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, and what was published last."""
    if not may_decide(signed_in(request)):
        raise PermissionDenied
    context = {
        "waiting": Publication.objects.waiting().without_documents(),
        "published": Publication.objects.public().without_documents()[:SHOWN_PUBLISHED],
    }
    return render(request, "assessments/publication_queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("decide")
def publication_review(request: HttpRequest, pk: int) -> HttpResponse:
    """See exactly what would become public; confirm it or decline with a reason."""
    publication = _publication(pk)
    get_submission(request, publication.snapshot.assessment_id, Action.REVIEW)
    declines = "decline" in request.POST
    form = DeclinePublicationForm(request.POST if declines else None)
    if request.method == "POST" and (not declines or form.is_valid()):
        try:
            if declines:
                decline(publication, signed_in(request), form.cleaned_data["reason"])
                messages.success(request, _("Declined. The owners read your reason."))
            else:
                confirm(publication, signed_in(request), request.POST.get("sha256", ""))
                messages.success(request, _("Published. Everybody can read the result now."))
        except PublicationError as error:
            messages.error(request, error.message)
        return redirect("publication_queue")
    context = {
        **(page_context(PublicationPage(publication)) if publication.is_live else {"publication": publication}),
        "form": form,
    }
    return render(request, "assessments/publication_review.html", context, status=422 if form.errors else 200)


def _publication(pk: int) -> Publication:
    """The publication, for whoever may see its assessment: the caller asks next."""
    publications = Publication.objects.select_related("project", "organisation", "snapshot__assessment__project")
    publication = publications.defer("snapshot__canonical").filter(pk=pk).first()
    if publication is None:
        raise Http404
    return publication
