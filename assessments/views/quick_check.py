"""The quick check for everyone, without an account: each page brings all answers along, the server keeps none.

A step is the answer to a POST whose hidden fields hold what was said on the other pages. So every page can be sent
twice, reloaded or gone back to, and nothing of it is written down: no row, no session, no message, no log.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.text import slugify
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from principles.models import Catalogue, Dimension, newest_catalogue

from ..enums import Scope, State
from ..exchange import Document, ExchangeError, Fault, document_text
from ..forms.quick_check import ContinueForm, Filled, QuickProjectForm
from ..quick_check import quick_document, read_back
from ..reports.documents import MAX_SLUG_LENGTH, report_pdf
from ..reports.pdf import PdfBusyError, PdfError, is_available
from ..reports.report_parts import Version
from ..results import result_of_document
from ..scoring import score_assessment
from ..snapshots import canonical_json
from ..stored_scores import shapes_of
from ..uploads import CappedUploadHandler
from .accounts import set_language
from .page_turn import find_dimension, neighbours_of
from .pdf_answers import RETRY_AFTER_SECONDS, asked_language, pdf_file, reason_of
from .questionnaire import progress_bars
from .rate_limits import may, too_many_requests
from .results import SHOWN_FAULTS, figures_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

MOST_AT_ONCE = 2
"""PDF files of visitors that a process makes or has waiting: those who work here are not to stand in a long queue."""
_turns = threading.BoundedSemaphore(MOST_AT_ONCE)


def _kept_nowhere(view: View[P]) -> View[P]:
    """No cache keeps the page, and whoever changes the language on it stays on it."""

    @wraps(view)
    def fleeting(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        switched = _switch_language(request)
        response = view(request, *args, **kwargs)
        if switched is not None:
            response.cookies.update(switched.cookies)
        add_never_cache_headers(response)
        return response

    return fleeting


def _switch_language(request: HttpRequest) -> HttpResponse | None:
    """The page in the language that was just chosen, and the answer that makes the browser remember it."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return None
    translation.activate(language)
    request.LANGUAGE_CODE = language
    return set_language(request)


