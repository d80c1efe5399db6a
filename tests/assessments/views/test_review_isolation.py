"""What belongs to another team's review looks to everybody else like something that does not exist.

The permission matrix asks every address once. Here are the ids inside addresses and forms, posts, and the
Senatskanzlei, which must not learn of drafts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, Comment, ReviewerRating, Snapshot, Thread, User
from assessments.reviewing import ReviewNote, save_notes
from assessments.workflow import approve, current_snapshot, mark_read, send_back, submit, withdraw
from tests.assessments.views.test_submission import signed_in
from tests.factories import answer_all, make_assessment, make_project, make_user

pytestmark = pytest.mark.django_db
UNKNOWN = 987_654
SECRET = "Streng vertraulich"
NOTES = {"4.1.a1": ReviewNote(0, f"{SECRET}e Stufe", f"{SECRET}er Kommentar"), "": ReviewNote(comment=SECRET)}


def returned_with_notes(assessment: Assessment, by: User, reviewer: User) -> Assessment:
    """Submitted, read, commented on and returned."""
    mark_read(submit(assessment, by))
    save_notes(assessment, reviewer, NOTES)
    send_back(assessment, reviewer, f"{SECRET}er Grund")
    return assessment


@pytest.fixture
def theirs(draft: Assessment, owner: User, reviewer: User) -> Assessment:
    """The review of a team that nobody here belongs to."""
    return returned_with_notes(draft, owner, reviewer)


@pytest.fixture
def ours(stranger: User, reviewer: User, theirs: Assessment) -> Assessment:
    """Another team's own review, with other words."""
    assessment = answer_all(make_assessment(make_project(name="Unseres", owner=stranger)), 2)
    mark_read(submit(assessment, stranger))
    save_notes(assessment, reviewer, {"4.1.a1": ReviewNote(1, "Unsere Notiz", "Unser Kommentar")})
    send_back(assessment, reviewer, "Unser Grund")
    return assessment


@pytest.fixture
def former(theirs: Assessment) -> User:
    """Was never in any of the projects."""
    return make_user("Fred Former")


Ask = Callable[[Client, int], Any]


def get(name: str, *more: object) -> Ask:
    return lambda client, pk: client.get(reverse(name, args=[pk, *more]))


def post(name: str, *more: object, **data: str) -> Ask:
    return lambda client, pk: client.post(reverse(name, args=[pk, *more]), data)


ASKING = {
    "feedback": get("assessment_feedback"),
    "submission": get("review_detail"),
    "dimension": get("review_dimension", "4.1"),
    "decision": get("review_decide"),
    "report of the submission": get("review_report"),
    "report": get("report_pdf"),
    "report page": get("report_preview"),
    "data": get("assessment_export"),
    "to submit": post("assessment_submit"),
    "to withdraw": post("assessment_withdraw"),
    "to begin": post("review_start"),
    "to note": post("review_dimension", "4.1", **{"4.1.a1-comment": "Hallo"}),
    "to note on changes": post("review_detail", **{"-comment": "Hallo"}),
    "to return": post("review_decide", decision="return", reason="Weg damit"),
}


def assert_same_404(hidden: Any, missing: Any) -> None:
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content
    kept = [{**answer.headers} for answer in (hidden, missing)]
    for headers in kept:
        headers.pop("Expires", None)
    assert kept[0] == kept[1]


@pytest.mark.parametrize("asking", ASKING)
@pytest.mark.parametrize("who", ["stranger", "former"])
def test_another_teams_review_is_not_there(asking, who, request, theirs: Assessment):
    client = signed_in(request.getfixturevalue(who))
    before = (theirs.state, Comment.objects.count(), ReviewerRating.objects.count(), Snapshot.objects.count())
    assert_same_404(ASKING[asking](client, theirs.pk), ASKING[asking](client, UNKNOWN))
    theirs.refresh_from_db()
    assert before == (theirs.state, Comment.objects.count(), ReviewerRating.objects.count(), Snapshot.objects.count())


OFFICE = ("review_detail", "review_decide", "review_report")


@pytest.mark.parametrize("who", ["reviewer", "portfolio_reader", "administrator"])
@pytest.mark.parametrize("is_withdrawn", [False, True], ids=["draft", "withdrawn"])
def test_the_office_learns_nothing_of_a_draft(who, is_withdrawn, request, draft: Assessment, owner: User):
    """Nor of a first submission that was withdrawn."""
    if is_withdrawn:
        submit(draft, owner)
        withdraw(draft, owner)
    client = signed_in(request.getfixturevalue(who))
    asking = [*(get(name) for name in OFFICE), get("review_dimension", "4.1"), post("review_start")]
    for ask in (*asking, ASKING["to note"], ASKING["to return"]):
        assert_same_404(ask(client, draft.pk), ask(client, UNKNOWN))
    for ask in (ASKING["feedback"], ASKING["report"], ASKING["report page"], ASKING["data"]):
        assert_same_404(ask(client, draft.pk), ask(client, UNKNOWN))


