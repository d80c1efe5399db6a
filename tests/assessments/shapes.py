"""Small catalogues for the tests of scoring, and Hypothesis strategies for whole assessments."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from assessments.enums import Scope
from assessments.scoring import AspectShape, DimensionShape, Mark, QuestionShape, Value

NOT = Mark.NOT_APPLICABLE
Shapes = tuple[DimensionShape, ...]
Values = dict[str, Value]


def dimension(key: str, *sizes: int, core: int = 1) -> DimensionShape:
    """One aspect per size; chapter 4 holds principles; question number ``core`` of each aspect is the core one."""
    return DimensionShape(
        key,
        key.startswith("4"),
        tuple(
            AspectShape(
                f"{key}.{letter}",
                tuple(QuestionShape(f"{key}.{letter}{number}", number == core) for number in range(1, size + 1)),
            )
            for letter, size in zip("abcd", sizes, strict=False)
        ),
    )


PAIR = dimension("4.1", 4, 4)
"""A principle as in the catalogue."""

IDEA = dimension("2.1", 2, 2, 2, 2)
"""A guiding idea as in the catalogue."""


def questions(shapes: Shapes) -> Iterator[tuple[DimensionShape, AspectShape, QuestionShape]]:
    """Everything that is asked, in catalogue order."""
    for shape in shapes:
        for aspect in shape.aspects:
            for question in aspect.questions:
                yield shape, aspect, question


def exact(*figures: int | str | Fraction) -> tuple[Fraction, ...]:
    """Figures to compare with."""
    return tuple(Fraction(figure) for figure in figures)


def answered(*levels: Value, key: str = "4.1.a") -> Values:
    """Answers to the questions of an aspect, in order."""
    return {f"{key}{number}": level for number, level in enumerate(levels, 1)}


def without(shapes: Shapes, keys: set[str]) -> Shapes:
    """The shapes as if these questions had never been asked."""
    return tuple(
        replace(
            shape,
            aspects=tuple(
                replace(aspect, questions=tuple(q for q in aspect.questions if q.key not in keys))
                for aspect in shape.aspects
            ),
        )
        for shape in shapes
    )


levels = st.integers(0, 4)
values = st.one_of(st.none(), st.just(NOT), levels, levels)
scopes = st.sampled_from(Scope)


@st.composite
def catalogues(draw: st.DrawFn) -> Shapes:
    """One to six dimensions of both kinds with up to four questions in an aspect."""
    sizes = st.integers(1, 4)
    principles = draw(st.lists(st.tuples(sizes, sizes, sizes), max_size=3))
    ideas = draw(st.lists(st.lists(sizes, min_size=1, max_size=4), min_size=not principles, max_size=3))
    return (
        *(dimension(f"4.{n}", a, b, core=min(a, b, core)) for n, (a, b, core) in enumerate(principles, 1)),
        *(dimension(f"2.{n}", *sizes_) for n, sizes_ in enumerate(ideas, 1)),
    )


@st.composite
def assessments(draw: st.DrawFn) -> tuple[Shapes, Values, Scope]:
    """A catalogue, an answer or none for each of its questions, and a scope."""
    shapes = draw(catalogues())
    return shapes, {question.key: draw(values) for *_, question in questions(shapes)}, draw(scopes)


@st.composite
def assessments_with_a_level(draw: st.DrawFn) -> tuple[Shapes, Values, Scope, str]:
    """An assessment and a question of its scope that has a level below 4."""
    shapes, given, scope = draw(assessments())
    key = draw(st.sampled_from([question.key for *_, question in questions(shapes) if question.is_in(scope)]))
    return shapes, given | {key: draw(st.integers(0, 3))}, scope, key


def fill_open(given: Mapping[str, Value], level: int) -> Values:
    """Give every open question this level."""
    return {key: level if value is None else value for key, value in given.items()}
