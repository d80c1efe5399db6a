"""The catalogue 2021.1 is complete and keeps the rules for its texts (methodology, section 1)."""

import re
from collections import Counter
from itertools import combinations, pairwise

import pytest
from django.db.models import Model

from principles.models import (
    Aspect,
    Catalogue,
    CityGroup,
    ContextReference,
    Dimension,
    Perspective,
    Question,
    Term,
)

pytestmark = pytest.mark.django_db

LANGUAGES = ("de", "en")
SIMILAR = 0.6
"""Share of common words from which two texts count as near duplicates."""
MAX_ANCHOR_WORDS = 36


@pytest.fixture
def questions() -> list[Question]:
    """All questions in catalogue order."""
    return list(
        Question.objects.select_related("aspect__dimension").order_by(
            "aspect__dimension__position", "aspect__position", "position"
        )
    )


def test_the_catalogue_has_its_size(questions: list[Question]):
    assert Catalogue.objects.get().version == "2021.1"
    assert Counter(Dimension.objects.values_list("kind", flat=True)) == {"principle": 8, "guiding_idea": 4}
    assert Aspect.objects.count() == 32
    assert len(questions) == 96
    assert sum(question.is_core for question in questions) == 32


def test_dimensions_stand_in_order():
    assert list(Dimension.objects.order_by("position").values_list("key", flat=True)) == [
        *(f"4.{number}" for number in range(1, 9)),
        *(f"2.{number}" for number in range(1, 5)),
    ]


def test_keys_tell_the_place(questions: list[Question]):
    for question in questions:
        aspect, dimension = question.aspect, question.aspect.dimension
        assert aspect.key == f"{dimension.key}.{'abcd'[aspect.position - 1]}"
        assert question.key == f"{aspect.key}{question.position}"


def test_every_aspect_has_its_questions(questions: list[Question]):
    sizes = Counter(question.aspect.key for question in questions)
    core = Counter(question.aspect.key for question in questions if question.is_core)

    for aspect in Aspect.objects.select_related("dimension"):
        assert sizes[aspect.key] == (4 if aspect.dimension.is_principle else 2)
        assert core[aspect.key] == 1


def test_every_source_is_a_page_of_its_chapter(questions: list[Question]):
    for question in questions:
        pages = [int(page) for page in re.findall(r"\d+", question.aspect.dimension.pages)]
        assert question.source_chapter == question.aspect.dimension.key
        assert min(pages) <= question.source_page <= max(pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_says_everything(questions: list[Question], language: str):
    for question in questions:
        question.full_clean(validate_unique=False, validate_constraints=False)
        anchors = getattr(question, f"anchors_{language}")
        hints = getattr(question, f"evidence_hints_{language}")
        assert len(anchors) == 5
        assert 2 <= len(hints) <= 4
        assert len(hints) == len(question.evidence_hints_de)
        assert getattr(question, f"text_{language}").endswith("?")
        for text in (*anchors, *hints, *(getattr(question, f"{name}_{language}") for name in TEXTS)):
            assert text == text.strip() != ""
        for anchor in anchors:
            assert len(anchor.split()) <= MAX_ANCHOR_WORDS, anchor


TEXTS = ("text", "why", "step_start", "step_deepen")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_anchors_or_steps_are_alike(questions: list[Question], language: str):
    texts = [
        (f"{question.key} {name}", set(re.findall(r"\w+", text.lower())))
        for question in questions
        for name, text in (
            *((f"level {level}", anchor) for level, anchor in enumerate(getattr(question, f"anchors_{language}"))),
            ("start", getattr(question, f"step_start_{language}")),
            ("deepen", getattr(question, f"step_deepen_{language}")),
        )
    ]
    alike = [
        (first, second)
        for (first, words), (second, others) in combinations(texts, 2)
        if len(words & others) > SIMILAR * len(words | others)
    ]
    assert len(texts) == 96 * 7
    assert not alike


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_anchor_hides_behind_a_vague_word(questions: list[Question], language: str):
    vague = re.compile(r"^\W*(teilweise|weitgehend|partly|largely|partially|mostly)\W*$", re.IGNORECASE)
    for question in questions:
        for lower, higher in pairwise(getattr(question, f"anchors_{language}")):
            assert lower != higher
            assert not vague.match(lower)


MOST_WORDS_OF_A_NAME = 6
"""Titles of laws and programmes may be the same in both languages; sentences may not."""


@pytest.mark.parametrize("model", [Dimension, Aspect, Question, Perspective, ContextReference, CityGroup, Term])
def test_both_languages_are_complete(model: type[Model]):
    german = [field.name for field in model._meta.fields if field.name.endswith("_de")]

    assert german
    for instance in model._default_manager.all():
        for name in german:
            english = getattr(instance, name.removesuffix("de") + "en")
            assert getattr(instance, name), f"{instance}: {name}"
            assert english, f"{instance}: {name} has no English"
            if isinstance(english, list):
                assert len(english) == len(getattr(instance, name))
            elif len(english.split()) > MOST_WORDS_OF_A_NAME:
                assert english != getattr(instance, name), f"{instance}: {name} is the same in English"


def test_what_surrounds_the_questions_is_there():
    assert Counter(Perspective.objects.values_list("group", flat=True)) == {"spatial": 4, "capability": 3}
    assert set(ContextReference.objects.values_list("kind", flat=True)) == set(ContextReference.Kind.values)
    assert ContextReference.objects.count() >= 100
    assert CityGroup.objects.filter(is_silent=True).count() == 5
    assert Term.objects.count() >= 40


def test_the_german_speaks_inclusively(questions: list[Question]):
    """Colon form; the plain masculine plural of the people the city is about does not appear."""
    masculine = re.compile(r"\b(Bürgern?|Nutzern?|Berlinern|Bewohnern?|Anwohnern?|Mitarbeitern?|Experten)\b(?!:)")
    found = [
        (question.key, match.group())
        for question in questions
        for text in (
            question.text_de,
            question.why_de,
            *question.anchors_de,
            question.step_start_de,
            question.step_deepen_de,
        )
        for match in masculine.finditer(text)
    ]
    assert not found
