"""How long personal data stay, and what forgets them every day (DSGVO, Art. 5; the table: ``docs/retention.md``).

Whoever adds data that must not stay for ever adds a ``Rule`` to ``RULES``: a name, the days, a queryset of what is due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django_tasks_db.models import DBTaskResult

from .account_deletion import StillNeededError, delete_account
from .enums import MailState
from .export_jobs import forget_exports
from .idleness import IDLE_FOR, forgettable_accounts, forgettable_drafts
from .individual_ratings import ratings_left_behind
from .models import Assessment, Invitation, Membership, OutgoingMail, SentForm, User
from .workflow import WorkflowError, delete_draft


@dataclass(frozen=True, slots=True)
class Rule:
    """Data of one kind: how many days they stay after they have served, and which rows are due by then."""

    name: str
    days: int
    due: Callable[[datetime], QuerySet[Any]]
    forget: Callable[[QuerySet[Any]], int] | None = None
    """How it goes if deleting the rows is not all; returns how many went."""


def _expired_sessions(limit: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=limit)


def _ended_sign_ins(limit: datetime) -> QuerySet[UserSession]:
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gte=limit)
    return UserSession.objects.filter(~Exists(alive), created_at__lt=limit)  # type: ignore[no-any-return]


def _ended_invitations(limit: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        Q(expires_at__lt=limit) | Q(accepted_at__lt=limit) | Q(revoked_at__lt=limit),
        # They still count towards what somebody may send within a day.
        created_at__lt=limit,
    )


def _accounts_never_confirmed(limit: datetime) -> QuerySet[User]:
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    member = Membership.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(
        ~Exists(confirmed),
        ~Exists(member),
        # Those that deleted accounts left behind have no address either.
        is_active=True,
        is_staff=False,
        staff_role="",
        last_login=None,
        date_joined__lt=limit,
    )


def _admin_log(limit: datetime) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(action_time__lt=limit)


def _finished_jobs(limit: datetime) -> QuerySet[Any]:
    jobs: QuerySet[Any] = DBTaskResult.objects.finished().filter(finished_at__lt=limit)
    return jobs


def _sent_forms(limit: datetime) -> QuerySet[SentForm]:
    return SentForm.objects.filter(sent_at__lt=limit)


def _mails_done_with(limit: datetime) -> QuerySet[OutgoingMail]:
    waiting = (MailState.WAITING, MailState.SENDING)
    return OutgoingMail.objects.filter(created_at__lt=limit).exclude(state__in=waiting)


def _forget_accounts(accounts: QuerySet[User]) -> int:
    """Delete them as their owners would; how many."""
    gone = 0
    for account in accounts:
        try:
            delete_account(account)
        except StillNeededError:
            # Became the only owner of a project meanwhile.
            continue
        gone += 1
    return gone


def _forget_drafts(drafts: QuerySet[Assessment]) -> int:
    """Delete them as an owner would; how many."""
    gone = 0
    for draft in drafts.select_related("project"):
        try:
            delete_draft(draft)
        except WorkflowError:
            # Handed in meanwhile.
            continue
        gone += 1
    return gone


def _idle_accounts(limit: datetime) -> QuerySet[User]:
    return forgettable_accounts(limit + IDLE_FOR)


def _idle_drafts(limit: datetime) -> QuerySet[Assessment]:
    return forgettable_drafts(limit + IDLE_FOR)


RULES: tuple[Rule, ...] = (
    Rule("sessions", 0, _expired_sessions),
    Rule("sign-ins", 0, _ended_sign_ins),
    Rule("invitations", 30, _ended_invitations),
    Rule("accounts never confirmed", 14, _accounts_never_confirmed),
    Rule("log of the admin site", 90, _admin_log),
    Rule("finished jobs", 7, _finished_jobs),
    Rule("sent forms", 1, _sent_forms),
    # Before the mails, which say who was warned. Drafts first: their owners may be idle too.
    Rule("idle drafts", IDLE_FOR.days, _idle_drafts, _forget_drafts),
    Rule("idle accounts", IDLE_FOR.days, _idle_accounts, _forget_accounts),
    # Longer than people are reminded of one thing: a reminder that is still known is not written twice.
    Rule("mails", 30, _mails_done_with),
    # They go with the approval, or with whoever leaves; here is what got past that.
    Rule("individual ratings", 0, ratings_left_behind),
)


def clean_up(now: datetime, *, dry_run: bool = False) -> dict[str, int]:
    """Forget what is due; how many of each kind. A second run finds nothing."""
    found = {}
    for rule in RULES:
        with transaction.atomic():
            rows = rule.due(now - timedelta(days=rule.days))
            if dry_run:
                found[rule.name] = rows.count()
            elif rule.forget:
                found[rule.name] = rule.forget(rows)
            else:
                found[rule.name] = rows.delete()[1].get(rows.model._meta.label, 0)
    found["counters"] = _counters(now, dry_run=dry_run)
    found["exports"] = forget_exports(now, dry_run=dry_run)
    return found


def _counters(now: datetime, *, dry_run: bool) -> int:
    """Rate limits count by address; Django's cache table forgets what expired only once it is full."""
    cache = settings.CACHES["default"]
    if not cache["BACKEND"].endswith("DatabaseCache"):
        return 0
    table = connection.ops.quote_name(cache["LOCATION"])
    due = connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))
    with transaction.atomic(), connection.cursor() as cursor:
        if dry_run:
            cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE expires < %s", [due])  # noqa: S608 - a name of ours
            return int(cursor.fetchone()[0])
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [due])  # noqa: S608
        return int(cursor.rowcount)
