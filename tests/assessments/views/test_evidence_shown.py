"""Every page that shows an answer shows its evidence, with as many queries for three answers as for one."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from assessments.clock import today
from assessments.evidence_files import add_file, remove_file
from assessments.exchange import export_document, import_document
from assessments.good_practices import PracticeText, offer
from assessments.models import Assessment, EvidenceFile, Publication, User
from assessments.reviewing import ReviewNote, save_notes
from assessments.workflow import approve, current_snapshot, mark_read, send_back, submit
from tests.assessments.payloads import PDF
from tests.factories import answer_all, make_assessment, publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]

KEYS = ("4.1.a1", "4.1.a2", "4.1.b3")
LINK = {"label": "Ratsvorlage <3>", "url": "https://example.org/vorlage?a=1&b=2"}
ADDRESS = "https://example.org/vorlage?a=1&amp;b=2"
SIZE = f"{len(PDF)}\xa0bytes"


def signed_in(user: User) -> Client:
    user.language = "en"
    user.save()
    client = Client()
    client.force_login(user)
    return client


def read(user: User, name: str, *args: object, query: str = "") -> str:
    """A page as its HTML."""
    response = signed_in(user).get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture(params=[1, 3], ids=["one", "three"])
def keys(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The questions whose answers have evidence."""
    return KEYS[: request.param]


@pytest.fixture
def proved(project, owner: User, keys: tuple[str, ...]) -> Assessment:
    """A full draft, every answer at level 4, with a link everywhere and a file at some questions."""
    assessment = answer_all(make_assessment(project, created_by=owner), 4, evidence=[LINK])
    for key in keys:
        add_file(assessment, key, owner, ContentFile(PDF), name=f"Plan {key}.pdf", label=f"Der Plan zu {key}")
    return assessment


@pytest.fixture
def submitted(proved: Assessment, owner: User) -> Assessment:
    """The same, handed in and read."""
    mark_read(submit(proved, owner))
    return proved


@pytest.fixture
def approved(submitted: Assessment, reviewer: User) -> Assessment:
    """The same, approved."""
    approve(submitted, reviewer, current_snapshot(submitted).sha256, today().replace(year=today().year + 1))
    return submitted


def file_link(assessment: Assessment, key: str) -> str:
    """How a file stands on a page."""
    digest = EvidenceFile.objects.get(assessment=assessment, question_key=key).sha256
    address = reverse("evidence_download", args=[assessment.pk, key, digest])
    return f'<a href="{address}">Der Plan zu {key} (PDF, {SIZE})</a>'


def check_evidence(html: str, assessment: Assessment, keys: tuple[str, ...]) -> None:
    """Title and address of the links; name, kind and size of the files, and where to get them."""
    assert f'<a href="{ADDRESS}" rel="nofollow noreferrer">{escape(LINK["label"])}</a>' in html
    assert f'<span class="evidence__detail">{ADDRESS}</span>' in html
    for key in keys:
        assert file_link(assessment, key) in html
        assert f'<span class="evidence__detail">Plan {key}.pdf</span>' in html


