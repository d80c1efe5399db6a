"""Handing in, taking back, reading what the review says."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.enums import State
from assessments.models import Assessment, Comment, Project, ReviewerRating, Thread, User
from assessments.reviewing import ReviewNote, save_notes
from assessments.workflow import approve, current_snapshot, mark_read, send_back, submit, withdraw
from tests.factories import make_answer, make_assessment

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    user.language = "en"
    user.save()
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def submitted(draft: Assessment, owner: User) -> Assessment:
    submit(draft, owner)
    return draft


@pytest.fixture
def returned(submitted: Assessment, reviewer: User) -> Assessment:
    """Returned with a rating and two comments."""
    mark_read(current_snapshot(submitted))
    notes = {
        "4.1.a1": ReviewNote(1, "Kein Beleg.", "Bitte belegen."),
        "": ReviewNote(comment="Insgesamt gut."),
    }
    save_notes(submitted, reviewer, notes)
    send_back(submitted, reviewer, "Bitte 4.1.a1 belegen.")
    return submitted


class TestSubmit:
    def test_the_page_names_what_is_missing_with_links(self, owner: User, project: Project):
        empty = make_assessment(project)
        make_answer(empty, "4.2.a1", 4)
        page = signed_in(owner).get(reverse("assessment_submit", args=[empty.pk]))
        html = page.content.decode()
        assert f"{reverse('assessment_dimension', args=[empty.pk, '4.1'])}#4.1.a1" in html
        assert "Level 4 without evidence" in html
        assert "Submit now" not in html

    def test_submitting_what_is_incomplete_names_it_again(self, owner: User, project: Project):
        empty = make_assessment(project)
        page = signed_in(owner).post(reverse("assessment_submit", args=[empty.pk]))
        assert page.status_code == 422
        empty.refresh_from_db()
        assert empty.state == State.DRAFT

    def test_complete_it_is_confirmed_and_frozen(self, owner: User, draft: Assessment):
        client = signed_in(owner)
        url = reverse("assessment_submit", args=[draft.pk])
        assert "Submit now" in client.get(url).content.decode()
        page = client.post(url, follow=True)
        draft.refresh_from_db()
        assert draft.state == State.SUBMITTED
        assert current_snapshot(draft).sha256 in page.content.decode()

    def test_a_second_submission_is_told_what_happened(self, owner: User, submitted: Assessment):
        page = signed_in(owner).post(reverse("assessment_submit", args=[submitted.pk]))
        assert page.status_code == 409
        assert "Olga Owner" in page.content.decode()
        assert submitted.snapshots.count() == 1

    @pytest.mark.parametrize("who", ["editor", "viewer"])
    @pytest.mark.parametrize("name", ["assessment_submit", "assessment_withdraw"])
    def test_owners_alone_submit_and_withdraw(self, who, name, request, draft: Assessment):
        client = signed_in(request.getfixturevalue(who))
        assert client.get(reverse(name, args=[draft.pk])).status_code == 403
        assert client.post(reverse(name, args=[draft.pk])).status_code == 403

    def test_a_submitted_assessment_is_read_only_everywhere(self, owner: User, submitted: Assessment):
        client = signed_in(owner)
        page = client.get(reverse("assessment_dimension", args=[submitted.pk, "4.1"])).content.decode()
        assert "data-questionnaire" not in page
        for name in ("assessment_detail", "assessment_result"):
            page = client.get(reverse(name, args=[submitted.pk])).content.decode()
            assert reverse("assessment_targets", args=[submitted.pk]) not in page
            assert reverse("assessment_resume", args=[submitted.pk]) not in page
            assert reverse("assessment_submit", args=[submitted.pk]) not in page

    def test_the_result_is_the_one_that_was_frozen(self, owner: User, submitted: Assessment):
        submitted.answers.update(level=0)  # past the app
        page = signed_in(owner).get(reverse("assessment_result", args=[submitted.pk]))
        assert page.context["result"].score.principles == 75


class TestWithdraw:
    def test_it_leads_back_to_the_draft(self, owner: User, submitted: Assessment):
        client = signed_in(owner)
        url = reverse("assessment_withdraw", args=[submitted.pk])
        assert client.get(url).status_code == 200
        assert client.post(url).status_code == 302
        submitted.refresh_from_db()
        assert submitted.state == State.DRAFT

    def test_once_read_it_is_too_late(self, owner: User, submitted: Assessment):
        client = signed_in(owner)
        url = reverse("assessment_withdraw", args=[submitted.pk])
        mark_read(current_snapshot(submitted))
        assert "ask them to return it" in client.get(url).content.decode()
        page = client.post(url)
        assert page.status_code == 409
        assert "ask them to return it" in page.content.decode()

    def test_a_draft_has_nothing_to_withdraw(self, owner: User, draft: Assessment):
        client = signed_in(owner)
        url = reverse("assessment_withdraw", args=[draft.pk])
        assert "nothing to withdraw" in client.get(url).content.decode()
        assert client.post(url).status_code == 409


class TestAfterwards:
    def test_the_reason_of_a_return_is_a_banner(self, owner: User, returned: Assessment):
        client = signed_in(owner)
        for url in (returned.get_absolute_url(), returned.project.get_absolute_url()):
            page = client.get(url).content.decode()
            assert "The submission was returned" in page
            assert "Bitte 4.1.a1 belegen." in page
            assert reverse("assessment_feedback", args=[returned.pk]) in page

    def test_the_history_names_who_when_why_and_hash(self, owner, reviewer, returned: Assessment):
        second = submit(returned, owner)
        approve(returned, reviewer, second.sha256, timezone.localdate() + timedelta(days=9), "Gut so.")
        page = signed_in(owner).get(returned.get_absolute_url())
        assert [change.label for change in page.context["standing"].changes] == [
            "Approved",
            "Submitted",
            "Returned",
            "Submitted",
        ]
        html = page.content.decode()
        for words in ("Rita Reviewer", "Olga Owner", "Gut so.", second.sha256):
            assert words in html

    def test_what_was_submitted_keeps_the_project(self, owner: User, submitted: Assessment):
        withdraw(submitted, owner)
        client = signed_in(owner)
        project = submitted.project
        for response in (
            client.get(reverse("project_delete", args=[project.pk])),
            client.post(reverse("project_delete", args=[project.pk])),
        ):
            assert "cannot be deleted" in response.content.decode()
        assert Project.objects.filter(pk=project.pk).exists()
        response = client.post(reverse("assessment_delete", args=[submitted.pk]), follow=True)
        assert "cannot be deleted" in response.content.decode()
        assert Assessment.objects.filter(pk=submitted.pk).exists()


class TestFeedback:
    def test_the_team_reads_it_with_the_decision_and_not_before(self, viewer, reviewer, submitted: Assessment):
        mark_read(current_snapshot(submitted))
        save_notes(submitted, reviewer, {"4.1.a1": ReviewNote(1, "Kein Beleg.", "Bitte belegen.")})
        client = signed_in(viewer)
        url = reverse("assessment_feedback", args=[submitted.pk])
        before = client.get(url).content.decode()
        assert "Bitte belegen." not in before
        assert "Kein Beleg." not in before
        send_back(submitted, reviewer, "Siehe Kommentar.")
        after = client.get(url).content.decode()
        assert "Bitte belegen." in after
        assert "Kein Beleg." in after

    def test_a_hidden_thread_cannot_be_answered(self, owner, reviewer, submitted: Assessment):
        mark_read(current_snapshot(submitted))
        save_notes(submitted, reviewer, {"4.1.a1": ReviewNote(comment="Bitte belegen.")})
        thread = Thread.objects.get()
        response = signed_in(owner).post(reverse("feedback_reply", args=[submitted.pk, thread.pk]), {"text": "Ja"})
        assert response.status_code == 404

    def test_the_team_answers_and_settles(self, editor: User, returned: Assessment):
        client = signed_in(editor)
        thread = Thread.objects.get(refers_to="4.1.a1")
        url = reverse("feedback_reply", args=[returned.pk, thread.pk])
        form = {"text": "Ist ergänzt.", "request_key": "6f1c1f0e-7f7a-4a2c-9d3e-8d6f4e1f5b10"}
        assert client.post(url, form).status_code == 302
        assert client.post(url, form).status_code == 302
        assert [comment.text for comment in thread.comments.all()] == ["Bitte belegen.", "Ist ergänzt."]
        client.post(url, {"state": "done"})
        thread.refresh_from_db()
        assert not thread.is_open

    def test_an_empty_answer_says_so_and_a_late_one_is_not_lost(self, editor, owner, returned: Assessment):
        client = signed_in(editor)
        thread = Thread.objects.get(refers_to="4.1.a1")
        url = reverse("feedback_reply", args=[returned.pk, thread.pk])
        assert client.post(url, {"text": " "}).status_code == 422
        submit(returned, owner)
        page = client.post(url, {"text": "Zu spät getippt"})
        assert page.status_code == 409
        assert "Zu spät getippt" in page.content.decode()
        assert Comment.objects.filter(thread=thread).count() == 1

    @pytest.mark.parametrize("who", ["stranger", "reviewer", "administrator", "portfolio_reader"])
    def test_it_is_the_teams_alone(self, who, request, returned: Assessment):
        client = signed_in(request.getfixturevalue(who))
        assert client.get(reverse("assessment_feedback", args=[returned.pk])).status_code == 404
        assert ReviewerRating.objects.exists()
