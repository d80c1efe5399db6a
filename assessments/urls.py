"""Pages of projects and assessments."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
