"""From an assessment to its report: HTML, PDF, file names; the PDF is made once and kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import override as translation_override

from ..enums import OPEN_STATES, State
from ..exchange import export_document
from ..models import Assessment, Snapshot
from ..snapshots import canonical_json, document_hash
from ..standing import frozen_submission, submission_before
from .pdf import Attachment, render_pdf
from .project_report import ProjectReport, project_report
from .report_parts import Earlier, Excerpt, Version
from .storage import ReportKey, store_report, stored_report
from .stylesheets import stylesheet

MAX_SLUG_LENGTH = 80


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A finished report as it is downloaded."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Edition:
    """What of an assessment is reported: what was submitted last, or the answers as they stand."""

    assessment: Assessment
    sha256: str
    canonical: bytes
    version: Version
    before: Snapshot | None = None
    """The submission before, if this is one."""

    @property
    def document(self) -> dict[str, Any]:
        """The exchange document."""
        document: dict[str, Any] = json.loads(self.canonical)
        return document

    @property
    def key(self) -> ReportKey:
        """Knows the finished file, but for its language."""
        version = self.version
        return ReportKey(
            self.assessment.pk,
            self.sha256,
            "",
            version.state.value,
            version.number,
            version.date.isoformat(),
            self.before.sha256 if self.before else "",
        )

    @property
    def earlier(self) -> Earlier | None:
        """The submission before with its content."""
        if self.before is None:
            return None
        before = self.before
        return Earlier(
            before.document, before.sha256, before.assessment.number, timezone.localdate(before.submitted_at)
        )

    def file_name(self, suffix: str = "pdf") -> str:
        """``projekt-slug_selbstbewertung_2027-03-31_v2.pdf``."""
        slug = self.assessment.project.slug[:MAX_SLUG_LENGTH].strip("-")
        return f"{slug}_selbstbewertung_{self.version.date.isoformat()}_v{self.version.number}.{suffix}"


def edition_of(assessment: Assessment) -> Edition:
    """Submitted and approved assessments are reported as they were frozen, all others as they stand.

    The date is that of the content, never of printing. Raises ``ExchangeError``.
    """
    state = State(assessment.state)
    if state not in OPEN_STATES:
        return _edition(assessment, *frozen_submission(assessment))
    document = export_document(assessment)
    date = timezone.localdate(assessment.changed_at)
    return Edition(
        assessment, document_hash(document), canonical_json(document), Version(state, assessment.number, date)
    )


def edition_of_snapshot(assessment: Assessment, snapshot: Snapshot) -> Edition:
    """What was submitted, dated with the day of its submission."""
    return _edition(assessment, snapshot, submission_before(snapshot))


def _edition(assessment: Assessment, snapshot: Snapshot, before: Snapshot | None) -> Edition:
    return Edition(
        assessment,
        snapshot.sha256,
        snapshot.canonical.encode(),
        Version(State(assessment.state), assessment.number, timezone.localdate(snapshot.submitted_at)),
        before,
    )


def report_of(edition: Edition, language: str) -> ProjectReport:
    """What the report says."""
    return project_report(edition.document, edition.version, language, edition.earlier)


def is_made(edition: Edition, language: str) -> bool:
    """Whether the PDF only has to be fetched."""
    stored = stored_report(replace(edition.key, language=language))
    if stored is None:
        return False
    stored.close()
    return True


def report_file(edition: Edition, language: str) -> ReportFile:
    """The report as PDF, from the storage if this content was printed before.

    Raises the errors of ``pdf.render_pdf``.
    """
    key = replace(edition.key, language=language)
    stored = stored_report(key)
    if stored is not None:
        with stored:
            return ReportFile(edition.file_name(), stored.read())
    content = report_pdf(
        edition.canonical, edition.version, language, edition.file_name("json"), earlier=edition.earlier
    )
    store_report(key, content)
    return ReportFile(edition.file_name(), content)


def report_pdf(
    canonical: bytes,
    version: Version,
    language: str,
    data_name: str,
    *,
    earlier: Earlier | None = None,
    excerpt: Excerpt | None = None,
) -> bytes:
    """The PDF of a canonical exchange document, which travels inside it; the same arguments give the same bytes."""
    with translation_override(language):
        html = report_html(project_report(json.loads(canonical), version, language, earlier, excerpt))
        attachment = Attachment(data_name, gettext("All answers of this self-assessment as data"), canonical)
    return render_pdf(html, stylesheet(), created=version.date.isoformat(), attachment=attachment)


def report_html(report: ProjectReport) -> str:
    """The report as one HTML page without styles, for print."""
    with translation_override(report.language):
        return render_to_string("reports/project_report.html", {"report": report})
