"""F04: the disk is full while a report is stored. No half file under the final name; the reader gets the report."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assessments.enums import Scope

from .files import Report
from .instance import Instance
from .outcome import Outcome
from .world import make_team

MOST = resource.RLIM_INFINITY


def run(instance: Instance, count: int) -> Iterator[Outcome]:
    """Fill the disk ``count`` times after a random number of bytes; then the control."""
    instance.serve(workers=1)
    report = Report(instance, make_team(is_answered=True, scope=Scope.QUICK))
    report.learn()
    outcome = Outcome("disk-full", instance.database, count)
    for _ in range(count):
        report.forget()
        with _room_for(random.randrange(len(report.content)), instance.workers()[0]):
            status, content = report.ask()
        if (status, content) != (200, report.content):
            outcome.faults.append(f"on a full disk the reader got {status}")
        outcome.lost += len(report.wrong())
        outcome.faults += report.wrong()
        outcome.doubled += len(report.stored())
        outcome.faults += [f"{path.name} was left behind" for path in report.unfinished()]
        # There is room again: now it is kept.
        report.ask()
        outcome.acknowledged += len(report.stored()) == 1 and not report.wrong()
    if outcome.acknowledged < count:
        outcome.faults.append(f"only {outcome.acknowledged} of {count} reports were kept once there was room")
    outcome.figures["bytes of the report"] = len(report.content)
    yield outcome.finish()
    yield _control(instance, report)


def _control(instance: Instance, report: Report) -> Outcome:
    """Django's storage writes under the final name at once: the harness has to find the half file."""
    outcome = Outcome("disk-full", instance.database, 1, is_control=True)
    report.forget()
    with _room_for(len(report.content) // 2), suppress(OSError):
        default_storage.save(f"reports/{report.team.assessment.pk}/careless.pdf", ContentFile(report.content))
    outcome.lost = len(report.wrong())
    outcome.figures |= dict.fromkeys(report.wrong(), "found")
    return outcome.finish()


@contextmanager
def _room_for(size: int, pid: int = 0) -> Iterator[None]:
    """Let no file of a process grow beyond ``size``, which looks to it like a full disk."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, MOST))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (MOST, MOST))
