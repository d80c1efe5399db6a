"""The report of one assessment: everything its pages say, made from the exchange document alone.

Templates only write it down. Sentences are put together here, where they can be translated whole.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import override as translation_override

from principles.models import Perspective, Term

from ..enums import Level, MeasureState, Phase, Scope, Stage
from ..models import Organisation
from ..result_charts import radar_of
from ..results import DimensionResult, Result, result_of_document
from ..scoring import POINTS_PER_LEVEL, stage_of
from ..snapshots import document_hash
from .changes import changes_since
from .chapters import anchor_of, chapter_of, dimension_figures, place_of, points, step_of
from .report_parts import (
    NAMED_AT_MOST,
    NO_FIGURE,
    SHORT_HASH_LENGTH,
    Changes,
    Chapter,
    ConflictRow,
    Earlier,
    Excerpt,
    Fact,
    LevelRow,
    Mean,
    MeasureRow,
    Part,
    Summary,
    Version,
)
from .texts import breakable, clean_document, shorten_rationales
from .typeface import is_settable

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """Everything the report of an assessment says, in one language."""

    language: str
    title: str
    project_name: str
    running_name: str
    author: str
    project_summary: str
    facts: tuple[Fact, ...]
    perspectives: tuple[str, ...]
    scope: str
    state: str
    mark: str
    is_without_account: bool
    number: int
    date: datetime.date
    short_hash: str
    full_hash: str
    catalogue_version: str
    is_shortened: bool
    lacks_characters: bool
    summary: Summary
    changes: Changes | None
    parts: tuple[Part, ...]
    measures: tuple[MeasureRow, ...]
    conflicts: tuple[ConflictRow, ...]
    levels: tuple[LevelRow, ...]
    terms: tuple[Term, ...]
    excerpt: Excerpt | None
    """Set if the report is a public one."""

    @property
    def shows_rationales(self) -> bool:
        """Whether a place is kept for what was said about the levels."""
        return self.excerpt is None or self.excerpt.with_rationales

    @property
    def names_responsible(self) -> bool:
        """Whether measures say who is responsible; what is public leaves that out."""
        return self.excerpt is None

    @property
    def shows_measures(self) -> bool:
        """Whether measures are reported, if only that there are none."""
        return self.excerpt.with_measures if self.excerpt else not self.is_without_account

    @property
    def shows_conflicts(self) -> bool:
        """Whether conflicts of goals are reported."""
        return self.excerpt.with_conflicts if self.excerpt else not self.is_without_account

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """All twelve in the order of the report."""
        return tuple(chapter for part in self.parts for chapter in part.chapters)

    @property
    def has_statements(self) -> bool:
        """Whether the annex has anything to show."""
        return any(chapter.has_answers for chapter in self.chapters)


def project_report(
    document: Document,
    version: Version,
    language: str,
    earlier: Earlier | None = None,
    excerpt: Excerpt | None = None,
) -> ProjectReport:
    """The report of ``document`` in ``language`` (``de`` or ``en``); needs three queries when the catalogue is read.

    With an ``earlier`` submission it tells what has changed since; with an ``excerpt`` it says that it is one.
    """
    with translation_override(language):
        return _project_report(document, version, earlier, excerpt)


def _project_report(
    document: Document, version: Version, earlier: Earlier | None, excerpt: Excerpt | None
) -> ProjectReport:
    full_hash = document_hash(dict(document))
    readable = clean_document(document)
    lacks_characters = not is_settable(str(readable))
    readable, is_shortened = shorten_rationales(readable)
    result = result_of_document(readable)
    project = readable["project"]
    organisation = Organisation.objects.filter(key=project.get("organisation") or "").first()
    parts = (
        Part(
            "prinzipien",
            gettext("Principles of good practice"),
            gettext("Eight pairs whose two poles belong together: a project needs both, in balance."),
            tuple(chapter_of(dimension, result) for dimension in result.principles),
        ),
        Part(
            "leitgedanken",
            gettext("Guiding ideas"),
            gettext("Four ideas of the city that every project should serve."),
            tuple(chapter_of(dimension, result) for dimension in result.guiding_ideas),
        ),
    )
    return ProjectReport(
        language=(get_language() or "de")[:2],
        title=gettext("Self-assessment"),
        project_name=project["name"],
        running_name=breakable(project["name"]),
        author=organisation.name if organisation else project["name"],
        project_summary=project.get("summary", ""),
        facts=_facts(project, organisation, result, version),
        perspectives=_perspectives(project.get("perspectives", ())),
        scope=str(Scope(result.scope).label),
        state=version.words,
        mark=version.mark,
        is_without_account=version.is_without_account,
        number=version.number,
        date=version.date,
        short_hash=full_hash[:SHORT_HASH_LENGTH],
        full_hash=full_hash,
        catalogue_version=result.catalogue.version,
        is_shortened=is_shortened,
        lacks_characters=lacks_characters,
        summary=_summary(result),
        changes=changes_since(earlier, document) if earlier else None,
        parts=parts,
        measures=tuple(_measure(measure, result) for measure in readable.get("measures", ())),
        conflicts=tuple(_conflict(conflict, result) for conflict in readable.get("conflicts", ())),
        levels=tuple(LevelRow(str(level.value), str(level.label), POINTS_PER_LEVEL * level) for level in Level),
        terms=_used_terms(readable, parts),
        excerpt=excerpt,
    )


# -- The project ------------------------------------------------------------------------------------------------------


def _facts(project: Document, organisation: Organisation | None, result: Result, version: Version) -> tuple[Fact, ...]:
    return (
        Fact(gettext("Organisation"), organisation.name if organisation else NO_FIGURE),
        Fact(gettext("Phase"), str(Phase(project["phase"]).label) if project.get("phase") else NO_FIGURE),
        Fact(gettext("Scope"), str(Scope(result.scope).label)),
        Fact(gettext("State"), version.words),
        Fact(
            gettext("Answered"),
            gettext("%(answered)s of %(applicable)s questions")
            % {"answered": result.score.answered, "applicable": result.score.applicable},
        ),
        Fact(gettext("Catalogue"), result.catalogue.version),
    )


def _perspectives(keys: Sequence[str]) -> tuple[str, ...]:
    if not keys:
        return ()
    return tuple(perspective.name for perspective in Perspective.objects.filter(key__in=keys))


def _used_terms(document: Document, parts: Sequence[Part]) -> tuple[Term, ...]:
    """Glossary terms that the report's own words or the team's use, in alphabetical order."""
    texts = [str(document["project"]), str(document.get("measures", "")), str(document.get("conflicts", ""))]
    for chapter in (chapter for part in parts for chapter in part.chapters):
        texts += [chapter.name, chapter.summary, *(practice.text for practice in chapter.practice)]
        texts += [step.text for step in chapter.steps]
        for aspect in chapter.aspects:
            for statement in aspect.statements:
                texts += [statement.text, statement.described, statement.rationale]
    words = " ".join(texts).casefold()
    used = (term for term in Term.objects.all() if _stem(term.name) in words)
    return tuple(sorted(used, key=lambda term: term.name.casefold()))


def _stem(name: str) -> str:
    """The part of a term before its explanation: „BMI (Federal Ministry …)“ is found as „bmi“, a word of its own."""
    return " " + name.partition(" (")[0].partition(",")[0].casefold()


# -- Summary ----------------------------------------------------------------------------------------------------------


def _summary(result: Result) -> Summary:
    scored = [dimension for dimension in result.dimensions if dimension.score.score is not None]
    ranked = sorted(scored, key=lambda dimension: dimension.score.score or 0, reverse=True)
    # With few scored dimensions nobody is told to be strongest and weakest at once.
    named = min(NAMED_AT_MOST, len(ranked) // 2)
    return Summary(
        standing=_overall_standing(result),
        means=(
            _mean(gettext("Principles of good practice"), result.score.principles),
            _mean(gettext("Guiding ideas"), result.score.guiding_ideas),
        ),
        radar=radar_of(result),
        stages=_stages(result),
        strongest=tuple(_named(dimension) for dimension in ranked[:named]),
        weakest=tuple(_named(dimension) for dimension in reversed(ranked[len(ranked) - named :])),
        tensions=_tensions(result),
        steps=tuple(step_of(step) for step in result.next_steps),
        figures=tuple(
            dimension_figures(dimension, anchor_of("kapitel", dimension.key)) for dimension in result.dimensions
        ),
        has_targets=result.has_targets,
    )


def _overall_standing(result: Result) -> str:
    score = result.score
    if not score.applicable:
        return gettext("Every question is set aside as not applicable.")
    if not score.answered:
        return gettext("No question is answered yet; the figures follow with the answers.")
    if score.answered == score.applicable:
        return gettext("All %(applicable)s questions that apply are answered.") % {"applicable": score.applicable}
    return gettext(
        "%(answered)s of %(applicable)s questions that apply are answered. "
        "The spans show how far the figures can still move."
    ) % {"answered": score.answered, "applicable": score.applicable}


def _mean(label: str, value: Fraction | None) -> Mean:
    return Mean(label, points(value), gettext("no answers yet") if value is None else str(stage_of(value).label))


def _stages(result: Result) -> tuple[Fact, ...]:
    """Which dimensions stand where, the furthest stage first."""
    facts = []
    for stage in reversed(Stage):
        names = [dimension.dimension.name for dimension in result.dimensions if dimension.score.stage == stage]
        if names:
            facts.append(Fact(str(stage.label), "; ".join(names)))
    return tuple(facts)


def _named(dimension: DimensionResult) -> Fact:
    return Fact(f"{dimension.key} {dimension.dimension.name}", points(dimension.score.score))


def _tensions(result: Result) -> tuple[str, ...]:
    """The pairs in tension: a few with their weaker pole, many in one line, for the summary keeps to its page."""
    tense = [dimension for dimension in result.principles if dimension.score.in_tension]
    if len(tense) <= NAMED_AT_MOST:
        return tuple(map(_tension, tense))
    return ("; ".join(f"{dimension.key} {dimension.dimension.name}" for dimension in tense),)


def _tension(dimension: DimensionResult) -> str:
    weaker = dimension.weaker_aspect
    return gettext("%(pair)s: “%(pole)s” lags behind (balance %(balance)s).") % {
        "pair": f"{dimension.key} {dimension.dimension.name}",
        "pole": weaker.aspect.name if weaker else "",
        "balance": points(dimension.score.balance),
    }


# -- Chapters ---------------------------------------------------------------------------------------------------------


def _measure(measure: Document, result: Result) -> MeasureRow:
    due = measure.get("due")
    return MeasureRow(
        measure["title"],
        place_of(measure.get("refers_to") or "", result),
        measure.get("responsible") or "",
        datetime.date.fromisoformat(due) if due else None,
        str(MeasureState(measure["state"]).label) if measure.get("state") else "",
    )


def _conflict(conflict: Document, result: Result) -> ConflictRow:
    return ConflictRow(
        " – ".join(place_of(key, result) for key in conflict["between"]),
        conflict["description"],
        conflict.get("handling") or "",
    )
