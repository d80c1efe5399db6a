"""Recording answers so that none is ever lost (design: quality, „Never lose an answer“).

A save names the version of the answer it started from. The update is conditional on that version, so of two people who
save at once one wins and the other is told, with both texts. The same save sent again has one effect: it carries a key
made by the browser. Answer, history, stored scores and „where we left off“ change in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Case, F, QuerySet, When

from principles.models import load_catalogue

from . import clock
from .answer_content import MAX_LABEL_LENGTH, MAX_LINKS, AnswerContent, Files, clean_content, text_fault, tidy
from .enums import OPEN_STATES, Scope
from .models import Answer, AnswerChange, Assessment, User
from .scoring import AssessmentScore, Value, score_assessment
from .stored_scores import compute_scores, shapes_of, store_dimension, value_of

__all__ = [
    "MAX_LABEL_LENGTH",
    "MAX_LINKS",
    "AnswerConflict",
    "AnswerContent",
    "AssessmentClosed",
    "Files",
    "Saved",
    "begin_answers",
    "change_files",
    "clean_content",
    "is_untouched",
    "save_answer",
    "text_fault",
    "tidy",
]


@dataclass(frozen=True, slots=True)
class Saved:
    """The acknowledgement of a save. The score is as of this save."""

    version: int
    score: AssessmentScore
    is_repeat: bool = False


class AnswerConflict(Exception):  # noqa: N818 - a name of the domain
    """Somebody else changed the answer since the version a save started from. Nothing was stored."""

    def __init__(self, theirs: Answer) -> None:
        super().__init__(theirs.question_key)
        self.theirs = theirs


class AssessmentClosed(Exception):  # noqa: N818 - a name of the domain
    """The assessment was submitted or deleted meanwhile; its answers do not change any more."""


def save_answer(
    assessment: Assessment,
    question_key: str,
    user: User,
    content: AnswerContent,
    *,
    base_version: int,
    request_key: UUID | None = None,
) -> Saved:
    """Store what ``user`` says about one question, starting from ``base_version`` (0: there was no answer yet).

    Files among the evidence stay as they are; of the content only the links count. Raises ``ValidationError``,
    ``AnswerConflict`` or ``AssessmentClosed``; then nothing has changed. The caller has checked that the user may
    answer and that the question exists. Once it returns, the answer is on the disk.
    """
    content = clean_content(content)
    try:
        with transaction.atomic():
            return _save(assessment, question_key, content, user=user, base_version=base_version, key=request_key)
    except _Outdated:
        if repeat := _acknowledged(assessment, question_key, request_key):
            return repeat
        theirs = Answer.objects.select_related("changed_by").get(assessment=assessment, question_key=question_key)
        raise AnswerConflict(theirs) from None
    except AssessmentClosed:
        # Saved before it closed, and only the acknowledgement was lost.
        if repeat := _acknowledged(assessment, question_key, request_key):
            return repeat
        raise
    except IntegrityError:
        # A key that was used before, sent with another version: the first save with it stands.
        if repeat := _acknowledged(assessment, question_key, request_key):
            return repeat
        raise


def begin_answers(assessment: Assessment, contents: Mapping[str, AnswerContent], author: User | None) -> list[Answer]:
    """The answers of a new assessment, by the key of their question, and a first entry in the history of each."""
    now = clock.now()
    stored = {key: content.as_stored() for key, content in contents.items()}
    answers = Answer.objects.bulk_create(
        Answer(assessment=assessment, question_key=key, changed_by=author, changed_at=now, **content)
        for key, content in stored.items()
    )
    AnswerChange.objects.bulk_create(
        AnswerChange(
            answer=answer, author=author, changed_at=now, version=answer.version, after=stored[answer.question_key]
        )
        for answer in answers
    )
    return answers


def is_untouched(content: AnswerContent, base_version: int, stored: Answer | None) -> bool:
    """Whether a form says no more than the version it started from: whoever sent it changed nothing in it.

    One query when somebody else changed the answer meanwhile, otherwise none.
    """
    if stored is None or stored.version == base_version:
        base = AnswerContent.of(stored)
    elif (earlier := _content_of_version(stored.pk, base_version)) is not None:
        base = earlier
    else:
        return False
    try:
        content = clean_content(content)
    except ValidationError:
        return False
    base = replace(base, reason=tidy(base.reason), rationale=tidy(base.rationale), evidence=base.links)
    return replace(content, evidence=content.links) == base


def change_files(assessment: Assessment, question_key: str, user: User, change: Callable[[Files], Files]) -> None:
    """Let ``change`` say which files prove an answer; meanwhile nobody else changes the assessment's answers.

    Everything else about the answer stays. Raises ``AssessmentClosed`` and whatever ``change`` raises; then nothing
    has changed.
    """
    with transaction.atomic():
        now = clock.now()
        _lock(assessment, last_question=question_key, changed_at=now)
        _values, stored = _read(assessment, question_key)
        before = stored.content if stored else AnswerContent()
        content = replace(before, evidence=change(before.files) + before.links)
        if content != before:
            _write(assessment, question_key, content, stored, user=user, now=now, key=None)


def _content_of_version(answer_pk: int, version: int) -> AnswerContent | None:
    """What the answer said in an earlier version; ``None`` if the history does not know it."""
    if version == 0:
        return AnswerContent()
    changes = AnswerChange.objects.filter(answer=answer_pk, version=version)
    after = changes.values_list("after", flat=True).first()
    return None if after is None else AnswerContent.of_change(after)


class _Outdated(Exception):  # noqa: N818
    """The save started from a version that is no longer the newest."""


def _save(
    assessment: Assessment,
    question_key: str,
    content: AnswerContent,
    *,
    user: User,
    base_version: int,
    key: UUID | None,
) -> Saved:
    now = clock.now()
    _lock(assessment, last_question=question_key, changed_at=now)
    values, stored = _read(assessment, question_key)
    before = stored.content if stored else AnswerContent()
    content = replace(content, evidence=before.files + content.links)
    if content == before:
        # The same choice again, or somebody else wrote the very same.
        return Saved(stored.version if stored else 0, _score(assessment, values), is_repeat=True)
    if stored and stored.version != base_version and not _only_files_changed(stored, base_version):
        raise _Outdated
    version = _write(assessment, question_key, content, stored, user=user, now=now, key=key)
    score = _score(assessment, {**values, question_key: content.value})
    if content.value != before.value:
        store_dimension(assessment, score, question_key.rpartition(".")[0])
    return Saved(version, score)


def _only_files_changed(stored: _Stored, base_version: int) -> bool:
    """Whether the save overwrites nothing: since it started, only files came or went."""
    base = _content_of_version(stored.pk, base_version)
    return base is not None and replace(base, evidence=base.links) == replace(
        stored.content, evidence=stored.content.links
    )


def _write(
    assessment: Assessment,
    question_key: str,
    content: AnswerContent,
    stored: _Stored | None,
    *,
    user: User,
    now: datetime,
    key: UUID | None,
) -> int:
    """Write the answer and its history; the new version. ``_Outdated`` if somebody else was faster."""
    before = stored.content.as_stored() if stored else {}
    version = stored.version + 1 if stored else 1
    columns = {**content.as_stored(), "version": version, "changed_by": user, "changed_at": now}
    if stored is None:
        answer_id = Answer.objects.create(assessment=assessment, question_key=question_key, **columns).pk
    elif Answer.objects.filter(pk=stored.pk, version=stored.version).update(**columns):
        answer_id = stored.pk
    else:
        raise _Outdated
    AnswerChange.objects.create(
        answer_id=answer_id,
        author=user,
        changed_at=now,
        version=version,
        before=before,
        after=content.as_stored(),
        request_key=key,
    )
    return version


def _lock(assessment: Assessment, **columns: Any) -> None:
    """Let the saves of one assessment queue here, so that stored scores never miss a neighbour's answer."""
    open_one = {"pk": assessment.pk, "state__in": OPEN_STATES}
    if Assessment.objects.filter(**open_one, scope=assessment.scope).update(**columns):
        return
    if not Assessment.objects.filter(**open_one).update(**columns):
        raise AssessmentClosed
    assessment.refresh_from_db(fields=["scope"])  # deepened meanwhile


