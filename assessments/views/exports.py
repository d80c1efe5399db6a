"""Files of the portfolio made in the background: ask for them, see how far they are, cancel, download."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_POST, require_safe

from ..enums import ExportKind, ExportState
from ..export_jobs import ExportError, Wish, cancel, remove, start
from ..forms.exports import ExportForm
from ..forms.portfolio import PortfolioForm
from ..models import ExportJob, PortfolioEntry
from ..reports.storage import open_file
from .access import portfolio_reader
from .portfolio_reports import selected_by
from .rate_limits import limited

STOP_POLLING = 286
"""What htmx takes for: ask no more."""
CONTENT_TYPES = {ExportKind.REPORTS: "application/zip", ExportKind.PORTFOLIO: "application/pdf"}


@dataclass(frozen=True, slots=True)
class Shown:
    """An export as the list shows it."""

    id: str
    job: ExportJob
    progress: str
    size: str
    missing: str
    badge: str


@require_safe
def portfolio_exports(request: HttpRequest) -> HttpResponse:
    """What can be made of the selection, and what one has asked for."""
    if "HX-Request" in request.headers and not request.user.is_authenticated:
        # Who was signed out meanwhile must not see the list replaced by a form.
        return HttpResponse(status=STOP_POLLING, headers={"HX-Reswap": "none"})
    response: HttpResponse = _exports(request)
    return response


@login_required
def _exports(request: HttpRequest) -> HttpResponse:
    user = portfolio_reader(request)
    jobs = list(ExportJob.objects.filter(owner=user))
    # As long as nothing changes nothing is sent: what has the focus keeps it, and nothing is read out again.
    settled = sum(not job.is_open for job in jobs)
    seen = f"{len(jobs)}-{settled}-{sum(job.done for job in jobs)}"
    context = {
        "jobs": [_shown(job) for job in jobs],
        "is_busy": any(job.is_open for job in jobs),
        "seen": seen,
        "announcement": _announcement(jobs),
        "settled": str(settled),
    }
    if "HX-Request" in request.headers:
        if request.GET.get("seen") == seen:
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        return render(
            request,
            "assessments/_export_update.html",
            {**context, "has_news": request.GET.get("settled") != context["settled"]},
        )
    form = PortfolioForm(request.GET)
    context |= {
        "form": form,
        "count": form.filter(PortfolioEntry.objects.all()).values("pk").distinct().count(),
        "export_form": ExportForm(initial={"language": request.LANGUAGE_CODE}),
        "selection": form.selection_address(),
        "query": form.address(),
    }
    return render(request, "assessments/portfolio_exports.html", context)


@require_POST
@login_required
@limited("pdf")
def portfolio_export_start(request: HttpRequest) -> HttpResponse:
    """Ask for a file of the selection in the address."""
    user = portfolio_reader(request)
    form = ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a file and a language."))
        return _back(request)
    kind, language = ExportKind(form.cleaned_data["kind"]), form.cleaned_data["language"]
    with override(language):
        selected = selected_by(PortfolioForm(request.GET))
    try:
        start(user, Wish(kind, language, selected.project_ids, selected.words, selected.address, selected.date))
    except ExportError as error:
        messages.error(request, error.messages[0])
    return _back(request)


@require_POST
@login_required
def portfolio_export_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the work; reports that are finished stay where they are for the next time."""
    job = _own_export(request, pk)
    if not cancel(job):
        messages.info(request, _("There was nothing left to cancel."))
    return _back(request)


@require_POST
@login_required
def portfolio_export_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a finished export with its file."""
    job = _own_export(request, pk)
    if not job.is_open:
        remove(job)
        messages.success(request, _("The export has been deleted."))
    return _back(request)


@require_safe
@login_required
def portfolio_export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The finished file, for the one who asked for it and as long as they may read the portfolio."""
    job = _own_export(request, pk)
    stored = open_file(job.file) if job.state == ExportState.DONE else None
    if stored is None:
        messages.info(request, _("This file is not there."))
        return _back(request)
    return FileResponse(
        stored, as_attachment=True, filename=job.file_name, content_type=CONTENT_TYPES[ExportKind(job.kind)]
    )


def _own_export(request: HttpRequest, pk: int) -> ExportJob:
    job = ExportJob.objects.filter(pk=pk, owner=portfolio_reader(request)).first()
    if job is None:
        raise Http404
    return job


def _back(request: HttpRequest) -> HttpResponse:
    response = redirect("portfolio_exports")
    if query := request.GET.urlencode():
        response["Location"] += f"?{query}"
    return response


def _shown(job: ExportJob) -> Shown:
    return Shown(f"export-{job.pk}", job, _progress(job), filesizeformat(job.size), _missing(job), _badge(job))


def _progress(job: ExportJob) -> str:
    if job.kind == ExportKind.PORTFOLIO:
        return _("The report is being made.") if job.state == ExportState.RUNNING else _("Waiting for its turn.")
    if job.state == ExportState.WAITING:
        return _("Waiting for its turn.")
    if job.done == job.total:
        return _("All reports are made; they are being packed.")
    return _("%(done)d of %(total)d reports") % {"done": job.done, "total": job.total}


def _missing(job: ExportJob) -> str:
    if not job.left_out:
        return ""
    count = len(job.left_out)
    return ngettext(
        "%(count)d project is missing: withdrawn meanwhile, or its report could not be made.",
        "%(count)d projects are missing: withdrawn meanwhile, or their reports could not be made.",
        count,
    ) % {"count": count}


def _badge(job: ExportJob) -> str:
    return {ExportState.DONE: "success", ExportState.FAILED: "danger"}.get(ExportState(job.state), "info")


def _announcement(jobs: list[ExportJob]) -> str:
    """What a screen reader says when something is finished."""
    waiting = sum(job.is_open for job in jobs)
    ready = sum(job.state == ExportState.DONE for job in jobs)
    under_way = ngettext("%(count)d export under way.", "%(count)d exports under way.", waiting) % {"count": waiting}
    to_download = ngettext("%(count)d file to download.", "%(count)d files to download.", ready) % {"count": ready}
    return f"{under_way} {to_download}" if waiting else to_download