def test_another_teams_thread_is_not_there(ours: Assessment, theirs: Assessment, stranger: User):
    """Asked for with the id of one's own assessment."""
    client = signed_in(stranger)
    for data in ({"text": "Hallo"}, {"state": "done"}):
        for thread in Thread.objects.filter(assessment=theirs):
            hidden = client.post(reverse("feedback_reply", args=[ours.pk, thread.pk]), data)
            assert_same_404(hidden, client.post(reverse("feedback_reply", args=[ours.pk, UNKNOWN]), data))
    assert all(thread.is_open for thread in Thread.objects.filter(assessment=theirs))
    assert not Comment.objects.filter(text="Hallo").exists()


def test_a_thread_of_the_review_running_is_not_there_for_the_team(draft: Assessment, owner: User, reviewer: User):
    """What reviewers write is the team's once they return the submission, not before."""
    mark_read(submit(draft, owner))
    save_notes(draft, reviewer, NOTES)
    client = signed_in(owner)
    thread = Thread.objects.filter(assessment=draft).latest("pk")
    hidden = client.post(reverse("feedback_reply", args=[draft.pk, thread.pk]), {"text": "Hallo"})
    assert_same_404(hidden, client.post(reverse("feedback_reply", args=[draft.pk, UNKNOWN]), {"text": "Hallo"}))
    assert SECRET not in client.get(reverse("assessment_feedback", args=[draft.pk])).content.decode()


def test_pages_of_ones_own_review_hold_nothing_of_others(ours: Assessment, theirs: Assessment, stranger: User):
    client = signed_in(stranger)
    feedback = client.get(reverse("assessment_feedback", args=[ours.pk])).content.decode()
    assert "Unsere Notiz" in feedback
    for name, pk in (
        ("assessment_feedback", ours.pk),
        ("assessment_detail", ours.pk),
        ("assessment_submit", ours.pk),
        ("project_detail", ours.project_id),
        ("project_comparison", ours.project_id),
    ):
        html = client.get(reverse(name, args=[pk])).content.decode()
        assert SECRET not in html, name
        assert theirs.project.name not in html, name


def test_notes_on_one_submission_stay_out_of_another(ours: Assessment, theirs: Assessment, stranger, reviewer):
    """The same reviewer rated the same question in both."""
    mark_read(submit(ours, stranger))
    page = signed_in(reviewer).get(reverse("review_dimension", args=[ours.pk, "4.1"])).content.decode()
    assert "Unser Kommentar" in page
    assert SECRET not in page


@pytest.mark.parametrize("names", [("a",), ("b",), ("a", "b")], ids="".join)
def test_another_teams_snapshot_cannot_be_compared(names, ours: Assessment, theirs: Assessment, stranger: User):
    """Its id says no more than one that does not exist."""
    submit(ours, stranger)
    client = signed_in(stranger)
    address = reverse("project_comparison", args=[ours.project_id])
    foreign, unknown = current_snapshot(theirs).pk, UNKNOWN

    def ask(pk: int) -> str:
        html = client.get(address, dict.fromkeys(names, str(pk))).content.decode()
        html = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", html)
        for name in names:  # the page names its own address
            html = html.replace(f"{name}={pk}", f"{name}=…")
        return html

    assert ask(foreign) == ask(unknown)
    assert SECRET not in ask(foreign)


@pytest.mark.parametrize("who", ["stranger", "former", ""])
def test_the_hash_of_what_was_never_approved_names_nothing(who, request, theirs: Assessment):
    client = signed_in(request.getfixturevalue(who)) if who else Client()
    page = client.post(reverse("report_check"), {"sha256": current_snapshot(theirs).sha256}).content.decode()
    assert theirs.project.name not in page


def test_the_reports_change_section_never_crosses_projects(ours: Assessment, theirs: Assessment, stranger, reviewer):
    """Snapshots of several projects follow each other in time; each report names its own project's alone."""
    second = submit(ours, stranger)
    approve(ours, reviewer, second.sha256, timezone.localdate() + timedelta(days=30))
    html = signed_in(stranger).get(reverse("report_preview", args=[ours.pk])).content.decode()
    own = ours.snapshots.get(number=1).sha256
    assert own[:12] in html
    assert current_snapshot(theirs).sha256[:12] not in html
