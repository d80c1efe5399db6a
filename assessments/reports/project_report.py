"""The report of one assessment: everything its pages say, made from the exchange document alone.

Templates only write it down. Sentences are put together here, where they can be translated whole.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import override as translation_override

from principles.models import Perspective, Term

from ..charts import AspectBars, PoleBar, Radar
from ..enums import Level, MeasureState, Phase, Scope, Stage, State
from ..models import Organisation
from ..result_charts import bars_of, radar_of
from ..results import AspectResult, DimensionResult, QuestionResult, Result, StepResult, result_of_document
from ..scoring import POINTS_PER_LEVEL, stage_of, whole_points
from ..snapshots import document_hash
from .texts import breakable, clean_document, excerpt, shorten_rationales
from .typeface import is_settable

Document = Mapping[str, Any]

NO_FIGURE = "–"
SHORT_HASH_LENGTH = 12
NAMED_AT_MOST = 3
"""How many strongest and weakest dimensions, and how many steps a chapter, the report names."""


@dataclass(frozen=True, slots=True)
class Version:
    """What the exchange document does not know of itself."""

    state: State
    number: int
    date: datetime.date


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
    number: int
    date: datetime.date
    short_hash: str
    full_hash: str
    catalogue_version: str
    is_shortened: bool
    lacks_characters: bool
    summary: Summary
    parts: tuple[Part, ...]
    measures: tuple[MeasureRow, ...]
    conflicts: tuple[ConflictRow, ...]
    levels: tuple[LevelRow, ...]
    terms: tuple[Term, ...]

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """All twelve in the order of the report."""
        return tuple(chapter for part in self.parts for chapter in part.chapters)

    @property
    def has_statements(self) -> bool:
        """Whether the annex has anything to show."""
        return any(chapter.has_answers for chapter in self.chapters)


def project_report(document: Document, version: Version, language: str) -> ProjectReport:
    """The report of ``document`` in ``language`` (``de`` or ``en``); needs three queries when the catalogue is read."""
    with translation_override(language):
        return _project_report(document, version)


def _project_report(document: Document, version: Version) -> ProjectReport:
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
            tuple(_chapter(dimension, result) for dimension in result.principles),
        ),
        Part(
            "leitgedanken",
            gettext("Guiding ideas"),
            gettext("Four ideas of the city that every project should serve."),
            tuple(_chapter(dimension, result) for dimension in result.guiding_ideas),
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
        state=str(version.state.label),
        mark=str(version.state.label) if version.state in (State.DRAFT, State.RETURNED) else "",
        number=version.number,
        date=version.date,
        short_hash=full_hash[:SHORT_HASH_LENGTH],
        full_hash=full_hash,
        catalogue_version=result.catalogue.version,
        is_shortened=is_shortened,
        lacks_characters=lacks_characters,
        summary=_summary(result),
        parts=parts,
        measures=tuple(_measure(measure, result) for measure in readable.get("measures", ())),
        conflicts=tuple(_conflict(conflict, result) for conflict in readable.get("conflicts", ())),
        levels=tuple(LevelRow(str(level.value), str(level.label), POINTS_PER_LEVEL * level) for level in Level),
        terms=_used_terms(readable, parts),
    )


# -- The project ------------------------------------------------------------------------------------------------------


def _facts(project: Document, organisation: Organisation | None, result: Result, version: Version) -> tuple[Fact, ...]:
    return (
        Fact(gettext("Organisation"), organisation.name if organisation else NO_FIGURE),
        Fact(gettext("Phase"), str(Phase(project["phase"]).label) if project.get("phase") else NO_FIGURE),
        Fact(gettext("Scope"), str(Scope(result.scope).label)),
        Fact(gettext("State"), str(version.state.label)),
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
        steps=tuple(_step(step) for step in result.next_steps),
        figures=tuple(
            _dimension_figures(dimension, _anchor("kapitel", dimension.key)) for dimension in result.dimensions
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


def _chapter(dimension: DimensionResult, result: Result) -> Chapter:
    steps = [step for step in result.all_steps if step.dimension.key == dimension.key][:NAMED_AT_MOST]
    asked = [question for question in dimension.questions if question.in_scope and not question.is_not_applicable]
    aspects = tuple(_aspect(aspect) for aspect in dimension.aspects)
    return Chapter(
        key=dimension.key,
        anchor=_anchor("kapitel", dimension.key),
        annex_anchor=_anchor("antworten", dimension.key),
        name=dimension.dimension.name,
        summary=dimension.dimension.summary,
        pages=dimension.dimension.pages,
        standing=_standing(dimension),
        chart=bars_of(dimension),
        chart_template="charts/pole_bar.svg" if dimension.score.is_principle else "charts/aspect_bars.svg",
        figures=(*(_aspect_figures(aspect) for aspect in dimension.aspects), _dimension_figures(dimension)),
        has_target=dimension.target is not None,
        has_answers=any(aspect.statements for aspect in aspects),
        aspects=aspects,
        evidence=tuple(
            evidence for aspect in aspects for statement in aspect.statements for evidence in statement.evidence
        ),
        practice=tuple(
            Practice(question.key, question.question.anchors[-1])
            for question in asked
            if question.level != Level.EMBEDDED
        ),
        reached=", ".join(question.key for question in asked if question.level == Level.EMBEDDED),
        steps=tuple(_step(step) for step in steps),
        still_open=", ".join(question.key for question in dimension.open_questions),
    )


def _standing(dimension: DimensionResult) -> tuple[str, ...]:
    """Where the dimension stands, in sentences."""
    score = dimension.score
    if score.is_excluded:
        return (gettext("No question of this dimension applies to the project. It counts in no figure."),)
    if score.score is None:
        return (gettext("Nothing is answered here yet."),)
    sentences = [
        gettext("%(points)s of 100 points: %(stage)s.")
        % {"points": points(score.score), "stage": score.stage.label if score.stage else ""}
    ]
    missing = score.applicable - score.answered
    if missing:
        sentences.append(
            ngettext(
                "%(missing)s question is still open; the score can end between %(low)s and %(high)s.",
                "%(missing)s questions are still open; the score can end between %(low)s and %(high)s.",
                missing,
            )
            % {"missing": missing, "low": points(score.low), "high": points(score.high)}
        )
    sentences += _balance_sentences(dimension)
    if dimension.target is not None and dimension.gap is not None:
        values = {"target": dimension.target, "gap": points(abs(dimension.gap))}
        sentences.append(
            gettext("The team aims at %(target)s points; %(gap)s are missing.") % values
            if dimension.gap > 0
            else gettext("The team's target of %(target)s points is reached.") % values
        )
    return tuple(sentences)


def _balance_sentences(dimension: DimensionResult) -> list[str]:
    score, weaker = dimension.score, dimension.weaker_aspect
    if weaker is not None and score.is_principle:
        values = {"pole": weaker.aspect.name, "balance": points(score.balance)}
        if score.in_tension:
            return [gettext("The pair is in tension: “%(pole)s” is clearly weaker (balance %(balance)s).") % values]
        return [gettext("“%(pole)s” is the weaker pole (balance %(balance)s).") % values]
    if weaker is not None:
        return [gettext("“%(aspect)s” is the weakest aspect.") % {"aspect": weaker.aspect.name}]
    if score.balance is not None:
        return [gettext("Its two poles are in balance (%(balance)s).") % {"balance": points(score.balance)}]
    return []


def _aspect(aspect: AspectResult) -> AspectPart:
    return AspectPart(
        aspect.key,
        aspect.aspect.name,
        aspect.aspect.summary,
        tuple(_statement(question) for question in aspect.questions if question.in_scope and not question.is_open),
    )


def _statement(question: QuestionResult) -> Statement:
    said = question.reason if question.is_not_applicable else question.rationale
    short = excerpt(said)
    return Statement(
        key=question.key,
        anchor=_anchor("antwort", question.key),
        text=question.question.text,
        is_core=question.question.is_core,
        level=_level(question),
        described=question.anchor,
        excerpt=short,
        is_shortened=short != said,
        rationale=said,
        evidence=tuple(_evidence(question.key, item) for item in question.evidence),
    )


def _level(question: QuestionResult) -> str:
    if question.is_not_applicable:
        return gettext("not applicable")
    return "" if question.level is None else f"{question.level} – {Level(question.level).label}"


def _evidence(key: str, item: Mapping[str, str]) -> Evidence:
    url = item.get("url", "")
    return Evidence(
        key,
        item.get("label", ""),
        url if url.lower().startswith(("https://", "http://")) else "",
        item.get("file_name", ""),
    )


def _step(step: StepResult) -> Step:
    return Step(
        step.question.key,
        _anchor("antwort", step.question.key),
        f"{step.dimension.dimension.name} – {step.aspect.aspect.name}"
        if not step.dimension.score.is_principle
        else step.aspect.aspect.name,
        step.step,
        _level(step.question),
    )


# -- Measures and conflicts -------------------------------------------------------------------------------------------


def _measure(measure: Document, result: Result) -> MeasureRow:
    due = measure.get("due")
    return MeasureRow(
        measure["title"],
        _place(measure.get("refers_to") or "", result),
        measure.get("responsible") or "",
        datetime.date.fromisoformat(due) if due else None,
        str(MeasureState(measure["state"]).label) if measure.get("state") else "",
    )


def _conflict(conflict: Document, result: Result) -> ConflictRow:
    return ConflictRow(
        " – ".join(_place(key, result) for key in conflict["between"]),
        conflict["description"],
        conflict.get("handling") or "",
    )


def _place(key: str, result: Result) -> str:
    """A dimension by its key and name, a question by its key."""
    for dimension in result.dimensions:
        if dimension.key == key:
            return f"{key} {dimension.dimension.name}"
    return key


# -- Figures ----------------------------------------------------------------------------------------------------------


def points(value: Fraction | int | None) -> str:
    """Whole points as printed."""
    return NO_FIGURE if value is None else str(whole_points(Fraction(value)))


def _span(low: Fraction | None, high: Fraction | None) -> str:
    if low is None or high is None:
        return NO_FIGURE
    return points(low) if low == high else f"{points(low)}–{points(high)}"


def _aspect_figures(aspect: AspectResult) -> Figures:
    score = aspect.score
    return Figures(
        name=aspect.aspect.name,
        score=points(score.score),
        stage=str(score.stage.label) if score.stage else NO_FIGURE,
        span=_span(score.low, score.high),
        coverage=_coverage(score.answered, score.applicable),
    )


def _dimension_figures(dimension: DimensionResult, anchor: str = "") -> Figures:
    score = dimension.score
    stage = str(score.stage.label) if score.stage else NO_FIGURE
    return Figures(
        name=f"{dimension.key} {dimension.dimension.name}",
        score=points(score.score),
        stage=gettext("not applicable") if score.is_excluded else stage,
        span=_span(score.low, score.high),
        coverage=_coverage(score.answered, score.applicable),
        target=NO_FIGURE if dimension.target is None else str(dimension.target),
        anchor=anchor,
    )


def _coverage(answered: int, applicable: int) -> str:
    if not applicable:
        return NO_FIGURE
    return gettext("%(answered)s of %(applicable)s") % {"answered": answered, "applicable": applicable}


def _anchor(kind: str, key: str) -> str:
    return f"{kind}-{key.replace('.', '-')}"
