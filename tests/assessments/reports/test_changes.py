"""What the report of a submission says about the submission before."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.enums import Scope
from assessments.models import Answer, Assessment, Snapshot, User
from assessments.reports.documents import Edition, edition_of, edition_of_snapshot, report_html, report_of, report_pdf
from assessments.reports.report_parts import Changes
from assessments.standing import submission_before
from assessments.workflow import approve, current_snapshot, mark_read, send_back, submit, withdraw
from tests.assessments.reports.test_pdf import opened
from tests.assessments.reports.test_project_report import assert_conforms
from tests.factories import answer_all, make_assessment, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(draft: Assessment, owner: User, reviewer: User) -> Snapshot:
    """Submitted with „umgesetzt“ everywhere, read and returned."""
    snapshot = submit(draft, owner)
    mark_read(snapshot)
    send_back(draft, reviewer, "Bitte prüfen Sie 4.1.a1.")
    return snapshot


@pytest.fixture
def second(first: Snapshot, draft: Assessment, owner: User) -> Snapshot:
    """The team corrected one answer from 3 to 1 and submitted again."""
    Answer.objects.filter(assessment=draft, question_key="4.1.a1").update(level=1)
    return submit(draft, owner)


def changes_of(edition: Edition) -> Changes:
    changes = report_of(edition, "en").changes
    assert changes is not None
    return changes


def test_it_compares_the_twelve_dimensions_and_both_means(first: Snapshot, second: Snapshot, draft: Assessment):
    changes = changes_of(edition_of(draft))
    # One of four questions of one of two poles: (25 + 3 × 75) / 4 = 62.5, so (62.5 + 75) / 2 = 68.75.
    rows = [(row.before, row.now, row.difference, row.changed) for row in changes.rows]
    assert rows == [("75", "69", "−6", "1")] + 11 * [("75", "75", "±0", "0")]
    assert changes.rows[0].name.startswith("4.1 ")
    assert [row.name[:3] for row in changes.rows[-4:]] == ["2.1", "2.2", "2.3", "2.4"]
    means = [(row.before, row.now, row.difference, row.changed) for row in changes.means]
    assert means == [("75", "74", "−1", "1"), ("75", "75", "±0", "0")]
    assert first.sha256[:12] in changes.before
    assert "Full assessment, version 1 of " in changes.before
    assert changes.answers == "1 answer differs."
    assert "scope" not in changes.note


def test_page_and_contents_have_it_only_after_a_submission_before(first: Snapshot, second: Snapshot):
    shown = report_html(report_of(edition_of_snapshot(second.assessment, second), "de"))
    assert 'href="#veraenderung"' in shown
    assert 'id="veraenderung"' in shown
    lacking = report_html(report_of(edition_of_snapshot(first.assessment, first), "de"))
    assert "veraenderung" not in lacking


def test_what_the_team_works_on_is_compared_with_nothing(first: Snapshot, draft: Assessment):
    assert report_of(edition_of(draft), "en").changes is None


def test_an_unchanged_submission_says_so(first: Snapshot, draft: Assessment, owner: User):
    submit(draft, owner)
    changes = changes_of(edition_of(draft))
    assert changes.answers == "The answers are the same."
    assert {row.difference for row in (*changes.rows, *changes.means)} == {"±0"}


def test_the_next_assessment_is_compared_with_the_last_one(first, second: Snapshot, draft, owner, reviewer):
    approve(draft, reviewer, second.sha256, timezone.localdate() + timedelta(days=30))
    assert first.sha256[:12] in changes_of(edition_of(draft)).before
    quick = answer_all(make_assessment(draft.project, scope=Scope.QUICK), 2)
    submit(quick, owner)
    changes = changes_of(edition_of(quick))
    assert second.sha256[:12] in changes.before
    assert changes.note.startswith("The two submissions differ in scope")


def test_withdrawn_submissions_and_other_projects_are_passed_over(first: Snapshot, draft: Assessment, owner: User):
    withdrawn = submit(draft, owner)
    withdraw(draft, owner)
    other = answer_all(make_assessment(make_project(owner=owner)), 2)
    theirs = submit(other, owner)
    ours = submit(draft, owner)
    assert withdrawn.previous_sha256 == first.sha256
    assert submission_before(ours) == first
    assert submission_before(theirs) is None


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_pdf_conforms_and_is_the_same_every_time(second: Snapshot, draft, language, tmp_path, caplog):
    edition = edition_of(draft)

    def printed() -> bytes:
        return report_pdf(edition.canonical, edition.version, language, "daten.json", earlier=edition.earlier)

    content = printed()
    assert_conforms(content)
    assert caplog.messages == []
    assert printed() == content
    with opened(content, tmp_path) as file, file.open_outline() as outline:
        titles = [item.title for item in outline.root]
        attached = json.loads(file.attachments["daten.json"].get_file().read_bytes())
    assert {"de": "Was sich verändert hat", "en": "What has changed"}[language] in titles
    assert attached == current_snapshot(draft).document


def test_the_stored_file_knows_what_it_compares(first: Snapshot, second: Snapshot, draft: Assessment):
    alone = Edition(draft, second.sha256, second.canonical.encode(), edition_of(draft).version)
    assert alone.key.name != edition_of(draft).key.name


def test_queries(first, second, draft: Assessment, django_assert_num_queries):
    with django_assert_num_queries(1):  # the snapshot and the one before
        edition = edition_of(draft)
    with django_assert_num_queries(0):
        assert edition.earlier is not None
    with django_assert_num_queries(3 + 2):  # the catalogues of both
        report_of(edition, "de")
