"""Files that prove an answer: added and removed by the team, read by whoever may read the answer.

An answer names its files by SHA-256, as the exchange format has it; so does every submission, for ever. A file that a
submission names is therefore kept when the team removes it from the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from . import clock
from .answering import MAX_LABEL_LENGTH, Files, change_files, text_fault
from .evidence_shown import Piece
from .file_kinds import ALLOWED, clean_name, recognise
from .models import Answer, Assessment, EvidenceFile, Project, User
from .reports.storage import write_whole

logger = logging.getLogger(__name__)

FOLDER = "evidence"
MB = 1024 * 1024
MAX_FILE_MB = 10
MAX_FILES = 10
"""Files one question may have."""
MAX_ASSESSMENT_MB = 250
"""What the files of one assessment may come to, those included that only an earlier submission still names."""


def help_text() -> str:
    """What may be uploaded, in the active language."""
    return _("%(allowed)s. At most %(limit)d MB per file.") % {"allowed": ALLOWED, "limit": MAX_FILE_MB}


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that an answer names. ``stored`` is missing where only its name was imported."""

    label: str
    file_name: str
    sha256: str
    stored: EvidenceFile | None

    @property
    def piece(self) -> Piece:
        """The file as every page shows it."""
        if self.stored is None:
            return Piece(self.label, file_name=self.file_name)
        return Piece(
            self.label,
            file_name=self.file_name,
            sha256=self.sha256,
            size=self.stored.size,
            assessment_pk=self.stored.assessment_id,
            question_key=self.stored.question_key,
        )


def files_of(assessment: Assessment, question_key: str) -> list[NamedFile]:
    """The files that the team's answer names now."""
    evidence = Answer.objects.filter(assessment=assessment, question_key=question_key).values_list(
        "evidence", flat=True
    )
    stored = {
        one.sha256: one
        for one in assessment.evidence_files.filter(question_key=question_key).select_related("uploaded_by")
    }
    return [
        NamedFile(item["label"], item["file_name"], item["sha256"], stored.get(item["sha256"]))
        for item in evidence.first() or ()
        if "sha256" in item
    ]


def used_bytes(assessment: Assessment) -> int:
    """What the files of an assessment come to."""
    return assessment.evidence_files.aggregate(total=Sum("size"))["total"] or 0


def names_file(document: Mapping[str, Any], question_key: str, digest: str) -> bool:
    """Whether a submission names the file among the evidence of this question."""
    evidence = document["answers"].get(question_key, {}).get("evidence", ())
    return any(item.get("sha256") == digest for item in evidence)


# -- Adding and removing ----------------------------------------------------------------------------------------------


def clean_file(name: str, file: File[bytes]) -> tuple[str, str]:
    """The name as it is kept, and the content type. ``ValidationError`` says why a file cannot serve as evidence."""
    size = file.size or 0
    if not size:
        raise ValidationError(_("The file is empty."), code="empty")
    if size > MAX_FILE_MB * MB:
        raise ValidationError(
            _("The file is too large. The limit is %(limit)d MB."), code="too_large", params={"limit": MAX_FILE_MB}
        )
    name = clean_name(name)
    kind = recognise(name, file)  # type: ignore[arg-type]
    return name, kind.content_type


def add_file(
    assessment: Assessment, question_key: str, user: User, file: File[bytes], *, name: str, label: str = ""
) -> NamedFile:
    """Keep a file as evidence of an answer; the same file a second time has no further effect.

    Raises ``ValidationError`` (by field: ``file`` or ``label``) or ``AssessmentClosed``; then nothing was kept. The
    caller has checked that the user may answer and that the question exists.
    """
    name, content_type = _checked(name, label, file)
    file.seek(0)
    content = file.read()
    label = " ".join(label.split()) or name
    new = EvidenceFile(
        assessment=assessment,
        question_key=question_key,
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        stored_as=f"{FOLDER}/{assessment.pk}/{uuid4().hex}",
        uploaded_by=user,
        uploaded_at=clock.now(),
    )
    entry = {"label": label, "file_name": name, "sha256": new.sha256}
    _store(new, content)
    try:
        change_files(assessment, question_key, user, lambda files: _with(files, entry, new))
    except (OperationalError, InterfaceError):
        # Broken off while it was being stored: perhaps the database knows the file, so it has to stay.
        raise
    except BaseException:
        default_storage.delete(new.stored_as)
        raise
    if new.pk is None:
        default_storage.delete(new.stored_as)  # it lies here already
    return NamedFile(label, name, new.sha256, new)


