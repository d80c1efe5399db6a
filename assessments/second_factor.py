"""Who must sign in with a second factor, and whether they have one.

Whoever reviews, reads the portfolio or administrates sees what many teams have submitted. A password alone is too
little for that; everybody else may have a second factor too.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings

from .models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts; recovery codes only help out."""


def is_required(user: User) -> bool:
    """Whether this instance asks a second factor of somebody with their roles."""
    return bool(settings.REQUIRE_SECOND_FACTOR and (user.staff_role or user.is_staff or user.is_superuser))


def is_missing(user: User) -> bool:
    """Whether they have to set one up before they go on. Asks the database about staff alone."""
    return is_required(user) and not Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()
