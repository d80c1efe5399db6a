"""People and organisations in the admin site; projects and answers are nobody's business there."""

from typing import Any

from allauth.mfa import admin as mfa_admin  # noqa: F401 - registers what is registered anew below
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as usersessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .mails.delivery import send_again
from .models import Organisation, OutgoingMail, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Accounts: name, language, role and whether somebody may sign in. Passwords are set by their owners alone."""

    list_display = ["name", "email", "staff_role", "is_staff", "is_active"]
    list_filter = ["staff_role", "is_staff", "is_active"]
    search_fields = ["name", "email"]
    fields = [
        "name",
        "email",
        "language",
        "mail_choice",
        "staff_role",
        "is_staff",
        "is_superuser",
        "groups",
        "is_active",
        "last_login",
    ]
    readonly_fields = ["last_login"]
    filter_horizontal = ["groups"]


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin[Organisation]):
    """Bodies that run projects."""

    list_display = ["name_de", "short_name", "kind"]
    list_filter = ["kind"]
    search_fields = ["name_de", "name_en", "short_name"]
    prepopulated_fields = {"key": ["short_name"]}


# allauth shows the secrets of second factors in a form, and everybody's addresses and browsers in a list.
admin.site.unregister(Authenticator)
admin.site.unregister(UserSession)


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin[Authenticator]):
    """Second factors: who has which since when. Removing one helps who lost it; nobody sees secrets."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]
    readonly_fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People set up their own."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing here is changed."""
        return False


@admin.register(OutgoingMail)
class OutgoingMailAdmin(admin.ModelAdmin[OutgoingMail]):
    """Mails on their way: to whom, what about, whether they arrived at the mail server. Never what they say."""

    list_display = ["event", "recipient", "state", "attempts", "last_error", "created_at", "sent_at"]
    list_filter = ["state", "event"]
    list_select_related = ["recipient"]
    search_fields = ["recipient__name", "recipient__email"]
    date_hierarchy = "created_at"
    actions = ["send_again"]
    readonly_fields = [
        "event",
        "about",
        "recipient",
        "actor",
        "state",
        "attempts",
        "next_attempt_at",
        "last_error",
        "created_at",
        "sent_at",
    ]
    fields = tuple(readonly_fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Events write mails, nobody else."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing here is changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are forgotten by themselves."""
        return False

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may have mails sent again."""
        return request.user.has_perm("assessments.change_outgoingmail")

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> None:
        """Let the worker send the chosen mails once more."""
        count = send_again(queryset)
        text = ngettext("One mail will be sent again.", "%(count)d mails will be sent again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
