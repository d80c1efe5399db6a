"""What people say to each other about an assessment: threads of comments, by the team or from the review."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .assessments import Assessment

MAX_COMMENT_LENGTH = 5000
"""Characters a comment may have."""


class Thread(models.Model):
    """A conversation about a question, an aspect, a dimension, or (``refers_to`` empty) the whole assessment.

    Threads of the review are opened by reviewers and read by the team once the submission is returned or approved.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="threads", verbose_name=_("assessment"))
    refers_to = models.CharField(_("question or dimension"), max_length=10, blank=True)
    is_review = models.BooleanField(_("from the review"), default=False)
    is_open = models.BooleanField(_("open"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        ordering = ["assessment", "created_at", "pk"]
        verbose_name = _("thread of comments")
        verbose_name_plural = _("threads of comments")
        indexes = [models.Index(fields=["assessment", "refers_to"], name="thread_of_place")]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.refers_to}"


class Comment(models.Model):
    """One contribution to a thread. ``request_key`` is made for each form: sent twice, it has one effect."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments", verbose_name=_("thread"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    text = models.TextField(_("text"), max_length=MAX_COMMENT_LENGTH)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    request_key = models.UUIDField(_("request key"), null=True, blank=True)

    class Meta:
        ordering = ["thread", "created_at", "pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.UniqueConstraint(fields=["thread", "request_key"], name="comment_request_once"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
