"""The guide to read and the files to print, in both languages."""

from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from assessments.enums import State
from assessments.good_practices import PracticeText, confirm, offer, withdraw
from assessments.models import DIMENSION_KEYS, GoodPractice
from assessments.reports.pdf import PdfBusyError, PdfError, PdfUnavailableError
from principles.models import Catalogue, Dimension
from principles.templatetags.pairs import pair
from tests.factories import answer_all, make_assessment

LANGUAGES = ["de", "en"]


@pytest.fixture
def anyone(client: Client) -> Client:
    return client


def in_language(client: Client, language: str) -> Client:
    client.cookies["django_language"] = language
    return client


@pytest.fixture
def confirmed(project, editor, reviewer) -> GoodPractice:
    assessment = answer_all(make_assessment(project, state=State.APPROVED), {"4.1.a1": 4})
    practice = offer(assessment, "4.1.a1", editor, PracticeText("de", "Am Spielplatz gefragt", "Zwölf Gespräche."))
    confirm(practice, reviewer)
    return practice


@pytest.mark.parametrize("language", LANGUAGES)
def test_overview_leads_to_all_twelve_and_to_the_files(anyone, db, language):
    page = in_language(anyone, language).get(reverse("guide")).content.decode()
    with override(language):
        for dimension in Dimension.objects.all():
            assert reverse("guide_dimension", args=[dimension.key]) in page
            assert pair(dimension.name) in page
    assert f"{reverse('guide_pdf')}?language={language}" in page
    assert page.count(reverse("blank_questionnaire")) == 2
    for minute in ("0–5", "5–12", "12–18", "18–45", "45–50", "50–72", "72–80", "80–87", "87–90"):
        assert minute in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", DIMENSION_KEYS)
def test_each_dimension_has_questions_levels_steps_and_source(anyone, db, key, language):
    page = in_language(anyone, language).get(reverse("guide_dimension", args=[key])).content.decode()
    dimension = Dimension.objects.get(key=key)
    with override(language):
        questions = [question for aspect in dimension.aspects.all() for question in aspect.questions.all()]
        assert len(questions) == 8
        for question in questions:
            parts = [question.text, question.why, *question.anchors, question.step_start, question.step_deepen]
            for part in (*parts, *question.evidence_hints):
                assert escaped(part) in page, (question.key, part)
    assert dimension.pages in page


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("'", "&#x27;").replace('"', "&quot;").replace("<", "&lt;")


def test_neighbours_are_linked_in_catalogue_order(anyone, db):
    response = anyone.get(reverse("guide_dimension", args=["4.8"]))
    assert (response.context["previous"].key, response.context["next"].key) == ("4.7", "2.1")
    assert 'rel="next"' not in anyone.get(reverse("guide_dimension", args=["2.4"])).content.decode()


def test_unknown_dimensions_do_not_exist(anyone, db):
    assert anyone.get("/handlungsleitfaden/4.9/").status_code == 404


def test_without_a_catalogue_there_is_a_word_and_no_file(anyone, db):
    Catalogue.objects.update(published_on=None)
    assert anyone.get(reverse("guide")).status_code == 200
    assert anyone.get(reverse("guide_pdf")).status_code == 404
    assert anyone.get(reverse("blank_questionnaire")).status_code == 404


def test_the_question_of_the_example_exists_and_its_levels_say_so(db):
    """The meeting's example quotes question 4.3.b1; a new catalogue must not make it wrong."""
    question = Dimension.objects.get(key="4.3").aspects.get(key="4.3.b").questions.get(key="4.3.b1")
    assert question.text_en == "Which different approaches did you try on a small scale before settling on one?"
    assert "criteria set beforehand are missing" in question.anchors_en[2]


def test_good_practice_appears_and_disappears_at_once(anyone, confirmed, owner):
    pages = [reverse("guide_dimension", args=["4.1"]), reverse("dimension_detail", args=["4.1"])]
    for path in pages:
        assert confirmed.title in anyone.get(path).content.decode()
    assert confirmed.title not in anyone.get(reverse("guide_dimension", args=["4.2"])).content.decode()
    withdraw(confirmed, owner)
    for path in pages:
        assert confirmed.title not in anyone.get(path).content.decode()


def test_pages_take_few_queries(anyone, confirmed, django_assert_num_queries):
    with django_assert_num_queries(1):
        anyone.get(reverse("guide"))
    with django_assert_num_queries(2):
        anyone.get(reverse("guide_dimension", args=["4.1"]))


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("guide_pdf", "language=en", "handlungsleitfaden_2021.1_en.pdf"),
        ("guide_pdf", "language=xx", "handlungsleitfaden_2021.1_de.pdf"),
        ("blank_questionnaire", "scope=quick&language=de", "fragebogen_kurzcheck_2021.1_de.pdf"),
        ("blank_questionnaire", "scope=full&language=en", "fragebogen_vollstaendig_2021.1_en.pdf"),
        ("blank_questionnaire", "scope=nonsense", "fragebogen_kurzcheck_2021.1_de.pdf"),
    ],
)
def test_files_have_names_and_are_downloads(anyone, db, name, query, expected):
    maker = "guide_file" if name == "guide_pdf" else "questionnaire_file"
    with mock.patch(f"assessments.views.guide.{maker}", return_value=b"%PDF-1.7") as made:
        response = anyone.get(f"{reverse(name)}?{query}")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{expected}"'
    assert made.call_args.args[-1] == expected[-6:-4]


@pytest.mark.parametrize("error", [PdfUnavailableError, PdfBusyError, PdfError])
def test_no_pdf_is_said_in_words(anyone, db, error):
    with mock.patch("assessments.views.guide.guide_file", side_effect=error("…")):
        response = anyone.get(reverse("guide_pdf"))
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert reverse("guide") in response.content.decode()
