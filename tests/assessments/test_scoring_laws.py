"""Laws that every score obeys, tried on random catalogues and answers (methodology, section 3)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assessments.enums import Scope
from assessments.scoring import (
    AspectScore,
    AssessmentScore,
    DimensionScore,
    Value,
    four_places,
    score_assessment,
    whole_points,
)

from .reference_scoring import UNIT, Row, reference_scores
from .shapes import (
    NOT,
    Shapes,
    Values,
    assessments,
    assessments_with_a_level,
    catalogues,
    fill_open,
    levels,
    questions,
    scopes,
    without,
)

Case = tuple[Shapes, Values, Scope]
CaseWithKey = tuple[Shapes, Values, Scope, str]
points = st.fractions(0, 100, max_denominator=10_000)
laws = settings(deadline=None, max_examples=150)


def parts(score: AssessmentScore) -> Iterator[AspectScore | DimensionScore]:
    for dimension in score.dimensions:
        yield dimension
        yield from dimension.aspects


def figures(score: AssessmentScore) -> list[Fraction]:
    """Every score, low and high that exists."""
    found = [figure for part in parts(score) for figure in (part.score, part.low, part.high)]
    return [figure for figure in (*found, score.principles, score.guiding_ideas) if figure is not None]


@laws
@given(assessments())
def test_agrees_with_the_reference(case: Case) -> None:
    shapes, values, scope = case
    rows = [
        Row(
            shape.key,
            shape.is_principle,
            aspect.key,
            question.key,
            question.is_core,
            "n/a" if values[question.key] is NOT else values[question.key],
        )
        for shape, aspect, question in questions(shapes)
    ]
    expected = reference_scores(rows, core_only=scope == Scope.QUICK)
    score = score_assessment(shapes, values, scope)

    def in_points(figure: int | None) -> Fraction | None:
        return None if figure is None else Fraction(figure, UNIT)

    for part in parts(score):
        entry = expected[part.key]
        for name in ("score", "low", "high", "coverage"):
            assert getattr(part, name) == in_points(entry[name]), (part.key, name)
    for dimension in score.dimensions:
        entry = expected[dimension.key]
        assert dimension.balance == in_points(entry["balance"])
        assert (dimension.weaker, dimension.in_tension) == (entry["weaker"], entry["in_tension"])
        assert dimension.stage == entry["stage"]
    assert score.principles == in_points(expected["principles"])
    assert score.guiding_ideas == in_points(expected["guiding_ideas"])


@laws
@given(assessments())
def test_score_lies_in_its_span_and_the_span_between_0_and_100(case: Case) -> None:
    for part in parts(score_assessment(*case)):
        if part.low is None or part.high is None:
            assert part.is_excluded
            continue
        assert 0 <= part.low <= part.high <= 100
        assert part.score is None or part.low <= part.score <= part.high


@laws
@given(assessments())
def test_coverage_is_a_share_and_full_coverage_closes_the_span(case: Case) -> None:
    for part in parts(score_assessment(*case)):
        if part.coverage is None:
            assert part.is_excluded
            continue
        assert 0 <= part.coverage <= 1
        assert (part.coverage == 1) == (part.answered == part.applicable) == (part.low == part.high)
        assert (part.coverage == 0) == (part.answered == 0) == (part.score is None)


@laws
@given(assessments())
def test_counts_are_nested_and_add_up(case: Case) -> None:
    score = score_assessment(*case)
    wholes = [(score, score.dimensions), *((dimension, dimension.aspects) for dimension in score.dimensions)]
    for whole, pieces in wholes:
        for count in ("answered", "applicable", "total"):
            assert getattr(whole, count) == sum(getattr(piece, count) for piece in pieces)
    assert all(0 <= part.answered <= part.applicable <= part.total for part in parts(score))


@laws
@given(assessments())
def test_span_is_what_the_open_questions_can_still_reach(case: Case) -> None:
    shapes, values, scope = case
    now = parts(score_assessment(shapes, values, scope))
    worst = parts(score_assessment(shapes, fill_open(values, 0), scope))
    best = parts(score_assessment(shapes, fill_open(values, 4), scope))
    for part, at_worst, at_best in zip(now, worst, best, strict=True):
        assert (part.low, part.high) == (at_worst.score, at_best.score)


@laws
@given(assessments_with_a_level())
def test_a_higher_level_lowers_nothing(case: CaseWithKey) -> None:
    shapes, values, scope, key = case
    level = values[key]
    assert isinstance(level, int)
    before = score_assessment(shapes, values, scope)
    after = score_assessment(shapes, values | {key: level + 1}, scope)
    assert all(old <= new for old, new in zip(figures(before), figures(after), strict=True))
    assert sum(figures(before)) < sum(figures(after))


@laws
@given(assessments_with_a_level())
def test_an_answer_only_narrows_the_span(case: CaseWithKey) -> None:
    shapes, values, scope, key = case
    before = score_assessment(shapes, values | {key: None}, scope)
    after = score_assessment(shapes, values, scope)
    for old, new in zip(parts(before), parts(after), strict=True):
        if old.is_excluded:
            assert new.is_excluded
            continue
        assert old.low is not None
        assert old.high is not None
        assert old.coverage is not None
        assert new.low is not None
        assert new.high is not None
        assert new.coverage is not None
        assert old.low <= new.low <= new.high <= old.high
        assert old.coverage <= new.coverage


@laws
@given(assessments())
def test_not_applicable_is_as_if_never_asked(case: Case) -> None:
    shapes, values, scope = case
    removed = {key for key, value in values.items() if value is NOT}
    asked = score_assessment(shapes, values, scope)
    never = score_assessment(without(shapes, removed), values, scope)
    for one, other in zip(parts(asked), parts(never), strict=True):
        for name in ("score", "low", "high", "coverage", "stage", "is_excluded", "answered", "applicable"):
            assert getattr(one, name) == getattr(other, name)
    assert (asked.principles, asked.guiding_ideas) == (never.principles, never.guiding_ideas)


@laws
@given(assessments(), st.data())
def test_excluded_dimension_is_as_if_it_did_not_exist(case: Case, data: st.DataObject) -> None:
    shapes, values, scope = case
    gone = data.draw(st.sampled_from(shapes))
    excluded = values | {question.key: NOT for *_, question in questions((gone,))}
    rest = tuple(shape for shape in shapes if shape is not gone)
    with_it, without_it = score_assessment(shapes, excluded, scope), score_assessment(rest, values, scope)
    assert with_it.dimension(gone.key).is_excluded
    assert (with_it.principles, with_it.guiding_ideas) == (without_it.principles, without_it.guiding_ideas)


@laws
@given(assessments(), st.randoms(use_true_random=False))
def test_order_of_answers_does_not_matter(case: Case, random: Random) -> None:
    shapes, values, scope = case
    pairs = list(values.items())
    random.shuffle(pairs)
    assert score_assessment(shapes, dict(pairs), scope) == score_assessment(shapes, values, scope)


@laws
@given(assessments())
def test_order_of_dimensions_and_poles_does_not_matter(case: Case) -> None:
    shapes, values, scope = case
    turned = tuple(replace(shape, aspects=shape.aspects[::-1]) for shape in reversed(shapes))
    one, other = score_assessment(shapes, values, scope), score_assessment(turned, values, scope)
    assert (one.principles, one.guiding_ideas) == (other.principles, other.guiding_ideas)
    for dimension in one.dimensions:
        again = other.dimension(dimension.key)
        for name in ("score", "low", "high", "coverage", "balance", "in_tension"):
            assert getattr(dimension, name) == getattr(again, name)
        assert not dimension.is_principle or dimension.weaker == again.weaker


@laws
@given(assessments(), st.dictionaries(st.text(max_size=8), levels, max_size=3))
def test_answers_outside_the_catalogue_are_not_looked_at(case: Case, strange: dict[str, Value]) -> None:
    shapes, values, scope = case
    assume(not strange.keys() & values.keys())
    assert score_assessment(shapes, {**values, **strange}, scope) == score_assessment(shapes, values, scope)


@laws
@given(assessments())
def test_open_is_the_same_as_absent(case: Case) -> None:
    shapes, values, scope = case
    given_ones = {key: value for key, value in values.items() if value is not None}
    assert score_assessment(shapes, given_ones, scope) == score_assessment(shapes, values, scope)


@laws
@given(assessments(), st.data())
def test_quick_check_ignores_all_but_core_questions(case: Case, data: st.DataObject) -> None:
    shapes, values, _ = case
    others = [question.key for *_, question in questions(shapes) if not question.is_core]
    changed = values | {key: data.draw(levels) for key in others}
    quick = score_assessment(shapes, values, Scope.QUICK)
    assert quick == score_assessment(shapes, changed, Scope.QUICK)
    assert quick == score_assessment(without(shapes, set(others)), values, Scope.FULL)


@laws
@given(assessments())
def test_turning_every_level_round_mirrors_the_scores(case: Case) -> None:
    shapes, values, scope = case
    turned: Values = {key: 4 - value if isinstance(value, int) else value for key, value in values.items()}
    one, other = score_assessment(shapes, values, scope), score_assessment(shapes, turned, scope)
    for part, mirrored in zip(parts(one), parts(other), strict=True):
        assert (part.score is None) == (mirrored.score is None)
        if part.score is not None and mirrored.score is not None:
            assert part.score + mirrored.score == 100
        if part.low is not None and mirrored.high is not None:
            assert part.low + mirrored.high == 100
    for dimension, mirror in zip(one.dimensions, other.dimensions, strict=True):
        assert (dimension.balance, dimension.in_tension) == (mirror.balance, mirror.in_tension)


@laws
@given(catalogues(), levels, scopes)
def test_the_same_level_everywhere_is_every_score(shapes: Shapes, level: int, scope: Scope) -> None:
    score = score_assessment(shapes, {question.key: level for *_, question in questions(shapes)}, scope)
    assert set(figures(score)) == {25 * level}
    assert {dimension.balance for dimension in score.dimensions} <= {100, None}
    assert {dimension.weaker for dimension in score.dimensions} == {None}


@laws
@given(assessments())
def test_named_weaker_aspect_is_the_lowest_and_tension_names_it(case: Case) -> None:
    for dimension in score_assessment(*case).dimensions:
        assert not dimension.in_tension or dimension.weaker
        assert dimension.is_principle or dimension.balance is None
        if dimension.weaker is None:
            continue
        known = {aspect.key: aspect.score for aspect in dimension.aspects if aspect.score is not None}
        assert known[dimension.weaker] == min(known.values()) < max(known.values())


@laws
@given(points)
def test_whole_points_round_half_up(figure: Fraction) -> None:
    exact = Decimal(figure.numerator) / Decimal(figure.denominator)
    assert whole_points(figure) == exact.quantize(Decimal(1), ROUND_HALF_UP)


@laws
@given(points)
def test_four_places_round_half_up(figure: Fraction) -> None:
    exact = Decimal(figure.numerator) / Decimal(figure.denominator)
    assert four_places(figure) == exact.quantize(Decimal("0.0001"), ROUND_HALF_UP)
