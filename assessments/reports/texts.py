"""What people wrote, made fit for paper: no characters that neither HTML nor XML can hold, and not without end."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

EXCERPT_LENGTH = 180
"""Characters of a rationale that a chapter shows; the annex has all of it."""
SOFT_HYPHEN = "\u00ad"
TEXT_BUDGET = 400_000
"""Characters of rationales that the annex holds, about 200 pages; beyond that the longest ones are cut."""

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean_document(value: Any) -> Any:
    """A copy of an exchange document whose texts any page can hold."""
    if isinstance(value, str):
        return _UNREADABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, Mapping):
        return {key: clean_document(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_document(item) for item in value]
    return value


def breakable(text: str, every: int = 24) -> str:
    """``text`` with soft hyphens in words without end: page margins break lines at words only."""
    return re.sub(rf"\S{{{every}}}(?=\S{{{every}}})", lambda part: part.group() + SOFT_HYPHEN, text)


def excerpt(text: str, length: int = EXCERPT_LENGTH) -> str:
    """``text``, or its beginning up to a word's end with an ellipsis."""
    if len(text) <= length:
        return text
    beginning = text[:length]
    words, space, _ = beginning.rpartition(" ")
    return f"{(words if space and len(words) > length // 2 else beginning).rstrip(' ,;:–')} …"


def shorten_rationales(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The document with its longest rationales cut to an equal length so that all of them fit the budget.

    The limit depends on nothing but the document. Everything stays in the data attached to the report.
    """
    lengths = sorted(len(text) for answer in document["answers"].values() for text in _texts(answer))
    if sum(lengths) <= TEXT_BUDGET:
        return document, False
    allowance, rest = 0, TEXT_BUDGET
    for position, length in enumerate(lengths):
        share = rest // (len(lengths) - position)
        allowance = share
        if length > share:
            break
        rest -= length
    shortened = copy.deepcopy(dict(document))
    for answer in shortened["answers"].values():
        for field in ("rationale", "not_applicable"):
            if len(answer.get(field, "")) > allowance:
                answer[field] = excerpt(answer[field], allowance)
    return shortened, True


def _texts(answer: Mapping[str, Any]) -> list[str]:
    return [answer[field] for field in ("rationale", "not_applicable") if field in answer]
