"""Projects and the people in them."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from principles.models import Perspective

from ..enums import Phase, Role
from .people import Organisation, User


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects."""

    def of_member(self, user: User | AnonymousUser) -> Self:
        """Projects that ``user`` is a member of."""
        return self.filter(memberships__user_id=user.pk)


class Project(models.Model):
    """A smart-city project. It belongs to one organisation at most and has any number of assessments over time."""

    name = models.CharField(_("name"), max_length=150)
    summary = models.TextField(
        _("summary"),
        max_length=2000,
        blank=True,
        help_text=_("What the project does, for whom, in two or three sentences."),
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("organisation")
    )
    phase = models.CharField(_("phase"), max_length=20, choices=Phase, default=Phase.IDEA)
    perspectives = models.ManyToManyField(
        Perspective, blank=True, related_name="projects", verbose_name=_("perspectives of the future")
    )
    website = models.URLField(_("website"), blank=True)
    starts_on = models.DateField(_("start"), null=True, blank=True)
    ends_on = models.DateField(_("end"), null=True, blank=True)
    is_fictional = models.BooleanField(_("fictional example"), default=False, editable=False)
    members: models.ManyToManyField[User, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="projects"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        indexes = [models.Index(Lower("name"), name="project_name_lower")]
        constraints = [
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="project_phase_known"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="project_ends_after_start",
                violation_error_message=_("The end lies before the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The project's page."""
        return reverse("project_detail", args=[self.pk])

    @property
    def slug(self) -> str:
        """The name as it stands in file names."""
        return slugify(self.name.replace("ß", "ss")) or f"projekt-{self.pk}"


class Membership(models.Model):
    """One person's role in one project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships", verbose_name=_("project"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        ordering = ["project", "created_at", "pk"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="membership_once_per_project"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
