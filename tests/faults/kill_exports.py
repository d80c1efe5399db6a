"""F06: SIGKILL of the worker that makes an export. Another one goes on; one file, each report once, one mail."""

from __future__ import annotations

import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator

from django.utils import timezone

from assessments import export_jobs
from assessments.enums import ExportKind, ExportState, Scope
from assessments.export_jobs import Wish
from assessments.models import ExportJob, OutgoingMail, User
from assessments.workflow import submit

from .instance import ROOT, Instance
from .outcome import Outcome
from .world import make_team

REPORTS = 3
MOST_KILLS = 4
"""Of one export; the app gives up when more than five workers die over the same one."""
GIVE_UP_AFTER = 600


def run(instance: Instance, count: int) -> Iterator[Outcome]:
    """Kill ``count`` workers at work."""
    outcome = Outcome("kill-exports", instance.database, count)
    teams = [make_team(is_answered=True, scope=Scope.QUICK) for _ in range(REPORTS)]
    for team in teams:
        submit(team.assessment, team.owner)
    owner, projects = teams[0].reviewer, [team.assessment.project_id for team in teams]
    expected = _finished(instance, _start(owner, projects), outcome)
    kills = exports = 0
    while kills < count and not outcome.faults:
        _forget_reports(instance)
        job = _start(owner, projects)
        exports += 1
        for _ in range(min(random.randint(1, MOST_KILLS), count - kills)):
            kills += _kill_a_worker(job)
        struck = time.monotonic()
        made = _finished(instance, job, outcome)
        outcome.recovery.append(time.monotonic() - struck)
        outcome.acknowledged += made == expected
        outcome.lost += made != expected
        outcome.doubled += max(0, OutgoingMail.objects.filter(event="export", about=job.pk).count() - 1)
    outcome.figures |= {"exports": exports, "kills": kills}
    outcome.figures["files left behind"] = len([*instance.files.rglob(".unfinished-*")])
    yield outcome.finish()


def _start(owner: User, projects: list[int]) -> ExportJob:
    return export_jobs.start(owner, Wish(ExportKind.REPORTS, "de", projects, [], {}, timezone.localdate()))


def _worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.faults.hasty_worker"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kill_a_worker(job: ExportJob) -> bool:
    """Start a worker and kill it somewhere on its way; whether it was at work."""
    claim = job.claim
    worker = _worker()
    try:
        started = time.monotonic()
        while time.monotonic() - started < GIVE_UP_AFTER:
            job.refresh_from_db()
            if job.claim not in {"", claim} or not job.is_open:
                break
            time.sleep(0.02)
        time.sleep(random.expovariate(1))
        job.refresh_from_db()
        return job.is_open
    finally:
        worker.kill()
        worker.wait()


def _finished(instance: Instance, job: ExportJob, outcome: Outcome) -> dict[str, bytes]:
    """Let a worker bring it to its end; the reports in the file by name."""
    worker = _worker()
    try:
        started = time.monotonic()
        while job.is_open and time.monotonic() - started < GIVE_UP_AFTER:
            time.sleep(0.1)
            job.refresh_from_db()
    finally:
        worker.terminate()
        worker.wait()
    if job.state != ExportState.DONE:
        outcome.faults.append(f"export {job.pk} is {job.state} {job.fault}")
        return {}
    files = [path for path in (instance.files / "exports").glob("*") if path.stem == str(job.pk)]
    outcome.doubled += max(0, len(files) - 1)
    with zipfile.ZipFile(files[0]) as archive:
        if archive.testzip() or len(archive.namelist()) != REPORTS:
            outcome.faults.append(f"export {job.pk} is not whole: {archive.namelist()}")
        return {name: archive.read(name) for name in archive.namelist()}


def _forget_reports(instance: Instance) -> None:
    """So that they have to be made again."""
    for path in (instance.files / "reports").rglob("*.pdf"):
        path.unlink()
