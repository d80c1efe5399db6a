"""Files as evidence: kept, shared, named in what was submitted, and gone when nobody needs them."""

import errno
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.utils import timezone

from assessments import evidence_files
from assessments.answering import AnswerConflict, AnswerContent, AssessmentClosed, save_answer
from assessments.enums import Scope, State
from assessments.evidence_files import add_file, files_of, names_file, read_bytes, remove_file, used_bytes
from assessments.exchange import export_document, import_document
from assessments.models import Answer, AnswerChange, Assessment, EvidenceFile, User
from assessments.verification import Damage, verify_chain
from assessments.workflow import (
    approve,
    delete_draft,
    delete_project,
    send_back,
    start_assessment,
    submit,
)
from tests.assessments.payloads import DOCX, HTML, PDF
from tests.factories import answer_all, make_assessment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]

KEY = "4.1.a1"


def add(assessment: Assessment, user: User, content: bytes = PDF, name: str = "Plan.pdf", **options: Any) -> str:
    """Add a file; its hash."""
    key = options.pop("key", KEY)
    return add_file(assessment, key, user, ContentFile(content), name=name, **options).sha256


def kept(folder: Path) -> list[Path]:
    """Every file in the storage."""
    return [path for path in folder.rglob("*") if path.is_file() and "evidence" in path.parts]


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Lets what waits for the end of a transaction happen."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


