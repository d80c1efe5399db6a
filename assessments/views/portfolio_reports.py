"""The portfolio report of a selection."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from ..forms.portfolio import PortfolioForm
from ..models import PortfolioEntry
from ..portfolio import in_order
from ..reports.portfolio_report import Selected
from ..reports.portfolio_report import portfolio_pdf as render_report
from .access import portfolio_reader
from .pdf_answers import Instead, asked_language, pdf_response
from .rate_limits import limited

AT_ONCE = 100
"""Projects whose report is made while one waits; it takes some seconds."""


@require_safe
@login_required
@limited("pdf", reads=True)
def portfolio_pdf(request: HttpRequest) -> HttpResponse:
    """The selection of the address as a report, with its figures inside."""
    portfolio_reader(request)
    language = asked_language(request)
    with override(language):
        selected = selected_by(PortfolioForm(request.GET))
    if len(selected.project_ids) > AT_ONCE:
        messages.info(request, _("A report of so many projects takes a while: start it here."))
        return redirect(f"{reverse('portfolio_exports')}?{request.GET.urlencode()}")
    return pdf_response(
        request,
        selected.file_name,
        lambda: render_report(selected, language),
        instead=Instead(reverse("portfolio"), _("Portfolio"), _("Back to the portfolio")),
        too_long=_("The selection is too large for one report. Choose fewer projects."),
    )


def selected_by(form: PortfolioForm) -> Selected:
    """What the form selects, in its order and groups. A project that stands in several groups counts once."""
    pairs = in_order(form.filter(PortfolioEntry.objects.all()), form.order)
    return Selected(
        project_ids=tuple(dict.fromkeys(pk for pk, _group in pairs)),
        words=tuple(part["text"] for part in form.parts),
        address={**form.selection, "group": form.grouping} if form.grouping else form.selection,
        date=timezone.localdate(),
    )
