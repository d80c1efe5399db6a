"""Two states of a project beside each other: what changed in the answers, the scores and everything around them.

Both states are exchange documents, frozen or live, so a submission can be compared with the one before it, an
assessment with the last one, and a draft with what was approved. Questions are matched by their keys; the texts come
from the newer state's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .results import DimensionResult, QuestionResult, Result, result_of_document

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QuestionPair:
    """One question in both states; ``before`` is None if the older catalogue did not ask it."""

    before: QuestionResult | None
    after: QuestionResult

    @property
    def key(self) -> str:
        """The key of the question."""
        return self.after.key

    @property
    def is_changed(self) -> bool:
        """Whether anything about the answer differs: value, reason, rationale or evidence."""
        return self.before is None or self.before.answer != self.after.answer

    @property
    def level_change(self) -> int | None:
        """How many levels up or down; none unless both states have a level."""
        if self.before is None or self.before.level is None or self.after.level is None:
            return None
        return self.after.level - self.before.level


@dataclass(frozen=True, slots=True)
class DimensionPair:
    """One dimension in both states with all its questions."""

    before: DimensionResult | None
    after: DimensionResult
    questions: tuple[QuestionPair, ...]

    @property
    def key(self) -> str:
        """The chapter."""
        return self.after.key

    @property
    def before_score(self) -> Fraction | None:
        """The points before."""
        return self.before.score.score if self.before else None

    @property
    def score_change(self) -> Fraction | None:
        """Points gained or lost; none unless both states have a score."""
        if self.before_score is None or self.after.score.score is None:
            return None
        return self.after.score.score - self.before_score

    @property
    def changed(self) -> tuple[QuestionPair, ...]:
        """The questions whose answers differ."""
        return tuple(pair for pair in self.questions if pair.is_changed)


@dataclass(frozen=True, slots=True)
class Entry:
    """A measure, a conflict of goals, a target or a fact of the project that is not the same in both states.

    ``before`` is None for what is new, ``after`` for what is gone.
    """

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that two states have in common and what sets them apart."""

    before: Result
    after: Result
    dimensions: tuple[DimensionPair, ...]
    facts: tuple[Entry, ...]
    targets: tuple[Entry, ...]
    measures: tuple[Entry, ...]
    conflicts: tuple[Entry, ...]
    scope_changed: bool

    @property
    def changed_dimensions(self) -> tuple[DimensionPair, ...]:
        """Dimensions with at least one changed answer."""
        return tuple(pair for pair in self.dimensions if pair.changed)

    @property
    def changed_questions(self) -> tuple[QuestionPair, ...]:
        """All changed answers in catalogue order."""
        return tuple(question for pair in self.dimensions for question in pair.changed)

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (
            self.changed_questions
            or self.facts
            or self.targets
            or self.measures
            or self.conflicts
            or self.scope_changed
        )

    def question(self, key: str) -> QuestionPair | None:
        """The pair of a question, if the newer catalogue asks it."""
        return next((one for pair in self.dimensions for one in pair.questions if one.key == key), None)


def compare_documents(before: Document, after: Document) -> Comparison:
    """Put two sound exchange documents beside each other. Raises ``Catalogue.DoesNotExist``."""
    older, newer = result_of_document(before), result_of_document(after)
    known = {dimension.key: dimension for dimension in older.dimensions}
    return Comparison(
        before=older,
        after=newer,
        dimensions=tuple(_dimension(known.get(dimension.key), dimension) for dimension in newer.dimensions),
        facts=tuple(_mapping(before["project"], after["project"])),
        targets=tuple(_mapping(before.get("targets", {}), after.get("targets", {}))),
        measures=tuple(_listed(before.get("measures", []), after.get("measures", []), ("title", "refers_to"))),
        conflicts=tuple(_listed(before.get("conflicts", []), after.get("conflicts", []), ("between",))),
        scope_changed=before["scope"] != after["scope"],
    )


def _dimension(before: DimensionResult | None, after: DimensionResult) -> DimensionPair:
    known = {question.key: question for question in before.questions} if before else {}
    return DimensionPair(
        before, after, tuple(QuestionPair(known.get(question.key), question) for question in after.questions)
    )


def _mapping(before: Document, after: Document) -> Iterator[Entry]:
    for key in dict.fromkeys([*after, *before]):
        if before.get(key) != after.get(key):
            yield Entry(key, before.get(key), after.get(key))


def _listed(before: Sequence[Document], after: Sequence[Document], names: Sequence[str]) -> Iterator[Entry]:
    """Entries matched by what names them; of several with the same name the first with the first, and so on."""
    older = _by_name(before, names)
    newer = _by_name(after, names)
    for name in dict.fromkeys([*newer, *older]):
        if older.get(name) != newer.get(name):
            entry = newer.get(name) or older[name]
            title = entry[names[0]]
            yield Entry(title if isinstance(title, str) else " – ".join(title), older.get(name), newer.get(name))


def _by_name(entries: Sequence[Document], names: Sequence[str]) -> dict[tuple[str, ...], Document]:
    found: dict[tuple[str, ...], Document] = {}
    for entry in entries:
        name = tuple(str(entry.get(part, "")) for part in names)
        number = 0
        while (*name, str(number)) in found:
            number += 1
        found[(*name, str(number))] = entry
    return found
