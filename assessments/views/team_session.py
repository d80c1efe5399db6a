"""The team session within the questionnaire: a revealed dimension with what everybody thinks above each answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from principles.models import Dimension

from ..forms.questionnaire import Group, Page, Panel
from ..forms.ratings import RatedQuestion
from ..individual_ratings import revealed_dimensions, team_ratings
from ..models import Assessment

ALL = "alles"
"""In the address: also the questions that need no clarification."""


@dataclass(slots=True)
class Session:
    """The team goes through the revealed dimensions, by default through what needs to be clarified alone."""

    assessment: Assessment
    dimensions: list[Dimension]
    shows_all: bool
    asked: int = 0
    to_clarify: int = 0

    @classmethod
    def of(cls, request: HttpRequest, assessment: Assessment, dimensions: list[Dimension]) -> Session:
        """The session as the address asks for it; one query."""
        revealed = revealed_dimensions(assessment)
        return cls(assessment, [one for one in dimensions if one.key in revealed], ALL in request.GET)

    @property
    def list_address(self) -> str:
        """The overview of the session."""
        return reverse("rating_overview", args=[self.assessment.pk])

    def address(self, dimension: Dimension) -> str:
        """The page of another dimension, with the same questions shown."""
        address = reverse("rating_session", args=[self.assessment.pk, dimension.key])
        return f"{address}?{ALL}" if self.shows_all else address


def show_ratings(assessment: Assessment, page: Page, session: Session | None) -> Page:
    """The page with everybody's ratings of a revealed dimension, in a session only what was asked for; one query.

    What could not be saved stays on the page. ``assessment`` says whether the dimension ``is_revealed``.
    """
    if not assessment.is_revealed:  # type: ignore[attr-defined]
        return page
    ratings = team_ratings(assessment, page.dimension.key)
    for panel in page.panels:
        panel.rated = RatedQuestion.of(panel.question, ratings.get(panel.key))
    if session is None:
        return page
    session.asked = len(list(page.panels))
    session.to_clarify = sum(map(_needs_clarification, page.panels))
    if session.shows_all:
        return page
    groups = [Group(group.aspect, [one for one in group.panels if _is_to_do(one)]) for group in page.groups]
    return Page(page.dimension, [group for group in groups if group.panels])


def _needs_clarification(panel: Panel) -> bool:
    return panel.rated is not None and panel.rated.spread.needs_clarification


def _is_to_do(panel: Panel) -> bool:
    return _needs_clarification(panel) or bool(panel.errors) or panel.conflict is not None
