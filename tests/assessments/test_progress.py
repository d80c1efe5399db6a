"""How far, how long."""

import pytest
from django.utils import translation

from assessments.progress import Progress, duration, effort, minutes_for


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "about 1 minute"),
        (9, "about 9 minutes"),
        (48, "about 45 minutes"),
        (89, "about 85 minutes"),
        (90, "about 1.5 hours"),
        (120, "about 2 hours"),
        (144, "about 2.5 hours"),
    ],
)
def test_time_in_words(minutes: int, words: str):
    with translation.override("en"):
        assert duration(minutes) == words


def test_half_minutes_count_whole():
    assert [minutes_for(count) for count in (0, 1, 2, 32, 96)] == [0, 2, 3, 48, 144]


def test_what_is_left():
    with translation.override("en"):
        progress = Progress(3, 8)
        assert (progress.text, progress.time_left, progress.open) == ("3 of 8 answered", "about 8 minutes left", 5)
        done = Progress(8, 8)
        assert (done.time_left, done.is_complete) == ("", True)
        assert effort(32) == "32 questions, about 45 minutes."
    assert not Progress(0, 8).is_started
    assert Progress(0, 0).is_complete
