"""The report of an assessment: as a page to look at, as a PDF to keep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..exchange import ExchangeError
from ..permissions import Action
from ..reports.documents import Edition, edition_of, edition_of_snapshot, is_made, report_file, report_of
from ..reports.pdf import PdfBusyError, PdfError, PdfLimitError, PdfUnavailableError, is_available
from ..reviewing import reviewed_snapshot
from .access import get_assessment, get_submission
from .rate_limits import may, too_many_requests

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30


@require_safe
@login_required
def report_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a page, the same words as in the PDF."""
    assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT)
    language = _language(request)
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
    return _download(request, pk, lambda: edition_of(assessment))


@require_safe
@login_required
def review_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of what was submitted, for the Senatskanzlei: never of what the team is working on."""
    assessment = get_submission(request, pk)
    return _download(request, pk, lambda: edition_of_snapshot(assessment, reviewed_snapshot(assessment)))


def _download(request: HttpRequest, pk: int, edition: Callable[[], Edition]) -> HttpResponse:
    language = _language(request)
    try:
        asked = edition()
        # Fetching again what lies ready costs nothing.
        if not is_made(asked, language) and not may(request, "pdf"):
            return too_many_requests(request)
        report = report_file(asked, language)
    except PdfUnavailableError:
        return _no_pdf(request, pk, _("This server cannot make PDF files at the moment. Please tell its operator."))
    except PdfLimitError:
        return _no_pdf(request, pk, _("The report is too long for one PDF. Shorten the longest rationales."))
    except PdfBusyError:
        return _no_pdf(request, pk, _("Many reports are being made right now. Please try again in a moment."))
    except (PdfError, ExchangeError):
        logger.exception("The report of assessment %s could not be made.", pk)
        return _no_pdf(request, pk, _("The report could not be made. The error has been recorded."))
    response = HttpResponse(
        report.content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{report.name}"'},
    )
    add_never_cache_headers(response)
    return response


def _no_pdf(request: HttpRequest, pk: int, reason: str) -> HttpResponse:
    response = render(
        request,
        "assessments/report_unavailable.html",
        {"pk": pk, "reason": reason},
        status=HTTPStatus.SERVICE_UNAVAILABLE,
    )
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _language(request: HttpRequest) -> str:
    """The language asked for, else the one of the page."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else (get_language() or settings.LANGUAGE_CODE)[:2]
