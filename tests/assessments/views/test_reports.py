"""Report page and PDF download."""

import page
import pytest
from django.urls import reverse

from assessments.enums import Scope
from assessments.models import Assessment
from assessments.reports import documents
from assessments.reports.pdf import PdfBusyError, PdfError, PdfLimitError, PdfUnavailableError
from assessments.views import reports
from assessments.workflow import submit
from tests.factories import answer_all, make_answer, make_assessment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


@pytest.fixture
def draft(project) -> Assessment:
    """A small one: it is printed again and again."""
    assessment = make_assessment(project, scope=Scope.QUICK)
    make_answer(assessment, "4.1.a1", 2)
    return assessment


@pytest.mark.parametrize("who", ["owner", "editor", "viewer"])
def test_members_read_and_download(client, draft, request, who):
    client.force_login(request.getfixturevalue(who))
    preview = client.get(reverse("report_preview", args=[draft.pk]))
    assert preview.status_code == 200
    assert preview.content.decode().count("<h1") == 1
    download = client.get(reverse("report_pdf", args=[draft.pk]))
    assert download.status_code == 200
    assert download["Content-Type"] == "application/pdf"
    assert "no-store" in download["Cache-Control"]
    assert download["Content-Disposition"].startswith('attachment; filename="kiezblocks-digital_selbstbewertung_')
    assert page.is_pdf_compliant_bytes(download.content, profile="ua1")


@pytest.mark.parametrize("name", ["report_preview", "report_pdf"])
def test_strangers_find_nothing(client, draft, stranger, name):
    client.force_login(stranger)
    assert client.get(reverse(name, args=[draft.pk])).status_code == 404
    assert client.get(reverse(name, args=[draft.pk + 1000])).status_code == 404


@pytest.mark.parametrize("name", ["report_preview", "report_pdf"])
def test_nobody_is_asked_to_sign_in(client, draft, name):
    response = client.get(reverse(name, args=[draft.pk]))
    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


@pytest.mark.parametrize("name", ["report_preview", "report_pdf"])
def test_reports_are_only_read(client, draft, owner, name):
    client.force_login(owner)
    assert client.post(reverse(name, args=[draft.pk])).status_code == 405


def test_the_language_asked_for_is_spoken(client, draft, owner):
    client.force_login(owner)
    english = client.get(reverse("report_preview", args=[draft.pk]), {"language": "en"}).content.decode()
    assert '<div class="report" lang="en">' in english
    assert "human-centred" in english
    other = client.get(reverse("report_preview", args=[draft.pk]), {"language": "xx"}).content.decode()
    assert '<div class="report" lang="de">' in other


@pytest.mark.parametrize("error", [PdfUnavailableError, PdfLimitError, PdfBusyError, PdfError])
def test_without_pdf_the_page_is_offered(client, draft, owner, monkeypatch, error):
    def fail(*args: object, **kwargs: object) -> bytes:
        raise error("reason")

    monkeypatch.setattr(documents, "render_pdf", fail)
    client.force_login(owner)
    response = client.get(reverse("report_pdf", args=[draft.pk]))
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert reverse("report_preview", args=[draft.pk]) in response.content.decode()


def test_without_pdf_who_reviews_is_led_back_to_the_submission(client, reviewer, monkeypatch, project, owner):
    def fail(*args: object, **kwargs: object) -> bytes:
        raise PdfBusyError

    submitted = answer_all(make_assessment(project, scope=Scope.QUICK))
    submit(submitted, owner)
    monkeypatch.setattr(documents, "render_pdf", fail)
    client.force_login(reviewer)
    response = client.get(reverse("review_report", args=[submitted.pk]))
    assert response.status_code == 503
    text = response.content.decode()
    assert reverse("review_detail", args=[submitted.pk]) in text
    assert reverse("report_preview", args=[submitted.pk]) not in text


def test_the_page_says_when_there_can_be_no_pdf(client, draft, owner, monkeypatch):
    monkeypatch.setattr(reports, "is_available", lambda: False)
    client.force_login(owner)
    assert (
        reverse("report_pdf", args=[draft.pk])
        not in client.get(reverse("report_preview", args=[draft.pk])).content.decode()
    )


def test_query_counts(client, draft, owner, django_assert_max_num_queries):
    client.force_login(owner)
    with django_assert_max_num_queries(14):
        client.get(reverse("report_preview", args=[draft.pk]))
    client.get(reverse("report_pdf", args=[draft.pk]))
    with django_assert_max_num_queries(11):
        client.get(reverse("report_pdf", args=[draft.pk]))
