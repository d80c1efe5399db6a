"""Terms explained in own words."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .context import NaturalKeyManager
from .translated import Translated


class Term(models.Model):
    """A term of the glossary, with the page of the Rahmen where it has one."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    name_de = models.CharField(_("term (German)"), max_length=150)
    name_en = models.CharField(_("term (English)"), max_length=150)
    definition_de = models.TextField(_("definition (German)"))
    definition_en = models.TextField(_("definition (English)"))
    page = models.PositiveSmallIntegerField(_("page"), null=True, blank=True)

    name = Translated[str]()
    definition = Translated[str]()
    objects = NaturalKeyManager()

    class Meta:
        ordering = ["name_de"]
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        """The key."""
        return (self.key,)
