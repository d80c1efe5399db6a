"""„Bericht prüfen“: what everybody learns, and what only the team and the Senatskanzlei learn."""

import re
import zlib
from datetime import timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.exchange import document_text, export_document
from assessments.forms import report_check as form_module
from assessments.models import Assessment, StateChange, User
from assessments.reports.attachment_reader import first_attachment
from assessments.snapshots import canonical_json
from assessments.verification import NotAReportError, document_of_pdf
from assessments.workflow import approve, current_snapshot, send_back, submit
from tests.assessments.test_verification import pdf_with
from tests.assessments.views.test_submission import signed_in
from tests.factories import answer_all, make_assessment, make_project

pytestmark = pytest.mark.django_db
URL = "/bericht-pruefen/"
SECRET = "Das steht nur in der Begründung."


@pytest.fixture
def submitted(draft: Assessment, owner: User) -> Assessment:
    draft.answers.filter(question_key="4.1.a1").update(rationale=SECRET)
    submit(draft, owner)
    return draft


@pytest.fixture
def approved(submitted: Assessment, reviewer: User) -> Assessment:
    approve(submitted, reviewer, current_snapshot(submitted).sha256, timezone.localdate() + timedelta(days=30))
    return submitted


def pdf_of(document) -> SimpleUploadedFile:
    return SimpleUploadedFile("bericht.pdf", pdf_with("daten.json", canonical_json(document)))


@pytest.fixture
def english() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def check(client: Client, **form):
    response = client.post(URL, form)
    return response, response.content.decode()


def test_anybody_finds_the_page(english: Client):
    page = english.get(URL, {"hash": "ab" * 32})
    assert page.status_code == 200
    assert "ab" * 32 in page.content.decode()
    assert f'href="{URL}"' in english.get(reverse("start")).content.decode()


@pytest.mark.parametrize("by", ["hash", "spaced hash", "file"])
def test_an_approved_state_is_named(by, english: Client, approved: Assessment):
    snapshot = current_snapshot(approved)
    forms: dict[str, dict[str, Any]] = {
        "hash": {"sha256": snapshot.sha256},
        "spaced hash": {"sha256": " ".join(re.findall("....", snapshot.sha256.upper()))},
        "file": {"file": pdf_of(snapshot.document)},
    }
    response, html = check(english, **forms[by])
    assert response.status_code == 200
    assert "This is the approved state" in html
    assert approved.project.name in html
    assert SECRET not in html
    assert "no-store" in response.headers["Cache-Control"]


def test_after_its_end_it_has_expired(english: Client, approved: Assessment):
    StateChange.objects.filter(to_state="approved").update(valid_until=timezone.localdate() - timedelta(days=1))
    _, html = check(english, sha256=current_snapshot(approved).sha256)
    assert "its validity has ended" in html


def test_what_was_never_approved_is_not_named_to_everybody(english, reviewer, owner, submitted: Assessment):
    digest = current_snapshot(submitted).sha256
    _, html = check(english, sha256=digest)
    assert "not approved yet" in html
    assert submitted.project.name not in html
    for user in (owner, reviewer):
        _, html = check(signed_in(user), sha256=digest)
        assert submitted.project.name in html
    send_back(submitted, reviewer, "Bitte ändern.")
    _, html = check(english, sha256=digest)
    assert "never approved" in html
    assert submitted.project.name not in html


