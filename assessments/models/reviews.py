"""What was submitted, and what became of it (methodology, section 4)."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..enums import Level, State
from .assessments import Assessment


class Snapshot(models.Model):
    """A submitted state, frozen for ever: the exchange document in its canonical form, and its hash.

    ``previous_sha256`` is the hash of the snapshot submitted before in the same project, empty for the first: together
    they form a chain that ``manage.py verify --all`` walks. The texts of the questions stay readable because the
    catalogue version that the document names never changes.
    """

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="snapshots", verbose_name=_("assessment"))
    number = models.PositiveSmallIntegerField(_("submission"), help_text=_("First, second, … submission"))
    canonical = models.TextField(_("canonical document"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    previous_sha256 = models.CharField(_("SHA-256 of the predecessor"), max_length=64, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    submitted_at = models.DateTimeField(_("submitted"))
    read_at = models.DateTimeField(_("first opened by a reviewer"), null=True, blank=True)

    FROZEN: ClassVar[tuple[str, ...]] = (
        "assessment_id",
        "number",
        "canonical",
        "sha256",
        "previous_sha256",
        "submitted_at",
    )
    """Columns that never change; the database refuses it on PostgreSQL."""

    class Meta:
        ordering = ["assessment", "number"]
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [models.UniqueConstraint(fields=["assessment", "number"], name="snapshot_number_unique")]

    def __str__(self) -> str:
        return f"{self.assessment_id}/{self.number} {self.short_hash}"

    @property
    def document(self) -> dict[str, Any]:
        """The exchange document."""
        document: dict[str, Any] = json.loads(self.canonical)
        return document

    @property
    def short_hash(self) -> str:
        """The first twelve digits, as reports print them in the running header."""
        return self.sha256[:12]


class StateChange(models.Model):
    """One step in the life of an assessment: who took it, when, why; for an approval which hash and until when."""

    assessment = models.ForeignKey(
        Assessment, models.CASCADE, related_name="state_changes", verbose_name=_("assessment")
    )
    from_state = models.CharField(_("from"), max_length=10, choices=State)
    to_state = models.CharField(_("to"), max_length=10, choices=State)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"), max_length=5000, blank=True)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="state_changes", verbose_name=_("snapshot"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    is_withdrawal = models.BooleanField(_("withdrawn by the team"), default=False)

    class Meta:
        ordering = ["assessment", "at", "pk"]
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        constraints = [
            models.CheckConstraint(condition=~Q(from_state=F("to_state")), name="state_change_changes"),
            models.CheckConstraint(
                condition=~Q(to_state=State.RETURNED) | Q(is_withdrawal=True) | ~Q(reason=""),
                name="state_change_return_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(to_state=State.APPROVED) | Q(valid_until__isnull=False),
                name="state_change_approval_has_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"

    @property
    def is_return(self) -> bool:
        """Whether a reviewer returned the submission; a withdrawal by the team may lead to the same state."""
        return self.to_state == State.RETURNED and not self.is_withdrawal

    @property
    def label(self) -> str:
        """What happened, in a word."""
        return str(_("Withdrawn by the team") if self.is_withdrawal else State(self.to_state).label)


class ReviewerRating(models.Model):
    """What a reviewer would have answered (Fremdeinschätzung): a level of their own for one question, and why.

    It changes no score. The team reads it once the submission is returned or approved.
    """

    assessment = models.ForeignKey(
        Assessment, models.CASCADE, related_name="reviewer_ratings", verbose_name=_("assessment")
    )
    question_key = models.CharField(_("question"), max_length=10)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewer"),
    )
    level = models.PositiveSmallIntegerField(_("level"))
    note = models.TextField(_("note"), max_length=2000, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        ordering = ["assessment", "question_key", "pk"]
        verbose_name = _("rating by a reviewer")
        verbose_name_plural = _("ratings by reviewers")
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question_key", "reviewer"], name="reviewer_rating_once_per_question"
            ),
            models.CheckConstraint(condition=Q(level__lte=4), name="reviewer_rating_level_0_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.question_key}: {self.level}"

    @property
    def level_label(self) -> str:
        """The general name of the level."""
        return str(Level(self.level).label)
