"""Files that prove an answer: listed, added, removed, downloaded."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ..answering import AssessmentClosed
from ..evidence_files import (
    MAX_ASSESSMENT_MB,
    MAX_FILES,
    add_file,
    files_of,
    is_submitted,
    names_file,
    read_bytes,
    remove_file,
    used_bytes,
)
from ..forms.evidence import EvidenceFileForm
from ..models import Assessment
from ..permissions import Action, allowed_actions
from ..places import Place, places_of
from ..reviewing import is_unread_by, seen_submissions
from .access import get_assessment, get_submission, signed_in
from .rate_limits import may

logger = logging.getLogger(__name__)

DOWNLOAD_POLICY = "default-src 'none'; sandbox"
"""Whatever a browser makes of a file, it is nothing of this site."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def evidence_list(request: HttpRequest, pk: int, question_key: str) -> HttpResponse:
    """The files of one question, and the form for one more."""
    action = Action.ANSWER if request.method == "POST" else Action.VIEW_ASSESSMENT
    assessment = get_assessment(request, pk, action)
    question = _question(assessment, question_key, only_asked=request.method == "POST")
    if request.method != "POST":
        return _show(request, assessment, question, EvidenceFileForm())
    form = EvidenceFileForm(request.POST, request.FILES)
    if not may(request, "evidence_upload"):
        form.add_error("file", _("Many files at once. Please continue in a minute."))
        return _show(request, assessment, question, form, status=429)
    if not form.is_valid():
        return _show(request, assessment, question, form, status=422)
    upload = form.cleaned_data["file"]
    try:
        added = add_file(
            assessment,
            question.key,
            signed_in(request),
            upload,
            name=upload.name or "",
            label=form.cleaned_data["label"],
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _show(request, assessment, question, form, status=422)
    except AssessmentClosed:
        assessment.refresh_from_db(fields=["state"])
        form.add_error("file", _("Not added: the assessment has been submitted or deleted meanwhile."))
        return _show(request, assessment, question, form, status=409)
    messages.success(request, _("“%(name)s” has been added.") % {"name": added.file_name})
    return redirect("evidence_list", assessment.pk, question.key)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def evidence_remove(request: HttpRequest, pk: int, question_key: str, sha256: str) -> HttpResponse:
    """Ask once, then take the file from the answer."""
    assessment = get_assessment(request, pk, Action.ANSWER)
    question = _question(assessment, question_key)
    if request.method == "POST":
        try:
            if remove_file(assessment, question.key, signed_in(request), sha256):
                messages.success(request, _("The file has been removed."))
        except AssessmentClosed:
            messages.error(request, _("Not removed: the assessment has been submitted or deleted meanwhile."))
        return redirect("evidence_list", assessment.pk, question.key)
    file = next((one for one in files_of(assessment, question.key) if one.sha256 == sha256), None)
    if file is None or not assessment.is_open:
        return redirect("evidence_list", assessment.pk, question.key)
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "question": question,
        "file": file,
        "is_submitted": is_submitted(assessment, question.key, sha256),
    }
    return render(request, "assessments/evidence_remove.html", context)


@require_safe
@login_required
def evidence_download(request: HttpRequest, pk: int, question_key: str, sha256: str) -> HttpResponse:
    """The file, never shown but handed over: to the team, and to those who see a submission that names it."""
    try:
        assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT)
    except Http404:
        assessment = get_submission(request, pk)
        if is_unread_by(assessment, signed_in(request)):
            return redirect("review_detail", pk)
        seen = seen_submissions(assessment, signed_in(request))
        if not any(names_file(one.document, question_key, sha256) for one in seen):
            raise
    file = assessment.evidence_files.filter(question_key=question_key, sha256=sha256).first()
    content = read_bytes(file) if file else None
    if file is None or content is None:
        if file:
            logger.error("The storage has lost or changed %s of assessment %s.", file.stored_as, pk)
        return render(request, "assessments/evidence_missing.html", {"assessment": assessment}, status=404)
    return HttpResponse(
        content,
        content_type=file.content_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=file.name) or "attachment",
            "Content-Security-Policy": DOWNLOAD_POLICY,
            "X-Content-Type-Options": "nosniff",
        },
    )


def _question(assessment: Assessment, key: str, *, only_asked: bool = False) -> Place:
    place = places_of(assessment, only_asked=only_asked).get(key)
    if place is None or place.question is None:
        raise Http404
    return place


def _show(
    request: HttpRequest, assessment: Assessment, question: Place, form: EvidenceFileForm, *, status: int = 200
) -> HttpResponse:
    files = files_of(assessment, question.key)
    may_answer = Action.ANSWER in allowed_actions(request.user, assessment)
    can_change = may_answer and assessment.is_open
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "question": question,
        "files": files,
        "form": form,
        "can_change": can_change,
        "shows_form": can_change and len(files) < MAX_FILES,
        "most": MAX_FILES,
        "used": used_bytes(assessment),
        "limit": MAX_ASSESSMENT_MB,
    }
    return render(request, "assessments/evidence_list.html", context, status=status)