class TestDifferences:
    @pytest.fixture
    def forged(self, approved: Assessment):
        document = current_snapshot(approved).document
        document["answers"]["4.1.a1"]["level"] = 4
        return document

    @pytest.mark.parametrize("who", ["viewer", "reviewer", "portfolio_reader"])
    def test_who_may_see_the_project_sees_what_differs(self, who, request, forged):
        response, html = check(signed_in(request.getfixturevalue(who)), file=pdf_of(forged))
        assert "This state is unknown here" in html
        (row,) = response.context["rows"]
        assert row == {"path": "answers.4.1.a1.level", "ours": "3", "theirs": "4"}

    @pytest.mark.parametrize("who", ["stranger", "nobody"])
    def test_others_see_nothing_of_the_submission(self, who, request, english, forged):
        client = english if who == "nobody" else signed_in(request.getfixturevalue(who))
        response, html = check(client, file=pdf_of(forged))
        assert "This state is unknown here" in html
        assert SECRET not in html
        assert response.context["compared_with"] is None

    def test_the_name_of_anothers_project_opens_no_door(self, forged, owner: User):
        mine = make_project(name="Kiezblocks digital", owner=owner)
        other = make_project(name="Kiezblocks digital")
        submit(answer_all(make_assessment(other), 1), owner)
        newest = submit(answer_all(make_assessment(mine), 2), owner)
        response, _ = check(signed_in(owner), file=pdf_of(forged))
        assert response.context["compared_with"] == newest

    def test_a_superseded_state_is_compared_with_the_newest(self, submitted, reviewer, owner):
        old = current_snapshot(submitted)
        send_back(submitted, reviewer, "Bitte ändern.")
        submitted.answers.filter(question_key="4.1.a1").update(rationale="Besser.")
        submit(submitted, owner)
        response, _ = check(signed_in(owner), sha256=old.sha256)
        (row,) = response.context["rows"]
        assert row == {"path": "answers.4.1.a1.rationale", "ours": "Besser.", "theirs": SECRET}

    @pytest.mark.parametrize("part", [None, [], {"name": ["x"]}, {"name": {"a": 1}}])
    def test_a_crooked_document_is_just_unknown(self, part, forged, viewer: User):
        forged["project"] = part
        response, html = check(signed_in(viewer), file=pdf_of(forged))
        assert response.status_code == 200
        assert "This state is unknown here" in html

    def test_a_drafts_report_is_unknown_to_everybody(self, draft: Assessment, stranger: User):
        response, html = check(signed_in(stranger), file=pdf_of(export_document(draft)))
        assert "This state is unknown here" in html
        assert response.context["compared_with"] is None


class TestRefusing:
    @pytest.mark.parametrize("digest", ["", "abc", "g" * 64, "ab" * 33, "<script>", "\x00"])
    def test_what_is_no_hash(self, digest, english: Client):
        assert check(english, sha256=digest)[0].status_code == 422

    def test_both_at_once(self, english: Client, draft: Assessment):
        assert check(english, sha256="ab" * 32, file=pdf_of(export_document(draft)))[0].status_code == 422

    @pytest.mark.parametrize(
        "content", [b"", b"GIF89a", b"%PDF-1.7 nothing more", pdf_with("bild.png", b"x"), pdf_with("a.json", b"{}")]
    )
    def test_what_is_no_report(self, content, english: Client):
        response, _ = check(english, file=SimpleUploadedFile("bericht.pdf", content))
        assert response.status_code == 422

    @pytest.mark.parametrize("number", ["1e400", "NaN", "123456789012345678901234567890"])
    def test_numbers_without_a_canonical_form(self, number, english: Client, draft: Assessment):
        text = document_text(export_document(draft)).replace('"level": 3', f'"level": {number}', 1)
        response, _ = check(english, file=SimpleUploadedFile("b.pdf", pdf_with("a.json", text.encode())))
        assert response.status_code == 422

    def test_what_is_too_large(self, english: Client, monkeypatch):
        monkeypatch.setattr(form_module, "MAX_REPORT_BYTES", 100)
        file = SimpleUploadedFile("bericht.pdf", b"%PDF-" + b"x" * 100)
        assert "too large" in check(english, file=file)[1]

    def test_after_twenty_a_minute_it_is_enough(self, english: Client):
        for _ in range(20):
            assert check(english, sha256="ab" * 32)[0].status_code == 200
        assert check(english, sha256="ab" * 32)[0].status_code == 429
        assert english.get(URL).status_code == 200


def bomb(megabytes: int) -> bytes:
    """A small PDF whose attachment unpacks to so many megabytes."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    packed = zlib.compress(bytes(megabytes * 1024 * 1024), 9)
    pdf.attachments["a.json"] = b"{}"
    stream = pdf.attachments["a.json"].obj.EF.F
    stream.write(packed, filter=pikepdf.Name.FlateDecode)
    target = BytesIO()
    pdf.save(target)
    return target.getvalue()


def test_a_file_that_unpacks_to_gigabytes_is_refused_without_harm():
    content = bomb(800)
    assert len(content) < 2 * 1024 * 1024
    with pytest.raises(NotAReportError):
        document_of_pdf(content)


def test_the_control_unpacks_it():
    raw = first_attachment(bomb(1))
    assert raw is not None
    assert len(raw) == 1024 * 1024
