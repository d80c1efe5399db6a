"""Sending what is due, once each, and again with growing pauses when the mail server fails."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_tasks import task

from ..enums import MailEvent, MailState
from ..models import OutgoingMail
from .contents import message_of

logger = logging.getLogger(__name__)

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""How long to wait after the first, second, … failure; after one more the mail has failed."""
TIME_TO_SEND = timedelta(minutes=15)
"""After this whoever took a mail has died over it, and somebody else may."""
_SECRET = re.compile(r"[\w-]{32,}")


@task()  # type: ignore[untyped-decorator]  # the package brings no types
def send_mails() -> None:
    """The job of the worker."""
    send_due_mails()


def send_soon() -> None:
    """Let the worker send what is due; in the demo it is sent at once."""
    send_mails.enqueue()


def send_due_mails() -> int:
    """Send everything that is due and return how many mails went out. Several workers may do it at the same time."""
    server: BaseEmailBackend = get_connection()
    sent = 0
    try:
        for pk in (
            OutgoingMail.objects.due(timezone.now()).order_by("next_attempt_at", "pk").values_list("pk", flat=True)
        ):
            mail = _take(pk)
            if mail is None:
                continue
            try:
                server.open()
            except Exception as error:  # whatever a mail server does, the mail is sent later
                _postpone(mail, error)
                # The others would wait for the same server: they keep their attempts for when it is back.
                break
            sent += _send(server, mail)
    finally:
        _close(server)
    return sent


def send_again(mails: QuerySet[OutgoingMail]) -> int:
    """Let these mails be sent as if for the first time, unless one is just being sent; return how many."""
    count = mails.exclude(state=MailState.SENDING).update(
        state=MailState.WAITING, attempts=0, last_error="", next_attempt_at=timezone.now()
    )
    if count:
        send_soon()
    return count


def _take(pk: int) -> OutgoingMail | None:
    """Take a mail, so that nobody else sends it; None if somebody else was faster."""
    now = timezone.now()
    taken = OutgoingMail.objects.due(now).filter(pk=pk)
    if not taken.update(state=MailState.SENDING, attempts=F("attempts") + 1, next_attempt_at=now + TIME_TO_SEND):
        return None
    mail = OutgoingMail.objects.select_related("recipient", "actor").get(pk=pk)
    if mail.attempts > len(PAUSES) + 1:
        # Whoever sent it died over it each time, before anything could be noted.
        _end(mail, MailState.FAILED)
        return None
    return mail


def _send(server: BaseEmailBackend, mail: OutgoingMail) -> bool:
    try:
        message = message_of(mail)
        if message is None:
            _end(mail, MailState.DROPPED)
            return False
        if mail.event != MailEvent.INVITATION:
            # Each attempt makes a new link of an invitation, and the older ones are void: the newest has to arrive.
            message.extra_headers["Message-ID"] = _message_id(mail)
        message.connection = server
        message.send()
    except Exception as error:  # one bad mail must not keep the others
        _postpone(mail, error)
        _close(server)
        return False
    _end(mail, MailState.SENT)
    return True


def _message_id(mail: OutgoingMail) -> str:
    """The same for each attempt, so that of a mail that was sent but not noted as sent many mail servers keep one.

    Sending again what was sent is another message.
    """
    occasion = f"{mail.key}:{mail.sent_at.isoformat() if mail.sent_at else ''}"
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{salted_hmac('assessments.mails', occasion).hexdigest()[:32]}@{host}>"


def _end(mail: OutgoingMail, state: MailState) -> None:
    now = timezone.now()
    done = {} if state == MailState.FAILED else {"last_error": "", "sealed": ""}
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=state, sent_at=now if state == MailState.SENT else mail.sent_at, **done
    )


def _postpone(mail: OutgoingMail, error: Exception) -> None:
    """Note the failure and try again later, or give up."""
    said = " ".join(str(error).split())
    problem = f"{type(error).__name__}: {_SECRET.sub('…', said)}"[:300]
    logger.warning("Mail %d: attempt %d failed (%s)", mail.pk, mail.attempts, type(error).__name__)
    row = OutgoingMail.objects.filter(pk=mail.pk)
    if mail.attempts > len(PAUSES):
        row.update(state=MailState.FAILED, last_error=problem)
        return
    again_at = timezone.now() + PAUSES[mail.attempts - 1]
    row.update(state=MailState.WAITING, last_error=problem, next_attempt_at=again_at)
    if send_mails.get_backend().supports_defer:
        send_mails.using(run_after=again_at).enqueue()


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except Exception:  # a connection that is gone needs no goodbye
        logger.debug("The connection to the mail server was lost.")
