"""The pages of submitting and reviewing take as many queries for three projects as for one."""

import pytest
from django.urls import reverse

from assessments.enums import Role
from assessments.models import Assessment, Comment, Membership, ReviewerRating, Thread, User
from assessments.reviewing import ReviewNote, save_notes
from assessments.workflow import current_snapshot, mark_read, send_back, submit
from tests.assessments.views.test_submission import signed_in
from tests.factories import answer_all, make_assessment, make_project

pytestmark = pytest.mark.django_db
NOTES = {
    "": ReviewNote(comment="Insgesamt gut."),
    "4.1": ReviewNote(comment="Hier fehlen Belege."),
    "4.1.a1": ReviewNote(2, "Die Befragung liegt nicht bei.", "Bitte legen Sie die Auswertung bei."),
}


@pytest.fixture(params=[1, 3], ids=["one", "three"])
def reviewed(request, owner: User, reviewer: User, administrator: User) -> list[Assessment]:
    """As many projects of one team, each returned with notes, changed, submitted again and begun by two reviewers.

    With more projects each has more notes, too.
    """
    assessments = []
    for number in range(request.param):
        assessment = answer_all(make_assessment(make_project(name=f"Projekt {number}", owner=owner)), 3)
        mark_read(submit(assessment, owner))
        save_notes(assessment, reviewer, NOTES)
        send_back(assessment, reviewer, "Bitte belegen.")
        assessment.answers.filter(question_key="4.1.a1").update(level=2)
        mark_read(submit(assessment, owner))
        save_notes(assessment, administrator, NOTES)
        for key in ("4.2.a1", "4.2.a2", "4.3.b1")[: request.param]:
            save_notes(assessment, reviewer, {key: ReviewNote(1, "Anders", "Warum?")})
        assessments.append(assessment)
    return assessments


def test_more_is_noted_down_where_there_are_more(reviewed):
    """What the counts below do not depend on."""
    assert ReviewerRating.objects.count() == len(reviewed) * (2 + len(reviewed))
    assert Thread.objects.count() == len(reviewed) * (3 + len(reviewed))
    assert Comment.objects.count() == len(reviewed) * (6 + len(reviewed))


def test_queue(reviewed, reviewer, django_assert_num_queries):
    client = signed_in(reviewer)
    # session, person, count, page, snapshots of what was returned, organisations to choose from
    with django_assert_num_queries(6):
        page = client.get(reverse("review_queue"))
    assert len(page.context["rows"]) == len(reviewed)


SUBMISSION = 11
"""Session, person, assessment with role, both snapshots, both catalogues, history, threads, comments, levels."""
FILES = 1
"""Where answers are shown, what is kept of their files."""


@pytest.mark.parametrize("query", ["", "?alles"])
def test_submission(reviewed, reviewer, django_assert_num_queries, query):
    client = signed_in(reviewer)
    with django_assert_num_queries(SUBMISSION + FILES):
        assert client.get(reverse("review_detail", args=[reviewed[0].pk]) + query).status_code == 200


def test_dimension(reviewed, reviewer, django_assert_num_queries):
    client = signed_in(reviewer)
    with django_assert_num_queries(SUBMISSION + FILES):
        assert client.get(reverse("review_dimension", args=[reviewed[0].pk, "4.1"])).status_code == 200


def test_decision(reviewed, reviewer, django_assert_num_queries):
    client = signed_in(reviewer)
    with django_assert_num_queries(SUBMISSION):
        assert client.get(reverse("review_decide", args=[reviewed[0].pk])).status_code == 200


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "submitted"])
def test_submit(reviewed, owner, reviewer, django_assert_num_queries, is_open):
    if is_open:
        send_back(reviewed[0], reviewer, "Noch einmal.")
    client = signed_in(owner)
    # session, person, assessment with role, history; answers and targets, or else snapshot and its catalogue
    with django_assert_num_queries(6):
        page = client.get(reverse("assessment_submit", args=[reviewed[0].pk]))
    assert page.status_code == 200


def test_feedback(reviewed, owner, reviewer, django_assert_num_queries):
    send_back(reviewed[0], reviewer, "Noch einmal.")
    client = signed_in(owner)
    # session, person, assessment with role, threads, comments, levels, answers, targets, history
    with django_assert_num_queries(9 + FILES):
        assert client.get(reverse("assessment_feedback", args=[reviewed[0].pk])).status_code == 200


def test_report_of_a_submission_page(reviewed, owner, django_assert_num_queries):
    client = signed_in(owner)
    # session, person, assessment with role; two snapshots; organisation, glossary; three catalogues
    with django_assert_num_queries(9):
        assert client.get(reverse("report_preview", args=[reviewed[0].pk])).status_code == 200


def test_a_member_of_many_projects_waits_no_longer(reviewed, reviewer, django_assert_num_queries):
    for number in range(len(reviewed)):
        Membership.objects.create(project=make_project(name=f"Eigenes {number}"), user=reviewer, role=Role.EDITOR)
    client = signed_in(reviewer)
    with django_assert_num_queries(6):
        client.get(reverse("review_queue"))
    assert current_snapshot(reviewed[0]).read_at
