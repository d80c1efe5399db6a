"""The queue, the frozen submission, notes and the decision."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.answering import AnswerContent, save_answer
from assessments.enums import Role, State
from assessments.models import Assessment, Comment, Membership, Organisation, ReviewerRating, Thread, User
from assessments.reviewing import ReviewNote, save_notes
from assessments.workflow import approve, current_snapshot, mark_read, send_back, submit, withdraw
from tests.assessments.views.test_submission import signed_in
from tests.factories import answer_all, make_assessment, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(draft: Assessment, owner: User) -> Assessment:
    submit(draft, owner)
    return draft


@pytest.fixture
def begun(submitted: Assessment) -> Assessment:
    """Submitted, and a reviewer has begun."""
    mark_read(current_snapshot(submitted))
    return submitted


@pytest.fixture
def resubmitted(begun: Assessment, owner: User, reviewer: User) -> Assessment:
    """Returned with a comment on two questions; the team changed one of them and submitted again."""
    notes = {"4.1.a1": ReviewNote(comment="Bitte belegen."), "4.2.a1": ReviewNote(comment="Stimmt das?")}
    save_notes(begun, reviewer, notes)
    send_back(begun, reviewer, "Zwei Fragen.")
    save_answer(begun, "4.1.a1", owner, AnswerContent(2, rationale="Neu begründet"), base_version=1)
    mark_read(submit(begun, owner))
    return begun


def detail(assessment: Assessment) -> str:
    return reverse("review_detail", args=[assessment.pk])


class TestQueue:
    def test_the_longest_waiting_first_with_what_is_new(self, reviewer, owner, resubmitted: Assessment):
        later = answer_all(make_assessment(make_project(name="Später")), 2)
        submit(later, owner)
        page = signed_in(reviewer).get(reverse("review_queue"))
        assert [(row["assessment"].pk, row["changed"]) for row in page.context["rows"]] == [
            (resubmitted.pk, 1),
            (later.pk, None),
        ]

    def test_own_projects_drafts_and_decided_ones_are_not_in_it(self, reviewer, submitted: Assessment, owner):
        Membership.objects.create(project=submitted.project, user=reviewer, role=Role.VIEWER)
        answer_all(make_assessment(), 2)
        decided = answer_all(make_assessment(), 2)
        submit(decided, owner)
        send_back(decided, reviewer, "Nein.")
        page = signed_in(reviewer).get(reverse("review_queue"))
        assert page.context["rows"] == []
        assert "Nothing is waiting" in page.content.decode()

    def test_it_is_filtered_by_organisation(self, reviewer, owner, submitted: Assessment):
        other = Organisation.objects.exclude(key="senatskanzlei")[0]
        theirs = answer_all(make_assessment(make_project(organisation=other)), 2)
        submit(theirs, owner)
        client = signed_in(reviewer)
        page = client.get(reverse("review_queue"), {"organisation": other.key})
        assert [row["assessment"].pk for row in page.context["rows"]] == [theirs.pk]
        page = client.get(reverse("review_queue"), {"organisation": "gibt-es-nicht"})
        assert len(page.context["rows"]) == 2

    @pytest.mark.parametrize("who", ["owner", "viewer", "stranger", "portfolio_reader"])
    def test_it_is_for_reviewers(self, who, request, submitted: Assessment):
        assert signed_in(request.getfixturevalue(who)).get(reverse("review_queue")).status_code == 403


class TestBeginning:
    def test_looking_changes_nothing_starting_does(self, reviewer, submitted: Assessment):
        client = signed_in(reviewer)
        page = client.get(detail(submitted)).content.decode()
        assert "Start the review" in page
        assert "4.1.a1" not in page
        assert current_snapshot(submitted).read_at is None
        response = client.get(reverse("review_dimension", args=[submitted.pk, "4.1"]))
        assert response.headers["Location"] == detail(submitted)
        client.post(reverse("review_start", args=[submitted.pk]))
        assert current_snapshot(submitted).read_at
        assert "Save and decide" in client.get(detail(submitted)).content.decode()

    def test_the_team_was_faster(self, reviewer, owner, submitted: Assessment):
        send_back(submitted, reviewer, "Noch einmal.")
        submit(submitted, owner)
        withdraw(submitted, owner)
        page = signed_in(reviewer).post(reverse("review_start", args=[submitted.pk]), follow=True)
        assert "no longer possible" in page.content.decode()

    def test_a_withdrawn_first_submission_is_gone(self, reviewer, owner, submitted: Assessment):
        withdraw(submitted, owner)
        client = signed_in(reviewer)
        assert client.get(detail(submitted)).status_code == 404
        assert client.post(reverse("review_start", args=[submitted.pk])).status_code == 404


class TestReading:
    def test_it_is_the_frozen_state(self, reviewer, begun: Assessment):
        send_back(begun, reviewer, "Bitte ändern.")
        save_answer(begun, "4.1.a1", reviewer, AnswerContent(0, rationale="Noch geheim"), base_version=1)
        page = signed_in(reviewer).get(reverse("review_dimension", args=[begun.pk, "4.1"]))
        assert page.context["result"].score.dimension("4.1").score == 75
        assert "Noch geheim" not in page.content.decode()

    def test_a_withdrawn_second_submission_is_not_shown(self, reviewer, owner, begun: Assessment):
        first = current_snapshot(begun)
        send_back(begun, reviewer, "Bitte ändern.")
        save_answer(begun, "4.1.a1", owner, AnswerContent(0), base_version=1)
        submit(begun, owner)
        withdraw(begun, owner)
        page = signed_in(reviewer).get(detail(begun))
        assert page.context["snapshot"] == first

    def test_the_portfolio_reader_sees_the_submission_but_no_notes(self, portfolio_reader, reviewer, begun):
        save_notes(begun, reviewer, {"4.1.a1": ReviewNote(0, "Unter uns", "Auch unter uns")})
        client = signed_in(portfolio_reader)
        for url in (detail(begun), reverse("review_dimension", args=[begun.pk, "4.1"])):
            page = client.get(url)
            assert page.status_code == 200
            assert "unter uns" not in page.content.decode().lower()
            assert "Save notes" not in page.content.decode()
            assert client.post(url, {"4.1.a1-key": str(uuid4())}).status_code == 403
        assert client.get(reverse("review_decide", args=[begun.pk])).status_code == 403

    @pytest.mark.parametrize("name", ["review_detail", "review_dimension", "review_decide", "review_start"])
    @pytest.mark.parametrize("who", ["stranger"])
    def test_strangers_find_nothing(self, name, who, request, begun: Assessment):
        client = signed_in(request.getfixturevalue(who))
        more = ["4.1"] if name == "review_dimension" else []
        method = client.post if name == "review_start" else client.get
        hidden = method(reverse(name, args=[begun.pk, *more]))
        missing = method(reverse(name, args=[999_999, *more]))
        assert hidden.status_code == missing.status_code == 404
        assert hidden.content == missing.content

    def test_nobody_reviews_their_own_project(self, reviewer, begun: Assessment):
        Membership.objects.create(project=begun.project, user=reviewer, role=Role.EDITOR)
        client = signed_in(reviewer)
        page = client.get(detail(begun))
        assert "Save notes" not in page.content.decode()
        assert client.get(reverse("review_decide", args=[begun.pk])).status_code == 403
        assert client.post(reverse("review_start", args=[begun.pk])).status_code == 403

    def test_an_unknown_dimension_is_missing(self, reviewer, begun: Assessment):
        assert signed_in(reviewer).get(reverse("review_dimension", args=[begun.pk, "9.9"])).status_code == 404


class TestNotes:
    def test_level_note_and_comments_are_saved(self, reviewer, begun: Assessment):
        form = {
            "4.1-key": str(uuid4()),
            "4.1-comment": "Zur Dimension",
            "4.1.a1-key": str(uuid4()),
            "4.1.a1-level": "1",
            "4.1.a1-note": "Kein Beleg",
            "4.1.a1-comment": "Bitte belegen",
            "4.1.a2-key": str(uuid4()),
            "then": "next",
        }
        client = signed_in(reviewer)
        url = reverse("review_dimension", args=[begun.pk, "4.1"])
        for _ in range(2):  # a double click has one effect
            response = client.post(url, form)
            assert response.headers["Location"] == reverse("review_dimension", args=[begun.pk, "4.2"])
        rating = ReviewerRating.objects.get()
        assert (rating.question_key, rating.level, rating.note) == ("4.1.a1", 1, "Kein Beleg")
        assert sorted(Comment.objects.values_list("thread__refers_to", "text")) == [
            ("4.1", "Zur Dimension"),
            ("4.1.a1", "Bitte belegen"),
        ]
        page = client.get(url).content.decode()
        assert "Kein Beleg" in page
        assert "Bitte belegen" in page

    def test_each_reviewer_has_their_own_level(self, reviewer, administrator, begun: Assessment):
        url = reverse("review_dimension", args=[begun.pk, "4.1"])
        for user, level in ((reviewer, "1"), (administrator, "2")):
            signed_in(user).post(url, {"4.1.a1-key": str(uuid4()), "4.1.a1-level": level})
        assert set(ReviewerRating.objects.values_list("reviewer__name", "level")) == {
            ("Rita Reviewer", 1),
            ("Ada Administrator", 2),
        }
        signed_in(reviewer).post(url, {"4.1.a1-key": str(uuid4()), "4.1.a1-level": ""})
        assert ReviewerRating.objects.get().reviewer == administrator

    def test_faulty_notes_stay_as_typed(self, reviewer, begun: Assessment):
        form = {
            "4.1.a1-key": str(uuid4()),
            "4.1.a1-level": "",
            "4.1.a1-note": "Notiz ohne Stufe",
            "4.1.a2-key": str(uuid4()),
            "4.1.a2-level": "7",
            "4.1.a3-key": str(uuid4()),
            "4.1.a3-comment": "Guter Kommentar\x00",
        }
        page = signed_in(reviewer).post(reverse("review_dimension", args=[begun.pk, "4.1"]), form)
        assert page.status_code == 422
        html = page.content.decode()
        assert "Notiz ohne Stufe" in html
        assert "Guter Kommentar" in html
        assert {fault["place"] for fault in page.context["faults"]} == {
            "4.1.a1-level",
            "4.1.a2-level",
            "4.1.a3-comment",
        }
        assert not Thread.objects.exists()

    @pytest.mark.parametrize("where", ["detail", "dimension"])
    def test_decided_meanwhile_nothing_typed_is_lost(self, where, reviewer, administrator, begun: Assessment):
        send_back(begun, administrator, "Ich war schneller.")
        url = detail(begun) if where == "detail" else reverse("review_dimension", args=[begun.pk, "4.1"])
        name = "all" if where == "detail" else "4.1.a1"
        page = signed_in(reviewer).post(url, {f"{name}-key": str(uuid4()), f"{name}-comment": "Lange getippt"})
        assert page.status_code == 409
        html = page.content.decode()
        assert "Lange getippt" in html
        assert "Ada Administrator" in html
        assert not Comment.objects.exists()

    def test_a_comment_can_be_settled_and_others_decisions_stay(self, reviewer, administrator, begun: Assessment):
        save_notes(begun, reviewer, {"4.1.a1": ReviewNote(comment="Bitte belegen")})
        url = reverse("review_dimension", args=[begun.pk, "4.1"])
        unchanged = {"4.1.a1-key": str(uuid4()), "4.1.a1-was-done": ""}
        signed_in(reviewer).post(url, {**unchanged, "4.1.a1-done": "yes"})
        assert not Thread.objects.get().is_open
        signed_in(administrator).post(url, unchanged)  # from a page that is older
        assert not Thread.objects.get().is_open


class TestChanges:
    def test_only_what_changed_with_the_comment_that_caused_it(self, reviewer, resubmitted: Assessment):
        page = signed_in(reviewer).get(detail(resubmitted))
        html = page.content.decode()
        (first, second) = page.context["groups"]
        assert [panel.place for panel in first["changed"]] == ["4.1.a1"]
        assert (first["changed"][0].before.level, first["changed"][0].question.level) == (3, 2)
        assert [panel.place for panel in second["unchanged"]] == ["4.2.a1"]
        for words in ("Zwei Fragen.", "Bitte belegen.", "Neu begründet", "Stimmt das?"):
            assert words in html
        assert 'id="4.3.a1"' not in html

    def test_everything_on_demand(self, reviewer, resubmitted: Assessment):
        page = signed_in(reviewer).get(detail(resubmitted) + "?alles")
        assert len(page.context["rows"]) == 12
        assert [row["changed"] for row in page.context["rows"]][:2] == [1, 0]

    def test_what_changed_around_the_answers(self, reviewer, owner, begun: Assessment):
        send_back(begun, reviewer, "Bitte ändern.")
        begun.project.name = "Neuer Name"
        begun.project.save()
        begun.targets.create(dimension_key="4.1", value=80)
        begun.measures.create(title="Vermerk schreiben")
        begun.conflicts.create(first_key="2.1", second_key="2.3", description="Fläche")
        begun.project.refresh_from_db()
        mark_read(submit(begun, owner))
        page = signed_in(reviewer).get(detail(begun))
        rows = page.context["review"].change_rows
        assert [(row.before, row.after) for row in rows] == [
            ("Kiezblocks digital", "Neuer Name"),
            ("–", "80"),
            ("–", "Planned"),
            ("–", "Fläche"),
        ]

    def test_a_place_settled_meanwhile_still_takes_what_was_typed(self, reviewer, resubmitted: Assessment):
        Thread.objects.filter(refers_to="4.2.a1").update(is_open=False)
        form = {"4.2.a1-key": str(uuid4()), "4.2.a1-comment": "Noch eine Frage", "4.2.a1-was-done": ""}
        assert signed_in(reviewer).post(detail(resubmitted), form).status_code == 302
        assert Comment.objects.filter(text="Noch eine Frage").exists()

    def test_an_unchanged_resubmission_says_so(self, reviewer, owner, begun: Assessment):
        send_back(begun, reviewer, "Bitte ändern.")
        mark_read(submit(begun, owner))
        assert "Nothing was changed" in signed_in(reviewer).get(detail(begun)).content.decode()


class TestDeciding:
    @staticmethod
    def form(assessment: Assessment, **changed: str) -> dict[str, str]:
        end = timezone.localdate() + timedelta(days=30)
        sha256 = current_snapshot(assessment).sha256
        return {"decision": "approve", "sha256": sha256, "valid_until": end.isoformat(), "reason": "", **changed}

    def test_the_hash_is_shown_and_the_end_is_in_a_year(self, reviewer, begun: Assessment):
        page = signed_in(reviewer).get(reverse("review_decide", args=[begun.pk]))
        html = page.content.decode()
        assert html.count(current_snapshot(begun).sha256) >= 2
        assert f'value="{timezone.localdate().year + 1}-' in html

    def test_approving_names_the_hash(self, reviewer, begun: Assessment):
        response = signed_in(reviewer).post(reverse("review_decide", args=[begun.pk]), self.form(begun))
        assert response.headers["Location"] == reverse("review_queue")
        change = begun.state_changes.latest("pk")
        assert (change.to_state, change.snapshot, change.author) == (State.APPROVED, current_snapshot(begun), reviewer)

    def test_returning_needs_a_reason(self, reviewer, begun: Assessment):
        client = signed_in(reviewer)
        url = reverse("review_decide", args=[begun.pk])
        assert client.post(url, self.form(begun, decision="return")).status_code == 422
        assert client.post(url, self.form(begun, decision="return", reason="Bitte belegen.")).status_code == 302
        begun.refresh_from_db()
        assert begun.state == State.RETURNED

    @pytest.mark.parametrize("end", ["", "2020-01-01", "gestern"])
    def test_an_approval_needs_an_end_that_lies_ahead(self, end, reviewer, begun: Assessment):
        page = signed_in(reviewer).post(reverse("review_decide", args=[begun.pk]), self.form(begun, valid_until=end))
        assert page.status_code == 422
        assert "valid_until" in page.context["form"].errors

    @pytest.mark.parametrize("decision", ["return", "approve"])
    def test_the_second_reviewer_is_told_and_keeps_the_text(self, decision, reviewer, administrator, begun):
        form = self.form(begun, decision=decision, reason="Meine lange Begründung")
        approve(begun, administrator, form["sha256"], timezone.localdate() + timedelta(days=9))
        page = signed_in(reviewer).post(reverse("review_decide", args=[begun.pk]), form)
        assert page.status_code == 409
        html = page.content.decode()
        assert "Meine lange Begründung" in html
        assert "Ada Administrator" in html

    @pytest.mark.parametrize("decision", ["return", "approve"])
    def test_a_version_nobody_has_seen_is_not_decided_on(self, decision, reviewer, administrator, owner, begun):
        form = self.form(begun, decision=decision, reason="Zur alten Fassung")
        send_back(begun, administrator, "Bitte ändern.")
        save_answer(begun, "4.1.a1", owner, AnswerContent(1), base_version=1)
        submit(begun, owner)
        page = signed_in(reviewer).post(reverse("review_decide", args=[begun.pk]), form)
        assert page.status_code == 409
        assert "new version" in page.content.decode()
        assert "Zur alten Fassung" in page.content.decode()
        begun.refresh_from_db()
        assert begun.state == State.SUBMITTED

    def test_unread_it_has_to_be_read_first(self, reviewer, submitted: Assessment):
        response = signed_in(reviewer).get(reverse("review_decide", args=[submitted.pk]))
        assert response.headers["Location"] == detail(submitted)


def test_anonymous_people_are_asked_to_sign_in(client: Client, begun: Assessment):
    for url in (reverse("review_queue"), detail(begun), reverse("review_decide", args=[begun.pk])):
        assert client.get(url).status_code == 302
