"""The history of answers in words: who changed what from what to what, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .answering import AnswerContent
from .enums import Level
from .models import AnswerChange, Assessment


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of an answer before and after a change; empty where there was nothing."""

    label: str
    before: str
    after: str


def changes_of(assessment: Assessment, question_key: str = "") -> QuerySet[AnswerChange]:
    """The changes of all answers, or of one, the newest first."""
    changes = AnswerChange.objects.filter(answer__assessment=assessment).select_related("answer", "author")
    if question_key:
        changes = changes.filter(answer__question_key=question_key)
    return changes.order_by("-changed_at", "-pk")


def differences(change: AnswerChange) -> tuple[Difference, ...]:
    """What the change did, part by part; parts that stayed are left out."""
    before, after = AnswerContent.of_change(change.before), AnswerContent.of_change(change.after)
    compared = (Difference(str(label), words(before), words(after)) for label, words in _PARTS)
    return tuple(one for one in compared if one.before != one.after)


def _choice(content: AnswerContent) -> str:
    if content.is_not_applicable:
        return _("Not applicable")
    if content.level is None:
        return _("Still open")
    return f"{content.level} – {Level(content.level).label}"


def _evidence(content: AnswerContent) -> str:
    """One line for each piece; a label that says no more than the address is left out."""
    lines = []
    for item in content.evidence:
        target = item.get("url") or item.get("file_name", "")
        label = item.get("label", "")
        is_address = not label or label == (urlsplit(target).hostname or target)
        lines.append(target if is_address else f"{label} ({target})")
    return "\n".join(lines)


_PARTS: tuple[tuple[object, Callable[[AnswerContent], str]], ...] = (
    (gettext_lazy("Answer"), _choice),
    (gettext_lazy("Reason"), lambda content: content.reason),
    (gettext_lazy("Rationale"), lambda content: content.rationale),
    (gettext_lazy("Evidence"), _evidence),
)
