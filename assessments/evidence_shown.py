"""The evidence of an answer as every page shows it: links with their address, files with kind and size.

Answers and submissions name files by hash. What is kept of them is read once for a page, never question by question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from .file_kinds import kind_of_name
from .models import Assessment, EvidenceFile


@dataclass(frozen=True, slots=True)
class Piece:
    """A link, or a file that ``assessment_pk`` keeps; without one there is only its name."""

    label: str
    url: str = ""
    file_name: str = ""
    sha256: str = ""
    size: int | None = None
    assessment_pk: int | None = None
    question_key: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether there is a file to be handed over."""
        return self.assessment_pk is not None

    @property
    def kind(self) -> str:
        """What people call such a file; the ending stands in its name."""
        kind = kind_of_name(self.file_name)
        return kind.label.partition(" (")[0] if kind else ""

    @property
    def detail(self) -> str:
        """What the label does not say: the address of a link, the name of a file."""
        named = self.url or self.file_name
        return "" if named == self.label else named


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files that an assessment keeps. While their sizes were not read, every file is taken to be there."""

    assessment_pk: int | None = None
    sizes: Mapping[tuple[str, str], int] | None = None

    def pieces(self, question_key: str, evidence: Iterable[Mapping[str, str]]) -> tuple[Piece, ...]:
        """The evidence of one question, in the form of the exchange format, to be shown."""
        return tuple(self._piece(question_key, item) for item in evidence)

    def _piece(self, question_key: str, item: Mapping[str, str]) -> Piece:
        if "url" in item:
            return Piece(item.get("label", "") or item["url"], item["url"])
        digest, name = item.get("sha256", ""), item.get("file_name", "")
        size = (self.sizes or {}).get((question_key, digest))
        is_kept = size is not None or self.sizes is None
        pk = self.assessment_pk if is_kept else None
        return Piece(item.get("label", "") or name, "", name, digest, size, pk, question_key)


def shelf_of(assessment: Assessment) -> Shelf:
    """What an assessment keeps; one query."""
    return shelves_of({assessment.pk})[assessment.pk]


def shelves_of(assessment_pks: Collection[int]) -> dict[int, Shelf]:
    """What assessments keep, by their primary keys; one query."""
    sizes: dict[int, dict[tuple[str, str], int]] = {pk: {} for pk in assessment_pks}
    rows = EvidenceFile.objects.order_by().filter(assessment__in=sizes)
    for pk, key, digest, size in rows.values_list("assessment_id", "question_key", "sha256", "size"):
        sizes[pk][key, digest] = size
    return {pk: Shelf(pk, found) for pk, found in sizes.items()}
