"""Inviting people into a project by e-mail.

The link in the mail carries a token of 256 bits; stored is only its hash. It works once, for two weeks, and for nobody
but an account that has verified the invited address.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .enums import Role
from .invitation_tokens import hash_of
from .mails import events as mails
from .models import Invitation, Membership, Project, User
from .teams import TeamError

VALID_FOR = timedelta(days=14)
SENT_TWICE_WITHIN = timedelta(minutes=1)
"""Who invites the same person into the same role so soon again has pressed the button twice."""
PER_DAY = 20
"""Invitations one person may send within 24 hours."""
PER_DAY_IN_PROJECT = 50
"""… and everybody in one project together."""
PER_DAY_TO_ADDRESS = 3
"""… and one address may get, from whomever: nobody is flooded."""


class NoSuchInvitation(Exception):  # noqa: N818 - a name of the domain
    """No invitation for this account: unknown, used, expired, revoked or for another address. Nobody learns which."""


def invite(project: Project, inviter: User, email: str, role: Role) -> Invitation:
    """Invite an address, with or without an account; the mail goes out once this is on the disk.

    An older invitation of the same address ends; the same one twice within a minute is one. Raises ``TeamError``.
    """
    email = email.strip().lower()
    now = timezone.now()
    with transaction.atomic():
        # Of two invitations by the same person at once the second waits, and counts the first.
        User.objects.select_for_update().get(pk=inviter.pk)
        # Of two invitations of the same address the second ends the first.
        Project.objects.select_for_update().get(pk=project.pk)
        if Membership.objects.filter(project=project, user__email__iexact=email).exists():
            raise TeamError(_("This person is a member already. Change their role in the list."), code="member")
        just_now = project.invitations.open(now).filter(created_at__gt=now - SENT_TWICE_WITHIN)
        if sent := just_now.filter(email=email, role=role, invited_by=inviter).first():
            return sent
        _check_limits(project, inviter, email, now)
        project.invitations.filter(email=email, accepted_at=None, revoked_at=None).update(revoked_at=now)
        known = User.objects.filter(email__iexact=email).values_list("language", flat=True).first()
        invitation = Invitation.objects.create(
            project=project,
            email=email,
            role=role,
            language=known or inviter.language,
            invited_by=inviter,
            created_at=now,
            expires_at=now + VALID_FOR,
        )
        mails.invited(invitation)
    return invitation


def _check_limits(project: Project, inviter: User, email: str, now: datetime) -> None:
    """Raise ``TeamError`` when this would be one invitation too many within a day."""
    lately = Invitation.objects.filter(created_at__gt=now - timedelta(days=1))
    if lately.filter(invited_by=inviter).count() >= PER_DAY:
        raise TeamError(
            _("You have sent %(count)d invitations within a day. Please continue tomorrow."),
            code="limit",
            params={"count": PER_DAY},
        )
    if lately.filter(project=project).count() >= PER_DAY_IN_PROJECT:
        raise TeamError(
            _("%(count)d invitations to this project were sent within a day. Please continue tomorrow."),
            code="limit",
            params={"count": PER_DAY_IN_PROJECT},
        )
    if lately.filter(email=email).count() >= PER_DAY_TO_ADDRESS:
        raise TeamError(
            _("This address has been sent invitations often enough today. Please try again tomorrow."),
            code="limit",
        )


def revoke(project: Project, invitation_pk: int) -> Invitation:
    """End an invitation. Raises ``Invitation.DoesNotExist`` if there is no open one."""
    now = timezone.now()
    invitation = project.invitations.open(now).get(pk=invitation_pk)
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(revoked_at=now)
    return invitation


def invitation_for(token: str, user: User) -> Invitation:
    """The open invitation with this token, if it is for a verified address of this account.

    Raises ``NoSuchInvitation``.
    """
    found = (
        Invitation.objects.open(timezone.now())
        .select_related("project", "invited_by")
        .filter(token_hash=hash_of(token))
        .first()
    )
    if found is None or not user.is_active:
        raise NoSuchInvitation
    if not EmailAddress.objects.filter(user=user, email__iexact=found.email, verified=True).exists():
        raise NoSuchInvitation
    return found


def accept(token: str, user: User) -> Project:
    """Join the project. Somebody who is a member already keeps their role. Raises ``NoSuchInvitation``."""
    with transaction.atomic():
        invitation = invitation_for(token, user)
        # Of two who accept at once the second waits here, and then finds it accepted. The condition of the change alone
        # is not enough: it looks into other tables, and what was read there stays as it was before the wait.
        list(Invitation.objects.select_for_update().filter(pk=invitation.pk))
        now = timezone.now()
        taken = Invitation.objects.open(now).filter(pk=invitation.pk, token_hash=hash_of(token))
        if not taken.update(accepted_at=now, accepted_by=user):
            raise NoSuchInvitation
        project = invitation.project
        assert project is not None  # noqa: S101 - an open invitation has an owner and so a project
        _membership, is_new = Membership.objects.get_or_create(
            project=project, user=user, defaults={"role": invitation.role}
        )
        if is_new:
            mails.joined(invitation, user)
    return project
