"""„Bericht prüfen“: anybody can ask whether a report is the approved state; nobody learns what a submission says."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..forms.report_check import ReportCheckForm
from ..snapshots import document_hash
from ..verification import (
    NotAReportError,
    Standing,
    Verdict,
    comparable_snapshot,
    differences,
    document_of_pdf,
    judge,
    may_see,
)
from .rate_limits import limited

SHOWN_DIFFERENCES = 200
PUBLIC_STANDINGS = (Standing.APPROVED, Standing.EXPIRED)
"""What everybody may know by name; of what was never approved only those who may see the project."""


@require_http_methods(["GET", "HEAD", "POST"])
@limited("report_check")
def report_check(request: HttpRequest) -> HttpResponse:
    """Upload a report or enter its hash. A hash in the address only fills the field in."""
    if request.method != "POST":
        form = ReportCheckForm(initial={"sha256": request.GET.get("hash", "")[:64]})
        return _show(request, form, 200)
    form = ReportCheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, 422)
    document: dict[str, Any] | None = None
    digest = form.cleaned_data["sha256"]
    if file := form.cleaned_data["file"]:
        try:
            document = document_of_pdf(file.read())
            digest = document_hash(document)
        except (NotAReportError, ValueError):
            # ValueError: numbers that have no canonical form.
            form.add_error("file", _("This file is no report of this site: it carries no readable data."))
            return _show(request, form, 422)
    verdict = judge(digest, timezone.localdate())
    return _show(request, form, 200, verdict=verdict, **_details(request, verdict, document))


def _details(request: HttpRequest, verdict: Verdict, document: dict[str, Any] | None) -> dict[str, Any]:
    """What is said beyond the standing; more to those who may see the project."""
    sees = verdict.snapshot is not None and may_see(request.user, verdict.snapshot.assessment)
    details: dict[str, Any] = {
        "names_project": sees or verdict.standing in PUBLIC_STANDINGS,
        "sees": sees,
        "compared_with": None,
        "rows": [],
        "more_rows": False,
    }
    theirs = document or (verdict.snapshot.document if verdict.snapshot and sees else None)
    if verdict.standing not in (Standing.UNKNOWN, Standing.SUPERSEDED) or theirs is None:
        return details
    nearest = comparable_snapshot(request.user, verdict, theirs)
    if nearest is None or nearest.sha256 == verdict.sha256:
        return details
    found = list(islice(differences(nearest.document, theirs), SHOWN_DIFFERENCES + 1))
    rows = [{"path": one.path, "ours": _text(one.ours), "theirs": _text(one.theirs)} for one in found]
    return details | {
        "compared_with": nearest,
        "rows": rows[:SHOWN_DIFFERENCES],
        "more_rows": len(found) > SHOWN_DIFFERENCES,
    }


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _show(request: HttpRequest, form: ReportCheckForm, status: int, **context: Any) -> HttpResponse:
    response = render(
        request, "assessments/report_check.html", {"form": form, "verdict": None, **context}, status=status
    )
    add_never_cache_headers(response)
    return response