class TestTeam:
    """What members see."""

    @pytest.mark.parametrize("state", ["proved", "submitted", "approved"])
    def test_result(self, request, keys, viewer, state, django_assert_num_queries):
        assessment = request.getfixturevalue(state)
        client = signed_in(viewer)
        # session, person, assessment with role, measures, files; answers and targets, or else snapshot and catalogue
        with django_assert_num_queries(7):
            html = client.get(reverse("assessment_result", args=[assessment.pk])).content.decode()

        check_evidence(html, assessment, keys)
        assert f"Evidence ({8 + len(keys)})" in html
        assert html.count("Evidence (8)") == 11

    def test_a_result_without_evidence_says_so(self, draft, viewer):
        assert read(viewer, "assessment_result", draft.pk).count("No evidence has been added") == 12

    def test_dimension_for_readers(self, proved, keys, viewer, django_assert_num_queries):
        client = signed_in(viewer)
        # session, person, assessment with role, answers, values of all answers, comments, files
        with django_assert_num_queries(7):
            html = client.get(reverse("assessment_dimension", args=[proved.pk, "4.1"])).content.decode()

        check_evidence(html, proved, keys)

    def test_dimension_of_a_closed_assessment(self, submitted, keys, owner):
        check_evidence(read(owner, "assessment_dimension", submitted.pk, "4.1"), submitted, keys)

    def test_dimension_for_editors_names_the_files(self, proved, keys, editor, django_assert_num_queries):
        client = signed_in(editor)
        with django_assert_num_queries(7):
            html = client.get(reverse("assessment_dimension", args=[proved.pk, "4.1"])).content.decode()

        for key in keys:
            assert file_link(proved, key) in html

    def test_comparison(self, submitted, keys, owner, reviewer, django_assert_num_queries):
        send_back(submitted, reviewer, "Bitte ergänzen.")
        submitted.answers.filter(question_key__startswith="4.1.").update(level=3)
        submit(submitted, owner)
        client = signed_in(owner)
        # as many as before, and one for the files of both submissions
        with django_assert_num_queries(13):
            html = client.get(reverse("project_comparison", args=[submitted.project_id])).content.decode()

        check_evidence(html, submitted, keys)
        assert html.count(file_link(submitted, KEYS[0])) == 2

    def test_feedback(self, submitted, keys, owner, reviewer):
        save_notes(submitted, reviewer, {key: ReviewNote(2, "Der Beleg reicht nicht.") for key in keys})
        send_back(submitted, reviewer, "Bitte ergänzen.")

        check_evidence(read(owner, "assessment_feedback", submitted.pk), submitted, keys)

    def test_offering_good_practice(self, approved, keys, owner):
        for key in keys:
            check_evidence(read(owner, "good_practice_offer", approved.pk, key), approved, (key,))


class TestSenatskanzlei:
    """What leads down from the portfolio and through a review."""

    @pytest.mark.parametrize("person", ["reviewer", "portfolio_reader"])
    def test_dimension_of_a_submission(self, request, submitted, keys, person):
        user = request.getfixturevalue(person)
        check_evidence(read(user, "review_dimension", submitted.pk, "4.1"), submitted, keys)

    def test_what_changed(self, submitted, keys, owner, reviewer):
        send_back(submitted, reviewer, "Bitte ergänzen.")
        submitted.answers.filter(question_key__startswith="4.1.").update(level=3)
        mark_read(submit(submitted, owner))

        html = read(reviewer, "review_detail", submitted.pk)
        check_evidence(html, submitted, keys)
        assert html.count(file_link(submitted, KEYS[0])) == 2

    def test_what_the_team_removed_afterwards_stays(self, submitted, keys, owner, reviewer):
        send_back(submitted, reviewer, "Bitte ergänzen.")
        digest = EvidenceFile.objects.get(assessment=submitted, question_key=keys[0]).sha256
        remove_file(submitted, keys[0], owner, digest)

        assert file_link(submitted, keys[0]) not in read(owner, "assessment_result", submitted.pk)
        check_evidence(read(reviewer, "review_dimension", submitted.pk, "4.1"), submitted, keys)

    def test_an_offer_of_good_practice(self, approved, keys, owner, reviewer):
        practice = offer(approved, keys[0], owner, PracticeText("de", "Früh gefragt", "Wir haben früh gefragt. " * 5))
        check_evidence(read(reviewer, "good_practice_review", practice.pk), approved, keys[:1])


class TestEverybody:
    """What is public."""

    @pytest.fixture(params=[True, False], ids=["with_rationales", "without"])
    def publication(self, request, approved, owner, reviewer) -> Publication:
        """The public result."""
        return publish(approved, owner, reviewer, with_rationales=request.param)

    def test_links_are_public_with_the_rationales_and_files_never(self, publication, keys, django_assert_num_queries):
        with django_assert_num_queries(4):
            html = Client().get(reverse("publication_detail", args=[publication.project_id])).content.decode()

        assert (ADDRESS in html) == publication.with_rationales
        for key in keys:
            assert f"Plan zu {key}" not in html
            assert f"Plan {key}.pdf" not in html
        assert "nachweise" not in html


class TestWhatIsNotKept:
    """Files of which only the name was imported."""

    def test_they_are_named_and_lead_nowhere(self, proved, keys, owner):
        other = import_document(export_document(proved), owner=owner)

        for html in (
            read(owner, "assessment_result", other.pk),
            read(owner, "assessment_dimension", other.pk, "4.1"),
            read(owner, "evidence_list", other.pk, keys[0]),
        ):
            assert f"Der Plan zu {keys[0]}" in html
            assert "The file itself is not kept here." in html
            assert "nachweise/4.1.a1/" not in html.replace(reverse("evidence_list", args=[other.pk, "4.1.a1"]), "", 1)
