"""The least that Django itself takes for the same kind of request: what the app's figures are divided by.

Views without forms, permissions, translations and stored history, behind no more than the middleware of a new project.
"""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from ..models import DIMENSION_KEYS, Answer, AssessmentScores, score_column

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
"""What ``django-admin startproject`` writes."""

LEVELS = range(5)
QUESTIONS_PER_PAGE = 8
ROWS = 50
_COLUMNS = [score_column(key) for key in DIMENSION_KEYS]


def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Session, CSRF, one SELECT and one UPDATE."""
    assert request.user.is_authenticated  # noqa: S101 - reads session and person; the benchmark is signed in
    answer = Answer.objects.get(pk=pk)
    Answer.objects.filter(pk=answer.pk).update(level=int(request.POST["level"]))
    return HttpResponse("ok")


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers of one assessment in a template, eight of them as questions with five levels."""
    rows = list(Answer.objects.filter(assessment=pk))
    context = {"rows": rows[:QUESTIONS_PER_PAGE], "all": rows, "levels": LEVELS, "anchor": "x" * 250}
    return render(request, "benchmark/floor.html", context)


@login_required
def matrix(request: HttpRequest) -> HttpResponse:
    """Fifty rows of twelve stored scores, one query, cells joined in Python."""
    rows = AssessmentScores.objects.order_by("-principles")[:ROWS].values_list("assessment__project__name", *_COLUMNS)
    cells = "".join(f"<tr><th>{row[0]}</th>{''.join(map('<td>{:.0f}</td>'.format, row[1:]))}</tr>" for row in rows)
    return HttpResponse(f"<!doctype html><title>Matrix</title><table>{cells}</table>")


@login_required
def file(request: HttpRequest, name: str) -> FileResponse:
    """A file from the disk."""
    return FileResponse(Path("/", name).open("rb"))


urlpatterns = [
    path("floor/save/<int:pk>", save),
    path("floor/page/<int:pk>", page),
    path("floor/matrix", matrix),
    path("floor/file/<path:name>", file),
    path("", include("smartcity.urls")),
]