def _store(new: EvidenceFile, content: bytes) -> None:
    try:
        write_whole(default_storage, new.stored_as, content)
    except OSError as error:
        logger.exception("The file %s could not be stored.", new.stored_as)
        fault = ValidationError(_("The file could not be stored. Please try again later."), code="storage")
        raise ValidationError({"file": fault}) from error


def _checked(name: str, label: str, file: File[bytes]) -> tuple[str, str]:
    errors: dict[str, ValidationError] = {}
    checked = ("", "")
    try:
        checked = clean_file(name, file)
    except ValidationError as error:
        errors["file"] = error
    if fault := text_fault(" ".join(label.split()), MAX_LABEL_LENGTH):
        errors["label"] = fault
    if errors:
        raise ValidationError(errors)
    return checked


def _with(files: Files, entry: dict[str, str], new: EvidenceFile) -> Files:
    """The files with one more; called while the assessment is held."""
    is_named = any(item["sha256"] == new.sha256 for item in files)
    if not is_named and len(files) >= MAX_FILES:
        raise ValidationError(
            {"file": ValidationError(_("At most %(count)d files fit one question."), params={"count": MAX_FILES})}
        )
    same = EvidenceFile.objects.filter(assessment=new.assessment, question_key=new.question_key, sha256=new.sha256)
    if not same.exists():
        free = MAX_ASSESSMENT_MB * MB - used_bytes(new.assessment)
        if new.size > free:
            raise ValidationError({"file": _no_room(free)})
        new.save()
    return files if is_named else (*files, entry)


def _no_room(free: int) -> ValidationError:
    return ValidationError(
        _("The files of one assessment may come to %(limit)d MB. %(free)s are left; remove others or use a link."),
        code="no_room",
        params={"limit": MAX_ASSESSMENT_MB, "free": filesizeformat(max(free, 0))},
    )


def remove_file(assessment: Assessment, question_key: str, user: User, digest: str) -> bool:
    """Take a file from an answer; whether it was named there. Its bytes go unless a submission names it.

    Raises ``AssessmentClosed``.
    """
    found = False

    def without(files: Files) -> Files:
        nonlocal found
        kept = tuple(item for item in files if item["sha256"] != digest)
        found = len(kept) < len(files)
        return kept

    with transaction.atomic():
        change_files(assessment, question_key, user, without)
        if found and not is_submitted(assessment, question_key, digest):
            gone = EvidenceFile.objects.filter(assessment=assessment, question_key=question_key, sha256=digest)
            forget_bytes(gone)
            gone.delete()
    return found


def is_submitted(assessment: Assessment, question_key: str, digest: str) -> bool:
    """Whether any submission of the assessment names the file."""
    return any(names_file(one.document, question_key, digest) for one in assessment.snapshots.all())


# -- Bytes ------------------------------------------------------------------------------------------------------------


def read_bytes(file: EvidenceFile) -> bytes | None:
    """The content as it was uploaded; none if the storage has lost it or has something else."""
    try:
        with default_storage.open(file.stored_as, "rb") as stored:
            content: bytes = stored.read()
    except FileNotFoundError:
        return None
    return content if sha256(content).hexdigest() == file.sha256 else None


def forget_bytes(files: Iterable[EvidenceFile]) -> None:
    """Delete the content of files that are being deleted, once that is certain and nobody else shares it."""
    names = {file.stored_as for file in files}

    def delete() -> None:
        shared = set(EvidenceFile.objects.filter(stored_as__in=names).values_list("stored_as", flat=True))
        for name in names - shared:
            default_storage.delete(name)
        for folder in {name.rpartition("/")[0] for name in names - shared}:
            with suppress(OSError):  # not empty
                default_storage.delete(folder)

    transaction.on_commit(delete)


def forget_files_of(owner: Assessment | Project) -> None:
    """Delete the content of all files of an assessment or project that is being deleted."""
    if isinstance(owner, Project):
        forget_bytes(EvidenceFile.objects.filter(assessment__project=owner))
    else:
        forget_bytes(owner.evidence_files.all())


_COPIED = ("question_key", "name", "content_type", "size", "sha256", "stored_as", "uploaded_by_id", "uploaded_at")


def copy_files(source: Assessment, target: Assessment, named: Mapping[str, Iterable[str]]) -> None:
    """Let ``target`` share the files of ``source`` that its answers name: hashes by question."""
    EvidenceFile.objects.bulk_create(
        EvidenceFile(
            assessment=target,
            **{field: getattr(one, field) for field in _COPIED},
        )
        for one in source.evidence_files.all()
        if one.sha256 in named.get(one.question_key, ())
    )
