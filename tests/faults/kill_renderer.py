"""F06: SIGKILL while a report is being made: the renderer, its child, or the web worker. Exactly one right file."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from assessments.enums import Scope

from .files import Report
from .instance import Instance, children_of, kill
from .outcome import Outcome
from .world import make_team

GIVE_UP_AFTER = 600


def run(instance: Instance, count: int) -> Iterator[Outcome]:
    """Kill ``count`` times while somebody waits for a report."""
    instance.serve()
    report = Report(instance, make_team(is_answered=True, scope=Scope.QUICK))
    report.learn()
    report.forget()
    started = time.monotonic()
    report.ask()
    duration = time.monotonic() - started
    outcome = Outcome("kill-renderer", instance.database, count)
    seen: Counter[str] = Counter()
    with ThreadPoolExecutor(1) as pool:
        for _ in range(count):
            report.forget()
            waiting = pool.submit(report.ask)
            time.sleep(random.uniform(0, duration))
            victim = _kill_somebody(instance)
            struck = time.monotonic()
            status, content = waiting.result()
            seen[f"{victim} killed, reader got {status or 'no answer'}"] += 1
            if status == 200 and content != report.content:
                outcome.lost += 1
            outcome.errors["first try failed"] = outcome.errors.get("first try failed", 0) + (status != 200)
            _ask_again(report, outcome, struck)
    outcome.figures |= dict(sorted(seen.items()))
    outcome.figures["seconds of an undisturbed report"] = round(duration, 2)
    outcome.figures["unfinished files left behind"] = len(report.unfinished())
    yield outcome.finish()


def _kill_somebody(instance: Instance) -> str:
    """SIGKILL one of the processes that have to do with reports; who it was."""
    victims: list[tuple[str, int]] = []
    for worker in instance.workers():
        for renderer in _descendants(worker):
            victims.append(("renderer", renderer))
            victims += [("renderer's child", child) for child in children_of(renderer)]
        victims.append(("web worker", worker))
    name, pid = random.choice(victims)
    return name if kill(pid) else "nobody"


def _descendants(pid: int) -> list[int]:
    """Children of any thread: the thread that serves the request starts the renderer."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(word) for word in path.read_text().split()]
    return found


def _ask_again(report: Report, outcome: Outcome, struck: float) -> None:
    """As a reader does: until it comes. Then there is one file, and it is right."""
    while time.monotonic() - struck < GIVE_UP_AFTER:
        status, content = report.ask()
        if status == 200:
            outcome.recovery.append(time.monotonic() - struck)
            break
        time.sleep(0.05)
    else:
        outcome.faults.append(f"no report within {GIVE_UP_AFTER} s")
        return
    outcome.acknowledged += 1
    outcome.lost += content != report.content or not report.stored()
    outcome.doubled += max(0, len(report.stored()) - 1)
    outcome.faults += report.wrong()
