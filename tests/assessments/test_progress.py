"""How far, how long."""

import pytest
from django.urls import reverse
from django.utils import translation

from assessments.enums import Role, State
from assessments.models import Project
from assessments.permissions import TABLE
from assessments.progress import Progress, duration, effort, minutes_for, next_to_do
from tests.factories import make_assessment


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


OPEN, DONE = Progress(3, 8), Progress(8, 8)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "state", "progress", "expected"),
    [
        (Role.OWNER, None, None, "assessment_start: No assessment yet."),
        (Role.VIEWER, None, None, ": No assessment yet."),
        (Role.EDITOR, State.DRAFT, None, "assessment_resume: The assessment has begun, nothing is answered yet."),
        (Role.EDITOR, State.DRAFT, OPEN, "assessment_resume: 5 questions are still open."),
        (Role.OWNER, State.DRAFT, DONE, "assessment_submit: All questions are answered."),
        (Role.EDITOR, State.DRAFT, DONE, "assessment_result: All questions are answered. An owner can submit now."),
        (Role.OWNER, State.SUBMITTED, DONE, "assessment_result: The assessment is being reviewed."),
        (Role.EDITOR, State.RETURNED, DONE, "assessment_feedback: The assessment was returned. Work on the comments."),
        (Role.VIEWER, State.RETURNED, DONE, "assessment_feedback: The assessment was returned."),
        (Role.EDITOR, State.APPROVED, DONE, "assessment_start: The assessment is approved."),
        (Role.VIEWER, State.APPROVED, DONE, ": The assessment is approved."),
    ],
)
def test_the_next_thing_to_do(
    project: Project, role: Role, state: State | None, progress: Progress | None, expected: str
):
    latest = make_assessment(project, state=state) if state else None
    page, _, text = expected.partition(": ")
    with translation.override("en"):
        found = next_to_do(project, latest, progress, TABLE[role])
    assert found.text == text
    of = project if page == "assessment_start" else latest
    assert found.url == (reverse(page, args=[of.pk]) if page and of else "")
