"""Reviewing: what waits, what was seen before, what changed, what reviewers note down."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from assessments import clock
from assessments.answering import AnswerContent, save_answer
from assessments.enums import Scope
from assessments.models import Answer, Assessment, Comment, Project, ReviewerRating, Snapshot, Thread, User
from assessments.reviewing import (
    MAX_NOTE_LENGTH,
    ReviewNote,
    changed_answers,
    clean_note,
    group_by_question,
    is_unread_by,
    predecessor,
    ratings_of,
    return_of,
    reviewed_snapshot,
    save_notes,
    seen_submissions,
    waiting_submissions,
)
from assessments.workflow import (
    WorkflowError,
    current_snapshot,
    mark_read,
    send_back,
    start_assessment,
    submit,
    withdraw,
)
from tests.factories import answer_all, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _hours_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock is an hour later than the one before."""
    moments = iter(timezone.now() - timedelta(hours=2000 - hour) for hour in range(2000))
    monkeypatch.setattr(clock, "now", lambda: next(moments))


def begun(owner: User, project: Project | None = None) -> Assessment:
    """An assessment with every question answered."""
    return answer_all(start_assessment(project or make_project(owner=owner), owner, Scope.FULL), 1)


def change(assessment: Assessment, owner: User, *keys: str) -> None:
    """Answer these questions differently."""
    for key in keys:
        answer = Answer.objects.get(assessment=assessment, question_key=key)
        content = AnswerContent(level=(answer.level or 0) + 1)
        save_answer(assessment, key, owner, content, base_version=answer.version)


@pytest.fixture
def travelled(owner: User, reviewer: User) -> Assessment:
    """Returned, submitted again, withdrawn, and submitted a third time."""
    assessment = begun(owner)
    submit(assessment, owner)
    send_back(assessment, reviewer, "Bitte ergänzen.")
    change(assessment, owner, "4.1.a1")
    submit(assessment, owner)
    withdraw(assessment, owner)
    change(assessment, owner, "4.1.a2", "4.1.b2")
    submit(assessment, owner)
    return assessment


def snapshots(assessment: Assessment) -> list[Snapshot]:
    return list(assessment.snapshots.order_by("number"))


class TestWaiting:
    def test_the_longest_waiting_first_with_what_the_list_shows(
        self, owner: User, reviewer: User, django_assert_num_queries
    ):
        later, first = begun(owner), begun(owner)
        submit(first, owner)
        send_back(first, reviewer, "Bitte ergänzen.")
        submit(first, owner)
        withdraw(first, owner)
        submit(first, owner)
        mark_read(current_snapshot(first))
        submit(later, owner)
        send_back(later, reviewer, "Auch hier.")
        submit(later, owner)
        with django_assert_num_queries(1):
            found: list[Any] = list(waiting_submissions(reviewer))
            assert [one.project.organisation is not None and one.scores.in_scope > 0 for one in found] == [True] * 2
        assert found == [first, later]
        for one, number in zip(found, (3, 2), strict=True):
            newest = current_snapshot(one)
            assert (one.submission, one.submitted_at, one.read_at) == (number, newest.submitted_at, newest.read_at)
            returned = one.state_changes.get(to_state="returned", is_withdrawal=False)
            assert one.returned_at == returned.at
        assert found[0].read_at is not None
        assert found[1].read_at is None

    def test_nobody_reviews_what_they_work_on(self, owner: User, reviewer: User, administrator: User):
        assessment = begun(owner, make_project(owner=owner, viewer=reviewer))
        submit(assessment, owner)
        assert not waiting_submissions(reviewer)
        assert list(waiting_submissions(administrator)) == [assessment]

    def test_drafts_do_not_wait(self, owner: User, reviewer: User):
        begun(owner)
        assert not waiting_submissions(reviewer)


