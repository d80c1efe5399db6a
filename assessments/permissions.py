"""Who may do what: one table role × action, one function that reads it."""

from __future__ import annotations

from enum import Enum

from django.contrib.auth.models import AnonymousUser

from .enums import Role
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
    SET_TARGETS = "set_targets"
    DELETE_ASSESSMENT = "delete_assessment"
    EXPORT = "export"
    OFFER_PRACTICE = "offer_practice"


_READ = frozenset({Action.VIEW_PROJECT, Action.VIEW_ASSESSMENT, Action.EXPORT})
_WRITE = frozenset(
    {Action.EDIT_PROJECT, Action.START_ASSESSMENT, Action.ANSWER, Action.SET_TARGETS, Action.OFFER_PRACTICE}
)
_OWN = frozenset({Action.DELETE_PROJECT, Action.MANAGE_MEMBERS, Action.DELETE_ASSESSMENT})

TABLE: dict[Role, frozenset[Action]] = {
    Role.VIEWER: _READ,
    Role.EDITOR: _READ | _WRITE,
    Role.OWNER: _READ | _WRITE | _OWN,
}
"""What each role of a project may do. Staff roles see nothing of drafts, so they have no row here."""


def remember_role(project: Project, user: User, role: Role) -> None:
    """Keep a role that a query has read already, so that ``role_of`` needs none."""
    project._known_roles = {user.pk: role}  # type: ignore[attr-defined]


def role_of(user: User | AnonymousUser, project: Project) -> Role | None:
    """The role ``user`` has in ``project``; ``None`` for strangers and people who are not signed in."""
    if not user.is_authenticated:
        return None
    known: dict[int, Role] = getattr(project, "_known_roles", {})
    if user.pk in known:
        return known[user.pk]
    role = Membership.objects.filter(project=project, user_id=user.pk).values_list("role", flat=True).first()
    return Role(role) if role else None


def allowed_actions(user: User | AnonymousUser, obj: Project | Assessment) -> frozenset[Action]:
    """Everything ``user`` may do with ``obj``; empty when they may not even see it."""
    role = role_of(user, obj.project if isinstance(obj, Assessment) else obj)
    return TABLE[role] if role and user.is_active else frozenset()


def allows(user: User | AnonymousUser, action: Action, obj: Project | Assessment) -> bool:
    """Whether ``user`` may do ``action`` with ``obj``."""
    return action in allowed_actions(user, obj)
