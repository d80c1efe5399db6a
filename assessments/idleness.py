"""Accounts and drafts that nobody uses any more: warned of twice, then forgotten (``retention.py``, DSGVO Art. 5).

Nothing goes without a warning that is two weeks old. Mails are known for thirty days (``retention.py``), which is what
the two warnings rest on: the first is written in the month before it would be forgotten, the last until it has served.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from .enums import MailEvent, MailState, Role, State
from .models import Assessment, Comment, EvidenceFile, IndividualRating, Measure, Membership, OutgoingMail, User

IDLE_FOR = timedelta(days=730)
"""So long nobody has signed in, or worked on a draft; then it goes."""
FIRST_WARNING, LAST_WARNING = timedelta(days=60), timedelta(days=14)
"""How long before people are told."""
FIRST_WARNING_ENDS = timedelta(days=31)
"""Later nobody is told for the first time: a mail is not known so long that it could not be written twice."""
FIRST, LAST = "first", "last"


def idle_accounts(limit: datetime) -> QuerySet[User]:
    """Accounts with which nobody has signed in since ``limit``.

    Not those that are still needed: the only owner of a project hands it over first, and administrators look after each
    other. Those that were never confirmed have a rule of their own.
    """
    mine = Membership.objects.filter(user=OuterRef("pk"), role=Role.OWNER)
    others = Membership.objects.filter(project=OuterRef("project"), role=Role.OWNER).exclude(user=OuterRef("user"))
    used = Coalesce("last_login", "date_joined", output_field=DateTimeField())
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    return (
        User.objects.annotate(used=used)
        .filter(Exists(confirmed) | Exists(Membership.objects.filter(user=OuterRef("pk"))))
        .filter(~Exists(mine.filter(~Exists(others))), used__lt=limit, is_active=True, is_superuser=False)
        .order_by("pk")
    )


def idle_drafts(limit: datetime) -> QuerySet[Assessment]:
    """Drafts that were never handed in and on which nobody has worked since ``limit``."""
    work = (
        Comment.objects.filter(thread__assessment=OuterRef("pk"), created_at__gte=limit),
        Measure.objects.filter(assessment=OuterRef("pk"), created_at__gte=limit),
        EvidenceFile.objects.filter(assessment=OuterRef("pk"), uploaded_at__gte=limit),
        IndividualRating.objects.filter(assessment=OuterRef("pk"), changed_at__gte=limit),
    )
    drafts = Assessment.objects.filter(state=State.DRAFT, snapshots=None, changed_at__lt=limit)
    return drafts.filter(*(~Exists(one) for one in work)).order_by("pk")


def forgettable_accounts(now: datetime) -> QuerySet[User]:
    """Idle accounts whose owners were warned in time."""
    return idle_accounts(now - IDLE_FOR).filter(Exists(_warned(MailEvent.ACCOUNT_IDLE, now)))


def forgettable_drafts(now: datetime) -> QuerySet[Assessment]:
    """Idle drafts whose teams were warned in time."""
    return idle_drafts(now - IDLE_FOR).filter(Exists(_warned(MailEvent.DRAFT_IDLE, now)))


def _warned(event: MailEvent, now: datetime) -> QuerySet[OutgoingMail]:
    """The last warnings about a row that are old enough; one that could not be sent has been tried for days."""
    return OutgoingMail.objects.filter(
        ~Q(state__in=(MailState.WAITING, MailState.SENDING)),
        event=event,
        about=OuterRef("pk"),
        key__contains=f":{LAST}-",
        created_at__lte=now - LAST_WARNING,
    )


def warnings_due(now: datetime) -> Iterator[tuple[User | Assessment, str]]:
    """Whom and what to warn of now, each with the occasion: which warning, and since when nothing has happened."""
    for account in idle_accounts(now - IDLE_FOR + FIRST_WARNING):
        used = account.last_login or account.date_joined
        if which := _which(used, now):
            yield account, f"{which}-{used:%Y%m%d}"
    for draft in idle_drafts(now - IDLE_FOR + FIRST_WARNING).select_related("project"):
        if which := _which(draft.changed_at, now):
            yield draft, f"{which}-{draft.changed_at:%Y%m%d}"


def _which(used: datetime, now: datetime) -> str:
    left = used + IDLE_FOR - now
    if left <= LAST_WARNING:
        return LAST
    return FIRST if left > FIRST_WARNING_ENDS else ""


def goes_on(used: datetime, mail: OutgoingMail) -> date | None:
    """The day that a warning names; None if it has been used again since."""
    # Reminders go by days: what is due at any hour of one is due.
    if used + IDLE_FOR - FIRST_WARNING > timezone.now() + timedelta(days=1):
        return None
    warned_until = mail.created_at + LAST_WARNING if f":{LAST}-" in mail.key else used
    return timezone.localdate(max(used + IDLE_FOR, warned_until))