@dataclass(frozen=True, slots=True)
class _Stored:
    """The answer as it stands in the database."""

    pk: int
    version: int
    content: AnswerContent


@lru_cache(maxsize=256)
def _rows(question_key: str) -> QuerySet[Answer, tuple[Any, ...]]:
    """The values of all answers and the whole of one, which leaves the other texts in the database.

    Never evaluated itself. Putting it together costs as much as reading it, so that is done once for each question.
    """

    def text(name: str) -> Case:
        return Case(When(question_key=question_key, then=F(name)))

    return Answer.objects.order_by().values_list(
        "question_key",
        "level",
        "is_not_applicable",
        "pk",
        "version",
        text("reason"),
        text("rationale"),
        text("evidence"),
    )


def _read(assessment: Assessment, question_key: str) -> tuple[dict[str, Value], _Stored | None]:
    """The values of all answers and the whole of one, in one query."""
    values: dict[str, Value] = {}
    stored = None
    for key, level, is_not_applicable, pk, version, *texts in _rows(question_key).filter(assessment=assessment):
        values[key] = value_of(level, is_not_applicable=is_not_applicable)
        if key == question_key:
            reason, rationale, evidence = texts
            stored = _Stored(pk, version, AnswerContent(level, is_not_applicable, reason, rationale, tuple(evidence)))
    return values, stored


def _acknowledged(assessment: Assessment, question_key: str, request_key: UUID | None) -> Saved | None:
    """The acknowledgement that a save with this key got before; the same save sent twice has one effect."""
    if request_key is None:
        return None
    version = (
        AnswerChange.objects.filter(
            answer__assessment=assessment, answer__question_key=question_key, request_key=request_key
        )
        .values_list("version", flat=True)
        .first()
    )
    return Saved(version, compute_scores(assessment), is_repeat=True) if version else None


def _score(assessment: Assessment, values: Mapping[str, Value]) -> AssessmentScore:
    return score_assessment(shapes_of(load_catalogue(assessment.catalogue_id)), values, Scope(assessment.scope))
