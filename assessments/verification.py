"""Is this what was submitted and approved? Answers for a hash, a document, a PDF and the whole chain."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from .enums import State
from .evidence_files import names_file, read_bytes
from .exchange_checks import FORMAT, MAX_DOCUMENT_BYTES, ExchangeError, parse_document
from .models import Assessment, EvidenceFile, Publication, Snapshot, StateChange, User
from .permissions import Action, allows
from .snapshots import canonical_json, document_hash

READER = "assessments.reports.attachment_reader"
READER_SECONDS = 20
_readers = threading.BoundedSemaphore(2)
"""So many files are opened at once in each web process; the others wait."""


class Damage(Enum):
    """What can be wrong with a stored snapshot."""

    HASH = _("The stored document does not have the stored hash.")
    CANONICAL = _("The stored document is not in canonical form.")
    CHAIN = _("The hash of the predecessor does not match: a snapshot was changed, removed or added.")
    MISSING = _("The assessment was submitted, but its snapshot is missing.")
    NUMBER = _("The submissions are not numbered one after the other.")
    FILE = _("A file that was submitted is missing in the storage or was changed there.")
    APPROVAL = _("The assessment counts as approved, but no approval of its newest snapshot is recorded.")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit, and where."""

    assessment_id: int
    number: int | None
    damage: Damage


def verify_chain() -> Iterator[Finding]:
    """Walk every project's snapshots in the order they were submitted and yield whatever does not fit."""
    previous: dict[int, str] = {}
    numbers: dict[int, int] = {}
    for snapshot in Snapshot.objects.select_related("assessment").order_by("pk").iterator():
        project = snapshot.assessment.project_id
        for damage in _damages(snapshot, previous.get(project, ""), numbers.get(snapshot.assessment_id, 0)):
            yield Finding(snapshot.assessment_id, snapshot.number, damage)
        previous[project] = snapshot.sha256
        numbers[snapshot.assessment_id] = snapshot.number
    for assessment in Assessment.objects.exclude(state=State.DRAFT).order_by("pk").iterator():
        if assessment.pk not in numbers:
            yield Finding(assessment.pk, None, Damage.MISSING)
        elif assessment.state == State.APPROVED and not _approvals(assessment, numbers[assessment.pk]).exists():
            yield Finding(assessment.pk, numbers[assessment.pk], Damage.APPROVAL)
    yield from _lost_files()


def _lost_files() -> Iterator[Finding]:
    """Files that were uploaded and submitted; of imported answers only the names are known."""
    known: dict[str, bool] = {}
    for snapshot in Snapshot.objects.filter(assessment__evidence_files__isnull=False).distinct().order_by("pk"):
        document = snapshot.document
        for file in EvidenceFile.objects.filter(assessment=snapshot.assessment_id):
            if not names_file(document, file.question_key, file.sha256):
                continue
            if file.stored_as not in known:
                known[file.stored_as] = read_bytes(file) is not None
            if not known[file.stored_as]:
                yield Finding(snapshot.assessment_id, snapshot.number, Damage.FILE)


def _damages(snapshot: Snapshot, previous: str, last_number: int) -> Iterator[Damage]:
    raw = snapshot.canonical.encode()
    if sha256(raw).hexdigest() != snapshot.sha256:
        yield Damage.HASH
    try:
        if canonical_json(json.loads(raw)) != raw:
            yield Damage.CANONICAL
    except ValueError:
        yield Damage.CANONICAL
    if snapshot.previous_sha256 != previous:
        yield Damage.CHAIN
    if snapshot.number != last_number + 1:
        yield Damage.NUMBER


def _approvals(assessment: Assessment, number: int) -> QuerySet[StateChange]:
    return StateChange.objects.filter(
        assessment=assessment, to_state=State.APPROVED, snapshot__number=number, snapshot__assessment=assessment
    )


