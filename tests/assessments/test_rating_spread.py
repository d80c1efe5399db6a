"""The spread of individual ratings: what it is, and what never changes it."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.rating_spread import CLARIFY_FROM, spread_of
from assessments.scoring import Mark

NA = Mark.NOT_APPLICABLE
values = st.lists(st.sampled_from([0, 1, 2, 3, 4, NA, None]), max_size=12)


@pytest.mark.parametrize(
    ("said", "width", "needs_clarification", "is_split"),
    [
        ([], None, False, False),
        ([3], 0, False, False),
        ([2, 3], 1, False, False),
        ([1, 3], 2, True, False),
        ([0, 4, 2], 4, True, False),
        ([3, 3, None], 0, False, False),
        ([NA, NA], None, False, False),
        ([NA, 2], 0, False, True),
        ([NA, 1, 4], 3, True, True),
    ],
)
def test_examples(said, width, needs_clarification, is_split):
    spread = spread_of(said)
    assert (spread.width, spread.needs_clarification, spread.is_split_on_fit) == (width, needs_clarification, is_split)


@given(values)
def test_it_is_the_highest_level_less_the_lowest(said):
    levels = [value for value in said if isinstance(value, int)]
    spread = spread_of(said)
    assert (spread.low, spread.high) == (min(levels, default=None), max(levels, default=None))
    assert spread.width == (max(levels) - min(levels) if levels else None)


@given(values)
def test_a_question_needs_to_be_clarified_if_any_two_people_are_that_far_apart(said):
    levels = [value for value in said if isinstance(value, int)]
    far_apart = any(abs(one - other) >= CLARIFY_FROM for one, other in combinations(levels, 2))
    assert spread_of(said).needs_clarification == far_apart


@given(values, st.randoms())
def test_the_order_of_people_does_not_matter(said, random):
    shuffled = list(said)
    random.shuffle(shuffled)
    assert spread_of(shuffled) == spread_of(said)


@given(values)
def test_not_applicable_and_silence_never_widen_it(said):
    spread = spread_of(said)
    more = spread_of([*said, NA, None])
    assert (more.low, more.high, more.width) == (spread.low, spread.high, spread.width)
    assert more.needs_clarification == spread.needs_clarification


@given(values, st.integers(0, 4))
def test_one_more_level_never_narrows_it(said, level):
    assert (spread_of([*said, level]).width or 0) >= (spread_of(said).width or 0)


@given(values)
def test_everybody_who_said_something_is_counted(said):
    assert spread_of(said).rated == sum(value is not None for value in said)
