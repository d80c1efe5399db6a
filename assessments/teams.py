"""Who works on a project. At least one owner always, also when two people change the team at the same time."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .enums import Role
from .individual_ratings import forget_ratings_by, hold_ratings
from .mails import events as mails
from .models import Membership, Project, User


class TeamError(ValidationError):
    """A change to the team that is not possible. The message says what to do instead."""


def create_project(project: Project, user: User) -> None:
    """Store a new project; whoever creates it owns it."""
    with transaction.atomic():
        project.save()
        Membership.objects.create(project=project, user=user, role=Role.OWNER)


def change_role(project: Project, membership_pk: int, role: Role) -> Membership:
    """Give a member another role. Raises ``Membership.DoesNotExist`` or, for the last owner, ``TeamError``."""
    with transaction.atomic():
        membership = _locked(project, membership_pk)
        if role != Role.OWNER:
            _keep_an_owner(membership)
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


def remove_member(project: Project, membership_pk: int) -> Membership:
    """Take a member out of the team; what they rated for themselves goes with them.

    Raises ``Membership.DoesNotExist`` or, for the last owner, ``TeamError``.
    """
    with transaction.atomic():
        hold_ratings(Q(project=project))
        membership = _locked(project, membership_pk)
        _keep_an_owner(membership)
        membership.delete()
        forget_ratings_by(membership.user, project)
    return membership


def hand_over(project: Project, user: User, membership_pk: int) -> Membership:
    """Make another member an owner and step down to editor in one step; my open invitations become theirs.

    Raises ``Membership.DoesNotExist``, or ``TeamError`` if I am no owner or the member is me.
    """
    with transaction.atomic():
        heir = _locked(project, membership_pk)
        mine = Membership.objects.filter(project=project, user=user, role=Role.OWNER).exclude(pk=heir.pk)
        if heir.role != Role.OWNER:
            heir.role = Role.OWNER
            heir.save(update_fields=["role"])
        if not mine.update(role=Role.EDITOR):
            raise TeamError(_("Only an owner hands a project over, and to somebody else."), code="not_owner")
        project.invitations.filter(invited_by=user, accepted_at=None, revoked_at=None).update(invited_by=heir.user)
        mails.handed_over(heir, user, timezone.now())
    return heir


def _locked(project: Project, membership_pk: int) -> Membership:
    """The membership as it is now; the lock on the project lets changes to its team queue."""
    Project.objects.select_for_update().get(pk=project.pk)
    return Membership.objects.select_related("user").get(pk=membership_pk, project=project)


def _keep_an_owner(membership: Membership) -> None:
    others = Membership.objects.filter(project_id=membership.project_id, role=Role.OWNER).exclude(pk=membership.pk)
    if not others.exists():
        raise TeamError(_("A project needs at least one owner. Make somebody else an owner first."), code="last_owner")
