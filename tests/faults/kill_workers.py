"""F01: SIGKILL of web workers while people type. Every acknowledged answer stays; a repeated save has one effect."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from assessments.stored_scores import find_differences

from .editors import Editors
from .instance import Instance
from .journal import Journal, compare
from .outcome import Outcome

EDITORS = 8
PAUSE = (0.05, 0.3)


def run(instance: Instance, count: int) -> Iterator[Outcome]:
    """Kill ``count`` workers."""
    outcome = Outcome("kill-workers", instance.database, count)
    journal = Journal(instance.folder / "journal")
    instance.serve(workers=4)
    editors = Editors(instance.port, journal, EDITORS)
    with editors:
        editors.wait_for_a_save(time.monotonic())
        kills = 0
        while kills < count and not editors.refused:
            time.sleep(random.uniform(*PAUSE))
            if not instance.kill_a_worker():
                continue
            kills += 1
            # A kill while nobody is served would strike nothing.
            recovery = editors.wait_for_a_save(time.monotonic())
            if recovery is None:
                outcome.faults.append("the app did not recover by itself")
                break
            outcome.recovery.append(recovery)
    settle(outcome, journal, editors)
    if kills < count:
        outcome.faults.append(f"only {kills} workers were killed")
    yield outcome.finish()


def settle(outcome: Outcome, journal: Journal, editors: Editors) -> None:
    """Compare journal and database once everybody has stopped typing."""
    verdict = compare(journal.read())
    outcome.acknowledged, outcome.lost, outcome.doubled = verdict.acknowledged, verdict.lost, verdict.doubled
    outcome.errors = dict(editors.errors)
    outcome.figures["saves that were stored although the connection broke"] = verdict.stored_before_retry
    if outcome.is_control:
        return
    outcome.faults += verdict.details + editors.refused
    outcome.faults += [f"stored score differs: {one}" for one in find_differences()]
    if editors.without_retry_after:
        outcome.faults.append(f"{editors.without_retry_after} × 503 without Retry-After")
    if outcome.errors.get("500"):
        outcome.faults.append(f"{outcome.errors['500']} × 500 instead of 503")
