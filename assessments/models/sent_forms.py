"""Which forms have taken effect, so that none does so twice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SentForm(models.Model):
    """A form that was sent, and where it led. Who sent it is part of the hash alone, with a key nobody knows."""

    sha256 = models.CharField(_("SHA-256 of the form with its key"), max_length=64, unique=True)
    address = models.CharField(_("where it led"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")

    def __str__(self) -> str:
        return self.address
