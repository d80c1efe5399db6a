"""Kept fields of a filter look as if they were written for each request."""

import pytest
from crispy_forms.utils import render_crispy_form
from django.http import QueryDict
from django.utils import translation

from assessments.forms import kept_fields
from assessments.forms.portfolio import PortfolioForm
from assessments.forms.projects import plain_helper
from assessments.models import Organisation

pytestmark = pytest.mark.django_db

QUERIES = (
    "",
    "sort=4.3",
    "sort=-name&dimension=4.3&stage=embedded&tension=1",
    "q=%3Cb%3E&organisation=-&state=approved&group=perspective",
    "stage=nowhere&low=4.1.a1&conflict=4.1_4.2&measures=1",
    "sort=%22%3E&conflict=nothing",
)


def fields(query: str, *, kept: bool) -> str:
    """The fields of the portfolio's filter in its rows, or one below the other as crispy forms writes them."""
    form = PortfolioForm(QueryDict(query))
    assert form.chosen is not None
    row = ("q", "organisation", "phase", "perspective", "state", "dimension", "stage", "tension", "group", "sort")
    names = (*row, "low", "step", "measures", "conflict")
    form.helper = plain_helper(*map(kept_fields.KeptField, names)) if kept else plain_helper(*names)
    return str(render_crispy_form(form))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("query", QUERIES)
def test_a_kept_field_looks_like_any_other(monkeypatch, query: str, language: str):
    monkeypatch.setattr(kept_fields, "_kept", {})
    with translation.override(language):
        expected = fields(query, kept=False)
        assert fields(query, kept=True) == expected
        assert fields(query, kept=True) == expected


def test_what_was_chosen_before_is_not_kept(monkeypatch):
    monkeypatch.setattr(kept_fields, "_kept", {})
    fields("sort=4.3&q=mobil&tension=1", kept=True)
    assert fields("", kept=True) == fields("", kept=False)


def test_new_choices_are_seen_at_once():
    fields("", kept=True)
    Organisation.objects.filter(pk=Organisation.objects.all()[0].pk).update(name_de="Neu benannt")
    assert "Neu benannt" in fields("", kept=True)


def test_few_are_kept(monkeypatch):
    monkeypatch.setattr(kept_fields, "_kept", {})
    monkeypatch.setattr(kept_fields, "MOST_KEPT", 3)
    fields("", kept=True)
    assert len(kept_fields._kept) <= 3
