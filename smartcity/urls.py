"""Addresses: German slugs, English names."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("verwaltung/", admin.site.urls),
    path("konto/", include("allauth.urls")),
    path("sprache/", include("django.conf.urls.i18n")),
    path("", include("principles.urls")),
    path("", include("assessments.urls")),
]
