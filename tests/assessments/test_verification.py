"""Recognising what was approved, and finding what was tampered with."""

from datetime import timedelta
from io import BytesIO, StringIO

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from assessments.models import Snapshot, StateChange
from assessments.verification import (
    Damage,
    Difference,
    NotAReportError,
    Standing,
    differences,
    hash_of_pdf,
    judge,
    verify_chain,
)
from assessments.workflow import approve, send_back, submit
from tests.factories import answer_all, make_assessment


@pytest.fixture
def approved(project, owner, reviewer):
    """An assessment that was returned once and then approved."""
    assessment = answer_all(make_assessment(project), 2)
    submit(assessment, owner)
    send_back(assessment, reviewer, "Bitte ergänzen.")
    assessment.answers.filter(question_key="4.1.a1").update(level=3)
    snapshot = submit(assessment, owner)
    approve(assessment, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=30))
    return assessment


def pdf_with(name, content):
    """A PDF that carries a file."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.attachments[name] = content
    target = BytesIO()
    pdf.save(target)
    return target.getvalue()


def tamper(statement):
    """Change rows past the app, as somebody with access to the database could."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE assessments_snapshot DISABLE TRIGGER USER")
        cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE assessments_snapshot ENABLE TRIGGER USER")
            cursor.execute("ALTER TABLE assessments_snapshot DISABLE TRIGGER snapshots_never_go")


def damages():
    return {finding.damage for finding in verify_chain()}


def test_an_untouched_chain_is_sound(approved):
    assert list(verify_chain()) == []
    out = StringIO()
    call_command("verify", all=True, stdout=out)
    assert "2 snapshots" in out.getvalue()


@pytest.mark.parametrize(
    ("statement", "damage"),
    [
        ("UPDATE assessments_snapshot SET canonical = '{}' WHERE number = 1", Damage.HASH),
        ("UPDATE assessments_snapshot SET sha256 = 'aa' WHERE number = 1", Damage.CHAIN),
        ("UPDATE assessments_snapshot SET canonical = ' ' || canonical WHERE number = 2", Damage.CANONICAL),
        ("UPDATE assessments_snapshot SET number = 7 WHERE number = 2", Damage.NUMBER),
    ],
)
def test_tampering_past_the_app_is_found(approved, statement, damage):
    tamper(statement)
    assert damage in damages()
    with pytest.raises(CommandError):
        call_command("verify", all=True, stderr=StringIO())


def test_removed_snapshots_are_found(approved):
    StateChange.objects.all().delete()
    tamper("DELETE FROM assessments_snapshot WHERE number = 1")
    assert damages() == {Damage.CHAIN, Damage.NUMBER, Damage.APPROVAL}
    tamper("DELETE FROM assessments_snapshot")
    assert damages() == {Damage.MISSING}


def test_judging_a_hash(approved):
    first, second = Snapshot.objects.order_by("number")
    today = timezone.localdate()
    assert judge(second.sha256.upper() + "\n", today).standing is Standing.APPROVED
    assert judge(second.sha256, today + timedelta(days=31)).standing is Standing.EXPIRED
    assert judge(first.sha256, today).standing is Standing.SUPERSEDED
    assert judge("0" * 64, today).standing is Standing.UNKNOWN
    assert judge("", today).standing is Standing.UNKNOWN


def test_a_pending_submission_is_told_apart(project, owner):
    snapshot = submit(answer_all(make_assessment(project), 2), owner)
    assert judge(snapshot.sha256, timezone.localdate()).standing is Standing.SUBMITTED


def test_the_hash_of_a_report_is_that_of_the_document_inside(approved):
    snapshot = Snapshot.objects.get(number=2)
    assert hash_of_pdf(pdf_with("bewertung.json", snapshot.canonical.encode())) == snapshot.sha256


@pytest.mark.parametrize(
    "content",
    [b"", b"no pdf", pdf_with("bild.png", b"x"), pdf_with("a.json", b"[1]"), pdf_with("a.json", b'{"a": 1, "a": 2}')],
)
def test_other_files_are_no_reports(content):
    with pytest.raises(NotAReportError):
        hash_of_pdf(content)


def test_the_command_names_what_differs(approved, tmp_path):
    snapshot = Snapshot.objects.get(number=2)
    forged = tmp_path / "bericht.pdf"
    forged.write_bytes(pdf_with("a.json", snapshot.canonical.replace('"level":2', '"level":4', 1).encode()))
    errors = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", str(forged), stderr=errors)
    assert "2 → 4" in errors.getvalue()
    genuine = tmp_path / "echt.pdf"
    genuine.write_bytes(pdf_with("a.json", snapshot.canonical.encode()))
    out = StringIO()
    call_command("verify", str(genuine), stdout=out)
    assert "approved" in out.getvalue()


def test_differences_name_the_place():
    ours = {"a": {"b": [1, 2]}, "c": 1, "same": "x"}
    theirs = {"a": {"b": [1, 3]}, "d": 2, "same": "x"}
    assert list(differences(ours, theirs)) == [
        Difference("a.b[1]", 2, 3),
        Difference("c", 1, None),
        Difference("d", None, 2),
    ]
    assert list(differences([1], [1, 2], "x")) == [Difference("x", [1], [1, 2])]
