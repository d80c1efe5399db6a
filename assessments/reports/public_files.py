"""Files for everyone: made once for each state of their content, then read from the storage."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from principles.models import Catalogue
from principles.practice import Example

from ..enums import Scope
from .guide import guide_hash, guide_pdf
from .questionnaire_blank import questionnaire_pdf
from .storage import FOLDER, forget_reports, release_fingerprint, store_report, stored_report

GUIDE = "leitfaden"
QUESTIONNAIRE = "fragebogen"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Which file, in which state of its content."""

    kind: str
    content_hash: str
    language: str

    @property
    def name(self) -> str:
        """Where the file lies in the storage."""
        digest = hashlib.sha256("\0".join((self.content_hash, release_fingerprint())).encode()).hexdigest()[:40]
        return f"{FOLDER}/{self.kind}/{self.language}-{digest}.pdf"


def guide_file(catalogue: Catalogue, examples: Sequence[Example], language: str) -> bytes:
    """The guide as PDF. Raises the errors of ``pdf.render_pdf``."""
    key = PublicKey(GUIDE, guide_hash(catalogue, examples), language)
    content = _stored(key)
    if content is None:
        content = guide_pdf(catalogue, examples, language)
        store_report(key, content)
    return content


def questionnaire_file(catalogue: Catalogue, scope: Scope, language: str) -> bytes:
    """The blank questionnaire as PDF. Raises the errors of ``pdf.render_pdf``."""
    key = PublicKey(f"{QUESTIONNAIRE}-{scope.value}", catalogue.version, language)
    content = _stored(key)
    if content is None:
        content = questionnaire_pdf(catalogue, scope, language)
        store_report(key, content)
    return content


def forget_guide() -> None:
    """Delete the stored guide: an example that was withdrawn must not lie about in it."""
    forget_reports(GUIDE)


def _stored(key: PublicKey) -> bytes | None:
    stored = stored_report(key)
    if stored is None:
        return None
    with stored:
        content: bytes = stored.read()
    return content
