"""The guide to good practice, for everyone: pages to read, files to print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from principles.models import Catalogue, Dimension, newest_catalogue

from ..enums import Scope
from ..good_practices import public_examples
from ..reports.public_files import guide_file, questionnaire_file
from .pdf_answers import Instead, asked_language, pdf_response


@dataclass(frozen=True, slots=True)
class Part:
    """The principles or the guiding ideas."""

    anchor: str
    title: str
    dimensions: tuple[Dimension, ...]


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """What the guide is for, the meeting of 90 minutes, the twelve dimensions, the files."""
    return render(request, "assessments/guide.html", {"parts": _parts(), "language": asked_language(request)})


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
            "language": asked_language(request),
        },
    )


@require_safe
def guide_pdf(request: HttpRequest) -> HttpResponse:
    """The guide to keep, print and pass on."""
    catalogue, language = _catalogue_or_404(), asked_language(request)
    return _file(
        request,
        f"handlungsleitfaden_{catalogue.version}_{language}.pdf",
        lambda: guide_file(catalogue, public_examples(), language),
    )


@require_safe
def blank_questionnaire(request: HttpRequest) -> HttpResponse:
    """The questionnaire to fill in by hand: the quick check, or all questions."""
    catalogue, language = _catalogue_or_404(), asked_language(request)
    asked = request.GET.get("scope", "")
    scope = Scope(asked) if asked in Scope.values else Scope.QUICK
    name = "vollstaendig" if scope == Scope.FULL else "kurzcheck"
    return _file(
        request,
        f"fragebogen_{name}_{catalogue.version}_{language}.pdf",
        lambda: questionnaire_file(catalogue, scope, language),
    )


def _file(request: HttpRequest, name: str, make: Callable[[], bytes]) -> HttpResponse:
    instead = Instead(reverse("guide"), gettext("Guide to good practice"), gettext("Read the guide as a page"))
    return pdf_response(request, name, make, instead=instead)


def _catalogue_or_404() -> Catalogue:
    catalogue = newest_catalogue()
    if catalogue is None:
        raise Http404
    return catalogue


def _dimensions() -> list[Dimension]:
    catalogue = newest_catalogue()
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
