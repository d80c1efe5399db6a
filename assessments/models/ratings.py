"""What each member of a team thinks before the team agrees (methodology, section 4)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .assessments import Assessment


class IndividualRating(models.Model):
    """The level one member would choose for a question, before knowing what the others chose. It changes no score.

    A rating without a level is a note alone. Others see it once its dimension is revealed, so ``__str__`` says nothing
    of it: the admin site shows it when an account is deleted there.
    """

    assessment = models.ForeignKey(
        Assessment, models.CASCADE, related_name="individual_ratings", verbose_name=_("assessment")
    )
    question_key = models.CharField(_("question"), max_length=10)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="individual_ratings", verbose_name=_("person")
    )
    level = models.PositiveSmallIntegerField(_("level"), null=True, blank=True)
    is_not_applicable = models.BooleanField(_("not applicable"), default=False)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        ordering = ["assessment", "question_key", "pk"]
        verbose_name = _("individual rating")
        verbose_name_plural = _("individual ratings")
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "user", "question_key"], name="individual_rating_once_per_question"
            ),
            models.CheckConstraint(condition=Q(level=None) | Q(level__lte=4), name="individual_rating_level_0_to_4"),
            models.CheckConstraint(
                condition=Q(is_not_applicable=False) | Q(level=None), name="individual_rating_level_or_not_applicable"
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=False) | Q(is_not_applicable=True) | ~Q(note=""),
                name="individual_rating_says_something",
            ),
        ]

    def __str__(self) -> str:
        return self.question_key


class RevealedDimension(models.Model):
    """A dimension whose individual ratings the whole team sees; nobody changes theirs as long as this row is there."""

    assessment = models.ForeignKey(
        Assessment, models.CASCADE, related_name="revealed_dimensions", verbose_name=_("assessment")
    )
    dimension_key = models.CharField(_("dimension"), max_length=10)
    revealed_at = models.DateTimeField(_("revealed"))
    revealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revealed by"),
    )

    class Meta:
        ordering = ["assessment", "dimension_key"]
        verbose_name = _("revealed dimension")
        verbose_name_plural = _("revealed dimensions")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "dimension_key"], name="revealed_dimension_once"),
        ]

    def __str__(self) -> str:
        return self.dimension_key
