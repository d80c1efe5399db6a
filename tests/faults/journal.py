"""What the app has acknowledged, written down outside the app, and whether the database still has all of it."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assessments.models import Answer, AnswerChange


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The app has said that this text is stored as this version of this answer."""

    assessment: int
    question: str
    version: int
    text: str
    request_key: str
    broken_at: float | None = None
    """When the last try before broke off, if one did."""


class Journal:
    """One line an acknowledgement, written before the client does anything else. Safe in threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last = 0.0
        """When the newest acknowledgement came, on the monotonic clock."""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()

    def write(self, acknowledged: Acknowledged) -> None:
        """Write it down."""
        os.write(self._file, f"{json.dumps(asdict(acknowledged))}\n".encode())
        with self._lock:
            self.last = time.monotonic()

    def read(self) -> list[Acknowledged]:
        """Everything that was acknowledged."""
        return [Acknowledged(**json.loads(line)) for line in self.path.read_text().splitlines()]


@dataclass
class Verdict:
    """What the comparison of journal and database found."""

    acknowledged: int = 0
    lost_ones: set[Acknowledged] = field(default_factory=set)
    doubled: int = 0
    stored_before_retry: int = 0
    """Saves whose first try broke off after it was stored: without a request key the retry would be a second save."""
    details: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """How many acknowledged texts are gone."""
        return len(self.lost_ones)

    def lose(self, one: Acknowledged, why: str) -> None:
        """Count a loss and tell the reader of the first few."""
        self.lost_ones.add(one)
        self._tell(f"lost: {one}: {why}")

    def double(self, what: str) -> None:
        """Count what is there twice and tell the reader of the first few."""
        self.doubled += 1
        self._tell(f"doubled: {what}")

    def _tell(self, detail: str) -> None:
        if len(self.details) < 10:
            self.details.append(detail)


Places = dict[tuple[int, str], list[Acknowledged]]


def compare(journal: Iterable[Acknowledged]) -> Verdict:
    """Compare with the database: every acknowledged text in the history, the newest one in the answer, none twice.

    All saves must be over, each of them acknowledged.
    """
    verdict = Verdict()
    places: Places = defaultdict(list)
    for one in journal:
        places[one.assessment, one.question].append(one)
        verdict.acknowledged += 1
    _compare_history(places, verdict)
    _compare_answers(places, verdict)
    return verdict


def _compare_history(places: Places, verdict: Verdict) -> None:
    stored: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    changes = AnswerChange.objects.filter(answer__assessment__in={assessment for assessment, _key in places})
    columns = ("answer__assessment", "answer__question_key", "version", "after", "request_key", "changed_at")
    for row in changes.values(*columns).order_by().iterator():
        stored[row["answer__assessment"], row["answer__question_key"]].append(row)
    for place, acknowledged in places.items():
        rows = {(row["version"], row["after"].get("rationale"), str(row["request_key"])): row for row in stored[place]}
        for one in acknowledged:
            row = rows.get((one.version, one.text, one.request_key))
            if row is None:
                verdict.lose(one, "not in the history")
            elif one.broken_at and row["changed_at"].timestamp() < one.broken_at:
                verdict.stored_before_retry += 1
        texts = Counter(row["after"].get("rationale") for row in stored[place])
        for text, count in texts.items():
            if count > 1:
                verdict.double(f"{text!r} was stored {count} times at {place}")
        versions = Counter(one.version for one in acknowledged)
        for version, count in versions.items():
            if count > 1:
                verdict.double(f"version {version} of {place} was acknowledged {count} times")


def _compare_answers(places: Places, verdict: Verdict) -> None:
    rows = Answer.objects.filter(assessment__in={assessment for assessment, _key in places})
    stored = {
        (row.assessment_id, row.question_key): (row.version, row.rationale)
        for row in rows.only("assessment_id", "question_key", "version", "rationale")
    }
    for place, acknowledged in places.items():
        newest = max(acknowledged, key=lambda one: one.version)
        version, text = stored.get(place, (0, ""))
        if version > newest.version:
            verdict.double(f"{place} has version {version}, acknowledged was {newest.version}")
        elif (version, text) != (newest.version, newest.text):
            verdict.lose(newest, f"the answer is version {version}, {text!r}")
