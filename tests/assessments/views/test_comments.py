"""Comments within the team."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from assessments.discussion import begin_thread, open_counts
from assessments.enums import State
from assessments.models import Assessment, Comment, Thread, User
from tests.factories import make_assessment, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_viewer(client: Client, viewer: User) -> Client:
    viewer.language = "en"
    viewer.save()
    client.force_login(viewer)
    return client


def pages(assessment: Assessment) -> str:
    return reverse("comment_list", args=[assessment.pk])


def reply_to(assessment: Assessment, thread: Thread) -> str:
    return reverse("comment_reply", args=[assessment.pk, thread.pk])


@pytest.mark.parametrize("place", ["", "4.1", "4.1.a1"])
def test_every_member_begins_a_thread(as_viewer: Client, viewer: User, draft: Assessment, place: str):
    sent = {"refers_to": place, "text": "Stimmt das <so>?", "request_key": uuid4()}
    as_viewer.post(pages(draft), sent)
    as_viewer.post(pages(draft), sent)
    comment = Comment.objects.get()
    assert (comment.thread.refers_to, comment.author, comment.thread.is_review) == (place, viewer, False)
    assert "Stimmt das &lt;so&gt;?" in as_viewer.get(pages(draft)).content.decode()


def test_a_comment_that_cannot_be_stored_stays_on_the_page(as_viewer: Client, draft: Assessment):
    for sent in ({"refers_to": "9.9", "text": "Bleibt hier"}, {"refers_to": "", "text": "Bleibt hier\x08"}):
        response = as_viewer.post(pages(draft), sent)
        assert response.status_code == 422
        assert "Bleibt hier" in response.content.decode()
    assert as_viewer.post(pages(draft), {"text": " "}).status_code == 422
    assert not Thread.objects.exists()


def test_answer_settle_and_open_again(as_viewer: Client, draft: Assessment, owner: User):
    thread = begin_thread(draft, owner, "4.1.a1", "Wer prüft?").thread
    as_viewer.post(reply_to(draft, thread), {"state": "done"})
    assert not Thread.objects.get().is_open
    as_viewer.post(reply_to(draft, thread), {"state": "open"})
    assert Thread.objects.get().is_open
    as_viewer.post(reply_to(draft, thread), {"state": "done"})
    as_viewer.post(reply_to(draft, thread), {"text": "Ich."})
    assert Thread.objects.get().is_open
    response = as_viewer.post(reply_to(draft, thread), {"text": ""})
    assert response.status_code == 422
    assert [one.text for one in thread.comments.all()] == ["Wer prüft?", "Ich."]


def test_only_the_teams_threads_of_this_assessment_are_shown_and_answered(as_viewer: Client, draft, owner, reviewer):
    review = begin_thread(draft, reviewer, "4.1.a1", "Aus der Prüfung", is_review=True).thread
    foreign = begin_thread(make_assessment(make_project()), owner, "4.1.a1", "Fremd").thread
    html = as_viewer.get(pages(draft)).content.decode()
    assert "Aus der Prüfung" not in html
    assert "Fremd" not in html
    for thread in (review, foreign):
        assert as_viewer.post(reply_to(draft, thread), {"text": "Hallo"}).status_code == 404
    assert open_counts(draft, "4.1") == {}


def test_a_place_can_be_chosen(as_viewer: Client, draft: Assessment, owner: User):
    for place in ("", "4.1", "4.1.a1", "4.2.a1"):
        begin_thread(draft, owner, place, f"Zu [{place}]")

    def shown(query: str) -> set[str]:
        html = as_viewer.get(f"{pages(draft)}?zu={query}").content.decode()
        return {place for place in ("", "4.1", "4.1.a1", "4.2.a1") if f"Zu [{place}]" in html}

    assert shown("") == {"", "4.1", "4.1.a1", "4.2.a1"}
    assert shown("4.1") == {"4.1", "4.1.a1"}
    assert shown("4.1.a1") == {"4.1.a1"}


def test_the_questionnaire_counts_open_threads(as_viewer: Client, draft: Assessment, owner: User):
    begin_thread(draft, owner, "4.1", "Eins")
    begin_thread(draft, owner, "4.1.a1", "Zwei")
    thread = begin_thread(draft, owner, "4.1.a1", "Drei").thread
    begin_thread(draft, owner, "4.2.a1", "Anderswo")
    address = reverse("assessment_dimension", args=[draft.pk, "4.1"])
    assert "3 open comments" in as_viewer.get(address).content.decode()
    as_viewer.post(reply_to(draft, thread), {"state": "done"})
    html = as_viewer.get(address).content.decode()
    assert "2 open comments" in html
    assert "Comments (1)" in html
    assert f"{pages(draft)}?zu=4.1.a1" in html
    assert "?frage=4.1.a1" in html


def test_a_team_talks_on_after_submitting(as_viewer: Client, draft: Assessment):
    Assessment.objects.filter(pk=draft.pk).update(state=State.SUBMITTED)
    as_viewer.post(pages(draft), {"text": "Abwarten."})
    assert Comment.objects.get().text == "Abwarten."


def test_queries_do_not_grow(as_viewer: Client, draft: Assessment, owner: User, django_assert_num_queries):
    for place in ("", "4.1", "4.1.a1", "4.2.a1"):
        begin_thread(draft, owner, place, "Text")
    with django_assert_num_queries(5):  # session, person, assessment with role, threads, comments
        as_viewer.get(pages(draft))
