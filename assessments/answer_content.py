"""What somebody says about one question, and which of it can be stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import MAX_TEXT_LENGTH, MIN_REASON_LENGTH, Answer
from .scoring import Mark, Value

Files = tuple[Mapping[str, str], ...]

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
        return {
            "level": self.level,
            "is_not_applicable": self.is_not_applicable,
            "reason": self.reason,
            "rationale": self.rationale,
            "evidence": [dict(item) for item in self.evidence],
        }


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
