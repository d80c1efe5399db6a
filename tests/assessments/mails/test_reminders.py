"""Reminders: to those who can do something, once, from the command that runs every hour."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from assessments.discussion import begin_thread
from assessments.enums import MailEvent, MailState, MeasureState, Scope
from assessments.mails import events
from assessments.mails.reminders import BEFORE_AN_APPROVAL_ENDS, remind
from assessments.measures import reminded_until
from assessments.models import Assessment, Measure, OutgoingMail, User
from assessments.retention import RULES
from assessments.workflow import approve, start_assessment, submit
from tests.factories import make_assessment

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)


def reminded(event: MailEvent) -> set[str]:
    return {one.recipient.name for one in OutgoingMail.objects.filter(event=event) if one.recipient}


def test_the_reminder_speaks_of_this_week_and_the_next():
    days = [MONDAY + timedelta(days=day) for day in range(8)]
    assert [reminded_until(day) for day in days] == [date(2026, 12, 6)] * 7 + [date(2026, 12, 13)]


def test_those_who_plan_are_reminded_once_a_week(draft: Assessment):
    Measure.objects.create(assessment=draft, title="Lastenrad kaufen", due=date(2026, 12, 4))
    for day in range(7):
        remind(MONDAY + timedelta(days=day))
    assert reminded(MailEvent.MEASURES_DUE) == {"Olga Owner", "Emil Editor"}
    assert OutgoingMail.objects.count() == 2
    remind(MONDAY + timedelta(days=7))
    assert OutgoingMail.objects.count() == 4


@pytest.mark.parametrize("why", ["done", "dropped", "late", "far", "without a date", "earlier assessment"])
def test_of_other_measures_nobody_is_reminded(draft: Assessment, why: str):
    measure = Measure(assessment=draft, title="Lastenrad kaufen", due=MONDAY + timedelta(days=2))
    if why in {"done", "dropped"}:
        measure.state = MeasureState(why)
    elif why == "late":
        measure.due = MONDAY - timedelta(days=1)
    elif why == "far":
        measure.due = MONDAY + timedelta(days=14)
    elif why == "without a date":
        measure.due = None
    else:
        Assessment.objects.update(state="approved")
        make_assessment(draft.project)
    measure.save()
    remind(MONDAY)
    assert not OutgoingMail.objects.exists()


@pytest.fixture
def approved(draft: Assessment, owner: User, reviewer: User) -> Assessment:
    with events.quietly():
        snapshot = submit(draft, owner)
        approve(draft, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=365))
    return draft


def test_who_can_begin_anew_is_told_once_before_an_approval_ends(approved: Assessment):
    ends = timezone.localdate() + timedelta(days=365)
    remind(ends - BEFORE_AN_APPROVAL_ENDS - timedelta(days=1))
    assert not OutgoingMail.objects.exists()
    for day in range(0, BEFORE_AN_APPROVAL_ENDS.days, 7):
        remind(ends - BEFORE_AN_APPROVAL_ENDS + timedelta(days=day))
    assert reminded(MailEvent.APPROVAL_ENDS) == {"Olga Owner", "Emil Editor"}
    assert OutgoingMail.objects.count() == 2


def test_who_has_begun_anew_is_not_told(approved: Assessment, owner: User):
    start_assessment(approved.project, owner, Scope.QUICK)
    remind(timezone.localdate() + timedelta(days=360))
    assert not OutgoingMail.objects.exists()


def test_the_command_does_everything_and_can_be_repeated(draft: Assessment, owner: User):
    Measure.objects.create(assessment=draft, title="Lastenrad kaufen", due=timezone.localdate())
    begin_thread(draft, owner, "", "Vergessen")
    OutgoingMail.objects.update(state=MailState.SENT, created_at=timezone.now() - timedelta(days=31))
    outputs = []
    for _time in range(2):
        call_command("housekeeping", stdout=(output := StringIO()))
        outputs.append(output.getvalue())
    assert ["mails: 2 sent" in text for text in outputs] == [True, False]
    assert ["mails: 2 deleted" in text for text in outputs] == [True, False]
    assert sorted(message.to[0] for message in mail.outbox) == ["emil.editor@example.org", "olga.owner@example.org"]


def test_a_reminder_is_known_longer_than_it_is_due():
    days = {rule.name: rule.days for rule in RULES}
    assert timedelta(days=days["mails"]) > BEFORE_AN_APPROVAL_ENDS
