"""The public report of a project: the standard report, made from what is public alone."""

from __future__ import annotations

from django.utils import timezone

from ..enums import State
from ..licence import LICENCE
from ..models import Project, Publication
from .documents import MAX_SLUG_LENGTH, ReportFile, report_pdf
from .public_files import PublicKey
from .report_parts import Excerpt, Version
from .storage import forget_reports, store_report, stored_report

FOLDER = "veroeffentlicht"


def publication_name(publication: Publication, suffix: str = "pdf") -> str:
    """The file name: of the public name, never of the name the project may have got since."""
    slug = public_slug(publication)
    date = timezone.localdate(publication.snapshot.submitted_at)
    return f"{slug}_selbstbewertung_{date.isoformat()}_veroeffentlicht.{suffix}"


def public_slug(publication: Publication) -> str:
    """The public name as it stands in file names."""
    return Project(pk=publication.project_id, name=publication.name).slug[:MAX_SLUG_LENGTH].strip("-")


def version_of(publication: Publication) -> Version:
    """Dated with the day on which the approved state was submitted."""
    snapshot = publication.snapshot
    return Version(State.APPROVED, snapshot.assessment.number, timezone.localdate(snapshot.submitted_at))


def excerpt_of(publication: Publication) -> Excerpt:
    """What the report says of being an excerpt."""
    return Excerpt(
        LICENCE.name,
        LICENCE.url,
        publication.snapshot.sha256,
        publication.with_rationales,
        publication.with_measures,
        publication.with_conflicts,
    )


def publication_file(publication: Publication, language: str) -> ReportFile:
    """The report as PDF, from the storage if it was made before. Raises the errors of ``pdf.render_pdf``."""
    name = publication_name(publication)
    key = _key(publication, language)
    stored = stored_report(key)
    if stored is not None:
        with stored:
            return ReportFile(name, stored.read())
    content = report_pdf(
        publication.canonical.encode(),
        version_of(publication),
        language,
        publication_name(publication, "json"),
        excerpt=excerpt_of(publication),
    )
    store_report(key, content)
    if not Publication.objects.public().filter(pk=publication.pk).exists():
        # Withdrawn while it was made: it must not lie about.
        forget_publication(publication.project_id)
    return ReportFile(name, content)


def forget_publication(project_id: int) -> None:
    """Delete the stored public reports of a project."""
    forget_reports(_folder(project_id))


def _folder(project_id: int) -> str:
    return f"{FOLDER}-{project_id}"


def _key(publication: Publication, language: str) -> PublicKey:
    return PublicKey(_folder(publication.project_id), f"{publication.pk}-{publication.sha256}", language)
