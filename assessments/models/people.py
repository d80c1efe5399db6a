"""Who works with the app: people and the organisations that run projects."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from principles.models.context import NaturalKeyManager
from principles.models.translated import Translated

from ..enums import REVIEWING_ROLES, MailChoice, OrganisationKind, StaffRole

ERASED_DOMAIN = "@erased.invalid"
"""Addresses of erased accounts end so; no mail can ever go there (RFC 2606)."""


class UserManager(BaseUserManager["User"]):
    """Creates people who sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person with this address; without a password they can only sign in after resetting it."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An administrator with every right of the admin site."""
        return self.create_user(
            email,
            password,
            **{"is_staff": True, "is_superuser": True, "staff_role": StaffRole.ADMINISTRATOR, **fields},
        )

    def get_by_natural_key(self, username: str | None) -> User:
        """Addresses are compared without regard to case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, signed in by e-mail. We keep name, address, language and which mails are wanted, nothing else.

    That is data minimisation as the DSGVO asks for it.
    """

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("language"), max_length=5, choices=[("de", "Deutsch"), ("en", "English")], default="de"
    )
    mail_choice = models.CharField(_("mails"), max_length=10, choices=MailChoice, default=MailChoice.ALL)
    staff_role = models.CharField(_("role in the Senatskanzlei"), max_length=20, choices=StaffRole, blank=True)
    is_staff = models.BooleanField(_("may use the admin site"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case")]

    def __str__(self) -> str:
        if self.is_erased:
            return str(_("Deleted account %(number)d") % {"number": self.pk})
        return self.name or self.email

    @property
    def is_erased(self) -> bool:
        """Whether the person deleted the account: the row stays as a pseudonym for what they wrote."""
        return self.email.endswith(ERASED_DOMAIN)

    @property
    def is_reviewer(self) -> bool:
        """Whether submissions are theirs to review."""
        return self.is_active and self.staff_role in REVIEWING_ROLES

    def get_full_name(self) -> str:
        """The name as shown to others."""
        return str(self)


class Organisation(models.Model):
    """A body that runs projects; Berlin's Senate departments and districts are seeded."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name_de = models.CharField(_("name (German)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=40)

    name = Translated[str]()
    objects = NaturalKeyManager()

    class Meta:
        ordering = ["position", "name_de"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        """The key used in the exchange format."""
        return (self.key,)
