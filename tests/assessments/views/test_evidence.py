"""Pages of files: who adds, who removes, who downloads, and how a file is handed over."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments import evidence_files, uploads
from assessments.enums import Scope, StaffRole
from assessments.evidence_files import add_file, remove_file
from assessments.exchange import MAX_DOCUMENT_BYTES, export_document, import_document
from assessments.forms.report_check import MAX_REPORT_BYTES
from assessments.models import Answer, Assessment, EvidenceFile, User
from assessments.workflow import mark_read, send_back, start_assessment, submit, withdraw
from tests.assessments.payloads import BAD, GOOD, HTML, PDF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]

KEY = "4.1.a1"


def signed_in(user: User) -> Client:
    user.language = "en"
    user.save()
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page(owner: User) -> Client:
    """Olga's browser."""
    return signed_in(owner)


def add(assessment: Assessment, user: User, content: bytes = PDF, name: str = "Plan.pdf", label: str = "") -> str:
    """Add a file; its hash."""
    return add_file(assessment, KEY, user, ContentFile(content), name=name, label=label).sha256


def list_url(assessment: Assessment, key: str = KEY) -> str:
    return reverse("evidence_list", args=[assessment.pk, key])


def file_url(assessment: Assessment, digest: str, key: str = KEY) -> str:
    return reverse("evidence_download", args=[assessment.pk, key, digest])


def remove_url(assessment: Assessment, digest: str, key: str = KEY) -> str:
    return reverse("evidence_remove", args=[assessment.pk, key, digest])


def upload(name: str, content: bytes, label: str = "") -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, content), "label": label}


