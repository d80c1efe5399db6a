"""The pages of exports: one's own alone, progress with and without JavaScript, and the way to the file."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assessments.enums import ExportFault, ExportKind, ExportState
from assessments.models import ExportJob, User
from tests.assessments.views.test_portfolio import handed_in

pytestmark = pytest.mark.usefixtures("files")

PAGE = "/portfolio/exporte/"


@pytest.fixture
def reader(client, portfolio_reader):
    client.force_login(portfolio_reader)
    return client


def make_job(owner: User, **fields: object) -> ExportJob:
    values = {
        "kind": ExportKind.REPORTS,
        "language": "de",
        "projects": [1, 2, 3],
        "expires_at": timezone.now() + timedelta(days=7),
    }
    return ExportJob.objects.create(owner=owner, **values | fields)


def done(owner: User, content: bytes = b"PK", **fields: object) -> ExportJob:
    job = make_job(owner, state=ExportState.DONE, done=3, size=len(content), **fields)
    job.file = default_storage.save(f"exports/{job.pk}.zip", ContentFile(content))
    job.save()
    return job


def poll(client, **query: str):
    return client.get(PAGE, query, headers={"HX-Request": "true"})


# -- Asking -----------------------------------------------------------------------------------------------------------


def test_the_selection_of_the_address_is_asked_for(reader, portfolio_reader):
    alpha, _beta = handed_in("Alpha", 2), handed_in("Beta", 2)
    response = reader.post("/portfolio/exporte/neu/?q=alp", {"kind": "reports", "language": "en"})

    assert response.url == f"{PAGE}?q=alp"
    job = ExportJob.objects.get()
    assert (job.owner, job.projects, job.language) == (portfolio_reader, [alpha.pk], "en")
    assert job.address == {"q": "alp"}
    assert len(job.words) == 1
    assert "/portfolio/exporte/neu/?q=alp" in reader.get(f"{PAGE}?q=alp").content.decode()


def test_a_project_of_two_groups_is_one_report(reader, db):
    handed_in("Alpha", 2)
    reader.post("/portfolio/exporte/neu/?group=perspective&sort=-name", {"kind": "reports", "language": "de"})

    job = ExportJob.objects.get()
    assert len(job.projects) == 1
    assert job.address == {"group": "perspective"}


def test_a_third_export_waits_until_one_is_ready_or_cancelled(reader, portfolio_reader):
    handed_in("Alpha", 2)
    wish = {"kind": "portfolio", "language": "de"}
    first, _second = make_job(portfolio_reader), make_job(portfolio_reader, state=ExportState.RUNNING)

    refused = reader.post("/portfolio/exporte/neu/", wish, follow=True).content.decode()
    assert "Bei Ihnen laufen schon 2 Exporte. Warten Sie auf einen davon, oder brechen Sie einen ab." in refused
    assert ExportJob.objects.count() == 2
    reader.post(reverse("portfolio_export_cancel", args=[first.pk]))
    reader.post("/portfolio/exporte/neu/", wish)
    assert ExportJob.objects.count() == 3


@pytest.mark.parametrize("data", [{}, {"kind": "everything", "language": "de"}, {"kind": "reports", "language": "xx"}])
def test_nonsense_starts_nothing(reader, data):
    handed_in("Alpha", 2)

    assert reader.post("/portfolio/exporte/neu/", data, follow=True).status_code == 200
    assert not ExportJob.objects.exists()


@pytest.mark.parametrize(("choice", "is_promised"), [("all", True), ("to_do", True), ("none", False)])
def test_a_mail_is_promised_to_those_who_want_mails(reader, portfolio_reader, choice, is_promised):
    User.objects.update(mail_choice=choice)

    assert ("sagt Ihnen eine E-Mail" in reader.get(PAGE).content.decode()) == is_promised


def test_an_empty_selection_is_told(reader):
    content = reader.post("/portfolio/exporte/neu/", {"kind": "reports", "language": "de"}, follow=True)

    assert not ExportJob.objects.exists()
    assert "kern-alert" in content.content.decode()
    assert "empty-state" in content.content.decode()


def test_a_large_report_leads_here(reader, monkeypatch):
    monkeypatch.setattr("assessments.views.portfolio_reports.AT_ONCE", 0)
    handed_in("Alpha", 2)

    assert reader.get("/portfolio/portfolio.pdf?q=alp").url == f"{PAGE}?q=alp"


# -- Whose ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["file", "cancel", "remove"])
def test_exports_of_others_are_not_there(client, portfolio_reader, reviewer, owner, name):
    job = done(portfolio_reader)
    for user in (reviewer, owner):
        client.force_login(user)
        ask = client.get if name == "file" else client.post
        theirs = ask(reverse(f"portfolio_export_{name}", args=[job.pk]))
        missing = ask(reverse(f"portfolio_export_{name}", args=[987_654]))
        assert theirs.status_code == missing.status_code == 404
        assert theirs.content == missing.content
    client.force_login(reviewer)
    assert f"/{job.pk}/datei/" not in client.get(PAGE).content.decode()
    assert ExportJob.objects.exists()


def test_who_no_longer_reads_the_portfolio_gets_no_file(reader, portfolio_reader):
    job = done(portfolio_reader)
    address = f"{PAGE}{job.pk}/datei/"
    assert b"".join(reader.get(address).streaming_content) == b"PK"
    User.objects.filter(pk=portfolio_reader.pk).update(staff_role="")

    assert reader.get(address).status_code == 404
    assert reader.get(PAGE).status_code == 404


def test_the_file_is_a_download(reader, portfolio_reader):
    response = reader.get(f"{PAGE}{done(portfolio_reader, b'PK-content').pk}/datei/")
    assert b"".join(response.streaming_content) == b"PK-content"
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith('attachment; filename="berichte_')
    assert "no-store" in response["Cache-Control"]


def test_a_file_that_is_not_there_is_told(reader, portfolio_reader):
    lost = done(portfolio_reader)
    default_storage.delete(lost.file)
    for job in (lost, make_job(portfolio_reader)):
        assert reader.get(f"{PAGE}{job.pk}/datei/").url == PAGE


# -- Progress ---------------------------------------------------------------------------------------------------------


def test_the_list_says_how_far_it_is_and_asks_again(reader, portfolio_reader):
    make_job(portfolio_reader, state=ExportState.RUNNING, done=2)
    content = reader.get(PAGE).content.decode()

    assert re.search(r'<progress id="export-\d+" value="2" max="3">', content)
    assert "2 von 3" in content or "2 of 3" in content
    (address,) = re.findall(r'hx-get="([^"]+)"', content)
    assert poll(reader, **dict(re.findall(r"(\w+)=([\w-]+)", address.replace("&amp;", "&")))).status_code == 204
    assert "<noscript>" in content


def test_only_what_changed_is_sent_and_told(reader, portfolio_reader):
    job = make_job(portfolio_reader, state=ExportState.RUNNING, done=1)
    step = poll(reader, seen="1-0-0", settled="0").content.decode()
    assert 'value="1"' in step
    assert "exporte-stand" not in step
    ExportJob.objects.filter(pk=job.pk).update(state=ExportState.DONE, done=3, file="exports/x.zip")
    end = poll(reader, seen="1-0-1", settled="0").content.decode()

    assert "exporte-stand" in end
    assert "hx-get" not in end
    assert f"{PAGE}{job.pk}/datei/" in end


def test_whoever_was_signed_out_is_not_asked_to_sign_in_within_the_list(client):
    response = poll(client)

    assert response.status_code == 286
    assert response["HX-Reswap"] == "none"


@pytest.mark.parametrize("fault", ExportFault)
def test_a_fault_is_said_in_words(reader, portfolio_reader, fault):
    make_job(portfolio_reader, state=ExportState.FAILED, fault=fault, left_out=[1])

    assert str(fault.label) in reader.get(PAGE).content.decode()


def test_cancel_and_delete(reader, portfolio_reader):
    job = make_job(portfolio_reader)
    reader.post(f"{PAGE}{job.pk}/loeschen/")
    assert ExportJob.objects.exists()
    reader.post(f"{PAGE}{job.pk}/abbrechen/")
    job.refresh_from_db()
    assert job.state == ExportState.CANCELLED
    reader.post(f"{PAGE}{job.pk}/abbrechen/")
    reader.post(f"{PAGE}{job.pk}/loeschen/")
    assert not ExportJob.objects.exists()


@pytest.mark.parametrize("count", [1, 4])
def test_the_number_of_queries_does_not_grow(
    reader, portfolio_reader, django_assert_num_queries: DjangoAssertNumQueries, count
):
    for number in range(count):
        handed_in(f"Alpha {number}", 2)
        done(portfolio_reader)
        make_job(portfolio_reader, state=ExportState.RUNNING, left_out=[1])
    with django_assert_num_queries(7):
        reader.get(PAGE)
    with django_assert_num_queries(3):
        poll(reader, seen="")