class Standing(Enum):
    """What a hash or a document turns out to be."""

    APPROVED = "approved"
    EXPIRED = "expired"
    SUBMITTED = "submitted"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What we know of a hash. ``approval`` is set for a state that is or was approved."""

    sha256: str
    standing: Standing
    snapshot: Snapshot | None = None
    approval: StateChange | None = None
    excerpt: Publication | None = None
    """Set if this is the public part of the approved state."""


MOST_COMPARED = 20
"""So many projects of the same name are looked at."""


class NotAReportError(ValueError):
    """The file is no PDF report of this app: it does not carry a document in the exchange format."""


def judge(digest: str, today: Any) -> Verdict:
    """What the snapshot with this hash is on the day ``today``: approved, submitted, superseded, or unknown to us.

    Of several snapshots with the same content the one that was approved counts, else the newest.
    """
    digest = digest.strip().lower()
    found = list(
        Snapshot.objects.filter(sha256=digest).select_related("assessment__project").order_by("-pk")
        if digest
        else Snapshot.objects.none()
    )
    if not found:
        return _judge_excerpt(digest, today)
    approval = (
        StateChange.objects.filter(snapshot__in=found, to_state=State.APPROVED)
        .select_related("snapshot__assessment__project", "author")
        .order_by("at")
        .last()
    )
    if approval is not None:
        expired = approval.valid_until is not None and approval.valid_until < today
        return Verdict(digest, Standing.EXPIRED if expired else Standing.APPROVED, approval.snapshot, approval)
    snapshot = found[0]
    newest = snapshot.assessment.snapshots.latest("number")
    is_pending = newest.pk == snapshot.pk and snapshot.assessment.state == State.SUBMITTED
    return Verdict(digest, Standing.SUBMITTED if is_pending else Standing.SUPERSEDED, snapshot)


def _judge_excerpt(digest: str, today: Any) -> Verdict:
    """A public report carries a part of an approved state only, which has a hash of its own."""
    excerpt = Publication.objects.public().filter(sha256=digest).select_related("snapshot").first() if digest else None
    if excerpt is None:
        return Verdict(digest, Standing.UNKNOWN)
    return replace(judge(excerpt.snapshot.sha256, today), sha256=digest, excerpt=excerpt)


def document_of_pdf(content: bytes) -> dict[str, Any]:
    """The exchange document that travels inside a report; ``NotAReportError`` if there is none that can be read.

    The file may come from anybody: it is opened in a process of its own with little time and memory.
    """
    command = [sys.executable, "-m", READER, str(MAX_DOCUMENT_BYTES)]
    with _readers:
        try:
            read = subprocess.run(  # noqa: S603 - our own module
                command, input=content, capture_output=True, cwd=settings.BASE_DIR, timeout=READER_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise NotAReportError from error
    if read.returncode:
        raise NotAReportError
    try:
        document = parse_document(read.stdout)
    except ExchangeError as error:
        raise NotAReportError from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NotAReportError
    return document


def hash_of_pdf(content: bytes) -> str:
    """The hash of the document inside a report; ``NotAReportError`` if there is none."""
    return document_hash(document_of_pdf(content))


@dataclass(frozen=True, slots=True)
class Difference:
    """A place in two documents that is not the same; ``None`` where one of them has nothing."""

    path: str
    ours: Any
    theirs: Any


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[Difference]:
    """Every place where the frozen document and another one differ, in the order of their keys."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from differences(ours.get(key), theirs.get(key), f"{path}.{key}" if path else key)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (mine, yours) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(mine, yours, f"{path}[{number}]")
    elif ours != theirs:
        yield Difference(path, ours, theirs)


def comparable_snapshot(user: User | AnonymousUser, verdict: Verdict, document: Mapping[str, Any]) -> Snapshot | None:
    """What a report that is not the newest state can be compared with: the newest snapshot of its project.

    Only for those who may see that project's submissions. A report that nobody submitted tells its project by name.
    """
    snapshots = Snapshot.objects.select_related("assessment__project").order_by("-pk")
    if verdict.snapshot is not None:
        snapshots = snapshots.filter(assessment__project=verdict.snapshot.assessment.project_id)
    else:
        part = document.get("project")
        name = part.get("name") if isinstance(part, dict) else None
        if not isinstance(name, str) or not user.is_authenticated:
            return None
        snapshots = snapshots.filter(assessment__project__name=name)
        if not user.staff_role:
            snapshots = snapshots.filter(assessment__project__memberships__user=user)
    return next((one for one in snapshots[:MOST_COMPARED] if may_see(user, one.assessment)), None)


def may_see(user: User | AnonymousUser, assessment: Assessment) -> bool:
    """Whether somebody may know more of a submission than whether it is approved."""
    return allows(user, Action.VIEW_SUBMISSION, assessment)
