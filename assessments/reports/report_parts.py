"""What the parts of a report say; templates write it down."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from ..bars import AspectBars, PoleBar
from ..charts import Radar
from ..enums import State

NO_FIGURE = "–"
NAMED_AT_MOST = 3
"""How many strongest and weakest dimensions, and how many steps a chapter, the report names."""
SHORT_HASH_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Version:
    """What the exchange document does not know of itself."""

    state: State
    number: int
    date: datetime.date
    is_without_account: bool = False
    """Made from answers that are kept nowhere: a draft that nobody can submit."""

    @property
    def words(self) -> str:
        """The state in words."""
        if self.is_without_account:
            return gettext("Quick check without an account, not submitted")
        return str(self.state.label)

    @property
    def mark(self) -> str:
        """What is written across a report that must not be taken for a submitted one."""
        return self.words if self.state in (State.DRAFT, State.RETURNED) else ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The submission before the one that is reported."""

    document: Mapping[str, Any]
    sha256: str
    number: int
    date: datetime.date


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What makes a report a public one: a part of an approved state, under a licence."""

    licence: str
    licence_url: str
    approved_sha256: str
    with_rationales: bool
    with_measures: bool
    with_conflicts: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what belongs to it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """A row of the table twin of a figure."""

    name: str
    score: str
    stage: str
    span: str
    coverage: str
    target: str = NO_FIGURE
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Mean:
    """One of the two figures of an assessment."""

    label: str
    points: str
    stage: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A link or a file that backs an answer."""

    key: str
    label: str
    url: str
    file: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A question and what the team said."""

    key: str
    anchor: str
    text: str
    is_core: bool
    level: str
    described: str
    excerpt: str
    is_shortened: bool
    rationale: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class AspectPart:
    """A pole or aspect with its statements; questions that are open are named elsewhere."""

    key: str
    name: str
    summary: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A next step and where it leads on from."""

    key: str
    anchor: str
    place: str
    text: str
    from_level: str


@dataclass(frozen=True, slots=True)
class Practice:
    """What the highest level of a question describes."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """One dimension."""

    key: str
    anchor: str
    annex_anchor: str
    name: str
    summary: str
    pages: str
    standing: tuple[str, ...]
    chart: PoleBar | AspectBars
    chart_template: str
    figures: tuple[Figures, ...]
    has_target: bool
    has_answers: bool
    aspects: tuple[AspectPart, ...]
    evidence: tuple[Evidence, ...]
    practice: tuple[Practice, ...]
    reached: str
    steps: tuple[Step, ...]
    still_open: str


@dataclass(frozen=True, slots=True)
class Part:
    """The principles or the guiding ideas."""

    anchor: str
    title: str
    introduction: str
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """One page that can be read in two minutes."""

    standing: str
    means: tuple[Mean, Mean]
    radar: Radar
    stages: tuple[Fact, ...]
    strongest: tuple[Fact, ...]
    weakest: tuple[Fact, ...]
    tensions: tuple[str, ...]
    steps: tuple[Step, ...]
    figures: tuple[Figures, ...]
    has_targets: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A dimension, or the mean of several, before and now."""

    name: str
    before: str
    now: str
    difference: str
    changed: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from the submission before."""

    before: str
    answers: str
    note: str
    rows: tuple[ChangeRow, ...]
    means: tuple[ChangeRow, ChangeRow]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure."""

    title: str
    refers_to: str
    responsible: str
    due: datetime.date | None
    state: str


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A conflict of goals."""

    between: str
    description: str
    handling: str


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A general level and what it counts."""

    label: str
    text: str
    points: int
