"""One's own ratings of a dimension as a form: the questionnaire's panels without the team's answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.http import QueryDict

from principles.models import Dimension

from ..answering import AnswerContent
from ..individual_ratings import RatingContent, clean_rating
from .questionnaire import Page, Panel, page_of, read_entry, replace_panels


def own_page(dimension: Dimension, ratings: Mapping[str, RatingContent], *, only_core: bool) -> Page:
    """The page of a dimension with what one person thinks; their note takes the place of the rationale."""
    return with_ratings(page_of(dimension, {}, only_core=only_core), ratings, {})


def with_ratings(
    page: Page, ratings: Mapping[str, RatingContent], errors: Mapping[str, Mapping[str, list[str]]]
) -> Page:
    """The page with these ratings and what is wrong with them."""
    shown = {panel.key: panel for panel in page.panels}
    return replace_panels(
        page,
        {
            key: replace(
                shown[key],
                content=AnswerContent(rating.level, rating.is_not_applicable, rationale=rating.note),
                errors=errors.get(key, {}),
            )
            for key, rating in ratings.items()
            if key in shown
        },
    )


def read_ratings(data: QueryDict, panels: Iterable[Panel]) -> dict[str, RatingContent]:
    """What came back for the questions that were on the page."""
    entries = {panel.key: read_entry(data, panel.key) for panel in panels}
    return {
        key: RatingContent(entry.content.level, entry.content.is_not_applicable, entry.content.rationale)
        for key, entry in entries.items()
        if entry is not None
    }


def clean_ratings(
    ratings: Mapping[str, RatingContent],
) -> tuple[dict[str, RatingContent], dict[str, dict[str, list[str]]]]:
    """The ratings as they will be stored, and the errors of those that cannot be, by question and field."""
    cleaned: dict[str, RatingContent] = {}
    errors: dict[str, dict[str, list[str]]] = {}
    for key, rating in ratings.items():
        try:
            cleaned[key] = clean_rating(rating)
        except ValidationError as error:
            errors[key] = {{"note": "rationale"}.get(name, name): text for name, text in error.message_dict.items()}
    return cleaned, errors
