"""The public pages: readable without an account, in both languages, from few queries."""

from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.scoring import AspectShape, DimensionShape, QuestionShape, score_assessment, whole_points
from principles.models import Catalogue, ContextReference, Dimension, Perspective, Term, load_catalogue
from principles.views import WORKED_EXAMPLE

pytestmark = pytest.mark.django_db

PAGES = [
    "start",
    "principle_list",
    "guiding_idea_list",
    "methodology",
    "glossary",
    "perspective_list",
    "help",
    "news",
    "accessibility",
    "privacy",
    "imprint",
]


@pytest.fixture
def catalogue() -> Catalogue:
    return load_catalogue(Catalogue.objects.published()[0].pk)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_public_page_needs_no_account(client: Client, name: str, language: str) -> None:
    client.cookies["django_language"] = language
    response = client.get(reverse(name))
    assert response.status_code == 200
    body = response.content.decode()
    assert f'<html lang="{language}">' in body
    assert body.count("<h1") == 1


def test_public_pages_cannot_be_posted_to(client: Client) -> None:
    assert client.post(reverse("methodology")).status_code == 405


def test_every_dimension_has_its_page_with_all_it_asks(client: Client, catalogue: Catalogue) -> None:
    for dimension in catalogue.dimensions.all():
        body = client.get(reverse("dimension_detail", args=[dimension.key])).content.decode()
        for aspect in dimension.aspects.all():
            assert f'id="{aspect.key}"' in body
            for question in aspect.questions.all():
                assert f'id="{question.key}"' in body
        assert body.count('<ol class="levels"') == 8


def test_lists_lead_to_the_pages(client: Client, catalogue: Catalogue) -> None:
    principles = client.get(reverse("principle_list")).content.decode()
    guiding_ideas = client.get(reverse("guiding_idea_list")).content.decode()
    for dimension in catalogue.dimensions.all():
        link = f'href="{reverse("dimension_detail", args=[dimension.key])}"'
        assert (link in principles) == dimension.is_principle
        assert (link in guiding_ideas) != dimension.is_principle


def test_dimension_page_is_read_with_two_queries(client: Client, catalogue: Catalogue) -> None:
    key = catalogue.dimensions.all()[0].key
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(reverse("dimension_detail", args=[key]))
    assert len(queries) == 2  # the published version, and examples of good practice


def test_unknown_dimension_is_missing(client: Client) -> None:
    assert client.get(reverse("dimension_detail", args=["9.9"])).status_code == 404


def test_pages_say_so_while_nothing_is_published(client: Client) -> None:
    Catalogue.objects.update(published_on=None)
    body = client.get(reverse("principle_list")).content.decode()
    assert "empty-state" in body
    assert client.get(reverse("start")).status_code == 200
    assert client.get(reverse("dimension_detail", args=["4.1"])).status_code == 404


def test_glossary_sorts_umlauts_as_vowels(client: Client) -> None:
    Term.objects.create(key="aerger", name_de="Ärger", name_en="Anger", definition_de="x", definition_en="x")
    Term.objects.create(key="azubi", name_de="Azubi", name_en="Trainee", definition_de="x", definition_en="x")
    body = client.get(reverse("glossary")).content.decode()
    assert body.index('id="aerger"') < body.index('id="azubi"') < body.index('id="balance"')


def test_perspectives_stand_with_their_contexts(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        body = client.get(reverse("perspective_list")).content.decode()
    assert len(queries) == 3
    for perspective in Perspective.objects.all():
        assert f'id="{perspective.key}"' in body
    assert ContextReference.objects.filter(perspectives=None)[0].name_de in body


def test_worked_example_is_what_the_scoring_says() -> None:
    poles = [AspectShape(f"x.{p}", tuple(QuestionShape(f"x.{p}{n}", n == 1) for n in range(1, 5))) for p in "ab"]
    shape = DimensionShape("x", True, tuple(poles))
    from assessments.enums import Scope  # noqa: PLC0415
    from assessments.scoring import Mark  # noqa: PLC0415

    values = {"x.a1": 4, "x.a2": 3, "x.a3": None, "x.a4": Mark.NOT_APPLICABLE}
    values |= {"x.b1": 1, "x.b2": 1, "x.b3": 2, "x.b4": 0}
    score = score_assessment([shape], values, Scope.FULL).dimensions[0]
    first, second = score.aspects
    assert (first.score, second.score) == (
        Fraction(WORKED_EXAMPLE["first"]["score"]),
        Fraction(WORKED_EXAMPLE["second"]["score"]),
    )
    assert score.score == Fraction(WORKED_EXAMPLE["pair"]["score"])
    assert score.balance == Fraction(WORKED_EXAMPLE["pair"]["balance"])
    # What the template states in words and fractions.
    assert score.score is not None
    assert whole_points(score.score) == 56
    assert (first.low, first.high, score.low, score.high) == (
        Fraction(175, 3),
        Fraction(275, 3),
        Fraction(125, 3),
        Fraction(175, 3),
    )
    assert score.coverage == Fraction(5, 6)
    assert (score.in_tension, score.weaker) == (True, "x.b")


def test_healthz_answers_without_details(client: Client) -> None:
    response = client.get(reverse("healthz"))
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response.headers["Cache-Control"]


def test_kind_of_dimension_is_named(client: Client, catalogue: Catalogue) -> None:
    client.cookies["django_language"] = "en"
    idea = next(d for d in catalogue.dimensions.all() if d.kind == Dimension.Kind.GUIDING_IDEA)
    assert b"Guiding idea" in client.get(reverse("dimension_detail", args=[idea.key])).content


@pytest.mark.parametrize(
    ("language", "heading"),
    [("de", "menschenzentriert\N{NO-BREAK SPACE}| systemisch"), ("en", "human-centred\N{NO-BREAK SPACE}| systemic")],
)
def test_the_bar_of_a_pair_begins_no_line(client: Client, language: str, heading: str) -> None:
    client.cookies["django_language"] = language
    assert f"<h1>{heading}</h1>" in client.get(reverse("dimension_detail", args=["4.1"])).content.decode()
