"""What a project shows everyone: a part of an approved state, chosen by an owner and confirmed by a reviewer."""

from __future__ import annotations

import json
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..enums import Phase, PublicationState
from .offers import Offer
from .people import Organisation
from .projects import Project
from .reviews import Snapshot

LIVE_STATES = (PublicationState.OFFERED, PublicationState.PUBLISHED)
"""States in which it can be withdrawn."""


class PublicationQuerySet(models.QuerySet["Publication"]):
    """Published results."""

    def public(self) -> Self:
        """What everyone may read, the newest first."""
        return self.filter(state=PublicationState.PUBLISHED).order_by("-decided_at", "-pk")

    def waiting(self) -> Self:
        """What a reviewer has to decide, the oldest first."""
        return self.filter(state=PublicationState.OFFERED).order_by("offered_at", "pk")

    def without_documents(self) -> Self:
        """With everything a list shows and a page asks for rights, but for the long texts."""
        return self.select_related("project", "organisation", "snapshot__assessment__project").defer(
            "canonical", "snapshot__canonical"
        )


class Publication(Offer):
    """A part of a snapshot, frozen when it is offered: everyone reads exactly what both sides have seen in the preview.

    Beside the document stand only columns that the public list shows and searches, taken from it: a project that is
    renamed later does not show its new name. What ends, by withdrawal or otherwise, keeps no content.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="publications", verbose_name=_("project"))
    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="publications", verbose_name=_("snapshot"))
    with_rationales = models.BooleanField(_("rationales and links"), default=False)
    with_measures = models.BooleanField(_("targets and measures"), default=False)
    with_conflicts = models.BooleanField(_("conflicts of goals"), default=False)
    canonical = models.TextField(_("public document in canonical form"), blank=True)
    sha256 = models.CharField(_("SHA-256 of the public document"), max_length=64, db_index=True)
    name = models.CharField(_("name"), max_length=150)
    summary = models.TextField(_("summary"), max_length=2000, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("organisation")
    )
    phase = models.CharField(_("phase"), max_length=20, choices=Phase)
    perspectives = models.CharField(_("perspectives of the future"), max_length=600, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=PublicationState, default=PublicationState.OFFERED)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["project", "pk"]
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "state"], condition=Q(state__in=LIVE_STATES), name="publication_one_live_of_each"
            ),
            models.CheckConstraint(condition=Q(state__in=PublicationState.values), name="publication_state_known"),
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="publication_phase_known"),
            models.CheckConstraint(
                condition=~Q(state=PublicationState.DECLINED) | ~Q(reason=""), name="publication_declined_with_reason"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=LIVE_STATES) & ~Q(canonical="")) | (~Q(state__in=LIVE_STATES) & Q(canonical="")),
                name="publication_content_while_live",
            ),
            models.CheckConstraint(
                condition=~Q(state=PublicationState.PUBLISHED) | Q(decided_at__isnull=False),
                name="publication_published_when_decided",
            ),
        ]
        indexes = [models.Index(fields=["state", "decided_at"], name="publication_public")]

    def __str__(self) -> str:
        return self.name

    @property
    def public_url(self) -> str:
        """The page that everyone reads, while there is one."""
        return reverse("publication_detail", args=[self.project_id])

    @property
    def review_url(self) -> str:
        """The page on which a reviewer decides."""
        return reverse("publication_review", args=[self.pk])

    @property
    def is_live(self) -> bool:
        """Whether it waits for a decision or is public."""
        return self.state in LIVE_STATES

    @property
    def document(self) -> dict[str, Any]:
        """The exchange document that everyone may read; only while it waits or is public."""
        document: dict[str, Any] = json.loads(self.canonical)
        return document
