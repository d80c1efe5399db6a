"""Assessments and exchange documents that use everything, and strategies for any document."""

from typing import Any

from hypothesis import strategies as st

from assessments.models import Assessment, Target
from principles.models import Catalogue, Perspective, load_catalogue
from tests.factories import make_answer, question_keys


def keys() -> tuple[list[str], list[str]]:
    """Keys of the dimensions and of the questions in the seeded catalogue."""
    catalogue = load_catalogue(Catalogue.objects.published()[0].pk)
    dimensions = list(catalogue.dimensions.all())
    questions = [
        q.key for dimension in dimensions for aspect in dimension.aspects.all() for q in aspect.questions.all()
    ]
    return [dimension.key for dimension in dimensions], questions


def sound_document(**parts: Any) -> dict[str, Any]:
    """A document that uses every part of the format; ``parts`` replace those of the same name."""
    return {
        "format": "smartcity-assessment/1",
        "catalogue": "2021.1",
        "scope": "full",
        "project": {
            "name": "Kiezblocks digital",
            "summary": "Weniger Durchgangsverkehr.\nMehr Platz – für alle.",
            "organisation": "senatskanzlei",
            "phase": "implementation",
            "perspectives": ["3.1.1", "3.2.3"],
        },
        "answers": {
            "4.1.a1": {
                "level": 3,
                "rationale": "Zwei Umfragen im Kiez; „Straßenfest“ ausgewertet.",
                "evidence": [
                    {"label": "Bericht", "url": "https://example.org/bericht?jahr=2027#s3"},
                    {"label": "Protokoll", "file_name": "protokoll.pdf", "sha256": "0a" * 32},
                ],
            },
            "4.1.a2": {"not_applicable": "Es gibt hier niemanden, der betroffen wäre."},
            "4.1.b1": {"level": 0},
        },
        "targets": {"4.1": 75},
        "measures": [
            {
                "title": "Umfrage wiederholen",
                "refers_to": "4.1.a1",
                "responsible": "Olga",
                "due": "2027-03-31",
                "state": "planned",
            },
            {"title": "Beirat gründen", "refers_to": "", "responsible": "", "due": None, "state": "dropped"},
        ],
        "conflicts": [{"between": ["4.1", "2.3"], "description": "Tempo gegen Beteiligung.", "handling": ""}],
        **parts,
    }


def mixed_answers(draft: Assessment) -> Assessment:
    """Give an answered draft the worked example in 4.1, nothing in 4.2, targets, and a dimension set aside, 2.1."""
    draft.answers.filter(question_key__regex=r"^(4\.1|4\.2|2\.1)\.").delete()
    for key, level in {"4.1.a1": 4, "4.1.a2": 3, "4.1.b1": 1, "4.1.b2": 1, "4.1.b3": 2, "4.1.b4": 0}.items():
        make_answer(draft, key, level)
    for key in ["4.1.a4", *(key for key in question_keys(draft) if key.startswith("2.1."))]:
        make_answer(draft, key, is_not_applicable=True, reason="Das gibt es hier nicht.")
    for key, value in {"4.1": 80, "4.2": 50, "4.3": 60}.items():
        Target.objects.create(assessment=draft, dimension_key=key, value=value)
    return draft


_characters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff") | st.sampled_from(
    "\n\t"
)


def texts(most: int = 40) -> st.SearchStrategy[str]:
    """Any text the format has room for."""
    return st.text(_characters, max_size=most)


def filled(most: int = 40) -> st.SearchStrategy[str]:
    """Text that says something."""
    return texts(most).filter(str.strip)


def documents(dimensions: list[str], questions: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Any sound document as an export would write it, without scores."""
    link = st.fixed_dictionaries({"label": texts(), "url": st.just("https://example.org/ä?b=c")})
    file = st.fixed_dictionaries(
        {"label": texts(), "file_name": filled(), "sha256": st.text("0123456789abcdef", min_size=64, max_size=64)}
    )
    more = {"rationale": texts().filter(bool), "evidence": st.lists(link | file, min_size=1, max_size=3)}
    reason = texts().map(lambda text: f"Der Grund: nicht zutreffend {text}")
    answer = st.fixed_dictionaries({"level": st.integers(0, 4)}, optional=more) | st.fixed_dictionaries(
        {"not_applicable": reason}, optional=more
    )
    measure = st.fixed_dictionaries(
        {
            "title": filled(),
            "refers_to": st.sampled_from(["", *dimensions, *questions]),
            "responsible": texts(),
            "due": st.none() | st.dates().map(lambda day: day.isoformat()),
            "state": st.sampled_from(["planned", "running", "done", "dropped"]),
        }
    )
    conflict = st.fixed_dictionaries(
        {
            "between": st.lists(st.sampled_from(dimensions), min_size=2, max_size=2, unique=True),
            "description": filled(),
            "handling": texts(),
        }
    )
    perspectives = list(Perspective.objects.order_by("position").values_list("key", flat=True))
    return st.fixed_dictionaries(
        {
            "format": st.just("smartcity-assessment/1"),
            "catalogue": st.just("2021.1"),
            "scope": st.sampled_from(["quick", "full"]),
            "project": st.fixed_dictionaries(
                {
                    "name": filled(),
                    "summary": texts(),
                    "organisation": st.sampled_from(["", "senatskanzlei"]),
                    "phase": st.sampled_from(["idea", "concept", "pilot", "implementation", "scaling"]),
                    "perspectives": st.sets(st.sampled_from(perspectives)).map(
                        lambda chosen: [key for key in perspectives if key in chosen]
                    ),
                }
            ),
            "answers": st.dictionaries(st.sampled_from(questions), answer, max_size=12),
            "targets": st.dictionaries(st.sampled_from(dimensions), st.integers(0, 100), max_size=4),
            "measures": st.lists(measure, max_size=3),
            "conflicts": st.lists(conflict, max_size=3),
        }
    )