class TestBefore:
    def test_what_the_reviewers_saw_last(self, travelled: Assessment, owner: User, reviewer: User):
        other = begun(owner)
        for _ in range(2):
            submit(other, owner)
            send_back(other, reviewer, "Anderes Projekt.")
        first, second, third = snapshots(travelled)
        assert predecessor(first) is None
        assert predecessor(second) == predecessor(third) == first
        send_back(travelled, reviewer, "Noch einmal.")
        assert predecessor(second) == first
        submit(travelled, owner)
        assert predecessor(current_snapshot(travelled)) == third

    def test_what_was_withdrawn_was_never_seen(self, travelled: Assessment, owner: User):
        first, _, third = snapshots(travelled)
        assert reviewed_snapshot(travelled) == third
        withdraw(travelled, owner)
        assert reviewed_snapshot(travelled) == first

    def test_reviewers_see_what_they_returned_and_others_the_newest(
        self, travelled: Assessment, owner: User, reviewer: User, portfolio_reader: User
    ):
        first, _, third = snapshots(travelled)
        assert seen_submissions(travelled, reviewer) == [third, first]
        assert seen_submissions(travelled, portfolio_reader) == [third]
        fresh = begun(owner)
        submit(fresh, owner)
        assert seen_submissions(fresh, reviewer) == snapshots(fresh)

    def test_the_step_that_returned_it(self, travelled: Assessment, owner: User, reviewer: User):
        other = begun(owner)
        submit(other, owner)
        send_back(other, reviewer, "Anderes Projekt.")
        first, second, third = snapshots(travelled)
        found = return_of(first)
        assert found is not None
        assert (found.reason, found.author) == ("Bitte ergänzen.", reviewer)
        assert return_of(second) is None
        assert return_of(third) is None

    def test_the_author_of_a_return_comes_with_it(self, travelled: Assessment, django_assert_num_queries):
        first = snapshots(travelled)[0]
        with django_assert_num_queries(1):
            found = return_of(first)
            assert found is not None
            assert str(found.author) == "Rita Reviewer"


class TestUnread:
    def test_until_somebody_opens_it(
        self, travelled: Assessment, owner: User, reviewer: User, portfolio_reader: User, administrator: User
    ):
        assert is_unread_by(travelled, reviewer)
        assert is_unread_by(travelled, administrator)
        assert not is_unread_by(travelled, portfolio_reader)
        assert not is_unread_by(travelled, owner)
        mark_read(current_snapshot(travelled))
        assert not is_unread_by(travelled, reviewer)

    def test_what_nobody_reviews_is_not_unread(self, travelled: Assessment, owner: User, reviewer: User):
        withdraw(travelled, owner)
        assert not is_unread_by(travelled, reviewer)


class TestChanges:
    def test_against_what_was_returned_last(self, travelled: Assessment, owner: User, reviewer: User):
        assert changed_answers([travelled]) == {travelled.pk: 3}
        send_back(travelled, reviewer, "Noch einmal.")
        change(travelled, owner, "4.1.b1")
        Answer.objects.filter(assessment=travelled, question_key="2.1.a1").delete()
        submit(travelled, owner)
        assert changed_answers([travelled]) == {travelled.pk: 2}

    def test_only_of_those_asked_for(self, travelled: Assessment, owner: User, reviewer: User):
        unchanged = begun(owner)
        submit(unchanged, owner)
        send_back(unchanged, reviewer, "Bitte prüfen.")
        submit(unchanged, owner)
        assert changed_answers([unchanged]) == {unchanged.pk: 0}
        assert changed_answers([unchanged, travelled]) == {unchanged.pk: 0, travelled.pk: 3}
        assert changed_answers([]) == {}

    def test_first_submissions_have_none_also_after_a_withdrawal(self, owner: User, travelled: Assessment):
        fresh = begun(owner)
        submit(fresh, owner)
        assert changed_answers([fresh]) == {}
        withdraw(fresh, owner)
        change(fresh, owner, "4.1.a1")
        submit(fresh, owner)
        assert changed_answers([fresh]) == {}


