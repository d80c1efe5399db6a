"""From an assessment to its report: HTML, PDF, file names; the PDF is made once and kept."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import override as translation_override

from ..enums import State
from ..exchange import export_document
from ..models import Assessment
from ..snapshots import canonical_json, document_hash
from .pdf import Attachment, render_pdf
from .project_report import ProjectReport, Version, project_report
from .storage import ReportKey, store_report, stored_report

STYLESHEET = Path("templates") / "reports" / "project_report.css"


@functools.cache
def stylesheet() -> str:
    """The look of the report on paper."""
    return (Path(settings.BASE_DIR) / STYLESHEET).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A finished report as it is downloaded."""

    name: str
    content: bytes


def version_of(assessment: Assessment) -> Version:
    """What the report says of the assessment besides its content; the date is that of the last change."""
    return Version(State(assessment.state), assessment.number, timezone.localdate(assessment.changed_at))


def file_name(assessment: Assessment, suffix: str = "pdf") -> str:
    """``projekt-slug_selbstbewertung_2027-03-31_v2.pdf``."""
    date = timezone.localdate(assessment.changed_at)
    return f"{assessment.project.slug[:80]}_selbstbewertung_{date.isoformat()}_v{assessment.number}.{suffix}"


def report_of(assessment: Assessment, language: str) -> ProjectReport:
    """What the report of the assessment says as it stands now."""
    return project_report(export_document(assessment), version_of(assessment), language)


def report_file(assessment: Assessment, language: str) -> ReportFile:
    """The report as PDF, from the storage if this content was printed before.

    Raises the errors of ``pdf.render_pdf``.
    """
    document = export_document(assessment)
    version = version_of(assessment)
    key = ReportKey(
        assessment.pk,
        document_hash(document),
        language,
        version.state.value,
        version.number,
        version.date.isoformat(),
    )
    name = file_name(assessment)
    stored = stored_report(key)
    if stored is not None:
        with stored:
            return ReportFile(name, stored.read())
    content = report_pdf(document, version, language, file_name(assessment, "json"))
    store_report(key, content)
    return ReportFile(name, content)


def report_pdf(document: Mapping[str, Any], version: Version, language: str, data_name: str) -> bytes:
    """The PDF of an exchange document, which travels inside it; the same arguments give the same bytes."""
    with translation_override(language):
        html = report_html(project_report(document, version, language))
        attachment = Attachment(
            data_name, gettext("All answers of this self-assessment as data"), canonical_json(dict(document))
        )
    return render_pdf(html, stylesheet(), created=version.date.isoformat(), attachment=attachment)


def report_html(report: ProjectReport) -> str:
    """The report as one HTML page without styles, for print."""
    with translation_override(report.language):
        return render_to_string("reports/project_report.html", {"report": report})
