"""Report files: made once, named well, written by the command."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assessments.enums import State
from assessments.exchange import export_document
from assessments.models import Assessment, Snapshot
from assessments.reports import documents
from assessments.reports.documents import edition_of
from assessments.reports.pdf import PdfUnavailableError
from assessments.snapshots import canonical_json
from assessments.verification import hash_of_pdf
from assessments.workflow import delete_draft
from tests.factories import make_answer, make_assessment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


def report_file(assessment: Assessment, language: str) -> documents.ReportFile:
    return documents.report_file(edition_of(assessment), language)


@pytest.fixture
def assessment(project) -> Assessment:
    assessment = make_assessment(project)
    make_answer(assessment, "4.1.a1", 2)
    return assessment


def test_the_second_download_renders_nothing(assessment, monkeypatch):
    first = report_file(assessment, "de")
    monkeypatch.setattr(documents, "render_pdf", None)
    assert report_file(assessment, "de") == first


@pytest.mark.parametrize("change", ["answer", "number", "language", "project"])
def test_changed_content_is_rendered_again(assessment, change):
    first = report_file(assessment, "de")
    match change:
        case "answer":
            make_answer(assessment, "4.1.a2", 1)
        case "number":
            assessment.number = 2
        case "project":
            assessment.project.summary = "Neu beschrieben"
    assert report_file(assessment, "en" if change == "language" else "de").content != first.content


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED])
def test_what_was_submitted_is_reported_as_it_was_frozen(assessment, state):
    canonical = canonical_json(export_document(assessment)).decode()
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    submitted_at = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    Snapshot.objects.create(
        assessment=assessment, number=1, canonical=canonical, sha256=digest, submitted_at=submitted_at
    )
    make_answer(assessment, "4.1.a2", 4)
    assessment.state = state
    edition = edition_of(assessment)
    assert (edition.sha256, edition.canonical.decode()) == (digest, canonical)
    assert edition.file_name() == "kiezblocks-digital_selbstbewertung_2026-07-01_v1.pdf"
    assert hash_of_pdf(report_file(assessment, "de").content) == digest


def test_deleting_an_assessment_deletes_its_stored_reports(assessment, tmp_path, django_capture_on_commit_callbacks):
    report_file(assessment, "de")
    assert list(tmp_path.rglob("*.pdf"))
    with django_capture_on_commit_callbacks(execute=True):
        delete_draft(assessment)
    assert not list(tmp_path.rglob("*.pdf"))


def test_file_name(assessment):
    assessment.project.name = "Grün & gut: Straßenbäume"
    assert re.fullmatch(
        r"grun-gut-strassenbaume_selbstbewertung_\d{4}-\d\d-\d\d_v1\.pdf", edition_of(assessment).file_name()
    )


def test_the_command_writes_the_file(assessment, tmp_path, capsys):
    path = tmp_path / "bericht.pdf"
    path.write_text("older")
    call_command("report", assessment.pk, output=str(path), language="en")
    assert path.read_bytes() == report_file(assessment, "en").content
    assert path.stat().st_mode & 0o777 == 0o644
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["bericht.pdf"]


@pytest.mark.parametrize("pk", [0, 987654, 2**70])
def test_the_command_says_when_there_is_no_such_assessment(pk, tmp_path):
    with pytest.raises(CommandError, match=str(pk)):
        call_command("report", pk, output=str(tmp_path / "x.pdf"))


def test_the_command_says_when_it_cannot_write(assessment, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("report", assessment.pk, output=str(Path(tmp_path, "missing", "x.pdf")))


def test_the_command_says_when_pango_is_missing(assessment, tmp_path, monkeypatch):
    def unavailable(*args: object, **kwargs: object) -> bytes:
        raise PdfUnavailableError("PDF files need the system package libpangoft2-1.0-0.")

    monkeypatch.setattr(documents, "render_pdf", unavailable)
    with pytest.raises(CommandError, match="libpangoft2"):
        call_command("report", assessment.pk, output=str(tmp_path / "x.pdf"))
    assert not (tmp_path / "x.pdf").exists()
