"""What the pages of a review show, read once for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from ..change_texts import Row, change_rows
from ..discussion import by_place, threads_of
from ..document_comparison import Comparison, DimensionPair, compare_documents
from ..enums import State
from ..forms.review import NotePanel
from ..models import Assessment, ReviewerRating, Snapshot, Thread, User
from ..permissions import Action, allowed_actions
from ..results import QuestionResult, Result, result_of_document
from ..reviewing import ReviewNote, predecessor, ratings_of, reviewed_snapshot
from ..standing import Standing, standing_of
from .access import get_submission, signed_in


@dataclass
class Review:
    """A submission as a reviewer, or somebody else of the Senatskanzlei, sees it.

    Comments and levels of reviewers are for reviewers alone; others of the Senatskanzlei see the submission only.
    """

    assessment: Assessment
    snapshot: Snapshot
    before: Snapshot | None
    user: User
    may_review: bool
    standing: Standing
    result: Result
    comparison: Comparison | None
    threads: Mapping[str, list[Thread]]
    ratings: Mapping[str, list[ReviewerRating]]

    @property
    def is_submitted(self) -> bool:
        """Whether a decision is due."""
        return self.assessment.state == State.SUBMITTED

    @property
    def is_unread_for_me(self) -> bool:
        """Whether the person has to start the review before reading."""
        return self.may_review and self.is_submitted and self.snapshot.read_at is None

    @property
    def can_note(self) -> bool:
        """Whether the person can take notes now."""
        return self.may_review and self.is_submitted and self.snapshot.read_at is not None

    @cached_property
    def questions(self) -> dict[str, QuestionResult]:
        """All questions by key."""
        return {question.key: question for dimension in self.result.dimensions for question in dimension.questions}

    @cached_property
    def change_rows(self) -> list[Row]:
        """What changed around the answers."""
        return change_rows(self.comparison) if self.comparison else []

    @property
    def other_levels(self) -> int:
        """For how many questions a reviewer sees another level than the team."""
        return sum(
            any(rating.level != self.questions[key].level for rating in ratings)
            for key, ratings in self.ratings.items()
            if key in self.questions
        )

    def pair(self, key: str) -> DimensionPair | None:
        """The dimension beside its predecessor, after a return."""
        if self.comparison is None:
            return None
        return next((pair for pair in self.comparison.dimensions if pair.key == key), None)

    def panel(self, place: str) -> NotePanel:
        """A place with all that was said about it."""
        pair = self.comparison.question(place) if self.comparison and place in self.questions else None
        ratings = self.ratings.get(place, [])
        own = next((one for one in ratings if one.reviewer_id == self.user.pk), None)
        return NotePanel(
            place,
            question=self.questions.get(place),
            before=pair.before if pair and pair.is_changed else None,
            is_changed=bool(pair and pair.is_changed),
            threads=self.threads.get(place, []),
            ratings=[one for one in ratings if one is not own or not self.can_note],
            note=ReviewNote(own.level, own.note) if own else ReviewNote(),
        )

    @cached_property
    def places(self) -> frozenset[str]:
        """Everything that notes can be about."""
        return frozenset({"", *self.questions, *(dimension.key for dimension in self.result.dimensions)})

    def panels_of_changes(self, also: Collection[str] = ()) -> list[NotePanel]:
        """The whole, every dimension with something to look at, and in it what changed or still has an open comment.

        ``also`` names places that are shown anyway, because somebody is writing there.
        """
        panels = [self.panel("")]
        for key, questions in self._places_of_changes(also):
            panels += [self.panel(key), *(self.panel(question) for question in questions)]
        return panels

    def groups_of_changes(self, panels: Mapping[str, NotePanel], also: Collection[str] = ()) -> list[dict[str, Any]]:
        """The same, dimension by dimension."""
        return [
            {
                "pair": self.pair(key),
                "whole": panels[key],
                "changed": [panels[one] for one in questions if panels[one].is_changed],
                "unchanged": [panels[one] for one in questions if not panels[one].is_changed],
            }
            for key, questions in self._places_of_changes(also)
        ]

    def _places_of_changes(self, also: Collection[str]) -> list[tuple[str, list[str]]]:
        if self.comparison is None:
            return []
        found = []
        for pair in self.comparison.dimensions:
            questions = [
                one.key for one in pair.questions if one.is_changed or self._has_open_thread(one.key) or one.key in also
            ]
            if questions or self._has_open_thread(pair.key) or pair.key in also:
                found.append((pair.key, questions))
        return found

    def _has_open_thread(self, place: str) -> bool:
        return any(thread.is_open for thread in self.threads.get(place, []))

    def dimension_rows(self) -> list[dict[str, Any]]:
        """The twelve with their figures and how much was noted down."""
        rows = []
        for dimension in self.result.dimensions:
            places = [dimension.key, *(question.key for question in dimension.questions)]
            pair = self.pair(dimension.key)
            rows.append(
                {
                    "dimension": dimension,
                    "open_threads": sum(self._has_open_thread(place) for place in places),
                    "ratings": sum(place in self.ratings for place in places),
                    "changed": len(pair.changed) if pair else 0,
                }
            )
        return rows


def load_review(request: HttpRequest, pk: int) -> Review:
    """The submission with everything its pages need. 404 and 403 as ``get_submission`` has it."""
    assessment = get_submission(request, pk)
    may_review = Action.REVIEW in allowed_actions(request.user, assessment)
    snapshot = reviewed_snapshot(assessment)
    before = predecessor(snapshot) if may_review else None
    document = snapshot.document
    comparison = compare_documents(before.document, document) if before else None
    return Review(
        assessment=assessment,
        snapshot=snapshot,
        before=before,
        user=signed_in(request),
        may_review=may_review,
        standing=standing_of(assessment),
        result=comparison.after if comparison else result_of_document(document),
        comparison=comparison,
        threads=by_place(threads_of(assessment, is_review=True)) if may_review else {},
        ratings=ratings_of(assessment) if may_review else {},
    )
