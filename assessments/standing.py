"""Where an assessment stands: which content counts, and how it got here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import QuerySet

from .enums import State
from .models import Assessment, Project, Snapshot, StateChange
from .results import Result, result_of, result_of_document

FROZEN_STATES = (State.SUBMITTED, State.APPROVED)
"""States in which the newest snapshot is what is shown and printed, not what the tables hold."""


def frozen_snapshot(assessment: Assessment) -> Snapshot | None:
    """The snapshot that counts while an assessment is submitted or approved; None while the team works on it."""
    if assessment.state not in FROZEN_STATES:
        return None
    return assessment.snapshots.order_by("number").last()


def shown_result(assessment: Assessment) -> Result:
    """The result that counts: of the frozen document, or of what the team has entered so far."""
    snapshot = frozen_snapshot(assessment)
    return result_of_document(snapshot.document) if snapshot else result_of(assessment)


@cache
def _submissions() -> QuerySet[Snapshot]:
    """What all projects have submitted; never evaluated itself, put together once because that takes long."""
    return Snapshot.objects.exclude(state_changes__is_withdrawal=True).select_related("assessment").order_by("-pk")


def submissions_of(project: Project | int) -> QuerySet[Snapshot]:
    """What a project has submitted, the newest first. What it withdrew was read by nobody and is passed over."""
    return _submissions().filter(assessment__project=project)


def frozen_submission(assessment: Assessment) -> tuple[Snapshot, Snapshot | None]:
    """What counts of an assessment in a frozen state, and the project's submission before; one query."""
    submissions = submissions_of(assessment.project_id).filter(assessment__number__lte=assessment.number)
    newest, *before = submissions[:2]
    return newest, before[0] if before else None


def submission_before(snapshot: Snapshot) -> Snapshot | None:
    """The project's submission before this one, of the same assessment or an earlier one; its content is read later."""
    earlier = submissions_of(snapshot.assessment.project_id).filter(pk__lt=snapshot.pk)
    return earlier.defer("canonical").first()


@dataclass(frozen=True, slots=True)
class Standing:
    """The steps an assessment has taken, the newest first, and what follows from them."""

    state: State
    changes: tuple[StateChange, ...]

    @property
    def last_return(self) -> StateChange | None:
        """The newest return by a reviewer, with its reason."""
        return next((one for one in self.changes if one.is_return), None)

    @property
    def returned(self) -> StateChange | None:
        """The return the team is working on."""
        return self.last_return if self.state == State.RETURNED else None

    @property
    def submission(self) -> StateChange | None:
        """The submission that is being reviewed."""
        return self.changes[0] if self.changes and self.state == State.SUBMITTED else None

    @property
    def approval(self) -> StateChange | None:
        """The approval, with the date until which it is valid."""
        return self.changes[0] if self.changes and self.state == State.APPROVED else None


def history() -> QuerySet[StateChange]:
    """Steps with their authors and snapshots, the newest first, without the frozen documents."""
    return StateChange.objects.select_related("author", "snapshot").defer("snapshot__canonical").order_by("-at", "-pk")


def standing_of(assessment: Assessment, changes: Sequence[StateChange] | None = None) -> Standing:
    """The standing of an assessment: one query, none if its ``changes`` (newest first) are known."""
    if changes is None:
        changes = list(history().filter(assessment=assessment))
    return Standing(State(assessment.state), tuple(changes))
