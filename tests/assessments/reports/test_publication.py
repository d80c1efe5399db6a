"""The public report: accessible with every choice, without a place for what is not public."""

import json

import pytest

from assessments.models import Assessment, Project, User
from assessments.reports.documents import report_html
from assessments.reports.project_report import project_report
from assessments.reports.publication import excerpt_of, publication_file, version_of
from tests.assessments.reports.test_project_report import assert_conforms
from tests.assessments.test_publications import approved_assessment
from tests.factories import publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]

ALL = {"with_rationales": True, "with_measures": True, "with_conflicts": True}


@pytest.fixture
def approved(project: Project, owner: User, reviewer: User) -> Assessment:
    return approved_assessment(project, owner, reviewer)


@pytest.mark.parametrize(("language", "choice"), [("de", ALL), ("en", {})], ids=["all", "figures"])
def test_the_public_report_conforms(approved, owner, reviewer, language, choice):
    publication = publish(approved, owner, reviewer, **choice)
    assert_conforms(publication_file(publication, language).content)


def test_measures_leave_no_column_for_who_is_responsible(approved, owner, reviewer):
    publication = publish(approved, owner, reviewer, **ALL)
    document, version = json.loads(publication.canonical), version_of(publication)
    public = report_html(project_report(document, version, "en", excerpt=excerpt_of(publication)))
    internal = report_html(project_report(document, version, "en"))
    assert "Maßnahme" in public
    assert "Responsible" not in public
    assert "by whom" not in public
    assert "Responsible" in internal
