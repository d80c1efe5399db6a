"""The portfolio report of a selection."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..forms.portfolio import PortfolioForm
from ..models import PortfolioEntry
from ..portfolio import in_order
from ..reports.pdf import PdfBusyError, PdfError, PdfLimitError, PdfUnavailableError
from ..reports.portfolio_report import Selected
from ..reports.portfolio_report import portfolio_pdf as render_report
from .access import portfolio_reader
from .rate_limits import limited

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30
AT_ONCE = 100
"""Projects whose report is made while one waits; it takes some seconds."""


@require_safe
@login_required
@limited("pdf", reads=True)
def portfolio_pdf(request: HttpRequest) -> HttpResponse:
    """The selection of the address as a report, with its figures inside."""
    portfolio_reader(request)
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else (get_language() or settings.LANGUAGE_CODE)[:2]
    with override(language):
        selected = selected_by(PortfolioForm(request.GET))
    if len(selected.project_ids) > AT_ONCE:
        messages.info(request, _("A report of so many projects takes a while: start it here."))
        return redirect(f"{reverse('portfolio_exports')}?{request.GET.urlencode()}")
    try:
        content = render_report(selected, language)
    except PdfUnavailableError:
        return _no_pdf(request, _("This server cannot make PDF files at the moment. Please tell its operator."))
    except PdfLimitError:
        return _no_pdf(request, _("The selection is too large for one report. Choose fewer projects."))
    except PdfBusyError:
        return _no_pdf(request, _("Many reports are being made right now. Please try again in a moment."))
    except PdfError:
        logger.exception("The portfolio report could not be made.")
        return _no_pdf(request, _("The report could not be made. The error has been recorded."))
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{selected.file_name}"'},
    )


def selected_by(form: PortfolioForm) -> Selected:
    """What the form selects, in its order. A project that stands in several groups counts once."""
    pairs = in_order(form.filter(PortfolioEntry.objects.all()), form.order)
    return Selected(
        project_ids=tuple(dict.fromkeys(pk for pk, _group in pairs)),
        words=tuple(part["text"] for part in form.parts),
        address=form.selection,
        date=timezone.localdate(),
    )


def _no_pdf(request: HttpRequest, reason: str) -> HttpResponse:
    response = render(
        request, "assessments/portfolio_unavailable.html", {"reason": reason}, status=HTTPStatus.SERVICE_UNAVAILABLE
    )
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
