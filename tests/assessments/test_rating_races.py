"""Rating, revealing and leaving at the same moment: nothing changes once it was seen, nothing is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from assessments import individual_ratings
from assessments.individual_ratings import (
    AlreadyRevealed,
    RatingContent,
    RatingsError,
    cover,
    own_ratings,
    reveal,
    save_ratings,
    team_ratings,
)
from assessments.models import Assessment, IndividualRating, Membership, RevealedDimension, User
from assessments.teams import remove_member
from tests.assessments.test_answering import at_once

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "4.1.a1"
ROUNDS = 6


def again(assessment: Assessment) -> Assessment:
    """The assessment as another request holds it."""
    return Assessment.objects.get(pk=assessment.pk)


def job(done: list[str], name: str, act: Callable[[], object]) -> Callable[[], None]:
    """Do it and note it down, unless it is refused."""

    def run() -> None:
        try:
            act()
        except (AlreadyRevealed, RatingsError, PermissionDenied):
            return
        done.append(name)

    return run


def changed_after_they_were_seen() -> list[IndividualRating]:
    """What must not exist."""
    return [
        rating
        for shown in RevealedDimension.objects.all()
        for rating in IndividualRating.objects.filter(assessment=shown.assessment_id)
        if rating.changed_at > shown.revealed_at
    ]


def test_a_rating_is_seen_as_it_was_saved_or_refused(draft: Assessment, owner: User, viewer: User):
    save_ratings(draft, viewer, "4.1", {KEY: RatingContent(0)})
    for _ in range(ROUNDS):
        done: list[str] = []
        before = IndividualRating.objects.get().level or 0
        wanted = (before + 1) % 5
        rating = {KEY: RatingContent(wanted)}
        at_once(
            job(done, "reveal", partial(reveal, again(draft), owner, "4.1")),
            job(done, "rate", partial(save_ratings, again(draft), viewer, "4.1", rating)),
        )
        assert "reveal" in done
        assert [one.level for one in team_ratings(draft, "4.1")[KEY].ratings] == [wanted if "rate" in done else before]
        assert not changed_after_they_were_seen()
        cover(draft, "4.1")


def test_of_two_who_reveal_one_does(draft: Assessment, owner: User, editor: User, viewer: User):
    save_ratings(draft, viewer, "4.1", {KEY: RatingContent(3)})
    for _ in range(ROUNDS):
        done: list[str] = []
        at_once(
            *(job(done, one.name, partial(reveal, again(draft), one, "4.1")) for one in (owner, editor)),
        )
        assert len(done) == 1
        assert str(RevealedDimension.objects.get().revealed_by) == done[0]
        cover(draft, "4.1")


def test_of_two_who_cover_one_does(draft: Assessment, owner: User, viewer: User):
    save_ratings(draft, viewer, "4.1", {KEY: RatingContent(3)})
    for _ in range(ROUNDS):
        reveal(draft, owner, "4.1")
        done: list[str] = []
        at_once(*(job(done, "cover", partial(cover, again(draft), "4.1")) for _ in range(2)))
        assert done == ["cover"]


def test_who_leaves_while_rating_leaves_nothing_behind(draft: Assessment, viewer: User):
    for level in range(ROUNDS):
        membership = Membership.objects.get(project=draft.project, user=viewer)
        role, rating = membership.role, {KEY: RatingContent(level % 5)}
        at_once(
            job([], "rate", partial(save_ratings, again(draft), viewer, "4.1", rating)),
            job([], "leave", partial(remove_member, draft.project, membership.pk)),
        )
        assert not Membership.objects.filter(user=viewer).exists()
        assert not IndividualRating.objects.exists()
        Membership.objects.create(project=draft.project, user=viewer, role=role)


def test_who_leaves_waits_for_a_rating_under_way(draft: Assessment, viewer: User, monkeypatch):
    """Between the look whether somebody is a member and the writing nobody leaves."""
    is_looking, has_left = threading.Event(), threading.Event()

    def look_long(*args: object) -> dict[str, RatingContent]:
        is_looking.set()
        # Left in this moment, the rating would come afterwards. In time that cannot happen.
        has_left.wait(timeout=1)
        return own_ratings(*args)  # type: ignore[arg-type]

    def leave() -> None:
        assert is_looking.wait(timeout=30)
        remove_member(draft.project, Membership.objects.get(project=draft.project, user=viewer).pk)
        has_left.set()

    monkeypatch.setattr(individual_ratings, "own_ratings", look_long)
    done: list[str] = []
    rating = {KEY: RatingContent(1)}
    at_once(
        job(done, "rate", partial(save_ratings, again(draft), viewer, "4.1", rating)),
        job(done, "leave", leave),
    )
    assert done == ["rate", "leave"]
    assert not IndividualRating.objects.exists()


def test_two_windows_of_one_person_make_one_rating(draft: Assessment, viewer: User):
    for _ in range(ROUNDS):
        done: list[str] = []
        at_once(
            *(
                job(done, "rate", partial(save_ratings, again(draft), viewer, "4.1", {KEY: RatingContent(level)}))
                for level in (1, 4)
            )
        )
        assert done == ["rate", "rate"]
        assert IndividualRating.objects.get().level in (1, 4)
        IndividualRating.objects.all().delete()


def test_the_control_changes_what_was_seen(draft: Assessment, owner: User, viewer: User):
    """Look, then write, without holding the assessment: the check above finds it."""
    save_ratings(draft, viewer, "4.1", {KEY: RatingContent(0)})
    has_looked, is_revealed = threading.Event(), threading.Event()
    done: list[str] = []

    def rate_naively() -> None:
        if RevealedDimension.objects.filter(assessment=draft, dimension_key="4.1").exists():
            raise AlreadyRevealed
        has_looked.set()
        assert is_revealed.wait(timeout=30)
        IndividualRating.objects.filter(user=viewer).update(level=4, changed_at=timezone.now())

    def reveal_meanwhile() -> None:
        assert has_looked.wait(timeout=30)
        try:
            reveal(again(draft), owner, "4.1")
        finally:
            is_revealed.set()

    at_once(job(done, "rate", rate_naively), job(done, "reveal", reveal_meanwhile))
    assert sorted(done) == ["rate", "reveal"], "the harness must see both"
    assert changed_after_they_were_seen()
