"""The guide to good practice, for everyone: pages to read, files to print."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from principles.models import Catalogue, Dimension, load_catalogue

from ..enums import Scope
from ..good_practices import public_examples
from ..reports.pdf import PdfBusyError, PdfError, PdfUnavailableError
from ..reports.public_files import guide_file, questionnaire_file

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Part:
    """The principles or the guiding ideas."""

    anchor: str
    title: str
    dimensions: tuple[Dimension, ...]


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """What the guide is for, the meeting of 90 minutes, the twelve dimensions, the files."""
    return render(request, "assessments/guide.html", {"parts": _parts(), "language": _language(request)})


@require_safe
def guide_dimension(request: HttpRequest, key: str) -> HttpResponse:
    """One dimension: practice, questions, levels, steps and examples."""
    siblings = _dimensions()
    at = next((index for index, dimension in enumerate(siblings) if dimension.key == key), None)
    if at is None:
        raise Http404
    return render(
        request,
        "assessments/guide_dimension.html",
        {
            "dimension": siblings[at],
            "examples": public_examples(key),
            "previous": siblings[at - 1] if at else None,
            "next": siblings[at + 1] if at + 1 < len(siblings) else None,
            "language": _language(request),
        },
    )


@require_safe
def guide_pdf(request: HttpRequest) -> HttpResponse:
    """The guide to keep, print and pass on."""
    catalogue, language = _catalogue_or_404(), _language(request)
    return _file(
        request,
        f"handlungsleitfaden_{catalogue.version}_{language}.pdf",
        lambda: guide_file(catalogue, public_examples(), language),
    )


@require_safe
def blank_questionnaire(request: HttpRequest) -> HttpResponse:
    """The questionnaire to fill in by hand: the quick check, or all questions."""
    catalogue, language = _catalogue_or_404(), _language(request)
    asked = request.GET.get("scope", "")
    scope = Scope(asked) if asked in Scope.values else Scope.QUICK
    name = "vollstaendig" if scope == Scope.FULL else "kurzcheck"
    return _file(
        request,
        f"fragebogen_{name}_{catalogue.version}_{language}.pdf",
        lambda: questionnaire_file(catalogue, scope, language),
    )


def _file(request: HttpRequest, name: str, make: Callable[[], bytes]) -> HttpResponse:
    try:
        content = make()
    except PdfUnavailableError:
        reason = gettext("This server cannot make PDF files at the moment. Please tell its operator.")
    except PdfBusyError:
        reason = gettext("Many files are being made right now. Please try again in a moment.")
    except PdfError:
        logger.exception("The file %s could not be made.", name)
        reason = gettext("The file could not be made. The error has been recorded.")
    else:
        return HttpResponse(
            content,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    response = render(
        request, "assessments/guide_unavailable.html", {"reason": reason}, status=HTTPStatus.SERVICE_UNAVAILABLE
    )
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _catalogue() -> Catalogue | None:
    pk = Catalogue.objects.published().values_list("pk", flat=True).first()
    return None if pk is None else load_catalogue(pk)


def _catalogue_or_404() -> Catalogue:
    catalogue = _catalogue()
    if catalogue is None:
        raise Http404
    return catalogue


def _dimensions() -> list[Dimension]:
    catalogue = _catalogue()
    return [] if catalogue is None else list(catalogue.dimensions.all())


def _parts() -> tuple[Part, ...]:
    dimensions = _dimensions()
    if not dimensions:
        return ()
    return (
        Part("prinzipien", gettext("The eight principles"), tuple(one for one in dimensions if one.is_principle)),
        Part(
            "leitgedanken", gettext("The four guiding ideas"), tuple(one for one in dimensions if not one.is_principle)
        ),
    )


def _language(request: HttpRequest) -> str:
    """The language asked for, else the one of the page."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else (get_language() or settings.LANGUAGE_CODE)[:2]
