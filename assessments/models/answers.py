"""Answers and every change that was made to them (methodology, section 2)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .assessments import Assessment

MIN_REASON_LENGTH = 10
"""Characters besides white space that a reason for „nicht zutreffend“ needs."""
MAX_TEXT_LENGTH = 20_000
"""Characters a rationale or reason may have."""


class Answer(models.Model):
    """The team's agreed answer to one question: a level, or „nicht zutreffend“ with a reason, or still open.

    ``version`` counts the changes; a save names the version it started from, and loses when another was faster.
    ``evidence`` is a list of links and files in the form of the exchange format.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="answers", verbose_name=_("assessment"))
    question_key = models.CharField(_("question"), max_length=10)
    level = models.PositiveSmallIntegerField(_("level"), null=True, blank=True)
    is_not_applicable = models.BooleanField(_("not applicable"), default=False)
    reason = models.TextField(_("reason why it is not applicable"), max_length=MAX_TEXT_LENGTH, blank=True)
    rationale = models.TextField(_("rationale"), max_length=MAX_TEXT_LENGTH, blank=True)
    evidence = models.JSONField(_("evidence"), default=list, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        ordering = ["assessment", "question_key"]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "question_key"], name="answer_once_per_question"),
            models.CheckConstraint(condition=Q(level=None) | Q(level__lte=4), name="answer_level_0_to_4"),
            models.CheckConstraint(
                condition=Q(is_not_applicable=False) | Q(level=None), name="answer_level_or_not_applicable"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_key}: {self.level}"

    @property
    def is_open(self) -> bool:
        """Whether neither a level nor „nicht zutreffend“ was chosen."""
        return self.level is None and not self.is_not_applicable


class AnswerChange(models.Model):
    """One change of one answer: who, when, from what to what. Never changed, never deleted with the author.

    ``request_key`` is made by the browser: the same save sent twice has one effect.
    """

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="changes", verbose_name=_("answer"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    changed_at = models.DateTimeField(_("changed"))
    version = models.PositiveIntegerField(_("version after the change"))
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    request_key = models.UUIDField(_("request key"), null=True, blank=True)

    class Meta:
        ordering = ["answer", "-version"]
        verbose_name = _("change of an answer")
        verbose_name_plural = _("changes of answers")
        constraints = [
            models.UniqueConstraint(fields=["answer", "version"], name="answer_change_version_unique"),
            models.UniqueConstraint(fields=["answer", "request_key"], name="answer_change_request_once"),
        ]
        indexes = [models.Index(fields=["author", "changed_at"], name="answer_change_by_author")]

    def __str__(self) -> str:
        return f"{self.answer_id} v{self.version}"
