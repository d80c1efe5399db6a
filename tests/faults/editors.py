"""People who type: each saves answers of an assessment of their own until told to stop."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from uuid import uuid4

from assessments.models import Assessment, User

from .client import BROKEN, Client
from .journal import Acknowledged, Journal
from .world import make_team

GIVE_UP_AFTER = 60
"""Seconds; the app must have recovered long before."""
RETRY_PAUSE = 0.05


class Editor(threading.Thread):
    """Saves one answer after the other; repeats a save with its key until the app has answered it."""

    def __init__(self, port: int, user: User, assessment: Assessment, questions: list[str], journal: Journal) -> None:
        super().__init__(daemon=True)
        self.client = Client(port, user)
        self.assessment = assessment.pk
        self.versions = dict.fromkeys(questions, 0)
        self.journal = journal
        self.errors: Counter[str] = Counter()
        """Tries that failed, by kind. None of them is a loss as long as a repetition succeeds."""
        self.refused: list[str] = []
        """Answers that should never come."""
        self.without_retry_after = 0
        self._stop_asked = threading.Event()

    def run(self) -> None:
        """Type until told to stop; the last save is still brought to its end."""
        number = 0
        while not self._stop_asked.is_set() and self.versions:
            number += 1
            question = random.choice(list(self.versions))
            text = f"{self.assessment}/{question} save {number}" + "x" * random.randrange(400)
            self._save(question, text)
        self.client.close()

    def _save(self, question: str, text: str) -> None:
        key = str(uuid4())
        broken_at: float | None = None
        give_up = time.monotonic() + GIVE_UP_AFTER
        while time.monotonic() < give_up:
            version = self.versions[question]
            status, data = self.client.save(self.assessment, question, text, version=version, key=key)
            if status == 200 and "version" in data:
                self.journal.write(Acknowledged(self.assessment, question, data["version"], text, key, broken_at))
                self.versions[question] = data["version"]
                return
            if status in {BROKEN, 500, 502, 503, 504}:
                self.errors["connection broken" if status == BROKEN else str(status)] += 1
                if status == 503 and "Retry-After" not in data.get("headers", {}):
                    self.without_retry_after += 1
                broken_at = time.time()
                time.sleep(RETRY_PAUSE)
                continue
            self.refused.append(f"{status} for {question} from version {version}: {data.get('message')}")
            del self.versions[question]
            return
        self.refused.append(f"no answer within {GIVE_UP_AFTER} s")
        self._stop_asked.set()

    def ask_to_stop(self) -> None:
        """Let it finish what it is about."""
        self._stop_asked.set()


class Editors:
    """All editors of a run."""

    def __init__(self, port: int, journal: Journal, count: int) -> None:
        self.journal = journal
        self.threads = [
            Editor(port, team.owner, team.assessment, team.questions, journal)
            for team in (make_team() for _ in range(count))
        ]

    def __enter__(self) -> Editors:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self.threads:
            thread.ask_to_stop()
        for thread in self.threads:
            thread.join(GIVE_UP_AFTER + 30)

    def wait_for_a_save(self, after: float) -> float | None:
        """Seconds from ``after`` (monotonic clock) until the next acknowledgement; ``None`` if none came."""
        while time.monotonic() - after < GIVE_UP_AFTER:
            if (last := self.journal.last) > after:
                return last - after
            time.sleep(0.005)
        return None

    @property
    def errors(self) -> Counter[str]:
        """Tries that failed, by kind."""
        return sum((thread.errors for thread in self.threads), Counter())

    @property
    def refused(self) -> list[str]:
        """Answers that should never come."""
        return [text for thread in self.threads for text in thread.refused]

    @property
    def without_retry_after(self) -> int:
        """How often the app said that it is not available, but not when to come again."""
        return sum(thread.without_retry_after for thread in self.threads)
