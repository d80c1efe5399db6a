"""What a report costs: CPU time of this process, of the rendering process and of the children it forked."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pikepdf
from django.utils import timezone

from ..enums import State
from ..exchange import export_document
from ..models import Assessment
from ..reports.documents import report_html, report_pdf
from ..reports.project_report import project_report
from ..reports.report_parts import Version
from ..reports.stylesheets import stylesheet
from ..snapshots import canonical_json
from .data import RATIONALE
from .typst_report import TypstCost, is_installed, typst_cost

TICKS = os.sysconf("SC_CLK_TCK")
CPU_FIELDS = slice(11, 15)
"""utime, stime, cutime, cstime behind the name in /proc/PID/stat (proc(5))."""
RUNS = 3
LOOK_EVERY = 0.01


@dataclass(frozen=True, slots=True)
class ReportCost:
    """One report."""

    pages: int
    kilobytes: float
    milliseconds: float
    """CPU time, the best of three."""
    typst: TypstCost | None = None
    """The same content set with typst in the same run, where that is installed."""
    mebibytes: float = 0
    """The most memory that the child which rendered it held at any time."""

    @property
    def milliseconds_per_page(self) -> float:
        """What quality.md limits."""
        return self.milliseconds / self.pages


def report_cost(
    assessment: Assessment, *, repeated: int = 1, answered: int | None = None, with_typst: bool = False
) -> ReportCost:
    """The report of a draft whose rationales are ``repeated`` times as long, with the first answers or all of them."""
    document = export_document(assessment)
    document["answers"] = dict(list(document["answers"].items())[:answered])
    for answer in document["answers"].values():
        answer["rationale"] = " ".join([RATIONALE] * repeated)
    canonical = canonical_json(document)
    version = Version(State.DRAFT, 1, timezone.localdate())
    mebibytes = _peak_memory(lambda: report_pdf(canonical, version, "de", "antworten.json"))
    taken = []
    for _ in range(RUNS):
        start = _milliseconds()
        content = report_pdf(canonical, version, "de", "antworten.json")
        taken.append(_milliseconds() - start)
    with pikepdf.open(BytesIO(content)) as pdf:
        pages = len(pdf.pages)
    typst = None
    if with_typst and is_installed():
        html = report_html(project_report(json.loads(canonical), version, "de"))
        typst = typst_cost(html, stylesheet(), RUNS)
    return ReportCost(pages, len(content) / 1024, min(taken), typst, mebibytes)


def _milliseconds() -> float:
    """This process and its children, those that have ended included."""
    own = time.process_time() * 1000
    ticks = 0
    for child in _children(os.getpid()):
        fields = Path("/proc", str(child), "stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[CPU_FIELDS]))
    return own + ticks * 1000 / TICKS


def _peak_memory(work: Callable[[], object]) -> float:
    """What the rendering process's child held at most; looked at again and again while it lives."""
    done, peaks = Event(), [0.0]

    def watch() -> None:
        while not done.wait(LOOK_EVERY):
            with suppress(OSError):  # ended meanwhile
                peaks.extend(_peak(one) for child in _children(os.getpid()) for one in _children(child))

    watcher = Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return max(peaks)


def _peak(process: int) -> float:
    """The high water mark of a process's memory in MiB; nothing of one that has just ended."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
