"""Deleting one's own account (DSGVO, Art. 17).

What somebody wrote belongs to the work of the team: it stays, under „Deleted account 17“. The row of the account stays
as that pseudonym, without name, address, roles or a way to sign in. Snapshots name nobody, so their hashes hold.
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from .clock import now
from .enums import Role
from .individual_ratings import forget_ratings_by, hold_ratings
from .models import ExportJob, Invitation, Membership, OutgoingMail, Project, User
from .models.people import ERASED_DOMAIN


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What has to be settled before an account can go."""

    projects: tuple[Project, ...]
    """Projects that would be left without an owner."""
    is_last_administrator: bool

    def __bool__(self) -> bool:
        return bool(self.projects) or self.is_last_administrator


class StillNeededError(Exception):
    """The account cannot go yet; ``obstacles`` say why."""

    def __init__(self, obstacles: Obstacles) -> None:
        super().__init__(obstacles)
        self.obstacles = obstacles


def obstacles_for(user: User) -> Obstacles:
    """What stands in the way of deleting this account now."""
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return Obstacles(
        projects=tuple(_owned_alone(user).order_by("name", "pk")),
        is_last_administrator=user.is_superuser and not others.exists(),
    )


def delete_account(user: User) -> None:
    """Erase the person and leave the pseudonym. Raises ``StillNeededError``."""
    with transaction.atomic():
        hold_ratings(Q(project__memberships__user=user))
        # Two owners who leave at once: the second waits and finds that the first has gone.
        list(Project.objects.filter(memberships__user=user).order_by("pk").select_for_update())
        # Likewise for administrators.
        list(User.objects.filter(is_superuser=True).order_by("pk").select_for_update())
        if obstacles := obstacles_for(user):
            raise StillNeededError(obstacles)
        _forget_traces(user)
        erase(user)


def erase(user: User) -> None:
    """Take everything personal out of the row of an account."""
    user.email = f"{user.pk}{ERASED_DOMAIN}"
    user.name = user.staff_role = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()


def _forget_traces(user: User) -> None:
    """What belongs to the person alone and to no project."""
    addresses = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    for address in addresses:
        Invitation.objects.filter(email__iexact=address).delete()
    Invitation.objects.filter(invited_by=user, accepted_at=None).delete()
    forget_ratings_by(user)
    # Their files go with the next daily cleaning.
    ExportJob.objects.filter(owner=user).update(expires_at=now())
    OutgoingMail.objects.filter(recipient=user).delete()
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    for model in (UserSession, Authenticator, EmailAddress, Membership):
        model.objects.filter(user=user).delete()
    # Entries about the account carry its name.
    LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk)).delete()


def _owned_alone(user: User) -> QuerySet[Project]:
    own = Membership.objects.filter(project=OuterRef("pk"), role=Role.OWNER)
    return Project.objects.filter(Exists(own.filter(user=user)), ~Exists(own.exclude(user=user)))
