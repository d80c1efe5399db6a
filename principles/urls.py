"""Public pages of the catalogue."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.start, name="start"),
    path("prinzipien/", views.principle_list, name="principle_list"),
    path("prinzipien/<str:key>/", views.dimension_detail, name="dimension_detail"),
    path("leitgedanken/", views.guiding_idea_list, name="guiding_idea_list"),
    path("methodik/", views.methodology, name="methodology"),
    path("glossar/", views.glossary, name="glossary"),
    path("zukunftsperspektiven/", views.perspective_list, name="perspective_list"),
    path("hilfe/", views.help, name="help"),
    path("neues/", views.news, name="news"),
    path("barrierefreiheit/", views.accessibility, name="accessibility"),
    path("datenschutz/", views.privacy, name="privacy"),
    path("impressum/", views.imprint, name="imprint"),
    path("healthz", views.healthz, name="healthz"),
]
