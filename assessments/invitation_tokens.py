"""The token in the link of an invitation: 256 bits, of which only the hash is stored.

It is made when the mail is sent, so that no queue and no log of jobs ever holds it; sending again makes a new one and
the older link ends.
"""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe

from django.utils import timezone

from .models import Invitation

TOKEN_BYTES = 32


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return sha256(token.encode()).hexdigest()


def renew_token(invitation_pk: int) -> tuple[Invitation, str] | None:
    """Give an invitation a new token; None if it has ended meanwhile."""
    invitations = Invitation.objects.open(timezone.now()).filter(pk=invitation_pk)
    token = token_urlsafe(TOKEN_BYTES)
    if not invitations.update(token_hash=hash_of(token)):
        return None
    return Invitation.objects.select_related("project", "invited_by").get(pk=invitation_pk), token
