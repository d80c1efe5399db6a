"""Recording answers so that none is ever lost (design: quality, „Never lose an answer“).

A save names the version of the answer it started from. The update is conditional on that version, so of two people who
save at once one wins and the other is told, with both texts. The same save sent again has one effect: it carries a key
made by the browser. Answer, history, stored scores and „where we left off“ change in one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.db.models import Case, F, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from principles.models import load_catalogue

from . import clock
from .enums import OPEN_STATES, Scope
from .models import MAX_TEXT_LENGTH, MIN_REASON_LENGTH, Answer, AnswerChange, Assessment, User
from .scoring import AssessmentScore, Mark, Value, score_assessment
from .stored_scores import compute_scores, shapes_of, store_scores, value_of

MAX_LINKS = 20
MAX_LABEL_LENGTH = 200
MAX_URL_LENGTH = 2000
# NUL breaks PostgreSQL, lone surrogates break both drivers; the other control characters break spreadsheets and PDF.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_is_web_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class AnswerContent:
    """What somebody says about one question; everything empty means the question is open."""

    level: int | None = None
    is_not_applicable: bool = False
    reason: str = ""
    rationale: str = ""
    evidence: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, answer: Answer | None) -> AnswerContent:
        """The content of a stored answer; of ``None``, an open question."""
        if answer is None:
            return cls()
        return cls(
            answer.level, answer.is_not_applicable, answer.reason, answer.rationale, tuple(map(dict, answer.evidence))
        )

    @classmethod
    def of_change(cls, stored: Mapping[str, Any]) -> AnswerContent:
        """The content as the history keeps it."""
        return cls(**{**stored, "evidence": tuple(stored.get("evidence", ()))})

    @property
    def links(self) -> tuple[Mapping[str, str], ...]:
        """The evidence that is a link."""
        return tuple(item for item in self.evidence if "url" in item)

    @property
    def files(self) -> tuple[Mapping[str, str], ...]:
        """The evidence that is a file."""
        return tuple(item for item in self.evidence if "url" not in item)

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> AnswerContent:
        """The content of an entry of ``answers`` in a sound exchange document."""
        return cls(
            int(entry["level"]) if "level" in entry else None,
            "not_applicable" in entry,
            entry.get("not_applicable", ""),
            entry.get("rationale", ""),
            tuple(entry.get("evidence", ())),
        )

    @property
    def value(self) -> Value:
        """What scoring sees."""
        return Mark.NOT_APPLICABLE if self.is_not_applicable else self.level

    def as_stored(self) -> dict[str, Any]:
        """The columns of an answer, and what the history keeps."""
        return {**asdict(self), "evidence": [dict(item) for item in self.evidence]}


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


def clean_content(content: AnswerContent) -> AnswerContent:
    """The content as it will be stored; ``ValidationError`` names every faulty field."""
    errors: dict[str, ValidationError | list[ValidationError]] = {}
    cleaned: dict[str, str] = {}
    for field in ("reason", "rationale"):
        cleaned[field] = text = tidy(getattr(content, field))
        if fault := text_fault(text, MAX_TEXT_LENGTH):
            errors[field] = fault
    if content.level is not None and (content.level not in range(5) or content.is_not_applicable):
        errors["level"] = ValidationError(_("Choose one of the levels 0 to 4, or “not applicable”."), code="level")
    if content.is_not_applicable and len("".join(cleaned["reason"].split())) < MIN_REASON_LENGTH:
        errors.setdefault(
            "reason",
            ValidationError(
                _("Say why the question is not applicable, in at least %(count)d characters."),
                code="reason_too_short",
                params={"count": MIN_REASON_LENGTH},
            ),
        )
    evidence, faults = _clean_evidence(content.links)
    if faults:
        errors["evidence"] = faults
    if errors:
        raise ValidationError(errors)
    return AnswerContent(content.level, content.is_not_applicable, **cleaned, evidence=evidence)


def tidy(text: str) -> str:
    """Line ends as they are stored, no white space around."""
    return text.replace("\r\n", "\n").strip()


def text_fault(text: str, limit: int) -> ValidationError | None:
    """Why a text cannot be stored, if it cannot."""
    if _FORBIDDEN.search(text):
        return ValidationError(_("The text contains characters that cannot be stored."), code="characters")
    if len(text) > limit:
        return ValidationError(
            ngettext(
                "The text is too long by %(count)d character. It may have %(limit)d.",
                "The text is too long by %(count)d characters. It may have %(limit)d.",
                len(text) - limit,
            ),
            code="too_long",
            params={"count": len(text) - limit, "limit": limit},
        )
    return None


def _clean_evidence(
    items: tuple[Mapping[str, str], ...],
) -> tuple[tuple[dict[str, str], ...], list[ValidationError]]:
    """Links without empty rows, with a label each."""
    kept: list[dict[str, str]] = []
    faults: list[ValidationError] = []
    for item in items:
        url, label = item["url"].strip(), " ".join(item.get("label", "").split())
        if not url and not label:
            continue
        if fault := _link_fault(url, label):
            faults.append(fault)
        else:
            kept.append({"label": label or urlsplit(url).hostname or url, "url": url})
    if len(kept) > MAX_LINKS:
        faults.append(
            ValidationError(
                _("At most %(count)d pieces of evidence fit one question."), code="many", params={"count": MAX_LINKS}
            )
        )
    return tuple(kept), faults


def _link_fault(url: str, label: str) -> ValidationError | None:
    if not url:
        return ValidationError(_("“%(label)s” lacks a web address."), code="url_missing", params={"label": label[:60]})
    if _FORBIDDEN.search(url + label):
        return ValidationError(_("The text contains characters that cannot be stored."), code="characters")
    try:
        if len(url) > MAX_URL_LENGTH:
            raise ValidationError("")
        _is_web_address(url)
    except ValidationError:
        return ValidationError(
            _("“%(url)s” is not a web address. It starts with https:// or http://."),
            code="url",
            params={"url": url[:60]},
        )
    return text_fault(label, MAX_LABEL_LENGTH)


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


def is_untouched(content: AnswerContent, base_version: int, stored: Answer | None) -> bool:
    """Whether a form says no more than the version it started from: whoever sent it changed nothing in it.

    One query when somebody else changed the answer meanwhile, otherwise none.
    """
    if stored is None or stored.version == base_version:
        base = AnswerContent.of(stored)
    elif base_version == 0:
        base = AnswerContent()
    else:
        changes = AnswerChange.objects.filter(answer=stored, version=base_version)
        after = changes.values_list("after", flat=True).first()
        if after is None:
            return False
        base = AnswerContent.of_change(after)
    try:
        content = clean_content(content)
    except ValidationError:
        return False
    base = replace(base, reason=tidy(base.reason), rationale=tidy(base.rationale), evidence=base.links)
    return replace(content, evidence=content.links) == base


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
    if stored and stored.version != base_version:
        raise _Outdated
    version = base_version + 1 if stored else 1
    columns = {**content.as_stored(), "version": version, "changed_by": user, "changed_at": now}
    if stored is None:
        answer_id = Answer.objects.create(assessment=assessment, question_key=question_key, **columns).pk
    elif Answer.objects.filter(pk=stored.pk, version=base_version).update(**columns):
        answer_id = stored.pk
    else:
        raise _Outdated
    AnswerChange.objects.create(
        answer_id=answer_id,
        author=user,
        changed_at=now,
        version=version,
        before=before.as_stored() if stored else {},
        after=content.as_stored(),
        request_key=key,
    )
    score = _score(assessment, {**values, question_key: content.value})
    if content.value != before.value:
        store_scores(assessment, score)
    return Saved(version, score)


def _lock(assessment: Assessment, **columns: Any) -> None:
    """Let the saves of one assessment queue here, so that stored scores never miss a neighbour's answer."""
    open_one = Assessment.objects.filter(pk=assessment.pk, state__in=OPEN_STATES)
    if open_one.filter(scope=assessment.scope).update(**columns):
        return
    if not open_one.update(**columns):
        raise AssessmentClosed
    assessment.refresh_from_db(fields=["scope"])  # deepened meanwhile


@dataclass(frozen=True, slots=True)
class _Stored:
    """The answer as it stands in the database."""

    pk: int
    version: int
    content: AnswerContent


def _read(assessment: Assessment, question_key: str) -> tuple[dict[str, Value], _Stored | None]:
    """The values of all answers and the whole of one, in one query that leaves the other texts in the database."""

    def text(name: str) -> Case:
        return Case(When(question_key=question_key, then=F(name)))

    values: dict[str, Value] = {}
    stored = None
    rows = Answer.objects.filter(assessment=assessment).values_list(
        "question_key",
        "level",
        "is_not_applicable",
        "pk",
        "version",
        text("reason"),
        text("rationale"),
        text("evidence"),
    )
    for key, level, is_not_applicable, pk, version, *texts in rows.order_by():
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
