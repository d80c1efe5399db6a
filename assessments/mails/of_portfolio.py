"""What mails say of the portfolio: the files that were asked for."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..enums import ExportState
from ..models import ExportJob, OutgoingMail, User
from ..permissions import reads_portfolio
from .words import Words, plain


def export_ended(mail: OutgoingMail, reader: User) -> Words | None:
    """For whoever asked for the file."""
    job = ExportJob.objects.filter(
        pk=mail.about, owner=reader, state__in=(ExportState.DONE, ExportState.FAILED)
    ).first()
    if job is None or not reads_portfolio(reader):
        return None
    names = {"file": job.get_kind_display(), "date": date_format(localtime(job.expires_at), "DATE_FORMAT")}
    before: tuple[str, ...] = (_("The file that you asked for could not be made."), job.get_fault_display())
    subject, after = _("Your export could not be made: %(file)s"), ""
    if job.state == ExportState.DONE:
        before = (_("The file that you asked for is ready. You can download it on the page of your exports."),)
        subject, after = _("Your export is ready: %(file)s"), _("It is kept until %(date)s.") % names
    return Words(
        subject=subject % names,
        before=before,
        items=(
            f"{names['file']}, {job.get_language_display()}",
            ngettext("%(count)d project", "%(count)d projects", len(job.projects)) % {"count": len(job.projects)},
            *map(plain, job.words),
        ),
        label=_("See your exports"),
        path=reverse("portfolio_exports"),
        after=(after,) if after else (),
    )
