"""People, projects and assessments for a fault run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from assessments.enums import Scope, StaffRole
from assessments.models import Assessment, User
from tests.factories import answer_all, make_assessment, make_project, question_keys

_numbers = count(1)


@dataclass(frozen=True)
class Team:
    """A project with an owner, an editor, a reviewer for it, and one assessment."""

    owner: User
    editor: User
    reviewer: User
    assessment: Assessment
    questions: list[str]


def make_person(**fields: object) -> User:
    """Somebody who is signed in without a password."""
    number = next(_numbers)
    return User.objects.create(
        email=f"person{number}@example.org", name=f"Person {number}", password="!", is_active=True, **fields
    )


def make_team(*, is_answered: bool = False, scope: Scope = Scope.FULL) -> Team:
    """A team of its own; with ``is_answered`` the assessment can be submitted."""
    owner, editor = make_person(), make_person()
    reviewer = make_person(staff_role=StaffRole.REVIEWER)
    assessment = make_assessment(make_project(owner=owner, editor=editor), created_by=owner, scope=scope)
    if is_answered:
        answer_all(assessment, 3, rationale="Begründung der Antwort in einigen Worten. " * 5)
    return Team(owner, editor, reviewer, assessment, question_keys(assessment))
