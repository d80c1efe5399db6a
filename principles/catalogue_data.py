"""A catalogue version as data, in both languages, for programs."""

from __future__ import annotations

from typing import Any

from .models import Aspect, Catalogue, Dimension, Question

FORMAT = "smartcity-catalogue/1"


def catalogue_data(catalogue: Catalogue) -> dict[str, Any]:
    """The whole catalogue, ready for JSON; needs no query if it is prefetched (``load_catalogue``)."""
    return {
        "format": FORMAT,
        "catalogue": catalogue.version,
        "published_on": catalogue.published_on.isoformat() if catalogue.published_on else None,
        "title": _both(catalogue, "title"),
        "dimensions": [_dimension(dimension) for dimension in catalogue.dimensions.all()],
    }


def _both(part: Catalogue | Dimension | Aspect | Question, name: str) -> dict[str, Any]:
    return {language: getattr(part, f"{name}_{language}") for language in ("de", "en")}


def _dimension(dimension: Dimension) -> dict[str, Any]:
    return {
        "key": dimension.key,
        "kind": dimension.kind,
        "name": _both(dimension, "name"),
        "summary": _both(dimension, "summary"),
        "practice": _both(dimension, "practice"),
        "pages": dimension.pages,
        "aspects": [_aspect(aspect) for aspect in dimension.aspects.all()],
    }


def _aspect(aspect: Aspect) -> dict[str, Any]:
    return {
        "key": aspect.key,
        "name": _both(aspect, "name"),
        "summary": _both(aspect, "summary"),
        "questions": [_question(question) for question in aspect.questions.all()],
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "is_core": question.is_core,
        "text": _both(question, "text"),
        "why": _both(question, "why"),
        "levels": _both(question, "anchors"),
        "evidence_hints": _both(question, "evidence_hints"),
        "step_start": _both(question, "step_start"),
        "step_deepen": _both(question, "step_deepen"),
        "source": {"chapter": question.source_chapter, "page": question.source_page},
    }
