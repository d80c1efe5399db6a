"""The catalogue: versions, dimensions, aspects and questions (methodology, section 1)."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from .translated import Translated

LEVELS = range(5)


class PublishedCatalogueError(ValidationError):
    """Raised when somebody tries to change a published catalogue version."""

    def __init__(self) -> None:
        super().__init__(
            _("This catalogue version is published and never changes. Create a new version instead."),
            code="published",
        )


class CatalogueQuerySet(models.QuerySet["Catalogue"]):
    """Catalogue versions."""

    def published(self) -> Self:
        """Versions that may be assessed against, newest first."""
        return self.filter(published_on__isnull=False).order_by("-published_on", "-version")

    def with_questions(self) -> Self:
        """Prefetch the whole book in catalogue order: three queries more, whatever its size."""
        return self.prefetch_related(
            Prefetch("dimensions", Dimension.objects.order_by("position")),
            Prefetch("dimensions__aspects", Aspect.objects.order_by("position")),
            Prefetch("dimensions__aspects__questions", Question.objects.order_by("position")),
        )

    def get_by_natural_key(self, version: str) -> Catalogue:
        """The version named in a fixture or an exchange document."""
        return self.get(version=version)


class Catalogue(models.Model):
    """One version of the catalogue, for example ``2021.1``. A published version never changes."""

    version = models.CharField(_("version"), max_length=20, unique=True)
    title_de = models.CharField(_("title (German)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    published_on = models.DateField(_("published on"), null=True, blank=True)

    title = Translated[str]()
    objects = CatalogueQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        verbose_name = _("catalogue")
        verbose_name_plural = _("catalogues")

    def __str__(self) -> str:
        return self.version

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a draft, or publish it; raises ``PublishedCatalogueError`` once it is published."""
        refuse_if_published(pk=self.pk)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete a draft; raises ``PublishedCatalogueError`` for a published version."""
        refuse_if_published(pk=self.pk)
        return super().delete(*args, **kwargs)

    def natural_key(self) -> tuple[str]:
        """The version."""
        return (self.version,)

    @property
    def is_published(self) -> bool:
        """Whether the version is frozen and open for assessments."""
        return self.published_on is not None


def newest_catalogue() -> Catalogue | None:
    """The version that the public works with: the one published last, whole."""
    pk = Catalogue.objects.published().values_list("pk", flat=True).first()
    return None if pk is None else load_catalogue(pk)


def refuse_if_published(**lookup: Any) -> None:
    """Raise ``PublishedCatalogueError`` if a published version is found; ``seed`` checks for itself."""
    if Catalogue.objects.published().filter(**lookup).exists():
        raise PublishedCatalogueError


_loaded: dict[int, Catalogue] = {}


def load_catalogue(pk: int) -> Catalogue:
    """Return the whole catalogue with dimensions, aspects and questions prefetched in order; treat it as read-only.

    A published version never changes, so each process reads it once; a draft is read anew each time.
    Raises ``Catalogue.DoesNotExist``.
    """
    if pk not in _loaded:
        catalogue = Catalogue.objects.with_questions().get(pk=pk)
        if not catalogue.is_published:
            return catalogue
        _loaded[pk] = catalogue
    return _loaded[pk]


class KeyedManager(models.Manager[Any]):
    """Finds a part of the catalogue by version and key."""

    def __init__(self, path: str = "") -> None:
        # Django makes the managers of relations (catalogue.dimensions) without arguments.
        super().__init__()
        self.path = path

    def get_by_natural_key(self, version: str, key: str) -> Any:
        """The part with this key in this catalogue version."""
        return self.get(**{self.path: version, "key": key})


class CataloguePart(models.Model):
    """Something inside a catalogue version: frozen with it, wherever it was and wherever it is to go."""

    lookup: str
    """From the catalogue to this part, for example ``dimensions__aspects``."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a part of a draft; raises ``PublishedCatalogueError`` if its version is published."""
        self._refuse_if_published()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete a part of a draft; raises ``PublishedCatalogueError`` if its version is published."""
        self._refuse_if_published()
        return super().delete(*args, **kwargs)

    @property
    def version(self) -> Catalogue:
        """The catalogue version this belongs to."""
        raise NotImplementedError

    def _refuse_if_published(self) -> None:
        refuse_if_published(pk=self.version.pk)
        if self.pk is not None:
            refuse_if_published(**{self.lookup: self.pk})


class Dimension(CataloguePart):
    """One of twelve: a principle (Begriffspaar, chapter 4) or a guiding idea (Leitgedanke, chapter 2)."""

    class Kind(models.TextChoices):
        """What a dimension is."""

        PRINCIPLE = "principle", _("Principle of good practice")
        GUIDING_IDEA = "guiding_idea", _("Guiding idea")

    catalogue = models.ForeignKey(Catalogue, models.PROTECT, related_name="dimensions", verbose_name=_("catalogue"))
    key = models.CharField(_("key"), max_length=10, help_text=_("Chapter of the strategic framework, for example 4.1"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    position = models.PositiveSmallIntegerField(_("position"))
    name_de = models.CharField(_("name (German)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100)
    summary_de = models.TextField(_("summary (German)"))
    summary_en = models.TextField(_("summary (English)"))
    practice_de = models.TextField(_("in practice (German)"))
    practice_en = models.TextField(_("in practice (English)"))
    pages = models.CharField(_("pages"), max_length=20, help_text=_("Pages of the strategic framework"))

    lookup = "dimensions"
    name = Translated[str]()
    summary = Translated[str]()
    practice = Translated[str]()
    objects = KeyedManager("catalogue__version")

    class Meta:
        ordering = ["catalogue", "position"]
        verbose_name = _("dimension")
        verbose_name_plural = _("dimensions")
        constraints = [
            models.UniqueConstraint(fields=["catalogue", "key"], name="dimension_key_unique"),
            models.UniqueConstraint(fields=["catalogue", "position"], name="dimension_position_unique"),
            models.CheckConstraint(condition=Q(kind__in=["principle", "guiding_idea"]), name="dimension_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    @property
    def version(self) -> Catalogue:
        """The catalogue version this belongs to."""
        return self.catalogue

    def natural_key(self) -> tuple[str, str]:
        """Catalogue version and key."""
        return (self.catalogue.version, self.key)

    natural_key.dependencies = ["principles.catalogue"]  # type: ignore[attr-defined]

    @property
    def is_principle(self) -> bool:
        """Whether this is one of the eight pairs, with two poles and a balance."""
        return self.kind == self.Kind.PRINCIPLE


class Aspect(CataloguePart):
    """A pole of a principle, or one of the four aspects of a guiding idea."""

    dimension = models.ForeignKey(Dimension, models.PROTECT, related_name="aspects", verbose_name=_("dimension"))
    key = models.CharField(_("key"), max_length=10)
    position = models.PositiveSmallIntegerField(_("position"))
    name_de = models.CharField(_("name (German)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100)
    summary_de = models.TextField(_("summary (German)"))
    summary_en = models.TextField(_("summary (English)"))

    lookup = "dimensions__aspects"
    name = Translated[str]()
    summary = Translated[str]()
    objects = KeyedManager("dimension__catalogue__version")

    class Meta:
        ordering = ["dimension", "position"]
        verbose_name = _("aspect")
        verbose_name_plural = _("aspects")
        constraints = [
            models.UniqueConstraint(fields=["dimension", "key"], name="aspect_key_unique"),
            models.UniqueConstraint(fields=["dimension", "position"], name="aspect_position_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    @property
    def version(self) -> Catalogue:
        """The catalogue version this belongs to."""
        return self.dimension.catalogue

    def natural_key(self) -> tuple[str, str]:
        """Catalogue version and key."""
        return (self.dimension.catalogue.version, self.key)

    natural_key.dependencies = ["principles.dimension"]  # type: ignore[attr-defined]


class Question(CataloguePart):
    """One question with five described levels, evidence hints and two steps (methodology, section 1)."""

    aspect = models.ForeignKey(Aspect, models.PROTECT, related_name="questions", verbose_name=_("aspect"))
    key = models.CharField(_("key"), max_length=10)
    position = models.PositiveSmallIntegerField(_("position"))
    is_core = models.BooleanField(_("core question"), default=False)
    text_de = models.TextField(_("question (German)"))
    text_en = models.TextField(_("question (English)"))
    why_de = models.TextField(_("why it matters (German)"))
    why_en = models.TextField(_("why it matters (English)"))
    anchors_de = models.JSONField(_("levels 0 to 4 (German)"), default=list)
    anchors_en = models.JSONField(_("levels 0 to 4 (English)"), default=list)
    evidence_hints_de = models.JSONField(_("evidence hints (German)"), default=list)
    evidence_hints_en = models.JSONField(_("evidence hints (English)"), default=list)
    step_start_de = models.TextField(_("step from level 0 or 1 (German)"))
    step_start_en = models.TextField(_("step from level 0 or 1 (English)"))
    step_deepen_de = models.TextField(_("step from level 2 or 3 (German)"))
    step_deepen_en = models.TextField(_("step from level 2 or 3 (English)"))
    source_chapter = models.CharField(_("source: chapter"), max_length=10)
    source_page = models.PositiveSmallIntegerField(_("source: page"))

    lookup = "dimensions__aspects__questions"
    text = Translated[str]()
    why = Translated[str]()
    anchors = Translated[list[str]]()
    evidence_hints = Translated[list[str]]()
    step_start = Translated[str]()
    step_deepen = Translated[str]()
    objects = KeyedManager("aspect__dimension__catalogue__version")

    class Meta:
        ordering = ["aspect", "position"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(fields=["aspect", "key"], name="question_key_unique"),
            models.UniqueConstraint(fields=["aspect", "position"], name="question_position_unique"),
            models.UniqueConstraint(fields=["aspect"], condition=Q(is_core=True), name="question_one_core_per_aspect"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.text}"

    @property
    def version(self) -> Catalogue:
        """The catalogue version this belongs to."""
        return self.aspect.dimension.catalogue

    def natural_key(self) -> tuple[str, str]:
        """Catalogue version and key."""
        return (self.aspect.dimension.catalogue.version, self.key)

    natural_key.dependencies = ["principles.aspect"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Five anchors and two to four evidence hints, in both languages alike."""
        for language in ("de", "en"):
            if len(getattr(self, f"anchors_{language}")) != len(LEVELS):
                raise ValidationError({f"anchors_{language}": _("Describe exactly five levels.")})
            if not 2 <= len(getattr(self, f"evidence_hints_{language}")) <= 4:
                raise ValidationError({f"evidence_hints_{language}": _("Name two to four evidence hints.")})

    def step_for(self, level: int) -> str:
        """The step that leads on from ``level`` (0–4); empty at level 4, which has none."""
        if level <= 1:
            return self.step_start
        return self.step_deepen if level <= 3 else ""