class TestCleaning:
    @pytest.mark.parametrize("level", [None, 0, 4])
    def test_it_is_tidied_and_otherwise_kept(self, level: int | None):
        key, text = uuid4(), "" if level is None else "  Belegt. \r\n"
        cleaned = clean_note(ReviewNote(level, text, " Warum?\n", is_done=True, request_key=key))
        assert cleaned == ReviewNote(level, text.strip(), "Warum?", is_done=True, request_key=key)

    @pytest.mark.parametrize(
        ("note", "errors"),
        [
            (ReviewNote(5), {"level": ("level", "Choose one of the levels 0 to 4.")}),
            (ReviewNote(-1), {"level": ("level", "Choose one of the levels 0 to 4.")}),
            (ReviewNote(None, "Belegt."), {"level": ("level_missing", "Choose the level your note is about.")}),
            (ReviewNote(1, "a" * (MAX_NOTE_LENGTH + 1)), {"note": ("too_long", "")}),
            (ReviewNote(1, "a" * MAX_NOTE_LENGTH, "b" * 100_000), {"comment": ("too_long", "")}),
            (ReviewNote(9, "\0"), {"level": ("level", ""), "note": ("", "")}),
        ],
    )
    def test_every_fault_is_named(self, note: ReviewNote, errors: dict[str, tuple[str, str]]):
        with pytest.raises(ValidationError) as caught:
            clean_note(note)
        assert caught.value.error_dict.keys() == errors.keys()
        with translation.override("en"):
            for field, (code, message) in errors.items():
                (fault,) = caught.value.error_dict[field]
                assert fault.code == code or not code
                assert str(fault.message) == message or not message


@pytest.fixture
def read(travelled: Assessment) -> Assessment:
    """Its review has begun."""
    mark_read(current_snapshot(travelled))
    return travelled


def rating(assessment: Assessment, reviewer: User, key: str = "4.1.a1") -> tuple[int, str, datetime] | None:
    found = ReviewerRating.objects.filter(assessment=assessment, reviewer=reviewer, question_key=key).first()
    return (found.level, found.note, found.changed_at) if found else None


