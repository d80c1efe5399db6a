"""How django-allauth creates and greets the people of this app."""

from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from .mails.events import account_mail
from .models import User

NOTICE_AFTER = 10
"""Failed sign-ins within a day; then the owner of the account gets a mail."""
A_DAY = 24 * 60 * 60


class AccountAdapter(DefaultAccountAdapter):
    """Stores the name and language with the account; addresses are kept in lower case.

    Mails go the way of all mails: no sign-up and no new password waits for a mail server.
    """

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a mail now, and let the worker send it."""
        known = {"request": self.request, "email": email, "current_site": get_current_site(self.request)}
        account_mail(self.render_mail(template_prefix, email, known | context))

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": gettext_lazy(
            "Too many failed attempts. Please wait five minutes, then try again. If you have forgotten your password, "
            "you can reset it."
        ),
    }

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Fill the new account from the sign-up form."""
        user.name = form.cleaned_data["name"]
        user.language = getattr(request, "LANGUAGE_CODE", "de")[:2]
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count wrong passwords; tell the person once a day when they become many."""
        super().authentication_failed(request, **credentials)
        address = str(credentials.get("email", "")).strip().lower()
        counted = f"failed-sign-ins:{sha256(address.encode()).hexdigest()}"
        cache.add(counted, 0, A_DAY)
        if cache.incr(counted) != NOTICE_AFTER:
            return
        user = User.objects.filter(email__iexact=address, is_active=True).first()
        if user is not None:
            with override(user.language):
                self.send_mail("account/email/failed_sign_ins", user.email, {"user": user, "count": NOTICE_AFTER})


class SecondFactorAdapter(DefaultMFAAdapter):
    """What authenticator apps and passkeys show of this site and of the person."""

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """A first name for a passkey; people may give it a better one."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site a passkey belongs to: its host name, and the name people know."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}
