"""Addresses: German slugs, English names."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from assessments.views.accounts import account_profile, account_session, account_session_end, set_language
from assessments.views.own_data import account_data, account_data_file, account_delete

# One way to sign in, with its second factor and its rate limits, for the admin site too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = _("Smart City Self-Assessment")

handler429 = "assessments.views.rate_limits.too_many_requests"
"""Not Django's but allauth's: the answer to too many attempts."""
handler500 = "assessments.views.unavailable.server_error"

urlpatterns = [
    path("verwaltung/", admin.site.urls),
    path("konto/profil/", account_profile, name="account_profile"),
    path("konto/daten/", account_data, name="account_data"),
    path("konto/daten/meine-daten.json", account_data_file, name="account_data_file"),
    path("konto/loeschen/", account_delete, name="account_delete"),
    path("konto/anmeldung/", account_session, name="account_session"),
    path("konto/sessions/<int:pk>/beenden/", account_session_end, name="account_session_end"),
    path("konto/", include("allauth.urls")),
    path("sprache/", set_language, name="set_language"),
    path("", include("principles.urls")),
    path("", include("assessments.urls")),
]
