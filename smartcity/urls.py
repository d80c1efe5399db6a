"""Addresses: German slugs, English names."""

from django.contrib import admin
from django.urls import include, path

from assessments.views.accounts import account_profile, set_language

urlpatterns = [
    path("verwaltung/", admin.site.urls),
    path("konto/profil/", account_profile, name="account_profile"),
    path("konto/", include("allauth.urls")),
    path("sprache/", set_language, name="set_language"),
    path("", include("principles.urls")),
    path("", include("assessments.urls")),
]
