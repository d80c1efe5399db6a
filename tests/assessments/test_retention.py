"""What is due is forgotten, and nothing else; the table in the docs says the same."""

import re
from datetime import datetime, timedelta
from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from assessments.account_deletion import delete_account
from assessments.enums import MailEvent, MailState, Role
from assessments.models import Invitation, OutgoingMail, Project, User
from assessments.retention import RULES, clean_up
from tests.factories import make_user
from tests.sources import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def test_the_table_in_the_docs_is_the_rules():
    table = re.findall(r"^\| ([\w -]+) \| (\d+) \|", (ROOT / "docs" / "retention.md").read_text("utf-8"), re.MULTILINE)
    assert table == [*((rule.name, str(rule.days)) for rule in RULES), ("counters", "0"), ("exports", "7")]


def session(key: str, ends: datetime, user: User, since: datetime) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=ends)
    UserSession.objects.create(session_key=key, user=user, ip="192.0.2.1", user_agent="Firefox", created_at=since)


def test_sessions_end_with_address_and_browser(now: datetime, owner: User):
    session("alive", now + timedelta(hours=1), owner, now - timedelta(hours=2))
    session("expired", now - timedelta(hours=1), owner, now - timedelta(hours=13))
    UserSession.objects.create(
        session_key="signed out", user=owner, ip="192.0.2.1", user_agent="", created_at=now - timedelta(hours=1)
    )
    found = clean_up(now)
    assert (found["sessions"], found["sign-ins"]) == (1, 2)
    assert [one.session_key for one in UserSession.objects.all()] == ["alive"]


def invitation(project: Project, owner: User, email: str, days: int, **fields: datetime) -> Invitation:
    created = timezone.now() - timedelta(days=days)
    return Invitation.objects.create(
        project=project,
        email=email,
        role=Role.VIEWER,
        invited_by=owner,
        created_at=created,
        expires_at=created + timedelta(days=14),
        **fields,
    )


def test_ended_invitations_go_after_thirty_days(now: datetime, project: Project, owner: User):
    invitation(project, owner, "open@example.org", 1)
    invitation(project, owner, "expired@example.org", 20)
    invitation(project, owner, "long.expired@example.org", 45)
    invitation(project, owner, "accepted@example.org", 40, accepted_at=now - timedelta(days=31))
    invitation(project, owner, "revoked@example.org", 3, revoked_at=now - timedelta(days=2))
    assert clean_up(now)["invitations"] == 2
    left = set(Invitation.objects.values_list("email", flat=True))
    assert left == {"open@example.org", "expired@example.org", "revoked@example.org"}


def test_accounts_that_were_never_confirmed_go(now: datetime, owner: User, administrator: User):
    def unconfirmed(email: str, days: int, **fields: datetime) -> User:
        return User.objects.create_user(email, None, name="Nie", date_joined=now - timedelta(days=days), **fields)

    unconfirmed("old@example.org", 15)
    new = unconfirmed("new@example.org", 2)
    used = unconfirmed("used@example.org", 99, last_login=now - timedelta(days=50))
    User.objects.filter(pk__in=[owner.pk, administrator.pk]).update(date_joined=now - timedelta(days=99))
    assert clean_up(now)["accounts never confirmed"] == 1
    assert set(User.objects.all()) == {new, used, owner, administrator}


def test_pseudonyms_stay(now: datetime):
    user = make_user("Gerd Gegangen", date_joined=now - timedelta(days=99))
    delete_account(user)
    assert clean_up(now)["accounts never confirmed"] == 0


def test_log_of_the_admin_site_goes_after_ninety_days(now: datetime, administrator: User):
    for days in (89, 91):
        LogEntry.objects.create(
            user=administrator, action_flag=CHANGE, object_repr="x", action_time=now - timedelta(days=days)
        )
    assert clean_up(now)["log of the admin site"] == 1


def test_counters_of_addresses_go(now: datetime, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "test_counters"}
    }
    call_command("createcachetable", verbosity=0)
    caches["default"].set("expired", 1, timeout=60)
    caches["default"].set("alive", 1, timeout=9000)
    later = now + timedelta(minutes=10)
    assert clean_up(later, dry_run=True)["counters"] == 1
    assert clean_up(later)["counters"] == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM test_counters")
        assert [key for (key,) in cursor.fetchall()] == [":1:alive"]


def test_a_second_run_finds_nothing_and_a_dry_one_deletes_nothing(now: datetime, owner: User):
    session("expired", now - timedelta(hours=1), owner, now - timedelta(hours=13))
    assert clean_up(now, dry_run=True)["sessions"] == 1
    assert clean_up(now)["sessions"] == 1
    assert set(clean_up(now).values()) == {0}


def test_the_command_tells_what_it_did(now: datetime, owner: User):
    session("expired", now - timedelta(hours=1), owner, now - timedelta(hours=13))
    out = StringIO()
    call_command("clean_up", "--dry-run", stdout=out)
    assert "sessions: 1 due" in out.getvalue()
    out = StringIO()
    call_command("clean_up", stdout=out)
    assert "sessions: 1 deleted" in out.getvalue()


def test_mails_go_unless_they_wait(now: datetime, owner: User):
    for number, state in enumerate(MailState):
        OutgoingMail.objects.create(
            event=MailEvent.COMMENT,
            about=1,
            key=state,
            recipient=owner,
            state=state,
            created_at=now - timedelta(days=31),
        )
        OutgoingMail.objects.create(event=MailEvent.COMMENT, about=1, key=number, recipient=owner, state=state)
    assert clean_up(now)["mails"] == 3
    assert OutgoingMail.objects.filter(created_at__lt=now - timedelta(days=30)).count() == 2
