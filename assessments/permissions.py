"""Who may do what: one table role × action, one function that reads it."""

from __future__ import annotations

from enum import Enum

from django.contrib.auth.models import AnonymousUser

from .enums import Role, StaffRole
from .models import Assessment, Membership, Project, User


class Action(Enum):
    """What somebody can do with a project or one of its assessments."""

    VIEW_PROJECT = "view_project"
    EDIT_PROJECT = "edit_project"
    DELETE_PROJECT = "delete_project"
    MANAGE_MEMBERS = "manage_members"
    START_ASSESSMENT = "start_assessment"
    VIEW_ASSESSMENT = "view_assessment"
    ANSWER = "answer"
    RATE = "rate"
    REVEAL_RATINGS = "reveal_ratings"
    SET_TARGETS = "set_targets"
    PLAN = "plan"
    DELETE_ASSESSMENT = "delete_assessment"
    EXPORT = "export"
    SUBMIT = "submit"
    VIEW_SUBMISSION = "view_submission"
    REVIEW = "review"
    COMMENT = "comment"
    OFFER_PRACTICE = "offer_practice"
    PUBLISH = "publish"


_READ = frozenset({Action.VIEW_PROJECT, Action.VIEW_ASSESSMENT, Action.VIEW_SUBMISSION, Action.EXPORT})
_TALK = frozenset({Action.COMMENT, Action.RATE})
_WRITE = frozenset(
    {
        Action.EDIT_PROJECT,
        Action.START_ASSESSMENT,
        Action.ANSWER,
        Action.REVEAL_RATINGS,
        Action.SET_TARGETS,
        Action.PLAN,
        Action.OFFER_PRACTICE,
    }
)
_OWN = frozenset(
    {Action.DELETE_PROJECT, Action.MANAGE_MEMBERS, Action.DELETE_ASSESSMENT, Action.SUBMIT, Action.PUBLISH}
)

TABLE: dict[Role, frozenset[Action]] = {
    Role.VIEWER: _READ | _TALK,
    Role.EDITOR: _READ | _TALK | _WRITE,
    Role.OWNER: _READ | _TALK | _WRITE | _OWN,
}
"""What each role of a project may do."""

STAFF_TABLE: dict[StaffRole, frozenset[Action]] = {
    StaffRole.PORTFOLIO: frozenset({Action.VIEW_SUBMISSION}),
    StaffRole.REVIEWER: frozenset({Action.VIEW_SUBMISSION, Action.REVIEW}),
    StaffRole.ADMINISTRATOR: frozenset({Action.VIEW_SUBMISSION, Action.REVIEW}),
}
"""What each role of the Senatskanzlei may do with an assessment that was submitted; of drafts they see nothing."""


def remember_role(project: Project, user: User, role: Role | None) -> None:
    """Keep a role that a query has read already, so that ``role_of`` needs none."""
    project._known_roles = {user.pk: role}  # type: ignore[attr-defined]


def role_of(user: User | AnonymousUser, project: Project) -> Role | None:
    """The role ``user`` has in ``project``; ``None`` for strangers and people who are not signed in."""
    if not user.is_authenticated:
        return None
    known: dict[int, Role | None] = getattr(project, "_known_roles", {})
    if user.pk in known:
        return known[user.pk]
    role = Membership.objects.filter(project=project, user_id=user.pk).values_list("role", flat=True).first()
    return Role(role) if role else None


def staff_role_of(user: User | AnonymousUser) -> StaffRole | None:
    """The role ``user`` has in the Senatskanzlei, if any."""
    return StaffRole(user.staff_role) if user.is_authenticated and user.is_active and user.staff_role else None


def staff_allows(user: User | AnonymousUser, action: Action) -> bool:
    """Whether the role ``user`` has in the Senatskanzlei is made for ``action``, whatever the project."""
    role = staff_role_of(user)
    return role is not None and action in STAFF_TABLE[role]


def reads_portfolio(user: User | AnonymousUser) -> bool:
    """Whether the portfolio is theirs to read: they see every submission."""
    return staff_allows(user, Action.VIEW_SUBMISSION)


def allowed_actions(user: User | AnonymousUser, obj: Project | Assessment) -> frozenset[Action]:
    """Everything ``user`` may do with ``obj``; empty when they may not even see it.

    Nobody reviews a project they are a member of.
    """
    project = obj.project if isinstance(obj, Assessment) else obj
    role = role_of(user, project)
    as_member = TABLE[role] if role and user.is_active else frozenset()
    staff_role = staff_role_of(user)
    if staff_role is None or not isinstance(obj, Assessment) or not obj.was_submitted:
        return as_member
    as_staff = STAFF_TABLE[staff_role]
    return as_member | (as_staff - {Action.REVIEW} if role else as_staff)


def allows(user: User | AnonymousUser, action: Action, obj: Project | Assessment) -> bool:
    """Whether ``user`` may do ``action`` with ``obj``."""
    return action in allowed_actions(user, obj)
