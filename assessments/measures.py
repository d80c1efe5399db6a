"""What a team plans: measures and conflicts of goals (methodology, section 4).

Both belong to what a submission freezes, so they change only while the assessment is open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from . import clock
from .answering import AssessmentClosed
from .enums import OPEN_STATES, MeasureState
from .models import Assessment, GoalConflict, Measure
from .results import result_of

MAX_ENTRIES = 1000
"""Measures, or conflicts of goals, that one assessment may have; as many as an exchange document carries."""
TO_DO_STATES = (MeasureState.PLANNED, MeasureState.RUNNING)
"""States in which something is still to be done."""


class NoSuchStep(Exception):  # noqa: N818 - a name of the domain
    """The question suggests no step: it is open, not applicable or at the highest level."""


@dataclass(frozen=True, slots=True)
class MeasureProgress:
    """How many measures there are of each state. What was dropped does not count as a thing to do."""

    planned: int
    running: int
    done: int
    dropped: int
    overdue: int

    @property
    def counted(self) -> int:
        """Measures that were not dropped."""
        return self.planned + self.running + self.done


def is_overdue(measure: Measure, today: date) -> bool:
    """Whether the measure should have been done by now. On the day it is due it is not late yet."""
    return measure.due is not None and measure.due < today and measure.state in TO_DO_STATES


def progress_of(measures: Iterable[Measure], today: date) -> MeasureProgress:
    """How far these measures are."""
    listed = list(measures)
    states = Counter(measure.state for measure in listed)
    return MeasureProgress(
        planned=states[MeasureState.PLANNED],
        running=states[MeasureState.RUNNING],
        done=states[MeasureState.DONE],
        dropped=states[MeasureState.DROPPED],
        overdue=sum(is_overdue(measure, today) for measure in listed),
    )


def reminded_until(today: date) -> date:
    """The last day that this week's reminder speaks of: the Sunday of next week."""
    return today + timedelta(days=13 - today.weekday())


def reminded_of(assessment: Assessment, today: date) -> list[Measure]:
    """The measures still to be done that this week's reminder names, the most urgent first."""
    measures = assessment.measures.filter(state__in=TO_DO_STATES, due__range=(today, reminded_until(today)))
    return list(measures.order_by("due", "pk"))


def save_entry(entry: Measure | GoalConflict) -> None:
    """Store a new or changed measure or conflict of goals. Raises ``AssessmentClosed`` or ``ValidationError``."""
    with transaction.atomic():
        _hold_open(entry.assessment)
        others = type(entry)._default_manager.filter(assessment=entry.assessment)
        if entry.pk is None and others.count() >= MAX_ENTRIES:
            raise ValidationError(
                _("An assessment has room for %(count)d entries."), code="many", params={"count": MAX_ENTRIES}
            )
        entry.save()


def remove_entry(entry: Measure | GoalConflict) -> None:
    """Delete a measure or conflict of goals. Raises ``AssessmentClosed``."""
    with transaction.atomic():
        _hold_open(entry.assessment)
        entry.delete()


def take_over_step(assessment: Assessment, question_key: str) -> tuple[Measure, bool]:
    """Make the suggested step of a question a measure, and say whether it is new: a step is taken over once.

    Raises ``NoSuchStep`` or ``AssessmentClosed``.
    """
    with transaction.atomic():
        _hold_open(assessment)
        step = next((one for one in result_of(assessment).all_steps if one.question.key == question_key), None)
        if step is None:
            raise NoSuchStep(question_key)
        title = step.step[: Measure._meta.get_field("title").max_length]
        known = assessment.measures.filter(refers_to=question_key, title=title).first()
        if known is not None:
            return known, False
        measure = Measure(assessment=assessment, title=title, refers_to=question_key)
        save_entry(measure)
    return measure, True


def planned_places(assessment: Assessment) -> frozenset[str]:
    """The questions and dimensions that measures refer to; one query."""
    return frozenset(assessment.measures.order_by().exclude(refers_to="").values_list("refers_to", flat=True))


def _hold_open(assessment: Assessment) -> None:
    """Note the change, and hold the assessment open until the transaction ends."""
    if not Assessment.objects.filter(pk=assessment.pk, state__in=OPEN_STATES).update(changed_at=clock.now()):
        raise AssessmentClosed
