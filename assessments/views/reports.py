"""The report of an assessment: as a page to look at, as a PDF to keep."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..exchange import ExchangeError
from ..permissions import Action
from ..reports.documents import Edition, edition_of, edition_of_snapshot, is_made, report_file, report_of
from ..reports.pdf import is_available
from ..reviewing import reviewed_snapshot
from .access import get_assessment, get_submission
from .pdf_answers import Instead, asked_language, failed, pdf_response
from .rate_limits import may, too_many_requests


@require_safe
@login_required
def report_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a page, the same words as in the PDF."""
    assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT)
    language = asked_language(request)
    edition = edition_of(assessment)
    return render(
        request,
        "assessments/report_preview.html",
        {
            "assessment": assessment,
            "report": report_of(edition, language),
            "languages": settings.LANGUAGES,
            "language": language,
            "pdf_is_available": is_available(),
        },
    )


@require_safe
@login_required
def report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as PDF, with its data inside."""
    assessment = get_assessment(request, pk, Action.EXPORT)
    instead = Instead(
        reverse("report_preview", args=[pk]),
        _("Report"),
        _("Open the report as a page"),
        _("Your answers are safe. You can read and print the report as a page."),
    )
    return _download(request, lambda: edition_of(assessment), instead)


@require_safe
@login_required
def review_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of what was submitted, for the Senatskanzlei: never of what the team is working on."""
    assessment = get_submission(request, pk)
    instead = Instead(reverse("review_detail", args=[pk]), _("Submission"), _("Back to the submission"))
    return _download(request, lambda: edition_of_snapshot(assessment, reviewed_snapshot(assessment)), instead)


def _download(request: HttpRequest, edition: Callable[[], Edition], instead: Instead) -> HttpResponse:
    language = asked_language(request)
    try:
        asked = edition()
    except ExchangeError:
        return failed(request, request.path, instead)
    # Fetching again what lies ready costs nothing.
    if not is_made(asked, language) and not may(request, "pdf"):
        return too_many_requests(request)
    response = pdf_response(
        request,
        asked.file_name(),
        lambda: report_file(asked, language).content,
        instead=instead,
        too_long=_("The report is too long for one PDF. Shorten the longest rationales."),
    )
    add_never_cache_headers(response)
    return response
