"""People and organisations in the admin site; projects and answers are nobody's business there."""

from django.contrib import admin

from .models import Organisation, User


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
