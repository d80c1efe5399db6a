"""Assessments of a project, the targets a team sets, and the stored scores that lists read."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from principles.models import Catalogue

from ..enums import OPEN_STATES, UNFINISHED_STATES, Scope, State
from .projects import Project


class Assessment(models.Model):
    """One run through the questionnaire. It is bound to one catalogue version for ever."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="assessments", verbose_name=_("project"))
    catalogue = models.ForeignKey(Catalogue, models.PROTECT, related_name="assessments", verbose_name=_("catalogue"))
    number = models.PositiveSmallIntegerField(_("version"), help_text=_("First, second, … assessment of the project"))
    scope = models.CharField(_("scope"), max_length=10, choices=Scope)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    last_question = models.CharField(
        _("last edited question"), max_length=10, blank=True, help_text=_("Where the team goes on")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("last change"), auto_now_add=True)

    class Meta:
        ordering = ["project", "-number"]
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="assessment_number_unique"),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=UNFINISHED_STATES),
                name="assessment_one_unfinished_per_project",
            ),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="assessment_scope_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="assessment_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.project} v{self.number}"

    def get_absolute_url(self) -> str:
        """The task list."""
        return reverse("assessment_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether the team may change it."""
        return self.state in OPEN_STATES

    @property
    def was_submitted(self) -> bool:
        """Whether the Senatskanzlei may see its newest snapshot: it was submitted, and not withdrawn for good."""
        return self.state != State.DRAFT


class Target(models.Model):
    """What a team wants to reach in one dimension, in points 0–100."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="targets", verbose_name=_("assessment"))
    dimension_key = models.CharField(_("dimension"), max_length=10)
    value = models.PositiveSmallIntegerField(_("target"))

    class Meta:
        ordering = ["assessment", "dimension_key"]
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "dimension_key"], name="target_once_per_dimension"),
            models.CheckConstraint(condition=Q(value__lte=100), name="target_at_most_100"),
        ]

    def __str__(self) -> str:
        return f"{self.dimension_key}: {self.value}"


DIMENSION_KEYS = (
    *(f"4.{number}" for number in range(1, 9)),
    *(f"2.{number}" for number in range(1, 5)),
)
"""The twelve dimensions in catalogue order; the columns of the stored scores."""


def score_column(dimension_key: str, figure: str = "score") -> str:
    """Name of the column that stores ``figure`` (score, low, high, coverage or balance) of a dimension."""
    return f"{figure}_{dimension_key.replace('.', '_')}"


class AssessmentScores(models.Model):
    """Stored scores, one wide row an assessment: what lists and the portfolio read without computing anything.

    Written in the transaction of the answer that changes them; ``manage.py verify_scores`` computes all of them anew.
    Points 0–100, coverage 0–1, four decimals, half up. Null where a figure does not exist.
    """

    FIGURES: ClassVar[tuple[str, ...]] = ("score", "low", "high", "coverage", "balance")

    assessment = models.OneToOneField(
        Assessment, models.CASCADE, primary_key=True, related_name="scores", verbose_name=_("assessment")
    )
    principles = models.DecimalField(_("principles"), max_digits=7, decimal_places=4, null=True)
    guiding_ideas = models.DecimalField(_("guiding ideas"), max_digits=7, decimal_places=4, null=True)
    answered = models.PositiveSmallIntegerField(_("answered questions"), default=0)
    in_scope = models.PositiveSmallIntegerField(_("questions in scope"), default=0)

    class Meta:
        verbose_name = _("stored scores")
        verbose_name_plural = _("stored scores")

    def __str__(self) -> str:
        return f"{self.assessment_id}"


for _key in DIMENSION_KEYS:
    for _figure in AssessmentScores.FIGURES:
        if _figure != "balance" or _key.startswith("4."):
            AssessmentScores.add_to_class(
                score_column(_key, _figure),
                models.DecimalField(f"{_figure} {_key}", max_digits=7, decimal_places=4, null=True),
            )