class TestUpload:
    @pytest.mark.parametrize("name", GOOD)
    def test_every_kind_comes_back_as_it_was(self, page: Client, draft: Assessment, name: str):
        content, content_type = GOOD[name]
        response = page.post(list_url(draft), upload(name, content, "Der Beleg"), follow=True)

        assert f"“{name}” has been added." in response.content.decode()
        assert "Der Beleg" in response.content.decode()
        file = page.get(file_url(draft, EvidenceFile.objects.get().sha256))
        assert file.content == content
        assert file.headers["Content-Type"] == content_type
        assert file.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-store" in file.headers["Cache-Control"]

    @pytest.mark.parametrize("case", BAD)
    def test_what_is_refused_is_said_at_the_field(self, page: Client, draft: Assessment, case: str):
        name, content, _code = BAD[case]
        response = page.post(list_url(draft), upload(name, content, "Mein <Beleg>"))

        html = response.content.decode()
        assert response.status_code == 422
        assert len(response.context["form"].errors["file"]) == 1
        assert 'value="Mein &lt;Beleg&gt;"' in html
        assert "choose it again" in html
        assert not EvidenceFile.objects.exists()

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({}, "Choose a file."),
            ({"file": "no file at all"}, "Choose a file."),
            (upload("leer.pdf", b""), "The file is empty."),
        ],
    )
    def test_nothing_to_keep(self, page: Client, draft: Assessment, data: dict[str, object], message: str):
        response = page.post(list_url(draft), data)

        assert response.status_code == 422
        assert response.context["form"].errors["file"] == [message]

    def test_too_large(self, page: Client, draft: Assessment, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(evidence_files, "MB", 100)
        response = page.post(list_url(draft), upload("Plan.pdf", PDF + bytes(1024)))

        assert response.status_code == 422
        assert "too large" in response.context["form"].errors["file"][0]

    def test_what_is_far_too_large_is_not_kept_while_it_arrives(
        self, page: Client, draft: Assessment, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(evidence_files, "MB", 1000)
        monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", 100_000)
        response = page.post(list_url(draft), upload("Plan.pdf", PDF + bytes(3_000_000)))

        assert response.status_code == 422
        assert "too large" in response.context["form"].errors["file"][0]
        assert response.context["form"].files["file"].size < 200_000

    def test_every_form_accepts_less_than_is_kept(self):
        accepted = (MAX_REPORT_BYTES, MAX_DOCUMENT_BYTES, evidence_files.MAX_FILE_MB * evidence_files.MB)
        assert max(accepted) < uploads.MAX_UPLOAD_BYTES

    def test_a_label_that_is_too_long_stays_on_the_page(self, page: Client, draft: Assessment):
        response = page.post(list_url(draft), upload("Plan.pdf", PDF, "x" * 201))

        assert response.status_code == 422
        assert "x" * 201 in response.content.decode()

    def test_sent_twice_is_there_once(self, page: Client, draft: Assessment, files: Path):
        for _ in range(2):
            assert page.post(list_url(draft), upload("Plan.pdf", PDF)).status_code == 302

        assert len(Answer.objects.get(assessment=draft, question_key=KEY).evidence) == 1
        assert len([path for path in files.rglob("*") if path.is_file()]) == 1

    def test_too_many_at_once(self, page: Client, draft: Assessment, settings):
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "evidence_upload": "2/m/user"}
        answers = [page.post(list_url(draft), upload("Plan.pdf", PDF, "Bleibt")) for _ in range(3)]

        assert [one.status_code for one in answers] == [302, 302, 429]
        assert 'value="Bleibt"' in answers[2].content.decode()

    def test_submitted_meanwhile(self, page: Client, draft: Assessment, owner: User, editor: User):
        submit(draft, owner)
        response = page.post(list_url(draft), upload("Plan.pdf", PDF, "Bleibt"))

        assert response.status_code == 409
        assert "Not added" in response.content.decode()
        assert not EvidenceFile.objects.exists()

    def test_a_full_question_has_no_form(self, page: Client, draft: Assessment, owner: User, monkeypatch):
        monkeypatch.setattr("assessments.views.evidence.MAX_FILES", 1)
        add(draft, owner)

        assert 'type="file"' not in page.get(list_url(draft)).content.decode()

    @pytest.mark.parametrize("key", ["4.1", "9.9.z9", "4.1.a9"])
    def test_other_keys_do_not_exist(self, page: Client, draft: Assessment, key: str):
        assert page.get(list_url(draft, key)).status_code == 404
        assert page.post(list_url(draft, key), upload("Plan.pdf", PDF)).status_code == 404

    def test_a_quick_check_takes_files_at_its_questions_only(self, page: Client, project, owner: User):
        quick = start_assessment(project, owner, Scope.QUICK)

        assert page.post(list_url(quick, "4.1.a2"), upload("Plan.pdf", PDF)).status_code == 404
        assert page.post(list_url(quick, "4.1.a1"), upload("Plan.pdf", PDF)).status_code == 302


class TestRemoval:
    def test_it_is_asked_once(self, page: Client, draft: Assessment, owner: User):
        digest = add(draft, owner, label="Der Beleg")
        html = page.get(remove_url(draft, digest)).content.decode()
        assert "Remove “Der Beleg”?" in html
        assert "deleted permanently" in html
        assert EvidenceFile.objects.exists()

        response = page.post(remove_url(draft, digest), follow=True)
        assert "The file has been removed." in response.content.decode()
        assert "There are no files" in response.content.decode()
        assert page.get(file_url(draft, digest)).status_code == 404

    def test_what_was_submitted_is_said_to_stay(self, page: Client, draft: Assessment, owner: User, reviewer: User):
        digest = add(draft, owner)
        submit(draft, owner)
        send_back(draft, reviewer, "Bitte ergänzen.")

        assert "stays readable there" in page.get(remove_url(draft, digest)).content.decode()

    def test_closed_meanwhile(self, page: Client, draft: Assessment, owner: User):
        digest = add(draft, owner)
        submit(draft, owner)

        assert page.get(remove_url(draft, digest)).headers["Location"] == list_url(draft)
        assert "Not removed" in page.post(remove_url(draft, digest), follow=True).content.decode()
        assert EvidenceFile.objects.exists()

    def test_what_is_gone_already(self, page: Client, draft: Assessment):
        assert page.get(remove_url(draft, "0" * 64)).headers["Location"] == list_url(draft)
        assert page.post(remove_url(draft, "0" * 64)).headers["Location"] == list_url(draft)

    def test_readers_have_no_way_to_it(self, draft: Assessment, owner: User, viewer: User):
        digest = add(draft, owner)
        html = signed_in(viewer).get(list_url(draft)).content.decode()

        assert file_url(draft, digest) in html
        assert "Remove" not in html
        assert 'type="file"' not in html


class TestDownload:
    def test_names_of_all_kinds(self, page: Client, draft: Assessment, owner: User):
        digest = add(draft, owner, name='Größe; "x".pdf')

        disposition = page.get(file_url(draft, digest)).headers["Content-Disposition"]
        assert disposition == "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe%3B%20_x_.pdf"

    def test_a_file_belongs_to_its_question_and_assessment(self, page: Client, draft: Assessment, owner: User):
        digest = add(draft, owner)
        other = import_document(export_document(draft), owner=owner)

        assert page.get(file_url(draft, digest, "4.1.a2")).status_code == 404
        assert "not kept here" in page.get(file_url(other, digest)).content.decode()

    def test_strangers_learn_nothing(self, draft: Assessment, owner: User, stranger: User):
        digest = add(draft, owner)
        client = signed_in(stranger)

        hidden = client.get(file_url(draft, digest))
        assert hidden.status_code == 404
        assert hidden.content == client.get(reverse("evidence_download", args=[987_654, KEY, digest])).content

    def test_the_senatskanzlei_reads_what_was_submitted_and_nothing_else(
        self, draft: Assessment, owner: User, reviewer: User, portfolio_reader: User
    ):
        digest = add(draft, owner)
        readers = [signed_in(reviewer), signed_in(portfolio_reader)]

        def answers(what: str) -> list[int]:
            return [client.get(file_url(draft, what)).status_code for client in readers]

        assert answers(digest) == [404, 404]
        submit(draft, owner)
        # The reviewer opens the submission first, as with its pages.
        assert answers(digest) == [302, 200]
        mark_read(draft.snapshots.get())
        assert answers(digest) == [200, 200]
        send_back(draft, reviewer, "Bitte ergänzen.")
        later = add(draft, owner, b"neu", "neu.txt")
        assert answers(later) == [404, 404]
        remove_file(draft, KEY, owner, digest)
        assert answers(digest) == [200, 200]
        submit(draft, owner)
        mark_read(draft.snapshots.latest("number"))
        assert answers(later) == [200, 200]
        # A reviewer compares with what was returned; others see the newest submission only.
        assert answers(digest) == [200, 404]

    def test_what_was_withdrawn_is_nobodys(self, draft: Assessment, owner: User, portfolio_reader: User):
        digest = add(draft, owner)
        submit(draft, owner)
        withdraw(draft, owner)

        assert signed_in(portfolio_reader).get(file_url(draft, digest)).status_code == 404

    def test_a_member_who_reviews_elsewhere_reads_as_a_member(self, draft: Assessment, owner: User):
        owner.staff_role = StaffRole.REVIEWER
        digest = add(draft, owner)

        assert signed_in(owner).get(file_url(draft, digest)).status_code == 200

    def test_former_members_and_closed_accounts(self, draft: Assessment, owner: User, editor: User):
        digest = add(draft, owner)
        client = signed_in(editor)
        draft.project.memberships.get(user=editor).delete()

        assert client.get(file_url(draft, digest)).status_code == 404
        assert client.post(list_url(draft), upload("Plan.pdf", PDF)).status_code == 404

    def test_a_file_the_storage_has_lost(self, page: Client, draft: Assessment, owner: User, files: Path, caplog):
        digest = add(draft, owner)
        next(path for path in files.rglob("*") if path.is_file()).unlink()

        response = page.get(file_url(draft, digest))
        assert response.status_code == 404
        assert "not kept here" in response.content.decode()
        assert "The storage has lost" in caplog.text


class TestShown:
    def test_at_the_question(self, page: Client, draft: Assessment, owner: User, viewer: User):
        digest = add(draft, owner, label="Der Beleg")
        dimension = reverse("assessment_dimension", args=[draft.pk, "4.1"])

        for client in (page, signed_in(viewer)):
            html = client.get(dimension).content.decode()
            assert f'<a href="{file_url(draft, digest)}">Der Beleg' in html

    def test_the_button_saves_first(self, page: Client, draft: Assessment, owner: User):
        add(draft, owner)
        dimension = reverse("assessment_dimension", args=[draft.pk, "4.1"])
        typed = {f"{KEY}-version": "2", f"{KEY}-level": "2", f"{KEY}-rationale": "Getippt", "then": KEY}

        assert page.post(dimension, typed).headers["Location"] == list_url(draft)
        assert Answer.objects.get(assessment=draft, question_key=KEY).rationale == "Getippt"

    def test_in_a_submission(self, draft: Assessment, owner: User, reviewer: User):
        digest = add(draft, owner, label="Der Beleg")
        submit(draft, owner)
        mark_read(draft.snapshots.get())

        html = signed_in(reviewer).get(reverse("review_dimension", args=[draft.pk, "4.1"])).content.decode()
        assert file_url(draft, digest) in html

    def test_in_the_history_by_name(self, page: Client, draft: Assessment, owner: User):
        add(draft, owner, label="Der Beleg")

        assert "Der Beleg (Plan.pdf)" in page.get(reverse("answer_history", args=[draft.pk])).content.decode()

    def test_a_page_of_markup_stays_text(self, page: Client, draft: Assessment, owner: User):
        add(draft, owner, name="a<img src=x onerror=alert(1)>.pdf", label="<script>alert(1)</script>")

        for path in (list_url(draft), reverse("assessment_dimension", args=[draft.pk, "4.1"])):
            html = page.get(path).content.decode()
            assert "<script>alert" not in html
            assert "<img src=x" not in html


def test_html_is_never_served_as_html(page: Client, draft: Assessment):
    page.post(list_url(draft), upload("Notiz.txt", HTML))

    response = page.get(file_url(draft, EvidenceFile.objects.get().sha256))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment")
