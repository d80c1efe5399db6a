"""What a report costs: CPU time of this process, of the rendering process and of the children it forked."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
from django.utils import timezone

from ..enums import State
from ..exchange import export_document
from ..models import Assessment
from ..reports.documents import report_html, report_pdf, stylesheet
from ..reports.project_report import project_report
from ..reports.report_parts import Version
from ..snapshots import canonical_json
from .data import RATIONALE
from .typst_report import TypstCost, is_installed, typst_cost

TICKS = os.sysconf("SC_CLK_TCK")
CPU_FIELDS = slice(11, 15)
"""utime, stime, cutime, cstime behind the name in /proc/PID/stat (proc(5))."""
RUNS = 3


@dataclass(frozen=True, slots=True)
class ReportCost:
    """One report."""

    pages: int
    kilobytes: float
    milliseconds: float
    """CPU time, the best of three."""
    typst: TypstCost | None = None
    """The same content set with typst in the same run, where that is installed."""

    @property
    def milliseconds_per_page(self) -> float:
        """What quality.md limits."""
        return self.milliseconds / self.pages


def report_cost(assessment: Assessment, *, repeated: int, with_typst: bool = False) -> ReportCost:
    """The report of a draft whose rationales are ``repeated`` times as long."""
    document = export_document(assessment)
    for answer in document["answers"].values():
        answer["rationale"] = " ".join([RATIONALE] * repeated)
    canonical = canonical_json(document)
    version = Version(State.DRAFT, 1, timezone.localdate())
    report_pdf(canonical, version, "de", "antworten.json")
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
    return ReportCost(pages, len(content) / 1024, min(taken), typst)


def _milliseconds() -> float:
    """This process and its children, those that have ended included."""
    own = time.process_time() * 1000
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    ticks = 0
    for child in children:
        fields = Path("/proc", child, "stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[CPU_FIELDS]))
    return own + ticks * 1000 / TICKS
