"""Files that are made in the background for somebody of the Senatskanzlei."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..enums import OPEN_EXPORT_STATES, ExportFault, ExportKind, ExportState


class ExportJob(models.Model):
    """One file asked for: of which projects, how far the work has come, where the result lies.

    The projects are those of the selection at the moment of asking. Whoever works on it holds ``claim``: of two workers
    the one whose claim is gone writes nothing any more.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="export_jobs", verbose_name=_("owner")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ExportKind)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    projects = models.JSONField(_("projects"), default=list, help_text=_("Their keys in the order of the file"))
    words = models.JSONField(_("selection in words"), default=list, blank=True)
    address = models.JSONField(_("selection as in an address"), default=dict, blank=True)
    as_of = models.DateField(_("as of"), default=timezone.localdate)
    state = models.CharField(_("state"), max_length=20, choices=ExportState, default=ExportState.WAITING)
    fault = models.CharField(_("fault"), max_length=20, choices=ExportFault, blank=True)
    done = models.PositiveIntegerField(_("parts made"), default=0)
    left_out = models.JSONField(_("left out"), default=list, blank=True, help_text=_("Projects without a report"))
    claim = models.CharField(_("claim"), max_length=32, blank=True, editable=False)
    lost_workers = models.PositiveSmallIntegerField(_("workers lost"), default=0)
    file = models.CharField(_("file"), max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("export")
        verbose_name_plural = _("exports")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return self.state in OPEN_EXPORT_STATES

    @property
    def total(self) -> int:
        """How many parts it has: one for each report, or the report itself."""
        return len(self.projects) if self.kind == ExportKind.REPORTS else 1

    @property
    def file_name(self) -> str:
        """What the person who downloads it sees: ``berichte_2027-03-31.zip``."""
        day = self.as_of.isoformat()
        return f"berichte_{day}.zip" if self.kind == ExportKind.REPORTS else f"portfolio_{day}.pdf"
