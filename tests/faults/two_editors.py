"""F07: two people save the same answer at the same moment. One is acknowledged, the other gets both texts back."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from .client import Client
from .instance import Instance
from .journal import Acknowledged, Journal, compare
from .outcome import Outcome
from .world import Team, make_team

LANES = 2
"""Pairs that meet at the same time, each on its own assessment."""
CONTROL_PAIRS = 100


class Lane:
    """Two people who meet on one answer after the other."""

    def __init__(self, instance: Instance, team: Team, journal: Journal) -> None:
        self.clients = [Client(instance.port, team.owner), Client(instance.port, team.editor)]
        self.team = team
        self.journal = journal
        self.versions = dict.fromkeys(team.questions, 0)
        self.seen: Counter[str] = Counter()
        self.faults: list[str] = []

    def run(self, pairs: int) -> None:
        """Let them meet ``pairs`` times."""
        barrier = threading.Barrier(2)
        answers: list[tuple[int, dict[str, Any]]] = [(0, {}), (0, {})]

        def work(person: int) -> None:
            for number in range(pairs):
                question = self.team.questions[number % len(self.team.questions)]
                key = str(uuid4())
                version = self.versions[question]
                barrier.wait()
                text = _text(number, person)
                answers[person] = self.clients[person].save(
                    self.team.assessment.pk, question, text, version=version, key=key
                )
                if answers[person][0] == 200:
                    stored = answers[person][1]["version"]
                    self.journal.write(Acknowledged(self.team.assessment.pk, question, stored, text, key))
                barrier.wait()
                if person == 0:
                    self._judge(number, question, answers)
                barrier.wait()

        second = threading.Thread(target=work, args=[1])
        second.start()
        work(0)
        second.join()

    def _judge(self, number: int, question: str, answers: list[tuple[int, dict[str, Any]]]) -> None:
        """One acknowledged, one told, with both texts; everything else is counted by what it was."""
        by_status = sorted(status for status, _data in answers)
        self.versions[question] = max(data.get("version", 0) for _status, data in answers)
        if by_status == [200, 409]:
            shown = next(data["html"] for status, data in answers if status == 409)
            is_whole = all(_text(number, person) in shown for person in (0, 1))
            self.seen["one acknowledged, one told" if is_whole else "told without both texts"] += 1
        elif by_status == [200, 200]:
            self.seen["both acknowledged"] += 1
        else:
            self.seen[f"answers {by_status}"] += 1


def _text(number: int, person: int) -> str:
    return f"pair {number} person {person}" + "x" * (number % 50)


def run(instance: Instance, count: int) -> Iterator[Outcome]:
    """Let ``count`` pairs meet; then the control."""
    yield _meet(instance, Outcome("two-editors", instance.database, count))
    yield _meet(instance, Outcome("two-editors", instance.database, CONTROL_PAIRS, is_control=True))


def _meet(instance: Instance, outcome: Outcome) -> Outcome:
    instance.serve(app="tests.faults.careless" if outcome.is_control else "smartcity.wsgi")
    journal = Journal(instance.folder / f"journal-{outcome.is_control}")
    lanes = [Lane(instance, make_team(), journal) for _ in range(LANES)]
    shares = [outcome.count // LANES + (number < outcome.count % LANES) for number in range(LANES)]
    threads = [threading.Thread(target=lane.run, args=[share]) for lane, share in zip(lanes, shares, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    instance.stop()
    seen = sum((lane.seen for lane in lanes), Counter[str]())
    verdict = compare(journal.read())
    outcome.acknowledged = verdict.acknowledged
    # Of two acknowledged texts the first was overwritten by somebody who had never seen it.
    outcome.lost = verdict.lost + seen["both acknowledged"] + seen["told without both texts"]
    outcome.doubled = verdict.doubled
    outcome.figures |= {kind: number for kind, number in seen.items() if number}
    if not outcome.is_control:
        outcome.faults += verdict.details
        outcome.faults += [f"{number} × {kind}" for kind, number in seen.items() if kind.startswith("answers")]
    return outcome.finish()
