"""The chapters of a report: one dimension each, where it stands, what the team said, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from django.utils.translation import gettext, ngettext

from ..enums import Level
from ..result_charts import bars_of
from ..results import AspectResult, DimensionResult, QuestionResult, Result, StepResult
from ..scoring import whole_points
from .report_parts import NAMED_AT_MOST, NO_FIGURE, AspectPart, Chapter, Evidence, Figures, Practice, Statement, Step
from .texts import excerpt


def chapter_of(dimension: DimensionResult, result: Result) -> Chapter:
    """The chapter of one dimension."""
    steps = [step for step in result.all_steps if step.dimension.key == dimension.key][:NAMED_AT_MOST]
    asked = [question for question in dimension.questions if question.in_scope and not question.is_not_applicable]
    aspects = tuple(_aspect(aspect) for aspect in dimension.aspects)
    return Chapter(
        key=dimension.key,
        anchor=anchor_of("kapitel", dimension.key),
        annex_anchor=anchor_of("antworten", dimension.key),
        name=dimension.dimension.name,
        summary=dimension.dimension.summary,
        pages=dimension.dimension.pages,
        standing=_standing(dimension),
        chart=bars_of(dimension),
        chart_template="charts/pole_bar.svg" if dimension.score.is_principle else "charts/aspect_bars.svg",
        figures=(*(_aspect_figures(aspect) for aspect in dimension.aspects), dimension_figures(dimension)),
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
        steps=tuple(step_of(step) for step in steps),
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
        anchor=anchor_of("antwort", question.key),
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
    url, name = item.get("url", ""), item.get("file_name", "")
    label = item.get("label", "") or url or name
    return Evidence(
        key,
        label,
        url if url.lower().startswith(("https://", "http://")) else "",
        "" if name == label else name,
    )


def step_of(step: StepResult) -> Step:
    """A next step as it is printed."""
    return Step(
        step.question.key,
        anchor_of("antwort", step.question.key),
        f"{step.dimension.dimension.name} – {step.aspect.aspect.name}"
        if not step.dimension.score.is_principle
        else step.aspect.aspect.name,
        step.step,
        _level(step.question),
    )


# -- Measures and conflicts -------------------------------------------------------------------------------------------


def place_of(key: str, result: Result) -> str:
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


def dimension_figures(dimension: DimensionResult, anchor: str = "") -> Figures:
    """The row of a dimension in a table; ``anchor`` is the chapter it links to."""
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


def anchor_of(kind: str, key: str) -> str:
    """The id of a place in the report; readers of the PDF see it as the name of the link."""
    return f"{kind}-{key.replace('.', '-')}"
