"""Files that prove an answer. Their bytes lie in the storage under a name that says nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .assessments import Assessment


class EvidenceFile(models.Model):
    """A file that was uploaded at one question.

    Which files prove an answer stands in ``Answer.evidence`` and in what was submitted, by SHA-256; here is what the
    hash stands for. A file that an assessment took over from the one before shares its bytes.
    """

    assessment = models.ForeignKey(
        Assessment, models.CASCADE, related_name="evidence_files", verbose_name=_("assessment")
    )
    question_key = models.CharField(_("question"), max_length=10)
    name = models.CharField(_("file name"), max_length=255)
    content_type = models.CharField(_("content type"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    stored_as = models.CharField(_("name in the storage"), max_length=100)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        ordering = ["assessment", "question_key", "uploaded_at", "pk"]
        verbose_name = _("file as evidence")
        verbose_name_plural = _("files as evidence")
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question_key", "sha256"], name="evidence_file_once_per_question"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="evidence_file_not_empty"),
        ]
        indexes = [models.Index(fields=["stored_as"], name="evidence_file_by_stored_name")]

    def __str__(self) -> str:
        return self.name
