"""The guide and the blank questionnaire as files: what they say, whether they conform, how they are kept."""

import datetime
import io
import json

import pikepdf
import pytest
from django.core.files.storage import default_storage

from assessments.enums import Scope, State
from assessments.good_practices import PracticeText, confirm, offer, public_examples, withdraw
from assessments.reports import public_files
from assessments.reports.guide import guide_html, guide_of, guide_pdf
from assessments.reports.public_files import guide_file, questionnaire_file
from assessments.reports.questionnaire_blank import questionnaire_html, questionnaire_of, questionnaire_pdf
from assessments.reports.storage import FOLDER
from principles.models import Catalogue, load_catalogue
from principles.practice import Example
from tests.assessments.reports.conformance import failures
from tests.factories import answer_all, make_assessment

pytestmark = pytest.mark.usefixtures("files")

LANGUAGES = ["de", "en"]
EXAMPLE = Example(
    "4.1.a1",
    "de",
    "Am Spielplatz <gefragt>",
    "Zwölf Gespräche.\n\nDann kam der Plan 🚲.",
    "Kiezblocks digital",
    "Senatskanzlei",
    "team@example.org",
    is_fictional=True,
    confirmed_on=datetime.date(2031, 4, 5),
)


@pytest.fixture
def catalogue(db) -> Catalogue:
    return load_catalogue(Catalogue.objects.published()[0].pk)


def text_of(question, language):
    return getattr(question, f"text_{language}").replace("&", "&amp;").replace("'", "&#x27;")


def questions_of(catalogue):
    return [q for d in catalogue.dimensions.all() for a in d.aspects.all() for q in a.questions.all()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_conforms_and_carries_the_catalogue(catalogue, language):
    content = guide_pdf(catalogue, (EXAMPLE,), language)
    assert failures(content) == []
    with pikepdf.open(io.BytesIO(content)) as file:
        assert str(file.Root.Lang) == language
        attached = json.loads(file.attachments["katalog_2021.1.json"].get_file().read_bytes())
        with file.open_outline() as outline:
            chapters = [item.title for part in outline.root for item in part.children]
        assert "<xmp:CreateDate>2031-04-05<" in file.Root.Metadata.read_bytes().decode()
    assert [len(dimension["aspects"]) for dimension in attached["dimensions"]] == [2] * 8 + [4] * 4
    assert attached["dimensions"][0]["aspects"][0]["questions"][0]["text"]["en"]
    for dimension in catalogue.dimensions.all():
        name = getattr(dimension, f"name_{language}")
        assert any(dimension.key in title and name in title for title in chapters), dimension.key


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_questionnaire_conforms(catalogue, scope, language):
    assert failures(questionnaire_pdf(catalogue, scope, language)) == []


def test_same_content_same_bytes(catalogue):
    first, second = (questionnaire_pdf(catalogue, Scope.QUICK, "de") for _ in range(2))
    assert first == second


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_says_everything_of_all_twelve(catalogue, language):
    html = guide_html(guide_of(catalogue, (EXAMPLE,), language))
    for question in questions_of(catalogue):
        # As guiding question and above its levels.
        assert html.count(text_of(question, language)) >= 2, question.key
    assert "Am Spielplatz &lt;gefragt&gt;" in html
    assert html.count("practice-example__project") == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("scope", "count"), [(Scope.QUICK, 32), (Scope.FULL, 96)])
def test_the_questionnaire_asks_what_its_scope_says(catalogue, language, scope, count):
    questionnaire = questionnaire_of(catalogue, scope, language)
    html = questionnaire_html(questionnaire)
    assert questionnaire.count == html.count('class="asked"') == count
    assert html.count('<li class="boxes__last">') == count
    for question in questions_of(catalogue):
        assert (text_of(question, language) in html) == (scope == Scope.FULL or question.is_core), question.key
    assert "<input" not in html


def test_a_second_download_is_read_from_the_storage(catalogue, monkeypatch):
    made = []

    def make(*arguments: object) -> bytes:
        made.append(arguments)
        return b"%PDF"

    monkeypatch.setattr(public_files, "guide_pdf", make)
    monkeypatch.setattr(public_files, "questionnaire_pdf", make)
    for _ in range(2):
        assert guide_file(catalogue, (), "de") == b"%PDF"
        questionnaire_file(catalogue, Scope.QUICK, "de")
    assert len(made) == 2
    guide_file(catalogue, (EXAMPLE,), "de")
    guide_file(catalogue, (), "en")
    assert len(made) == 4


@pytest.fixture
def confirmed(project, editor, reviewer):
    assessment = answer_all(make_assessment(project, state=State.APPROVED), {"4.1.a1": 4})
    practice = offer(assessment, "4.1.a1", editor, PracticeText("de", "Titel", "Text"))
    confirm(practice, reviewer)
    return practice


def test_a_withdrawn_example_leaves_the_storage(
    catalogue, confirmed, editor, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(public_files, "guide_pdf", lambda *arguments: b"%PDF")
    guide_file(catalogue, public_examples(), "de")
    folder = f"{FOLDER}/{public_files.GUIDE}"
    assert len(default_storage.listdir(folder)[1]) == 1
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(confirmed, editor)
    assert not default_storage.exists(folder)
