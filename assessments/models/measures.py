"""What a team decides to do, and the conflicts of goals it names (methodology, section 4)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..enums import MeasureState
from .assessments import Assessment


class Measure(models.Model):
    """A measure (Maßnahme): what is to be done, by whom, until when. Refers to a question, a dimension or nothing."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="measures", verbose_name=_("assessment"))
    title = models.CharField(_("measure"), max_length=500)
    refers_to = models.CharField(_("question or dimension"), max_length=10, blank=True)
    responsible = models.CharField(_("responsible"), max_length=200, blank=True)
    due = models.DateField(_("due"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MeasureState, default=MeasureState.PLANNED)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["assessment", "pk"]
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = [models.CheckConstraint(condition=Q(state__in=MeasureState.values), name="measure_state_known")]

    def __str__(self) -> str:
        return self.title


class GoalConflict(models.Model):
    """A conflict of goals (Zielkonflikt) between two dimensions and how the project deals with it."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="conflicts", verbose_name=_("assessment"))
    first_key = models.CharField(_("first dimension"), max_length=10)
    second_key = models.CharField(_("second dimension"), max_length=10)
    description = models.TextField(_("description"), max_length=5000)
    handling = models.TextField(_("how the project deals with it"), max_length=5000, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["assessment", "pk"]
        verbose_name = _("conflict of goals")
        verbose_name_plural = _("conflicts of goals")
        constraints = [
            models.CheckConstraint(condition=~Q(first_key=F("second_key")), name="conflict_between_two_dimensions")
        ]

    def __str__(self) -> str:
        return f"{self.first_key} – {self.second_key}"
