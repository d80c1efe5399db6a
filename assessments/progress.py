"""How far an assessment is, how long the rest takes, and what a team does next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .enums import State
from .models import Assessment, Project
from .permissions import Action

SECONDS_PER_QUESTION = 90
"""What reading a question, agreeing on a level and writing two sentences takes a team."""


class Counted(Protocol):
    """Any of the scores: of an aspect, a dimension or the whole."""

    @property
    def answered(self) -> int:
        """Questions with a level."""
        ...

    @property
    def applicable(self) -> int:
        """Questions that are not „nicht zutreffend“."""
        ...

    @property
    def total(self) -> int:
        """Questions in the scope."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the questions asked have been dealt with; „nicht zutreffend“ is an answer, too."""

    done: int
    total: int

    @classmethod
    def of(cls, score: Counted) -> Progress:
        """The progress of a scored aspect, dimension or assessment."""
        return cls(score.answered + score.total - score.applicable, score.total)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is open."""
        return self.done >= self.total

    @property
    def is_started(self) -> bool:
        """Whether anything has been answered."""
        return self.done > 0

    @property
    def open(self) -> int:
        """Questions still open."""
        return max(self.total - self.done, 0)

    @property
    def minutes(self) -> int:
        """How long the rest takes."""
        return minutes_for(self.open)

    @property
    def text(self) -> str:
        """In words, for example “3 of 8 answered”."""
        return _("%(done)d of %(total)d answered") % {"done": self.done, "total": self.total}

    @property
    def time_left(self) -> str:
        """The time the rest takes in words; empty when nothing is left."""
        return _("%(duration)s left") % {"duration": duration(self.minutes)} if self.minutes else ""


def minutes_for(questions: int) -> int:
    """How long a team takes for so many questions."""
    return -(-questions * SECONDS_PER_QUESTION // 60)


def duration(minutes: int) -> str:
    """Minutes in words: rounded to five, and many of them to half hours."""
    if minutes < 90:
        rounded = minutes if minutes < 10 else minutes // 5 * 5
        return ngettext("about %(count)d minute", "about %(count)d minutes", rounded) % {"count": rounded}
    halves = (minutes + 15) // 30
    return _("about %(count)s hours") % {"count": number_format(Decimal(halves) / 2, use_l10n=True)}


def effort(questions: int) -> str:
    """How much a scope asks and how long that takes, for example “32 questions, about 45 minutes”."""
    asked = ngettext("%(count)d question", "%(count)d questions", questions) % {"count": questions}
    return f"{asked}, {duration(minutes_for(questions))}."


@dataclass(frozen=True, slots=True)
class ToDo:
    """The next thing to do in a project: a sentence, and where to do it if the person may."""

    text: str
    label: str = ""
    url: str = ""


def next_to_do(project: Project, latest: Assessment | None, progress: Progress | None, may: Collection[Action]) -> ToDo:
    """What the team of ``project`` does next, given its latest assessment."""
    start = reverse("assessment_start", args=[project.pk]) if Action.START_ASSESSMENT in may else ""
    if latest is None:
        return ToDo(_("No assessment yet."), _("Start the first assessment"), start)
    if latest.state == State.APPROVED:
        return ToDo(_("The assessment is approved."), _("Start the next assessment"), start)
    return _to_do_in(latest, progress, may)


def _to_do_in(latest: Assessment, progress: Progress | None, may: Collection[Action]) -> ToDo:
    result = reverse("assessment_result", args=[latest.pk])
    if latest.state == State.SUBMITTED:
        return ToDo(_("The assessment is being reviewed."), _("See the result"), result)
    resume = reverse("assessment_resume", args=[latest.pk])
    feedback = reverse("assessment_feedback", args=[latest.pk])
    if latest.state == State.RETURNED:
        text = _("The assessment was returned.")
        if Action.ANSWER in may:
            text = _("The assessment was returned. Work on the comments.")
        return ToDo(text, _("Read the comments of the review"), feedback)
    if progress is None or not progress.is_started:
        return ToDo(_("The assessment has begun, nothing is answered yet."), _("Answer the first question"), resume)
    if progress.is_complete:
        return _to_submit(latest, may)
    text = ngettext("%(count)d question is still open.", "%(count)d questions are still open.", progress.open)
    return ToDo(text % {"count": progress.open}, _("Continue where you left off"), resume)


def _to_submit(latest: Assessment, may: Collection[Action]) -> ToDo:
    if Action.SUBMIT in may:
        return ToDo(_("All questions are answered."), _("Submit"), reverse("assessment_submit", args=[latest.pk]))
    result = reverse("assessment_result", args=[latest.pk])
    return ToDo(_("All questions are answered. An owner can submit now."), _("See the result"), result)
