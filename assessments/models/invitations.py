"""Invitations into the team of a project."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..enums import Role
from .projects import Membership, Project


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations."""

    def open(self, now: datetime) -> Self:
        """Those that can still be accepted: whoever invited must own the project to this day."""
        owns = Membership.objects.filter(project=OuterRef("project"), user=OuterRef("invited_by"), role=Role.OWNER)
        return self.filter(
            Exists(owns), invited_by__is_active=True, accepted_at=None, revoked_at=None, expires_at__gt=now
        )


class Invitation(models.Model):
    """An address asked to join a project. The token goes out by mail; here is only its SHA-256.

    The row outlives its project, so that deleting projects does not reset how many mails somebody sent today.
    """

    project = models.ForeignKey(
        Project, models.SET_NULL, null=True, related_name="invitations", verbose_name=_("project")
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10, choices=Role)
    language = models.CharField(
        _("language of the mail"), max_length=5, choices=[("de", "Deutsch"), ("en", "English")], default="de"
    )
    token_hash = models.CharField(_("hash of the token"), max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - unique
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="invitations_sent",
        verbose_name=_("invited by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.UniqueConstraint(
                fields=["project", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_once_per_address",
            ),
        ]
        indexes = [models.Index(fields=["invited_by", "created_at"], name="invitation_by_person")]

    def __str__(self) -> str:
        return self.email
