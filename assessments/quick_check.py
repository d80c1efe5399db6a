"""The quick check without an account: its answers come with every request and are kept nowhere.

They are validated anew each time, for whatever travels through a browser can be changed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from principles.models import Catalogue, Dimension

from .answer_content import AnswerContent, clean_content, text_fault, tidy
from .enums import Phase, Scope
from .exchange import Document, ExchangeError, Fault, assemble_document, check_document, parse_document

LIMITS = {"reason": 500, "rationale": 1000}
"""Characters. With all of them used up, the answers of all questions still fit into one request."""
MAX_SUMMARY_LENGTH = 2000
PROJECT_PARTS = ("name", "summary", "organisation", "phase")
"""What the quick check says about the project; everything may stay empty."""


def core_keys(dimension: Dimension) -> list[str]:
    """The keys of the questions that the quick check asks in this dimension."""
    return [
        question.key for aspect in dimension.aspects.all() for question in aspect.questions.all() if question.is_core
    ]


def clean_answer(content: AnswerContent) -> AnswerContent:
    """The answer as the document holds it; ``ValidationError`` names every faulty field."""
    faults = {
        field: fault
        for field, limit in LIMITS.items()
        if (fault := text_fault(tidy(getattr(content, field)), limit)) is not None
    }
    if faults:
        raise ValidationError(faults)
    return clean_content(replace(content, evidence=()))


def quick_document(catalogue: Catalogue, project: Mapping[str, str], answers: Mapping[str, AnswerContent]) -> Document:
    """The exchange document of sound answers; what the format needs and nobody said gets a plain default.

    Raises ``ExchangeError``.
    """
    part = {
        "name": project.get("name") or _("Quick check"),
        "summary": project.get("summary", ""),
        "organisation": project.get("organisation", ""),
        "phase": project.get("phase") or Phase.IDEA.value,
        "perspectives": [],
    }
    return assemble_document(catalogue, Scope.QUICK, part, answers)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What of a saved document the quick check goes on with."""

    project: Mapping[str, str]
    answers: Mapping[str, AnswerContent]
    is_partial: bool
    """Whether the document holds more than the quick check has room for."""


def read_back(catalogue: Catalogue, raw: bytes) -> ReadBack:
    """Take the answers out of an exported document, to go on with them. Raises ``ExchangeError`` with every fault."""
    document = parse_document(raw)
    faults = check_document(document)
    if not faults and document["catalogue"] != catalogue.version:
        faults = [Fault("catalogue", _("This version of the questionnaire is not asked any more."))]
    if faults:
        raise ExchangeError(faults)
    asked = {key for dimension in catalogue.dimensions.all() for key in core_keys(dimension)}
    answers = {}
    for key, entry in document["answers"].items():
        if key not in asked:
            continue
        content = AnswerContent.of_entry(entry)
        try:
            answers[key] = clean_answer(content)
        except ValidationError as error:
            faults += [Fault(f'answers."{key}"', message) for message in error.messages]
    if faults:
        raise ExchangeError(faults)
    project = {name: document["project"].get(name, "") for name in PROJECT_PARTS}
    return ReadBack(project, answers, _holds_more(document, asked))


def _holds_more(document: Mapping[str, Any], asked: set[str]) -> bool:
    return (
        any(document.get(part) for part in ("targets", "measures", "conflicts"))
        or bool(document["project"].get("perspectives"))
        or any(key not in asked or "evidence" in entry for key, entry in document["answers"].items())
    )
