"""Files of the portfolio that take longer than a request: made in small steps in the background.

Every step is stored, so the work can be cancelled between two of them, goes on after a restart where it was, and makes
no report twice: finished reports lie in their storage. A worker holds a claim while it works and gives it back after a
while, for other work waits too. Each time it leaves a guard behind, the same task for later that knows this claim: if
the claim is still held then, the worker died over it and the guard goes on. The file appears whole or not at all.
"""

from __future__ import annotations

import logging
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from .enums import OPEN_EXPORT_STATES, ExportFault, ExportKind, ExportState
from .mails import events as mails
from .models import ExportJob, PortfolioEntry, Snapshot, User
from .reports.documents import ReportFile, edition_of_snapshot, report_file
from .reports.pdf import PdfBusyError, PdfError, PdfLimitError, PdfUnavailableError
from .reports.portfolio_report import Selected, TooManyProjectsError, portfolio_pdf
from .reports.storage import delete_file, files_in, store_file
from .reviewing import reviewed_snapshot

logger = logging.getLogger(__name__)

FOLDER = "exports"
SLICE_SECONDS = 10
"""After so long a worker looks whether other work waits; what it began it ends before."""
GUARD_AFTER = timedelta(minutes=5)
"""Far longer than a slice and one report can take."""
MOST_LOST_WORKERS = 5
KEPT_FOR = timedelta(days=7)
MAIL_AFTER = timedelta(minutes=1)
"""Whoever gets the file sooner still looks at the page, which says so by itself."""
MOST_OPEN = 2
"""Exports that one person can have waiting or running: others wait for the same workers."""
MOST_REPORTS = 1000


class ExportError(ValidationError):
    """The export cannot be started."""


class _Stopped(Exception):  # noqa: N818 - no error
    """Somebody cancelled it, or another worker has taken it over."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to have made of which projects."""

    kind: ExportKind
    language: str
    projects: Sequence[int]
    words: Sequence[str]
    address: Mapping[str, str]
    as_of: date


def start(owner: User, wish: Wish) -> ExportJob:
    """Put the export into the queue; asking for the same again while it is open changes nothing.

    Raises ``ExportError``.
    """
    if not wish.projects:
        raise ExportError(_("The selection is empty."), code="empty")
    if wish.kind == ExportKind.REPORTS and len(wish.projects) > MOST_REPORTS:
        raise ExportError(
            _("One file holds at most %(count)d reports. Choose fewer projects.") % {"count": MOST_REPORTS},
            code="too_large",
        )
    with transaction.atomic():
        # Of two wishes of the same person at once the second waits, and counts the first.
        User.objects.select_for_update().get(pk=owner.pk)
        open_jobs = list(ExportJob.objects.filter(owner=owner, state__in=OPEN_EXPORT_STATES))
        for job in open_jobs:
            if (job.kind, job.language, job.projects) != (wish.kind, wish.language, list(wish.projects)):
                continue
            # An archive is the same however its projects were found; a report says it, and has groups.
            if wish.kind == ExportKind.REPORTS or job.address == wish.address:
                return job
        if len(open_jobs) >= MOST_OPEN:
            raise ExportError(
                _("You have %(count)d exports under way. Wait for one of them, or cancel one.") % {"count": MOST_OPEN},
                code="busy",
            )
        job = ExportJob.objects.create(
            owner=owner,
            kind=wish.kind,
            language=wish.language,
            projects=list(wish.projects),
            words=list(wish.words),
            address=dict(wish.address),
            as_of=wish.as_of,
            expires_at=timezone.now() + KEPT_FOR,
        )
        _enqueue(job)
    return job


def cancel(job: ExportJob) -> bool:
    """Stop it before its next step; false if there was nothing left to stop."""
    now = timezone.now()
    stopped = ExportJob.objects.filter(pk=job.pk, state__in=OPEN_EXPORT_STATES).update(
        state=ExportState.CANCELLED, claim="", finished_at=now
    )
    return bool(stopped)


def remove(job: ExportJob) -> None:
    """Forget a finished export with its file."""
    ExportJob.objects.filter(pk=job.pk).exclude(state__in=OPEN_EXPORT_STATES).delete()
    if job.file:
        delete_file(job.file)


def forget_exports(now: datetime, *, dry_run: bool = False) -> int:
    """Forget exports past their time with their files, and files that nobody knows; how many exports are due."""
    due = ExportJob.objects.filter(expires_at__lt=now)
    if dry_run:
        return due.count()
    expired = list(due)
    ExportJob.objects.filter(pk__in=[job.pk for job in expired]).delete()
    for job in expired:
        if job.file:
            delete_file(job.file)
    known = set(ExportJob.objects.exclude(file="").values_list("file", flat=True))
    for name, modified in files_in(FOLDER):
        # A file that is just being written is not known yet.
        if name not in known and modified < now - timedelta(days=1):
            delete_file(name)
    return len(expired)


# -- The worker's side ------------------------------------------------------------------------------------------------


@task()  # type: ignore[untyped-decorator]  # the package brings no types
def run_export(job_pk: int, lost_claim: str = "") -> None:
    """Work on an export for a while; ``lost_claim`` is that of a worker which may have died over it."""
    job = _claim(job_pk, lost_claim)
    if job is None:
        return
    try:
        _work(job)
    except _Stopped:
        return
    except (SystemExit, KeyboardInterrupt):
        # The worker was told to end now; whichever comes next goes on.
        _make_room(job)
        raise
    except PdfUnavailableError:
        _fail(job, ExportFault.UNAVAILABLE)
    except (PdfLimitError, TooManyProjectsError):
        _fail(job, ExportFault.TOO_LARGE)
    except Exception:
        logger.exception("The export %s could not be made.", job_pk)
        _fail(job, ExportFault.ERROR)


