"""The questionnaire to fill in by hand: boxes to tick, lines to write on. Made for black and white."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import override as translation_override

from principles.models import Aspect, Catalogue, Dimension, Question

from ..enums import Level, Scope
from .pdf import render_pdf
from .stylesheets import stylesheet


@dataclass(frozen=True, slots=True)
class AspectSheet:
    """The questions of one pole or aspect that belong to the scope."""

    aspect: Aspect
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class DimensionSheet:
    """One dimension to fill in."""

    dimension: Dimension
    anchor: str
    aspects: tuple[AspectSheet, ...]


@dataclass(frozen=True, slots=True)
class BlankQuestionnaire:
    """Everything the blank questionnaire says, in one language."""

    language: str
    title: str
    scope: Scope
    catalogue_version: str
    date: datetime.date
    levels: tuple[tuple[int, str], ...]
    dimensions: tuple[DimensionSheet, ...]

    @property
    def is_full(self) -> bool:
        """Whether all questions are asked."""
        return self.scope == Scope.FULL

    @property
    def count(self) -> int:
        """How many questions there are."""
        return sum(len(aspect.questions) for sheet in self.dimensions for aspect in sheet.aspects)


def questionnaire_of(catalogue: Catalogue, scope: Scope, language: str) -> BlankQuestionnaire:
    """The questions of ``scope``; needs no query."""
    assert catalogue.published_on is not None  # noqa: S101 - only published catalogues are handed out
    with translation_override(language):
        return BlankQuestionnaire(
            language=language,
            title=gettext("Questionnaire: full assessment")
            if scope == Scope.FULL
            else gettext("Questionnaire: quick check"),
            scope=scope,
            catalogue_version=catalogue.version,
            date=catalogue.published_on,
            levels=tuple((level.value, str(level.label)) for level in Level),
            dimensions=tuple(
                DimensionSheet(
                    dimension,
                    f"bogen-{dimension.key.replace('.', '-')}",
                    tuple(
                        AspectSheet(
                            aspect,
                            tuple(one for one in aspect.questions.all() if scope == Scope.FULL or one.is_core),
                        )
                        for aspect in dimension.aspects.all()
                    ),
                )
                for dimension in catalogue.dimensions.all()
            ),
        )


def questionnaire_html(questionnaire: BlankQuestionnaire) -> str:
    """The questionnaire as one HTML page without styles, for print."""
    with translation_override(questionnaire.language):
        return render_to_string("reports/questionnaire_blank.html", {"questionnaire": questionnaire})


def questionnaire_pdf(catalogue: Catalogue, scope: Scope, language: str) -> bytes:
    """The questionnaire as PDF; the same arguments give the same bytes."""
    questionnaire = questionnaire_of(catalogue, scope, language)
    return render_pdf(
        questionnaire_html(questionnaire),
        stylesheet("questionnaire_blank.css"),
        created=questionnaire.date.isoformat(),
    )
