"""What nobody uses for two years is warned of twice and then forgotten; never without a warning, nothing else."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from assessments.discussion import begin_thread
from assessments.enums import MailChoice, MailEvent, Role, State
from assessments.idleness import FIRST_WARNING, FIRST_WARNING_ENDS, IDLE_FOR, LAST_WARNING
from assessments.mails import events
from assessments.mails.delivery import send_due_mails
from assessments.mails.reminders import remind
from assessments.models import Assessment, Comment, Membership, OutgoingMail, User
from assessments.retention import RULES, clean_up
from tests.factories import make_assessment, make_project, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
START = datetime(2026, 11, 23, 9, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    made = Clock()
    monkeypatch.setattr(timezone, "now", lambda: made.now)
    # Defaults of a model were bound before.
    monkeypatch.setitem(OutgoingMail._meta.get_field("created_at").__dict__, "_get_default", lambda: made.now)
    return made


class Clock:
    """Time as the housekeeping sees it."""

    def __init__(self) -> None:
        self.now = START

    def housekeep(self, now: datetime) -> dict[str, int]:
        """What the job does at that moment."""
        self.now = now
        remind(timezone.localdate())
        send_due_mails()
        return clean_up(self.now)


@pytest.fixture
def ida(db: None) -> User:
    """Was here once."""
    return make_user("Ida Idle", last_login=START, date_joined=START)


@pytest.fixture
def old(owner: User, editor: User, viewer: User) -> Assessment:
    """A draft that was left alone."""
    User.objects.update(last_login=START + IDLE_FOR, date_joined=START)
    made = make_assessment(make_project(name="Kühle Kieze", owner=owner, editor=editor, viewer=viewer))
    Assessment.objects.update(changed_at=START)
    return made


def told(event: MailEvent) -> list[tuple[str, str]]:
    """Who was told, in which round."""
    found = OutgoingMail.objects.filter(event=event).order_by("created_at", "pk")
    return [(one.recipient.name, one.key.split(":")[2].partition("-")[0]) for one in found if one.recipient]


def test_the_whole_way_of_an_account(clock: Clock, ida: User) -> None:
    end = START + IDLE_FOR
    clock.housekeep(end - FIRST_WARNING - DAY)
    assert told(MailEvent.ACCOUNT_IDLE) == []
    clock.housekeep(end - FIRST_WARNING)
    clock.housekeep(end - FIRST_WARNING + DAY)
    assert told(MailEvent.ACCOUNT_IDLE) == [("Ida Idle", "first")]
    assert [message.to for message in mail.outbox] == [["ida.idle@example.org"]]
    assert "22. November 2028" in mail.outbox[0].subject
    clock.housekeep(end - LAST_WARNING - DAY)
    assert len(mail.outbox) == 1
    clock.housekeep(end - LAST_WARNING)
    clock.housekeep(end - DAY)
    assert len(mail.outbox) == 2
    assert "22. November 2028" in mail.outbox[1].subject
    clock.now = end + DAY / 24
    assert clean_up(clock.now, dry_run=True)["idle accounts"] == 1
    assert clock.housekeep(clock.now)["idle accounts"] == 1
    ida.refresh_from_db()
    assert ida.is_erased
    assert clock.housekeep(end + 2 * DAY)["idle accounts"] == 0
    assert len(mail.outbox) == 2


def test_the_whole_way_of_a_draft(clock: Clock, old: Assessment) -> None:
    end = START + IDLE_FOR
    clock.housekeep(end - FIRST_WARNING - DAY)
    assert told(MailEvent.DRAFT_IDLE) == []
    for step in range(FIRST_WARNING.days):
        assert clock.housekeep(end - FIRST_WARNING + step * DAY)["idle drafts"] == 0
    both = {"olga.owner@example.org", "emil.editor@example.org"}
    assert len(mail.outbox) == 4
    assert {one.to[0] for one in mail.outbox[:2]} == {one.to[0] for one in mail.outbox[2:]} == both
    assert "Kühle Kieze" in mail.outbox[0].subject
    assert clean_up(end + DAY, dry_run=True)["idle drafts"] == 1
    assert clock.housekeep(end + DAY)["idle drafts"] == 1
    assert not Assessment.objects.exists()
    assert old.project.memberships.count() == 3


def test_after_a_long_pause_of_the_job_the_warning_comes_first(clock: Clock, old: Assessment, ida: User) -> None:
    User.objects.filter(name="Olga Owner").update(last_login=START + 2 * IDLE_FOR)
    late = START + IDLE_FOR + 300 * DAY
    for day in range(LAST_WARNING.days):
        found = clock.housekeep(late + day * DAY)
        assert (found["idle drafts"], found["idle accounts"]) == (0, 0)
    assert ("Ida Idle", "last") in told(MailEvent.ACCOUNT_IDLE)
    found = clock.housekeep(late + LAST_WARNING)
    assert found["idle drafts"] == 1
    assert found["idle accounts"] >= 1


def test_signing_in_again_keeps_the_account_and_stops_a_mail_on_its_way(clock: Clock, ida: User) -> None:
    end = START + IDLE_FOR
    clock.housekeep(end - FIRST_WARNING)
    clock.now = end - LAST_WARNING
    remind(timezone.localdate())
    User.objects.filter(pk=ida.pk).update(last_login=clock.now)
    send_due_mails()
    assert len(mail.outbox) == 1
    assert clock.housekeep(end + DAY)["idle accounts"] == 0


def test_work_on_a_draft_keeps_it(clock: Clock, old: Assessment, owner: User) -> None:
    end = START + IDLE_FOR
    clock.housekeep(end - LAST_WARNING)
    with events.quietly():
        begin_thread(old, owner, "", "Wir machen weiter.")
    Comment.objects.update(created_at=clock.now)
    assert clock.housekeep(end + DAY)["idle drafts"] == 0


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RETURNED, State.APPROVED])
def test_what_was_handed_in_is_no_idle_draft(clock: Clock, old: Assessment, state: State) -> None:
    Assessment.objects.update(state=state)
    for days in (-14, 0, 14, 15):
        assert clock.housekeep(START + IDLE_FOR + days * DAY)["idle drafts"] == 0
    assert told(MailEvent.DRAFT_IDLE) == []


@pytest.mark.parametrize("why", ["alone owns a project", "administrator", "never confirmed", "deactivated"])
def test_accounts_that_stay(clock: Clock, ida: User, why: str) -> None:
    if why == "alone owns a project":
        make_project(owner=ida)
    elif why == "administrator":
        User.objects.update(is_superuser=True)
    elif why == "never confirmed":
        ida.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    else:
        User.objects.update(is_active=False)
    for days in (-14, 0, 14, 15):
        assert clock.housekeep(START + IDLE_FOR + days * DAY)["idle accounts"] == 0
    assert told(MailEvent.ACCOUNT_IDLE) == []


def test_one_of_two_owners_goes(clock: Clock, ida: User, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(last_login=START + IDLE_FOR)
    project = make_project(owner=owner)
    Membership.objects.create(project=project, user=ida, role=Role.OWNER)
    clock.housekeep(START + IDLE_FOR - LAST_WARNING)
    assert clock.housekeep(START + IDLE_FOR + DAY)["idle accounts"] == 1


def test_the_warning_comes_whatever_mails_somebody_wants(clock: Clock, ida: User) -> None:
    User.objects.update(mail_choice=MailChoice.NONE)
    clock.housekeep(START + IDLE_FOR - LAST_WARNING)
    assert len(mail.outbox) == 1


def test_a_first_warning_is_known_as_long_as_it_could_be_written_again() -> None:
    days = {rule.name: rule.days for rule in RULES}
    assert timedelta(days=days["mails"]) > FIRST_WARNING - FIRST_WARNING_ENDS
    assert timedelta(days=days["mails"]) > LAST_WARNING
    names = list(days)
    assert names.index("idle drafts") < names.index("idle accounts") < names.index("mails")
