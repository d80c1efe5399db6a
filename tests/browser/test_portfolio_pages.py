"""The portfolio in a real browser: no barrier on any page, and an export from the button to the file."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.enums import ExportFault, ExportKind, ExportState, Phase
from assessments.models import ExportJob, GoalConflict, Measure, User
from tests.assessments.views.test_portfolio import handed_in

pytestmark = pytest.mark.usefixtures("files")

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]

LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "narrow": {"viewport": {"width": 320, "height": 640}},
}


def make_job(owner: User, **fields: Any) -> ExportJob:
    fields = {"kind": ExportKind.REPORTS, "language": "de", "projects": [1, 2, 3, 4], **fields}
    return ExportJob.objects.create(owner=owner, expires_at=timezone.now() + timedelta(days=7), **fields)


def finish(job: ExportJob) -> None:
    name = default_storage.save(f"exports/{job.pk}.zip", ContentFile(b"PK"))
    ExportJob.objects.filter(pk=job.pk).update(state=ExportState.DONE, done=4, file=name, size=2)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_portfolio_has_no_barrier(
    open_page: OpenPage, assert_accessible: Check, portfolio_reader: User, look: str, language: str
) -> None:
    portfolio_reader.language = language
    portfolio_reader.save()
    alpha = handed_in("Alpha", 2, phase=Phase.PILOT, is_fictional=True)
    beta = handed_in("Beta mit einem sehr langen Namen", {"4.1.a": 4, "4.1.b": 0}, phase=Phase.PILOT)
    assessment = beta.assessments.get()
    Measure.objects.create(assessment=assessment, title="Lastenrad kaufen", refers_to="4.1", due=timezone.localdate())
    GoalConflict.objects.create(assessment=assessment, first_key="4.5", second_key="2.3", description="x")
    make_job(portfolio_reader, state=ExportState.RUNNING, done=2, words=["Phase: Pilot"])
    make_job(portfolio_reader, state=ExportState.FAILED, fault=ExportFault.ERROR, left_out=[1])
    finish(make_job(portfolio_reader))
    page = open_page(portfolio_reader, **LOOKS[look])
    for path in (
        "/portfolio/",
        "/portfolio/?group=phase&sort=-4.1&tension=1",
        "/portfolio/?q=nichts",
        "/portfolio/auswertung/",
        "/portfolio/auswertung/?q=nichts",
        f"/portfolio/vergleich/?p={alpha.pk}&p={beta.pk}",
        f"/portfolio/vergleich/?p={alpha.pk}",
        "/portfolio/vergleich/",
        "/portfolio/exporte/?phase=pilot",
        "/portfolio/exporte/?q=nichts",
    ):
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        assert_accessible(page)


def test_progress_is_shown_and_the_file_comes(open_page: OpenPage, portfolio_reader: User) -> None:
    job = make_job(portfolio_reader, state=ExportState.RUNNING, done=1)
    page = open_page(portfolio_reader)
    page.goto("/portfolio/exporte/")
    bar = page.locator("#exporte progress")
    expect(bar).to_have_attribute("value", "1")
    cancel = page.locator(f"#abbrechen-{job.pk}")
    cancel.focus()
    ExportJob.objects.filter(pk=job.pk).update(done=3)
    expect(bar).to_have_attribute("value", "3")
    expect(cancel).to_be_focused()
    expect(page.locator("#exporte-stand")).to_be_empty()
    finish(job)
    expect(page.locator("#exporte-stand")).not_to_be_empty()
    with page.expect_download() as download:
        page.locator(f"#herunterladen-{job.pk}").click()
    assert download.value.suggested_filename == job.file_name


def test_an_export_without_javascript(open_page: OpenPage, portfolio_reader: User) -> None:
    job = make_job(portfolio_reader, state=ExportState.RUNNING, done=1)
    page = open_page(portfolio_reader, java_script_enabled=False)
    page.goto("/portfolio/exporte/")
    ExportJob.objects.filter(pk=job.pk).update(done=2)
    page.locator("#exporte noscript a, #exporte p a").first.click()
    expect(page.locator("#exporte progress")).to_have_attribute("value", "2")
    page.locator(f"#abbrechen-{job.pk}").click()
    expect(page.locator("#exporte progress")).to_have_count(0)
    page.locator(f"#loeschen-{job.pk}").click()
    expect(page.locator("#exporte li")).to_have_count(0)
    assert not ExportJob.objects.exists()
