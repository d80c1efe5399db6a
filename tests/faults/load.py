"""F17: so many editors at once, each saving every five seconds. How long a save takes, and that none is lost."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import uuid4

from assessments.enums import Role
from assessments.models import Membership, User
from tests.factories import make_assessment, make_project, question_keys

from .client import headers_of, session_of
from .instance import Instance
from .journal import Acknowledged, Journal, compare
from .outcome import Outcome
from .world import make_person

THINK_SECONDS = 5.0
WARM_UP_SECONDS = 15
MEASURED_SECONDS = 180
IN_A_TEAM = 5
WORKERS = 2
P95_MILLISECONDS, P99_MILLISECONDS = 300, 1000


class Typist:
    """Somebody who thinks, saves, thinks; opens a connection for each save, like a browser after a pause."""

    def __init__(self, port: int, user: User, assessment: int, questions: list[str], journal: Journal) -> None:
        self.port = port
        self.user_pk = user.pk
        self.assessment = assessment
        self.versions = dict.fromkeys(questions, 0)
        self.journal = journal
        lines = [f"{name}: {value}" for name, value in headers_of(session_of(user)).items()]
        self.head = "\r\n".join([f"Host: 127.0.0.1:{port}", "Connection: close", *lines])
        self.took: list[tuple[float, float]] = []
        """When each save began, and how many seconds it took."""
        self.errors: list[str] = []

    async def type(self, until: float) -> None:
        """Think and save until the time is over."""
        await asyncio.sleep(random.uniform(0, THINK_SECONDS))
        while time.monotonic() < until:
            await self._save(random.choice(list(self.versions)))
            await asyncio.sleep(random.uniform(0.5, 1.5) * THINK_SECONDS)

    async def _save(self, question: str) -> None:
        key, text = str(uuid4()), f"{self.user_pk} {uuid4()} " + "Begründung " * random.randrange(1, 40) + "."
        data = {
            f"{question}-version": self.versions[question],
            f"{question}-level": random.randrange(5),
            f"{question}-rationale": text,
            "request_key": key,
            "signed_in_as": self.user_pk,
        }
        started = time.monotonic()
        try:
            status, content = await self._post(question, urlencode(data).encode())
        except OSError as error:
            self.errors.append(type(error).__name__)
            return
        self.took.append((started, time.monotonic() - started))
        if status != 200:
            self.errors.append(f"answer {status}")
            return
        self.versions[question] = json.loads(content)["version"]
        self.journal.write(Acknowledged(self.assessment, question, self.versions[question], text, key))

    async def _post(self, question: str, body: bytes) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            path = f"/bewertungen/{self.assessment}/antworten/{question}/"
            head = f"POST {path} HTTP/1.1\r\n{self.head}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            answer = await reader.read()
        finally:
            writer.close()
        found = re.match(rb"HTTP/1.1 (\d+)", answer)
        return int(found[1]) if found else 0, answer.partition(b"\r\n\r\n")[2]


def run(instance: Instance, count: int) -> Iterator[Outcome]:
    """Let ``count`` people type at the same time."""
    outcome = Outcome("load", instance.database, count)
    journal = Journal(instance.folder / "journal")
    typists = _typists(instance, count, journal)
    instance.serve(workers=WORKERS)
    began = time.monotonic() + WARM_UP_SECONDS
    asyncio.run(_all(typists, began + MEASURED_SECONDS))
    verdict = compare(journal.read())
    outcome.acknowledged, outcome.lost, outcome.doubled = verdict.acknowledged, verdict.lost, verdict.doubled
    outcome.faults += verdict.details
    for error in (error for typist in typists for error in typist.errors):
        outcome.errors[error] = outcome.errors.get(error, 0) + 1
    took = sorted(seconds for typist in typists for started, seconds in typist.took if started >= began)
    figures = {f"p{percent}": round(1000 * took[int(len(took) * percent / 100)]) for percent in (50, 95, 99)}
    outcome.figures |= {"saves a second": round(len(took) / MEASURED_SECONDS, 1)}
    outcome.figures |= {f"{name} in milliseconds": figure for name, figure in figures.items()}
    outcome.figures["slowest in milliseconds"] = round(1000 * took[-1])
    for name, most in (("p95", P95_MILLISECONDS), ("p99", P99_MILLISECONDS)):
        if figures[name] > most:
            outcome.faults.append(f"{name} is {figures[name]} ms, more than {most}")
    if outcome.errors:
        outcome.faults.append(f"errors: {outcome.errors}")
    yield outcome.finish()


async def _all(typists: list[Typist], until: float) -> None:
    await asyncio.gather(*(typist.type(until) for typist in typists))


def _typists(instance: Instance, count: int, journal: Journal) -> list[Typist]:
    """Teams of five, each on one assessment, each person at questions of their own."""
    found: list[Typist] = []
    while len(found) < count:
        people = [make_person() for _ in range(min(IN_A_TEAM, count - len(found)))]
        assessment = make_assessment(make_project(owner=people[0]))
        Membership.objects.bulk_create(
            Membership(project=assessment.project, user=person, role=Role.EDITOR) for person in people[1:]
        )
        questions = question_keys(assessment)
        found += [
            Typist(instance.port, person, assessment.pk, questions[place::IN_A_TEAM], journal)
            for place, person in enumerate(people)
        ]
    return found
