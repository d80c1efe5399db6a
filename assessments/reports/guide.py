"""The guide to good practice as a file: the catalogue told as advice, with the examples teams have passed on."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import override as translation_override

from principles.catalogue_data import catalogue_data
from principles.models import Catalogue, Dimension
from principles.practice import Example

from ..snapshots import canonical_json, document_hash
from .pdf import Attachment, render_pdf
from .stylesheets import stylesheet


@dataclass(frozen=True, slots=True)
class Chapter:
    """One dimension with the examples that belong to it."""

    dimension: Dimension
    examples: tuple[Example, ...]

    @property
    def anchor(self) -> str:
        """Where links of the contents lead."""
        return f"kapitel-{self.dimension.key.replace('.', '-')}"

    @property
    def prefix(self) -> str:
        """Goes before the anchors within the chapter: a file has all twelve in one page."""
        return f"{self.anchor}-"


@dataclass(frozen=True, slots=True)
class Part:
    """The principles or the guiding ideas."""

    anchor: str
    title: str
    introduction: str
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything the guide says, in one language."""

    language: str
    title: str
    subtitle: str
    catalogue_version: str
    date: datetime.date
    parts: tuple[Part, ...]
    examples: int


def guide_of(catalogue: Catalogue, examples: Sequence[Example], language: str) -> Guide:
    """The guide for a published catalogue and the public examples; needs no query."""
    with translation_override(language):
        chapters = [
            Chapter(dimension, tuple(example for example in examples if example.dimension_key == dimension.key))
            for dimension in catalogue.dimensions.all()
        ]
        return Guide(
            language=language,
            title=gettext("Guide to good practice"),
            subtitle=gettext(
                "What good smart city projects in Berlin do, and how a team finds out in 90 minutes where it stands"
            ),
            catalogue_version=catalogue.version,
            date=_as_of(catalogue, examples),
            parts=(
                Part(
                    "prinzipien",
                    gettext("The eight principles"),
                    gettext("Eight pairs whose two poles belong together: a project needs both, in balance."),
                    tuple(chapter for chapter in chapters if chapter.dimension.is_principle),
                ),
                Part(
                    "leitgedanken",
                    gettext("The four guiding ideas"),
                    gettext("Four ideas of the city that every project should serve."),
                    tuple(chapter for chapter in chapters if not chapter.dimension.is_principle),
                ),
            ),
            examples=len(examples),
        )


def guide_hash(catalogue: Catalogue, examples: Sequence[Example]) -> str:
    """Changes with every example that comes or goes, and with the catalogue."""
    shown = [[str(getattr(example, name)) for name in Example.__slots__] for example in examples]
    return document_hash(
        {"catalogue": catalogue.version, "date": _as_of(catalogue, examples).isoformat(), "examples": shown}
    )


def guide_html(guide: Guide) -> str:
    """The guide as one HTML page without styles, for print."""
    with translation_override(guide.language):
        return render_to_string("reports/guide.html", {"guide": guide})


def guide_pdf(catalogue: Catalogue, examples: Sequence[Example], language: str) -> bytes:
    """The guide as PDF, with the catalogue attached as data; the same arguments give the same bytes."""
    guide = guide_of(catalogue, examples, language)
    with translation_override(language):
        attachment = Attachment(
            f"katalog_{catalogue.version}.json",
            gettext("The whole catalogue as data, in German and English"),
            canonical_json(catalogue_data(catalogue)),
        )
    return render_pdf(
        guide_html(guide),
        stylesheet("guide.css"),
        created=guide.date.isoformat(),
        attachment=attachment,
    )


def _as_of(catalogue: Catalogue, examples: Sequence[Example]) -> datetime.date:
    """The day of the catalogue or of the newest example."""
    days = [example.confirmed_on for example in examples if example.confirmed_on is not None]
    if catalogue.published_on is not None:
        days.append(catalogue.published_on)
    return max(days)
