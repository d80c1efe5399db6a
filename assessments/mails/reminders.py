"""What people are reminded of: measures due soon, approvals that end, what lies idle. Asked for daily, told once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from ..enums import State
from ..idleness import warnings_due
from ..measures import TO_DO_STATES, reminded_until
from ..models import Assessment, Measure, StateChange
from . import events

BEFORE_AN_APPROVAL_ENDS = timedelta(days=28)
"""Shorter than mails are kept: a mail that is still known is not written twice."""


def remind(today: date) -> None:
    """Write the reminders that are due and have not been written yet."""
    newer = Assessment.objects.filter(project=OuterRef("project"), number__gt=OuterRef("number"))
    due = Measure.objects.filter(
        assessment=OuterRef("pk"), state__in=TO_DO_STATES, due__range=(today, reminded_until(today))
    )
    noon = datetime.combine(today, time(12), timezone.get_default_timezone())
    for subject, occasion in warnings_due(noon):
        events.will_be_forgotten(subject, occasion)

    year, week, _day = today.isocalendar()
    for assessment in Assessment.objects.filter(Exists(due), ~Exists(newer)):
        events.measures_due(assessment, f"{year}-{week:02}")

    newer_than_approved = Assessment.objects.filter(
        project=OuterRef("assessment__project"), number__gt=OuterRef("assessment__number")
    )
    ending = StateChange.objects.filter(
        ~Exists(newer_than_approved),
        assessment__state=State.APPROVED,
        to_state=State.APPROVED,
        valid_until__range=(today, today + BEFORE_AN_APPROVAL_ENDS),
    )
    for approval in ending.select_related("assessment"):
        events.approval_ends(approval)
