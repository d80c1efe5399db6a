"""How django-allauth creates and greets the people of this app."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from .models import User


class AccountAdapter(DefaultAccountAdapter):
    """Stores the name and language with the account; addresses are kept in lower case."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Fill the new account from the sign-up form."""
        user.name = form.cleaned_data["name"]
        user.language = getattr(request, "LANGUAGE_CODE", "de")[:2]
        saved: User = super().save_user(request, user, form, commit)
        return saved
