"""A PDF file as the answer to a request, and the page that says why there is none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..reports.pdf import PdfBusyError, PdfError, PdfLimitError, PdfUnavailableError

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Instead:
    """The page that has the same to read, or from which one starts anew."""

    url: str
    page: str
    """What the page is called."""
    link: str
    """The words of the link to it."""
    note: str = ""


def asked_language(request: HttpRequest) -> str:
    """The language asked for, else the one of the page."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else (get_language() or settings.LANGUAGE_CODE)[:2]


def pdf_response(
    request: HttpRequest, name: str, make: Callable[[], bytes], *, instead: Instead, too_long: str = ""
) -> HttpResponse:
    """The file to download, or a page that says why it could not be made.

    ``too_long`` is said when the document needs more than one PDF may take; without it that counts as a fault of ours.
    """
    try:
        content = make()
    except PdfError as error:
        return no_pdf(request, reason_of(error, name, too_long=too_long), instead)
    return pdf_file(name, content)


def pdf_file(name: str, content: bytes) -> HttpResponse:
    """The file to download."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def reason_of(error: PdfError, name: str, *, too_long: str = "") -> str:
    """Why there is no PDF; what is a fault of ours goes to the log. To be called while the error is handled."""
    match error:
        case PdfUnavailableError():
            return _("This server cannot make PDF files at the moment. Please tell its operator.")
        case PdfBusyError():
            return _("Many files are being made right now. Please try again in a moment.")
        case PdfLimitError() if too_long:
            return too_long
        case _error:
            return _recorded(name)


def failed(request: HttpRequest, name: str, instead: Instead) -> HttpResponse:
    """The page after an error, which goes to the log; to be called while it is handled."""
    return no_pdf(request, _recorded(name), instead)


def _recorded(name: str) -> str:
    logger.exception("The file %s could not be made.", name)
    return _("The file could not be made. The error has been recorded.")


def no_pdf(request: HttpRequest, reason: str, instead: Instead) -> HttpResponse:
    """The page that says why there is no PDF."""
    response = render(
        request,
        "assessments/pdf_unavailable.html",
        {"reason": reason, "instead": instead},
        status=HTTPStatus.SERVICE_UNAVAILABLE,
    )
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
