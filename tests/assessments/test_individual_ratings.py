"""Individual ratings: alone first, then seen by the team, then fixed; and forgotten once they have served."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from assessments.account_deletion import delete_account
from assessments.answering import AssessmentClosed
from assessments.enums import Role, Scope
from assessments.exchange import export_document
from assessments.individual_ratings import (
    MAX_NOTE_LENGTH,
    AlreadyRevealed,
    RatingContent,
    RatingsError,
    clean_rating,
    cover,
    own_ratings,
    rated_counts,
    reveal,
    revealed_dimensions,
    save_ratings,
    team_ratings,
    to_clarify,
)
from assessments.models import Assessment, IndividualRating, Membership, RevealedDimension, User
from assessments.own_data import own_data
from assessments.retention import clean_up
from assessments.teams import remove_member
from assessments.workflow import approve, deepen, send_back, start_assessment, submit
from tests.factories import make_assessment

pytestmark = pytest.mark.django_db

KEY, OTHER = "4.1.a1", "4.1.b1"
NOT_APPLICABLE = RatingContent(is_not_applicable=True)


@pytest.fixture
def rated(draft: Assessment, owner: User, editor: User, viewer: User) -> Assessment:
    """All three have rated 4.1: far apart at the first question, close at the second."""
    save_ratings(draft, owner, "4.1", {KEY: RatingContent(4, note="Steht im Bericht."), OTHER: RatingContent(2)})
    save_ratings(draft, editor, "4.1", {KEY: RatingContent(1), OTHER: RatingContent(3)})
    save_ratings(draft, viewer, "4.1", {KEY: RatingContent(2), OTHER: NOT_APPLICABLE})
    return draft


class TestRatingAlone:
    def test_what_somebody_thinks_is_kept_and_changed(self, draft, viewer):
        save_ratings(draft, viewer, "4.1", {KEY: RatingContent(1, note="Nur vermutet."), OTHER: NOT_APPLICABLE})
        save_ratings(draft, viewer, "4.1", {KEY: RatingContent(2, note="Doch gefragt.")})
        assert own_ratings(draft, viewer, "4.1") == {
            KEY: RatingContent(2, note="Doch gefragt."),
            OTHER: NOT_APPLICABLE,
        }

    def test_an_empty_rating_goes(self, draft, viewer):
        save_ratings(draft, viewer, "4.1", {KEY: RatingContent(1)})
        save_ratings(draft, viewer, "4.1", {KEY: RatingContent()})
        assert not IndividualRating.objects.exists()

    def test_a_note_alone_is_kept_but_is_no_rating(self, draft, viewer):
        save_ratings(draft, viewer, "4.1", {KEY: RatingContent(note="Weiß ich nicht.")})
        assert own_ratings(draft, viewer, "4.1")[KEY].note == "Weiß ich nicht."
        assert not rated_counts(draft)

    def test_the_same_again_changes_nothing(self, draft, viewer):
        save_ratings(draft, viewer, "4.1", {KEY: RatingContent(1)})
        before = IndividualRating.objects.get()
        save_ratings(draft, viewer, "4.1", {KEY: RatingContent(1)})
        assert IndividualRating.objects.get().changed_at == before.changed_at

    def test_each_person_has_their_own(self, rated, owner, editor):
        assert own_ratings(rated, owner, "4.1")[KEY].level == 4
        assert own_ratings(rated, editor, "4.1")[KEY].level == 1

    def test_answers_and_scores_stay_as_they_are(self, draft, owner):
        before = export_document(draft)
        save_ratings(draft, owner, "4.1", {KEY: RatingContent(0, note="Geheime Notiz")})
        reveal(draft, owner, "4.1")
        assert export_document(draft) == before

    @pytest.mark.parametrize("content", [RatingContent(5), RatingContent(-1), RatingContent(2, is_not_applicable=True)])
    def test_a_level_that_does_not_exist_is_refused(self, content):
        with pytest.raises(ValidationError) as refused:
            clean_rating(content)
        assert set(refused.value.error_dict) == {"level"}

    def test_a_note_that_is_too_long_is_refused(self):
        with pytest.raises(ValidationError) as refused:
            clean_rating(RatingContent(1, note="x" * (MAX_NOTE_LENGTH + 1)))
        assert set(refused.value.error_dict) == {"note"}

    def test_who_is_not_in_the_project_rates_nothing(self, draft, stranger):
        with pytest.raises(PermissionDenied):
            save_ratings(draft, stranger, "4.1", {KEY: RatingContent(1)})

    def test_nothing_is_rated_once_it_was_handed_in(self, draft, owner, viewer):
        submit(draft, owner)
        with pytest.raises(AssessmentClosed):
            save_ratings(draft, viewer, "4.1", {KEY: RatingContent(1)})

    @pytest.mark.parametrize(
        ("name", "columns"),
        [
            ("individual_rating_level_0_to_4", {"level": 5}),
            ("individual_rating_level_or_not_applicable", {"level": 1, "is_not_applicable": True}),
            ("individual_rating_says_something", {}),
        ],
    )
    def test_the_database_refuses_nonsense(self, draft, viewer, name, columns):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            IndividualRating.objects.create(
                assessment=draft, user=viewer, question_key=KEY, changed_at=timezone.now(), **columns
            )


class TestRevealing:
    def test_before_it_nobody_sees_a_level(self, rated, viewer):
        assert team_ratings(rated, "4.1") == {}
        assert not to_clarify(rated)
        told = json.dumps(own_data(viewer, timezone.now()), default=str)
        assert "Steht im Bericht" not in told

    def test_who_has_rated_how_much_is_known_before(self, rated, owner, editor, viewer):
        assert rated_counts(rated) == {(one.pk, "4.1"): 2 for one in (owner, editor, viewer)}

    def test_then_the_team_sees_levels_notes_and_how_far_apart_they_are(self, rated, owner):
        reveal(rated, owner, "4.1")
        seen = team_ratings(rated, "4.1")
        first, second = seen[KEY], seen[OTHER]
        assert [(one.user.name, one.level) for one in first.ratings] == [
            ("Emil Editor", 1),
            ("Olga Owner", 4),
            ("Vera Viewer", 2),
        ]
        assert (first.spread.width, first.spread.needs_clarification) == (3, True)
        assert (second.spread.width, second.spread.is_split_on_fit) == (1, True)
        assert to_clarify(rated) == {"4.1": 1}

    def test_other_dimensions_stay_hidden(self, rated, owner):
        save_ratings(rated, owner, "4.2", {"4.2.a1": RatingContent(0)})
        reveal(rated, owner, "4.1")
        assert team_ratings(rated, "4.2") == {}
        assert set(revealed_dimensions(rated)) == {"4.1"}

    def test_other_assessments_stay_hidden(self, rated, owner, editor):
        other = make_assessment(number=1, created_by=owner)
        Membership.objects.create(project=other.project, user=editor, role=Role.EDITOR)
        save_ratings(other, editor, "4.1", {KEY: RatingContent(0)})
        reveal(rated, owner, "4.1")
        assert team_ratings(other, "4.1") == {}
        assert not to_clarify(other)

    def test_then_nobody_changes_theirs(self, rated, owner, viewer):
        reveal(rated, owner, "4.1")
        with pytest.raises(AlreadyRevealed):
            save_ratings(rated, viewer, "4.1", {KEY: RatingContent(4)})
        assert own_ratings(rated, viewer, "4.1")[KEY].level == 2

    def test_covered_again_there_is_a_second_round(self, rated, owner, viewer):
        reveal(rated, owner, "4.1")
        cover(rated, "4.1")
        assert team_ratings(rated, "4.1") == {}
        save_ratings(rated, viewer, "4.1", {KEY: RatingContent(4)})
        reveal(rated, owner, "4.1")
        assert [one.level for one in team_ratings(rated, "4.1")[KEY].ratings] == [1, 4, 4]

    def test_revealing_twice_tells_who_was_faster(self, rated, owner, editor):
        reveal(rated, owner, "4.1")
        with pytest.raises(RatingsError, match="Olga Owner"):
            reveal(rated, editor, "4.1")
        assert RevealedDimension.objects.get().revealed_by == owner

    def test_covering_twice_is_told(self, rated, owner):
        reveal(rated, owner, "4.1")
        cover(rated, "4.1")
        with pytest.raises(RatingsError):
            cover(rated, "4.1")

    def test_there_must_be_something_to_reveal(self, draft, owner, viewer):
        save_ratings(draft, viewer, "4.1", {KEY: RatingContent(note="Nur eine Notiz.")})
        with pytest.raises(RatingsError):
            reveal(draft, owner, "4.1")

    def test_nothing_is_revealed_or_covered_once_it_was_handed_in(self, rated, owner):
        reveal(rated, owner, "4.1")
        submit(rated, owner)
        with pytest.raises(AssessmentClosed):
            reveal(rated, owner, "4.2")
        with pytest.raises(AssessmentClosed):
            cover(rated, "4.1")

    def test_few_queries_for_everything_the_team_sees(self, rated, owner, django_assert_num_queries):
        reveal(rated, owner, "4.1")
        with django_assert_num_queries(4):
            [str(one.user) for ratings in team_ratings(rated, "4.1").values() for one in ratings.ratings]
            to_clarify(rated)
            rated_counts(rated)
            revealed_dimensions(rated)


class TestForgetting:
    def test_a_return_keeps_them_and_an_approval_forgets_them(self, rated, owner, reviewer):
        reveal(rated, owner, "4.1")
        submit(rated, owner)
        send_back(rated, reviewer, "Bitte ergänzen.")
        assert team_ratings(rated, "4.1")
        snapshot = submit(rated, owner)
        approve(rated, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=30))
        assert not IndividualRating.objects.exists()
        assert not RevealedDimension.objects.exists()

    def test_the_snapshot_knows_nothing_of_them(self, rated, owner):
        reveal(rated, owner, "4.1")
        assert "Steht im Bericht" not in submit(rated, owner).canonical

    def test_who_leaves_the_project_takes_them_along(self, rated, project, editor, viewer):
        remove_member(project, Membership.objects.get(project=project, user=viewer).pk)
        assert set(IndividualRating.objects.values_list("user__name", flat=True)) == {"Olga Owner", "Emil Editor"}
        assert rated.answers.exists()

    def test_what_somebody_rated_in_another_project_stays(self, rated, project, viewer):
        other = make_assessment()
        Membership.objects.create(project=other.project, user=viewer, role=Role.VIEWER)
        save_ratings(other, viewer, "4.1", {KEY: RatingContent(3)})
        remove_member(project, Membership.objects.get(project=project, user=viewer).pk)
        assert IndividualRating.objects.get(user=viewer).assessment == other

    def test_a_deleted_account_takes_them_along(self, rated, viewer, editor):
        delete_account(viewer)
        assert not IndividualRating.objects.filter(user=viewer).exists()
        assert IndividualRating.objects.filter(user=editor).count() == 2

    def test_a_new_round_begins_without_them(self, rated, owner, reviewer):
        reveal(rated, owner, "4.1")
        snapshot = submit(rated, owner)
        approve(rated, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=30))
        again = start_assessment(rated.project, owner, Scope.FULL, copy_from=rated)
        assert not again.individual_ratings.exists()
        assert not again.revealed_dimensions.exists()

    def test_deepening_keeps_them(self, project, owner, viewer):
        quick = make_assessment(project, scope=Scope.QUICK)
        save_ratings(quick, viewer, "4.1", {KEY: RatingContent(3)})
        reveal(quick, owner, "4.1")
        deepen(quick)
        assert team_ratings(quick, "4.1")[KEY].spread.rated == 1

    def test_the_cleaning_finds_what_was_left_behind(self, rated, project, viewer):
        Membership.objects.filter(project=project, user=viewer).delete()
        assert clean_up(timezone.now())["individual ratings"] == 2
        assert clean_up(timezone.now())["individual ratings"] == 0
        assert IndividualRating.objects.count() == 4

    def test_own_data_tell_ones_own(self, rated, owner, viewer):
        reveal(rated, owner, "4.1")
        told = own_data(viewer, timezone.now())
        assert [(row["question"], row["level"], row["not_applicable"]) for row in told["individual_ratings"]] == [
            (KEY, 2, False),
            (OTHER, None, True),
        ]
        assert told["ratings_revealed"] == []
        assert [row["dimension"] for row in own_data(owner, timezone.now())["ratings_revealed"]] == ["4.1"]
