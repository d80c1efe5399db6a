"""What a fault run reports: one row for people, one file for machines."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

COLUMNS = ("run", "database", "N", "acknowledged", "lost", "doubled", "errors", "recovery", "seconds", "verdict")


@dataclass
class Outcome:
    """The result of one run, or of its negative control."""

    run: str
    database: str
    count: int
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    """Tries that failed and were repeated; no loss."""
    faults: list[str] = field(default_factory=list)
    """What must not happen; every one fails the run."""
    recovery: list[float] = field(default_factory=list)
    """Seconds until the app worked again, after each disturbance."""
    figures: dict[str, float | int | str] = field(default_factory=dict)
    is_control: bool = False
    """The negative control: it must report a loss, or the run proves nothing."""
    started: float = field(default_factory=time.monotonic, repr=False)
    seconds: float = 0.0

    @property
    def is_fine(self) -> bool:
        """Whether nothing was lost or doubled; of a control, whether it saw the loss."""
        if self.is_control:
            return self.lost + self.doubled > 0
        return not (self.lost or self.doubled or self.faults)

    @property
    def verdict(self) -> str:
        """In two words."""
        if self.is_control:
            return "loss reported" if self.is_fine else "VOID: no loss seen"
        return "ok" if self.is_fine else "FAILED"

    @property
    def row(self) -> tuple[str, ...]:
        """One line of the table."""
        recovery = f"median {median(self.recovery):.2f} max {max(self.recovery):.2f} s" if self.recovery else "–"
        return (
            self.run,
            self.database,
            str(self.count),
            str(self.acknowledged),
            str(self.lost),
            str(self.doubled),
            ", ".join(f"{count} {kind}" for kind, count in sorted(self.errors.items())) or "0",
            recovery,
            f"{self.seconds:.0f}",
            self.verdict,
        )

    def finish(self) -> Outcome:
        """Stop the clock."""
        self.seconds = time.monotonic() - self.started
        return self

    def print(self) -> None:
        """The row with its heading, and what a reader needs beside it."""
        widths = [max(len(head), len(text)) for head, text in zip(COLUMNS, self.row, strict=True)]
        for line in (COLUMNS, self.row):
            print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
        for name, figure in self.figures.items():
            print(f"  {name}: {figure}")
        for fault in self.faults[:10]:
            print(f"  ! {fault}")
        print(flush=True)

    def store(self, folder: Path) -> None:
        """Keep it as JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{self.run}{'-control' if self.is_control else ''}-{self.database}.json"
        when = {"finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "verdict": self.verdict}
        text = json.dumps({**when, **asdict(self)}, ensure_ascii=False, indent=1)
        (folder / name).write_text(f"{text}\n")
