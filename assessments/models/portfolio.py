"""What the portfolio shows of a project, kept ready to be read by the page."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..enums import State
from .assessments import DIMENSION_KEYS, AssessmentScores, score_column
from .projects import Project

SORTED_SCORES = ("principles", "guiding_ideas", *map(score_column, DIMENSION_KEYS))
"""The stored scores that an entry copies."""


class PortfolioEntry(models.Model):
    """A project's newest submitted or approved assessment; a project without one has no entry.

    Written in the transaction of each change of state, so that lists of thousands of projects need not look for the
    newest assessment of each. ``levels`` has one sign a question in catalogue order, ``next_steps`` the keys of the
    first five steps: what is frozen can be counted without reading a million answers. ``figures`` says what the cells
    of the matrix show, in no language. The scores are copied here to be sorted by: here they have indexes, which
    would make saving an answer slower where they come from.
    """

    project = models.OneToOneField(
        Project, models.CASCADE, primary_key=True, related_name="portfolio_entry", verbose_name=_("project")
    )
    scores = models.OneToOneField(
        AssessmentScores, models.CASCADE, related_name="portfolio_entry", verbose_name=_("stored scores")
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    levels = models.CharField(_("levels"), max_length=200, help_text=_("One sign a question in catalogue order"))
    next_steps = models.CharField(_("next steps"), max_length=100, blank=True)
    figures = models.CharField(_("figures"), max_length=250, help_text=_("What the matrix shows, cell by cell"))

    class Meta:
        ordering = ["project"]
        verbose_name = _("entry of the portfolio")
        verbose_name_plural = _("entries of the portfolio")
        # With the key of the project, so that sorting reads nothing but the index and the names of equals.
        indexes = [
            models.Index(fields=[column, "project"], name=f"portfolioentry_{column}")
            for column in ("submitted_at", *SORTED_SCORES)
        ]

    def __str__(self) -> str:
        return f"{self.project_id}"

    @property
    def assessment_id(self) -> int:
        """The assessment that is shown; its stored scores have the same key."""
        key: int = self.scores_id
        return key


for _column in SORTED_SCORES:
    PortfolioEntry.add_to_class(_column, models.DecimalField(_column, max_digits=7, decimal_places=4, null=True))