def _only_in_memory(view: View[P]) -> View[P]:
    """An uploaded file is never written to the disk, not even for a moment; what is too large does not arrive."""

    @csrf_exempt
    @wraps(view)
    def careful(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.upload_handlers = [CappedUploadHandler(request), MemoryFileUploadHandler(request)]
        return csrf_protect(view)(request, *args, **kwargs)

    return careful


# -- The pages --------------------------------------------------------------------------------------------------------


@_only_in_memory
@require_http_methods(["GET", "HEAD", "POST"])
@_kept_nowhere
def quick_check(request: HttpRequest) -> HttpResponse:
    """What it is, how long it takes, what happens with the data; and reading in what was saved, to go on."""
    catalogue = newest_catalogue()
    form = ContinueForm(request.POST, request.FILES) if request.method == "POST" else ContinueForm()
    faults: tuple[Fault, ...] = ()
    if catalogue is not None and form.is_valid():
        try:
            saved = read_back(catalogue, form.cleaned_data["file"])
        except ExchangeError as error:
            faults = error.faults
        else:
            filled = Filled(catalogue, dict(saved.answers), dict(saved.project))
            return _show_step(request, filled, _first_open(filled), read_back=saved)
    context = {
        "form": form,
        "first": None if catalogue is None else catalogue.dimensions.all()[0],
        "faults": faults[:SHOWN_FAULTS],
        "fault_count": len(faults),
        "more_faults": max(len(faults) - SHOWN_FAULTS, 0),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or faults else HTTPStatus.OK
    return render(request, "assessments/quick_check.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@_kept_nowhere
def quick_check_step(request: HttpRequest, key: str) -> HttpResponse:
    """One of the twelve dimensions. An answer that cannot stay leads back to where it can be mended."""
    catalogue = _catalogue_or_404()
    dimension = find_dimension(catalogue.dimensions.all(), key)
    filled = Filled.of(catalogue, request.POST)
    return _show_step(request, filled, filled.faulty_dimension(_page_before(request)) or dimension)


@require_http_methods(["GET", "HEAD", "POST"])
@_kept_nowhere
def quick_check_result(request: HttpRequest) -> HttpResponse:
    """Scores, next steps, and both files to take along."""
    return _at_the_end(request, lambda filled, form: _show_result(request, filled, form))


@require_POST
@_kept_nowhere
def quick_check_data(request: HttpRequest) -> HttpResponse:
    """The answers as an exchange document: to go on later, here or with an account."""

    def answer(filled: Filled, form: QuickProjectForm) -> HttpResponse:
        document = quick_document(filled.catalogue, form.part, filled.answers)
        return HttpResponse(
            document_text(document),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{_file_name(form, "json")}"'},
        )

    return _at_the_end(request, answer)


@require_POST
@_kept_nowhere
def quick_check_pdf(request: HttpRequest) -> HttpResponse:
    """The report, made for this one answer and not kept."""

    def answer(filled: Filled, form: QuickProjectForm) -> HttpResponse:
        if not may(request, "quick_check_pdf"):
            return too_many_requests(request)
        document = quick_document(filled.catalogue, form.part, filled.answers)
        try:
            content = _render(document, asked_language(request), _file_name(form, "json"))
        except PdfError as error:
            # The log learns nothing that was typed, so not the name of the project either.
            response = _show_result(request, filled, form, no_pdf=reason_of(error, "kurzcheck.pdf"))
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return response
        return pdf_file(_file_name(form, "pdf"), content)

    return _at_the_end(request, answer)


# -- What they share --------------------------------------------------------------------------------------------------


def _catalogue_or_404() -> Catalogue:
    catalogue = newest_catalogue()
    if catalogue is None:
        raise Http404
    return catalogue


def _page_before(request: HttpRequest) -> str:
    """The dimension whose questions were on the page that was sent."""
    return request.POST.get("from", "")


def _first_open(filled: Filled) -> Dimension:
    """Where somebody goes on who comes back: the first dimension with an open question, else the last one."""
    dimensions = list(filled.catalogue.dimensions.all())
    values = filled.values
    for dimension in dimensions:
        if any(values.get(panel.key) is None for panel in filled.page(dimension).panels):
            return dimension
    return dimensions[-1]


def _at_the_end(request: HttpRequest, answer: Callable[[Filled, QuickProjectForm], HttpResponse]) -> HttpResponse:
    """Give the answer once everything that was typed is sound; before that, the page on which it can be mended."""
    filled = Filled.of(_catalogue_or_404(), request.POST)
    if faulty := filled.faulty_dimension(_page_before(request)):
        return _show_step(request, filled, faulty)
    form = QuickProjectForm(request.POST if request.method == "POST" else None)
    if form.is_bound and not form.is_valid():
        return _show_result(request, filled, form)
    return answer(filled, form)


def _show_step(request: HttpRequest, filled: Filled, dimension: Dimension, **context: Any) -> HttpResponse:
    dimensions = list(filled.catalogue.dimensions.all())
    page = filled.page(dimension)
    score = score_assessment(shapes_of(filled.catalogue), filled.values, Scope.QUICK)
    bars = {bar["id"]: bar for bar in progress_bars(score, dimension, tells_time=False)}
    has_errors = page.has("errors")
    return render(
        request,
        "assessments/quick_check_step.html",
        {
            "answers_form": "quick-check",
            "dimension": dimension,
            "number": dimensions.index(dimension) + 1,
            "count": len(dimensions),
            "page": page,
            "bar": bars["progress-all"],
            "faults": [fault for panel in page.panels for fault in panel.faults],
            "carried": filled.carried(dimension),
            "came_without_answers": request.method != "POST" and dimension != dimensions[0],
            "read_back": None,
            **neighbours_of(dimensions, dimension),
            **context,
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if has_errors else HTTPStatus.OK,
    )


def _show_result(request: HttpRequest, filled: Filled, form: QuickProjectForm, *, no_pdf: str = "") -> HttpResponse:
    document = quick_document(filled.catalogue, form.part if form.is_valid() else {}, filled.answers)
    dimensions = filled.catalogue.dimensions.all()
    context = {
        "answers_form": "quick-check",
        "assessment": None,
        "can_plan": False,
        "planned": frozenset(),
        **figures_of(result_of_document(document)),
        "form": form,
        "carried": filled.carried(),
        "no_pdf": no_pdf,
        "pdf_is_available": is_available(),
        "languages": settings.LANGUAGES,
        "last": dimensions[len(dimensions) - 1],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "assessments/quick_check_result.html", context, status=status)


def _render(document: Document, language: str, data_name: str) -> bytes:
    """The PDF of the document. Raises the errors of ``pdf.render_pdf``, ``PdfBusyError`` without waiting."""
    if not _turns.acquire(blocking=False):
        raise PdfBusyError("Other visitors' reports are being made.")
    try:
        version = Version(State.DRAFT, 1, timezone.localdate(), is_without_account=True)
        return report_pdf(canonical_json(document), version, language, data_name)
    finally:
        _turns.release()


def _file_name(form: QuickProjectForm, suffix: str) -> str:
    """``projekt-slug_kurzcheck_2027-03-31.pdf``."""
    slug = slugify(form.part["name"].replace("ß", "ss"))[:MAX_SLUG_LENGTH].strip("-")
    parts = (slug, "kurzcheck", timezone.localdate().isoformat())
    return f"{'_'.join(filter(None, parts))}.{suffix}"