def _has_queue() -> bool:
    """Whether tasks wait in the database; if not, one runs from beginning to end at once (development, tests)."""
    return bool(run_export.get_backend().supports_defer)


def _enqueue(job: ExportJob) -> None:
    """A task in the database belongs to the transaction: neither of both is ever there without the other."""
    if _has_queue():
        run_export.enqueue(job.pk)
    else:
        transaction.on_commit(partial(run_export.enqueue, job.pk))


def _claim(job_pk: int, lost_claim: str) -> ExportJob | None:
    """Take the job if nobody works on it, or nobody but the worker that was lost; leave a guard behind."""
    claim = get_random_string(32)
    with transaction.atomic():
        waiting = ExportJob.objects.filter(pk=job_pk, state__in=OPEN_EXPORT_STATES, claim=lost_claim)
        if not waiting.update(
            claim=claim, state=ExportState.RUNNING, lost_workers=F("lost_workers") + (1 if lost_claim else 0)
        ):
            return None
        if _has_queue():
            run_export.using(run_after=timezone.now() + GUARD_AFTER).enqueue(job_pk, claim)
    job = ExportJob.objects.get(pk=job_pk)
    if job.lost_workers > MOST_LOST_WORKERS:
        _fail(job, ExportFault.WORKER_LOST)
        return None
    return job


def _work(job: ExportJob) -> None:
    if job.kind == ExportKind.PORTFOLIO:
        selected = Selected(tuple(job.projects), tuple(job.words), job.address, job.as_of)
        content = portfolio_pdf(selected, job.language)
        _finish(job, lambda target: target.write(content))
        return
    deadline = time.monotonic() + SLICE_SECONDS
    while job.done < len(job.projects):
        if _has_queue() and time.monotonic() > deadline:
            _make_room(job)
            return
        make_next_report(job)
    if len(set(job.left_out)) == len(job.projects):
        _fail(job, ExportFault.EMPTY)
        return
    _finish(job, partial(_pack, job))


def make_next_report(job: ExportJob) -> None:
    """One step: have the next report made and kept, and store how far the work has come."""
    project_id = job.projects[job.done]
    if _report(job, project_id) is None:
        job.left_out.append(project_id)
    job.done += 1
    _store(job, done=job.done, left_out=job.left_out)


def _report(job: ExportJob, project_id: int) -> ReportFile | None:
    """The report of a project's newest submission; none if it was withdrawn meanwhile or is too long for a PDF."""
    entry = (
        PortfolioEntry.objects.filter(pk=project_id)
        .select_related("scores__assessment__project", "scores__assessment__catalogue")
        .first()
    )
    if entry is None:
        return None
    assessment = entry.scores.assessment
    try:
        return report_file(edition_of_snapshot(assessment, reviewed_snapshot(assessment)), job.language)
    except (PdfUnavailableError, PdfBusyError):
        raise
    except (Snapshot.DoesNotExist, PdfError):
        logger.warning("The export %s goes on without project %s.", job.pk, project_id, exc_info=True)
        return None


def _pack(job: ExportJob, target: IO[bytes]) -> None:
    """All reports into one archive; the same reports give the same bytes."""
    names: set[str] = set()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for project_id in job.projects:
            report = None if project_id in job.left_out else _report(job, project_id)
            if report is None:
                continue
            name = report.name if report.name not in names else f"{project_id}_{report.name}"
            names.add(name)
            info = zipfile.ZipInfo(name, job.as_of.timetuple()[:6])
            info.external_attr = 0o644 << 16
            archive.writestr(info, report.content)
            _store(job, done=job.done)


# -- What is stored ---------------------------------------------------------------------------------------------------


def _store(job: ExportJob, **fields: object) -> None:
    """Write, if the job is still ours. Raises ``_Stopped``."""
    ours = ExportJob.objects.filter(pk=job.pk, claim=job.claim, state=ExportState.RUNNING)
    if not ours.update(**fields):
        raise _Stopped


def _make_room(job: ExportJob) -> None:
    with transaction.atomic():
        _store(job, claim="", lost_workers=0)
        _enqueue(job)


def _finish(job: ExportJob, fill: Callable[[IO[bytes]], object]) -> None:
    ending = "zip" if job.kind == ExportKind.REPORTS else "pdf"
    name = f"{FOLDER}/{job.pk}.{ending}"
    _store(job, done=job.total)
    size = store_file(name, fill)
    now = timezone.now()
    try:
        with transaction.atomic():
            _store(
                job,
                state=ExportState.DONE,
                claim="",
                file=name,
                size=size,
                finished_at=now,
                expires_at=now + KEPT_FOR,
            )
            _tell(job, now)
    except _Stopped:
        # Cancelled or forgotten while it was written. Another worker's file has the same name and must stay.
        if not ExportJob.objects.filter(pk=job.pk).exclude(state=ExportState.CANCELLED).exists():
            delete_file(name)
        raise


def _fail(job: ExportJob, fault: ExportFault) -> None:
    now = timezone.now()
    with transaction.atomic():
        ours = ExportJob.objects.filter(pk=job.pk, claim=job.claim, state=ExportState.RUNNING)
        if ours.update(state=ExportState.FAILED, fault=fault, claim="", finished_at=now):
            _tell(job, now)


def _tell(job: ExportJob, now: datetime) -> None:
    if now - job.created_at >= MAIL_AFTER:
        mails.export_ended(job)
