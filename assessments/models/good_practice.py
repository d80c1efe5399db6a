"""What a team passes on: an answer at the highest level, told for readers outside (methodology, section 3)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..enums import PracticeState
from .assessments import Assessment
from .offers import Offer

PUBLIC_STATES = (PracticeState.CONFIRMED,)
"""States in which everyone reads it."""
LIVE_STATES = (PracticeState.OFFERED, PracticeState.CONFIRMED)
"""States in which it occupies the place of its question."""


class GoodPracticeQuerySet(models.QuerySet["GoodPractice"]):
    """Examples of good practice."""

    def public(self) -> Self:
        """What everyone reads, in the order of the questions, the newest first, with project and organisation."""
        return (
            self.filter(state__in=PUBLIC_STATES)
            .select_related("assessment__project__organisation")
            .order_by("question_key", "-decided_at", "pk")
        )

    def waiting(self) -> Self:
        """What a reviewer has to decide, the oldest first."""
        return (
            self.filter(state=PracticeState.OFFERED)
            .select_related("assessment__project__organisation", "offered_by")
            .order_by("offered_at", "pk")
        )


class GoodPractice(Offer):
    """An example: offered by the team, confirmed or declined by a reviewer, withdrawn by the team whenever it likes."""

    assessment = models.ForeignKey(
        Assessment, models.CASCADE, related_name="good_practices", verbose_name=_("assessment")
    )
    question_key = models.CharField(_("question"), max_length=10)
    language = models.CharField(_("language of the text"), max_length=5, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("what was done"), max_length=3000)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=PracticeState, default=PracticeState.OFFERED)

    objects = GoodPracticeQuerySet.as_manager()

    class Meta:
        ordering = ["question_key", "pk"]
        verbose_name = _("good practice")
        verbose_name_plural = _("good practice")
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question_key"],
                condition=Q(state__in=LIVE_STATES),
                name="good_practice_once_per_question",
            ),
            models.CheckConstraint(condition=Q(state__in=PracticeState.values), name="good_practice_state_known"),
            models.CheckConstraint(
                condition=~Q(state=PracticeState.DECLINED) | ~Q(reason=""), name="good_practice_declined_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["state", "question_key"], name="good_practice_public")]

    def __str__(self) -> str:
        return f"{self.question_key} {self.title}"

    @property
    def is_live(self) -> bool:
        """Whether it waits for a decision or is public, so that the team can withdraw it."""
        return self.state in LIVE_STATES

    @property
    def dimension_key(self) -> str:
        """The chapter the question belongs to: ``4.1`` for ``4.1.a2``."""
        return self.question_key.rpartition(".")[0]