class TestNotes:
    def test_nothing_is_noted_before_the_review_has_begun(self, travelled: Assessment, reviewer: User):
        with pytest.raises(WorkflowError) as caught:
            save_notes(travelled, reviewer, {"4.1.a1": ReviewNote(1)})
        assert caught.value.code == "unread"
        with translation.override("en"):
            assert caught.value.messages == ["Please start the review first: the team may still withdraw it."]
        assert not ReviewerRating.objects.exists()

    def test_nor_after_it_has_ended(self, read: Assessment, reviewer: User):
        send_back(read, reviewer, "Bitte ergänzen.")
        with pytest.raises(WorkflowError) as caught:
            save_notes(read, reviewer, {"4.1.a1": ReviewNote(1)})
        assert caught.value.code == "state"

    def test_a_level_and_its_note_are_kept_changed_and_taken_back(self, read: Assessment, reviewer: User):
        save_notes(read, reviewer, {"4.1.a1": ReviewNote(1, "Zu wenig."), "4.1.b1": ReviewNote(3)})
        kept = rating(read, reviewer)
        assert kept is not None
        assert kept[:2] == (1, "Zu wenig.")
        save_notes(read, reviewer, {"4.1.a1": ReviewNote(1, "Zu wenig.")})
        assert rating(read, reviewer) == kept
        save_notes(read, reviewer, {"4.1.a1": ReviewNote(1, "Etwas wenig.")})
        newer = rating(read, reviewer)
        assert newer is not None
        assert (newer[1], newer[2] > kept[2]) == ("Etwas wenig.", True)
        save_notes(read, reviewer, {"4.1.a1": ReviewNote(2, "Etwas wenig.")})
        newest = rating(read, reviewer)
        assert newest is not None
        assert newest[:2] == (2, "Etwas wenig.")
        save_notes(read, reviewer, {"4.1.a1": ReviewNote()})
        assert rating(read, reviewer) is None
        assert rating(read, reviewer, "4.1.b1") is not None

    def test_each_reviewer_has_levels_of_their_own(self, read: Assessment, owner: User, reviewer: User):
        second, other = make_user("Ruth Reviewer", staff_role="reviewer"), begun(owner)
        submit(other, owner)
        mark_read(current_snapshot(other))
        save_notes(read, reviewer, {"4.1.a1": ReviewNote(1)})
        save_notes(other, second, {"4.1.a1": ReviewNote(0)})
        save_notes(read, second, {"4.1.a1": ReviewNote(2, "Besser.")})
        assert [(one.reviewer, one.level) for one in ratings_of(read)["4.1.a1"]] == [(reviewer, 1), (second, 2)]
        save_notes(read, second, {"4.1.a1": ReviewNote()})
        assert [one.level for one in ratings_of(read)["4.1.a1"]] == [1]
        assert [one.level for one in ratings_of(other)["4.1.a1"]] == [0]

    def test_a_comment_begins_a_thread_and_the_next_goes_on_in_it(self, read: Assessment, reviewer: User, owner: User):
        Thread.objects.create(assessment=read, refers_to="4.1", created_by=owner)
        key = uuid4()
        save_notes(read, reviewer, {"4.1": ReviewNote(comment="Warum?", request_key=key)})
        thread = Thread.objects.get(is_review=True)
        assert (thread.assessment, thread.refers_to, thread.created_by) == (read, "4.1", reviewer)
        assert Comment.objects.get().request_key == key
        save_notes(read, reviewer, {"4.1": ReviewNote(comment="Und wie?", is_done=True, request_key=uuid4())})
        assert [one.text for one in thread.comments.order_by("pk")] == ["Warum?", "Und wie?"]
        assert {one.author for one in thread.comments.all()} == {reviewer}
        assert Thread.objects.get(is_review=True).is_open
        save_notes(read, reviewer, {"4.2": ReviewNote(comment="Hier auch.")})
        assert Thread.objects.filter(is_review=True).count() == 2

    def test_what_was_sent_twice_is_written_once(self, read: Assessment, reviewer: User):
        first, second = uuid4(), uuid4()
        for key in (first, first, second, second):
            save_notes(read, reviewer, {"4.1": ReviewNote(comment="Warum?", request_key=key)})
        assert Thread.objects.get().comments.count() == 2

    def test_a_thread_is_settled_and_opened_again(self, read: Assessment, reviewer: User):
        save_notes(read, reviewer, {"4.1": ReviewNote(comment="Warum?"), "4.2": ReviewNote(comment="Und hier?")})
        for is_done in (True, False):
            save_notes(read, reviewer, {"4.1": ReviewNote(is_done=is_done), "4.2": ReviewNote(), "4.3": ReviewNote()})
            assert [one.is_open for one in Thread.objects.order_by("refers_to")] == [not is_done, True]

    def test_a_settled_thread_stays_so_until_somebody_says_otherwise(self, read: Assessment, reviewer: User):
        save_notes(read, reviewer, {"4.1": ReviewNote(comment="Warum?")})
        save_notes(read, reviewer, {"4.1": ReviewNote(is_done=True)})
        save_notes(read, reviewer, {"4.1": ReviewNote()})
        assert not Thread.objects.get().is_open

    def test_threads_of_other_submissions_are_left_alone(self, read: Assessment, owner: User, reviewer: User):
        other = begun(owner)
        mark_read(submit(other, owner))
        save_notes(other, reviewer, {"4.1": ReviewNote(comment="Dort.")})
        save_notes(read, reviewer, {"4.1": ReviewNote(comment="Hier.")})
        assert [(one.thread.assessment, one.text) for one in Comment.objects.order_by("pk")] == [
            (other, "Dort."),
            (read, "Hier."),
        ]

    def test_all_or_nothing(self, read: Assessment, reviewer: User):
        with pytest.raises(ValidationError):
            save_notes(read, reviewer, {"4.1.a1": ReviewNote(1), "4.1": ReviewNote(comment="\0")})
        assert not ReviewerRating.objects.exists()


class TestRatings:
    def test_by_question_the_oldest_first(self, read: Assessment, reviewer: User, django_assert_num_queries):
        second = make_user("Ruth Reviewer", staff_role="reviewer")
        save_notes(read, second, {"4.1.b1": ReviewNote(3), "4.1.a1": ReviewNote(2)})
        save_notes(read, reviewer, {"4.1.a1": ReviewNote(1)})
        with django_assert_num_queries(1):
            found = ratings_of(read)
            assert [(key, [str(one.reviewer) for one in rows]) for key, rows in found.items()] == [
                ("4.1.a1", ["Ruth Reviewer", "Rita Reviewer"]),
                ("4.1.b1", ["Ruth Reviewer"]),
            ]
        newest = found["4.1.a1"][1].changed_at
        assert [one.level for one in ratings_of(read, before=newest)["4.1.a1"]] == [2]
        assert ratings_of(read, before=found["4.1.b1"][0].changed_at) == {}

    def test_none_have_no_groups(self):
        assert group_by_question([]) == {}
