"""What an account asks for beside address and password."""

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import User


class SignupForm(forms.Form):
    """The name others in the project see."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Called by allauth once the account exists; the adapter has stored the name already."""


class ProfileForm(forms.ModelForm[User]):
    """Name and language of the person signed in, and which mails they get."""

    class Meta:
        model = User
        fields = ["name", "language", "mail_choice"]
        labels = {
            "name": _("Your name"),
            "language": _("Language"),
            "mail_choice": _("Mails about your projects and reviews"),
        }
        help_texts = {
            "name": _("The people in your projects see this name."),
            "mail_choice": _("You always get mails about your account and its security."),
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "language": forms.RadioSelect,
            "mail_choice": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", _("Save")))


class AddPasskeyForm(AddWebAuthnForm):
    """A passkey or security key: what it is called, and whether it may stand for the password too."""

    name = forms.CharField(
        label=_("Name of the passkey"),
        help_text=_("So that you recognise it later, for example “Office laptop”."),
        required=False,
        max_length=80,
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with this passkey alone, without a password"),
        help_text=_("Your device then asks for its PIN, your fingerprint or your face."),
        required=False,
    )