class TestAdding:
    def test_the_answer_names_it_and_the_storage_has_it(self, draft: Assessment, owner: User, files: Path):
        digest = add(draft, owner, name="../Plan.pdf", label=" Der  Plan ")

        answer = Answer.objects.get(assessment=draft, question_key=KEY)
        assert answer.evidence == [{"label": "Der Plan", "file_name": "Plan.pdf", "sha256": digest}]
        assert (answer.level, answer.version) == (3, 2)
        stored = EvidenceFile.objects.get()
        assert (stored.size, stored.content_type, stored.uploaded_by) == (len(PDF), "application/pdf", owner)
        assert [path.read_bytes() for path in kept(files)] == [PDF]
        assert "Plan" not in str(kept(files)[0].relative_to(files))
        change = AnswerChange.objects.get()
        assert (change.author, change.before["evidence"]) == (owner, [])
        assert change.after["evidence"] == answer.evidence

    def test_an_open_question_can_have_files(self, project, owner: User):
        assessment = make_assessment(project)
        add(assessment, owner)

        assert Answer.objects.get(assessment=assessment).is_open
        assert [one.file_name for one in files_of(assessment, KEY)] == ["Plan.pdf"]

    def test_on_a_full_disk_it_is_refused(self, draft: Assessment, owner: User, files: Path, monkeypatch):
        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(ValidationError) as error:
            add(draft, owner)
        assert error.value.error_dict["file"][0].code == "storage"
        assert kept(files) == []
        assert not EvidenceFile.objects.exists()

    @pytest.mark.parametrize(("error", "is_kept"), [(OperationalError, True), (RuntimeError, False)])
    def test_it_stays_when_nobody_knows_whether_it_was_stored(  # noqa: PLR0917
        self, draft: Assessment, owner: User, files: Path, monkeypatch, error: type[Exception], is_kept: bool
    ):
        """The connection can break while the database confirms; then the file may be known to it."""

        def break_off(*_arguments: object) -> None:
            raise error

        monkeypatch.setattr(evidence_files, "change_files", break_off)
        with pytest.raises(error):
            add(draft, owner)
        assert bool(kept(files)) is is_kept

    def test_twice_is_once(self, draft: Assessment, owner: User, editor: User, files: Path):
        add(draft, owner)
        add(draft, editor, name="Anders.pdf")

        assert [one.file_name for one in files_of(draft, KEY)] == ["Plan.pdf"]
        assert len(kept(files)) == 1
        assert AnswerChange.objects.count() == 1

    def test_files_and_links_stand_together(self, draft: Assessment, owner: User):
        digest = add(draft, owner)
        link = {"label": "Amt", "url": "https://www.berlin.de/"}
        version = Answer.objects.get(assessment=draft, question_key=KEY).version

        save_answer(draft, KEY, owner, AnswerContent(level=2, evidence=(link,)), base_version=version)

        evidence = Answer.objects.get(assessment=draft, question_key=KEY).evidence
        assert [item.get("sha256") or item["url"] for item in evidence] == [digest, link["url"]]
        second = add(draft, owner, DOCX, "Vermerk.docx")
        evidence = Answer.objects.get(assessment=draft, question_key=KEY).evidence
        assert [item.get("sha256") or item["url"] for item in evidence] == [digest, second, link["url"]]

    @pytest.mark.parametrize(
        ("content", "name", "code"),
        [(b"", "Plan.pdf", "empty"), (HTML, "Plan.pdf", "ending"), (b"MZ\x00", "Plan.pdf", "kind")],
    )
    def test_what_cannot_serve_leaves_nothing(  # noqa: PLR0917
        self, draft: Assessment, owner: User, files: Path, content: bytes, name: str, code: str
    ):
        with pytest.raises(ValidationError) as refused:
            add(draft, owner, content, name)

        assert [error.code for error in refused.value.error_dict["file"]] == [code]
        assert not kept(files)
        assert not EvidenceFile.objects.exists()
        assert not AnswerChange.objects.exists()

    def test_too_large(self, draft: Assessment, owner: User, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(evidence_files, "MB", 1)

        with pytest.raises(ValidationError) as refused:
            add(draft, owner)

        assert refused.value.error_dict["file"][0].code == "too_large"

    def test_a_label_has_its_limits(self, draft: Assessment, owner: User):
        with pytest.raises(ValidationError) as refused:
            add(draft, owner, HTML, label="\x07")

        assert set(refused.value.error_dict) == {"file", "label"}

    def test_so_many_files_fit_a_question(
        self, draft: Assessment, owner: User, files: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(evidence_files, "MAX_FILES", 2)
        for number in range(2):
            add(draft, owner, b"%d" % number, f"{number}.txt")

        with pytest.raises(ValidationError):
            add(draft, owner)

        assert len(kept(files)) == 2
        add(draft, owner, b"0", "0.txt")  # it is there already

    def test_so_much_fits_an_assessment(
        self, draft: Assessment, owner: User, files: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(evidence_files, "MAX_FILE_MB", len(PDF))
        monkeypatch.setattr(evidence_files, "MAX_ASSESSMENT_MB", 2 * len(PDF) - 1)
        monkeypatch.setattr(evidence_files, "MB", 1)
        add(draft, owner)

        with pytest.raises(ValidationError) as refused:
            add(draft, owner, key="4.2.a1")

        assert refused.value.error_dict["file"][0].code == "no_room"
        assert used_bytes(draft) == len(PDF)
        assert len(kept(files)) == 1

    @pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED])
    def test_a_closed_assessment_takes_none(self, draft: Assessment, owner: User, files: Path, state: State):
        digest = add(draft, owner)
        Assessment.objects.filter(pk=draft.pk).update(state=state)

        with pytest.raises(AssessmentClosed):
            add(draft, owner, DOCX, "Vermerk.docx")
        with pytest.raises(AssessmentClosed):
            remove_file(draft, KEY, owner, digest)

        assert [one.sha256 for one in files_of(draft, KEY)] == [digest]
        assert len(kept(files)) == 1

    def test_who_was_typing_meanwhile_is_not_told_of_a_conflict(self, draft: Assessment, owner: User, editor: User):
        save_answer(draft, KEY, owner, AnswerContent(level=2), base_version=1)
        digest = add(draft, editor)

        saved = save_answer(
            draft, KEY, owner, AnswerContent(level=2, rationale="Weil."), base_version=2, request_key=uuid4()
        )

        answer = Answer.objects.get(assessment=draft, question_key=KEY)
        assert (saved.version, answer.version, answer.rationale) == (4, 4, "Weil.")
        assert answer.evidence[0]["sha256"] == digest
        with pytest.raises(AnswerConflict):
            save_answer(draft, KEY, editor, AnswerContent(level=1), base_version=2)

    def test_a_first_answer_that_was_being_typed_meanwhile(self, project, owner: User, editor: User):
        assessment = make_assessment(project)
        add(assessment, editor)

        saved = save_answer(assessment, KEY, owner, AnswerContent(level=1), base_version=0)

        assert saved.version == 2
        assert saved.score.answered == 1


class TestRemoving:
    def test_the_bytes_go_too(self, draft: Assessment, owner: User, files: Path, committed):
        digest = add(draft, owner)

        with committed():
            assert remove_file(draft, KEY, owner, digest)

        assert not files_of(draft, KEY)
        assert not kept(files)
        assert not EvidenceFile.objects.exists()
        assert AnswerChange.objects.latest("pk").before["evidence"][0]["sha256"] == digest
        assert not remove_file(draft, KEY, owner, digest)

    def test_the_same_file_at_another_question_stays(self, draft: Assessment, owner: User, files: Path, committed):
        digest = add(draft, owner)
        add(draft, owner, key="4.2.a1")

        with committed():
            remove_file(draft, KEY, owner, digest)

        assert len(kept(files)) == 1
        assert [one.sha256 for one in files_of(draft, "4.2.a1")] == [digest]

    def test_what_was_submitted_stays_readable(
        self, draft: Assessment, owner: User, reviewer: User, files: Path, committed
    ):
        digest = add(draft, owner)
        snapshot = submit(draft, owner)
        assert names_file(snapshot.document, KEY, digest)
        send_back(draft, reviewer, "Bitte ergänzen.")

        with committed():
            assert remove_file(draft, KEY, owner, digest)

        assert not files_of(draft, KEY)
        assert read_bytes(EvidenceFile.objects.get()) == PDF
        add(draft, owner)
        assert len(kept(files)) == 1
        assert files_of(draft, KEY)[0].stored is not None

    def test_files_go_with_the_assessment(self, draft: Assessment, owner: User, files: Path, committed):
        add(draft, owner)
        with committed():
            delete_draft(draft)

        assert not kept(files)
        assert not list(files.glob("evidence/*"))

    def test_files_go_with_the_project(self, project, draft: Assessment, owner: User, files: Path, committed):
        add(draft, owner)
        with committed():
            delete_project(project)

        assert not kept(files)

    def test_a_reader_who_leaves_takes_nothing_along(self, draft: Assessment, editor: User):
        add(draft, editor)
        editor.delete()

        assert EvidenceFile.objects.get().uploaded_by is None


class TestNextAssessment:
    @pytest.fixture
    def following(self, draft: Assessment, owner: User, reviewer: User) -> Assessment:
        """An assessment that begins with the answers of an approved one."""
        add(draft, owner)
        removed = add(draft, owner, b"alt", "alt.txt")
        submit(draft, owner)
        send_back(draft, reviewer, "Bitte ergänzen.")
        remove_file(draft, KEY, owner, removed)
        approve(draft, reviewer, submit(draft, owner).sha256, timezone.localdate() + timedelta(days=365))
        return start_assessment(draft.project, owner, Scope.FULL, copy_from=draft)

    def test_it_shares_the_files_its_answers_name(self, following: Assessment, files: Path):
        (file,) = files_of(following, KEY)

        assert file.stored is not None
        assert file.stored.assessment == following
        assert following.evidence_files.count() == 1
        assert len(kept(files)) == 2

    def test_removing_or_deleting_it_leaves_the_other_alone(
        self, following: Assessment, draft: Assessment, owner: User, files: Path, committed
    ):
        with committed():
            remove_file(following, KEY, owner, files_of(following, KEY)[0].sha256)
        with committed():
            delete_draft(following)

        assert len(kept(files)) == 2
        assert all(read_bytes(one) for one in draft.evidence_files.all())


def test_an_imported_document_names_files_that_are_not_here(draft: Assessment, owner: User, files: Path):
    digest = add(draft, owner)
    imported = import_document(export_document(draft), owner=owner)

    (file,) = files_of(imported, KEY)
    assert (file.sha256, file.stored) == (digest, None)
    add(imported, owner, name="Anders.pdf")
    (file,) = files_of(imported, KEY)
    assert file.file_name == "Plan.pdf"
    assert file.stored == EvidenceFile.objects.get(name="Anders.pdf")
    remove_file(imported, KEY, owner, digest)
    assert not files_of(imported, KEY)


def test_a_file_counts_as_evidence_for_level_4(project, owner: User):
    assessment = answer_all(make_assessment(project), lambda key: 4 if key == KEY else 3)
    add(assessment, owner)

    assert submit(assessment, owner).document["answers"][KEY]["evidence"][0]["file_name"] == "Plan.pdf"


def test_verifying_finds_submitted_files_that_were_lost_or_changed(
    draft: Assessment, owner: User, reviewer: User, files: Path
):
    add(draft, owner)
    add(draft, owner, b"alt", "alt.txt", key="4.2.a1")
    submit(draft, owner)
    send_back(draft, reviewer, "Bitte ergänzen.")
    add(draft, owner, DOCX, "Vermerk.docx")
    assert not list(verify_chain())
    lost = {one.stored_as: one for one in EvidenceFile.objects.all()}

    for path in kept(files):
        path.write_bytes(b"changed")
    assert [(one.number, one.damage) for one in verify_chain()] == [(1, Damage.FILE)] * 2
    (files / next(name for name, one in lost.items() if one.name == "alt.txt")).unlink()
    assert len(list(verify_chain())) == 2


def test_what_the_storage_lost_or_changed_is_not_handed_over(draft: Assessment, owner: User, files: Path):
    add(draft, owner)
    (path,) = kept(files)

    path.write_bytes(PDF + b"more")
    assert read_bytes(EvidenceFile.objects.get()) is None
    path.unlink()
    assert read_bytes(EvidenceFile.objects.get()) is None
