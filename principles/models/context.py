"""What surrounds the questions: perspectives of the future, contexts, groups of the city society."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .translated import Translated


class NaturalKeyManager(models.Manager[Any]):
    """Finds a row by its key."""

    def get_by_natural_key(self, key: str) -> Any:
        """The row with this key."""
        return self.get(key=key)


class Perspective(models.Model):
    """One of the seven perspectives of the future (Zukunftsperspektiven, chapter 3)."""

    class Group(models.TextChoices):
        """The two groups of chapter 3."""

        SPATIAL = "spatial", _("Spatial perspectives")
        CAPABILITY = "capability", _("Capabilities")

    key = models.CharField(_("key"), max_length=10, unique=True)
    group = models.CharField(_("group"), max_length=20, choices=Group)
    position = models.PositiveSmallIntegerField(_("position"), unique=True)
    name_de = models.CharField(_("name (German)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100)
    summary_de = models.TextField(_("summary (German)"))
    summary_en = models.TextField(_("summary (English)"))
    approaches_de = models.JSONField(_("approaches (German)"), default=list)
    approaches_en = models.JSONField(_("approaches (English)"), default=list)
    conflicts_de = models.JSONField(_("open conflicts (German)"), default=list)
    conflicts_en = models.JSONField(_("open conflicts (English)"), default=list)
    pages = models.CharField(_("pages"), max_length=20)

    name = Translated[str]()
    summary = Translated[str]()
    approaches = Translated[list[str]]()
    conflicts = Translated[list[str]]()
    objects = NaturalKeyManager()

    class Meta:
        ordering = ["position"]
        verbose_name = _("perspective of the future")
        verbose_name_plural = _("perspectives of the future")

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        """The chapter."""
        return (self.key,)


class ContextReference(models.Model):
    """A strategy, agreement or law that projects work in (chapter 5)."""

    class Kind(models.TextChoices):
        """The headings of chapter 5."""

        STRATEGY = "strategy", _("Strategies and programmes of the city")
        AGREEMENT = "agreement", _("National and international agreements")
        LEGAL = "legal", _("Legal frame")

    key = models.SlugField(_("key"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    position = models.PositiveSmallIntegerField(_("position"))
    name_de = models.CharField(_("name (German)"), max_length=300)
    name_en = models.CharField(_("name (English)"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    url = models.URLField(_("web address"), blank=True)
    perspectives = models.ManyToManyField(
        Perspective,
        related_name="contexts",
        blank=True,
        verbose_name=_("perspectives"),
        help_text=_("None: overarching"),
    )
    page = models.PositiveSmallIntegerField(_("page"))

    name = Translated[str]()
    objects = NaturalKeyManager()

    class Meta:
        ordering = ["kind", "position"]
        verbose_name = _("context")
        verbose_name_plural = _("contexts")

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        """The key."""
        return (self.key,)


class CityGroup(models.Model):
    """A group of the city society; five of them are „stille Gruppen“ (glossary)."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(_("position"))
    name_de = models.CharField(_("name (German)"), max_length=150)
    name_en = models.CharField(_("name (English)"), max_length=150)
    description_de = models.TextField(_("description (German)"))
    description_en = models.TextField(_("description (English)"))
    is_silent = models.BooleanField(_("silent group"), default=False)

    name = Translated[str]()
    description = Translated[str]()
    objects = NaturalKeyManager()

    class Meta:
        ordering = ["position"]
        verbose_name = _("group of the city society")
        verbose_name_plural = _("groups of the city society")

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        """The key."""
        return (self.key,)
