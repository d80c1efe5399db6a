"""Mails on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..enums import MailEvent, MailState


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Mails on their way."""

    def due(self, now: datetime) -> Self:
        """Those to be sent now; also one whose sender was killed over it, once its time is up."""
        return self.filter(state__in=(MailState.WAITING, MailState.SENDING), next_attempt_at__lte=now)


class OutgoingMail(models.Model):
    """One mail to one person about one event.

    It holds no text: what it says is read and written when it goes out. So no queue holds the token of an invitation or
    words that were deleted meanwhile, and nobody is told what they may not read any more. Only mails about accounts
    wait whole, encrypted (``sealed``). ``key`` makes a mail unique: the event, what it is about, the occasion, the
    person.
    """

    event = models.CharField(_("event"), max_length=20, choices=MailEvent)
    about = models.PositiveBigIntegerField(_("number of what it is about"))
    key = models.CharField(_("key"), max_length=120, unique=True, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recipient"),
        help_text=_("Empty for addresses without an account."),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("caused by"),
    )
    sealed = models.TextField(_("encrypted text"), blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=[MailState.WAITING, MailState.SENDING]),
                name="mail_due",
            ),
            models.Index(fields=["event", "about"], name="mail_about"),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()} {self.about}"
