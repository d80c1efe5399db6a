"""``python -m tests.faults``: run one fault run, several, or all; exit code 1 if anything was lost or doubled."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .database import Kind
from .instance import own_instance

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """A fault run: how often it strikes unless told otherwise, and on which databases."""

    count: int
    databases: tuple[Kind, ...]
    about: str
    is_prepared: bool = True
    """Whether it begins with tables and catalogue."""


RUNS = {
    "kill-workers": Run(1000, ("postgresql", "sqlite"), "kill web workers while people type"),
    "restart-database": Run(300, ("postgresql",), "restart PostgreSQL while people type, with a negative control"),
    "two-editors": Run(10_000, ("postgresql", "sqlite"), "two save one answer at once, with a negative control"),
    "double-post": Run(100, ("postgresql", "sqlite"), "send one form eight times at once, with a negative control"),
    "disk-full": Run(50, ("postgresql",), "fill the disk while a report is stored, with a negative control"),
    "kill-renderer": Run(200, ("postgresql",), "kill what makes a report while it is made"),
    "kill-exports": Run(200, ("postgresql",), "kill the worker that packs reports for the Senatskanzlei"),
    "kill-migrate": Run(60, ("postgresql", "sqlite"), "kill migrate and run it again", is_prepared=False),
    "load": Run(500, ("postgresql",), "so many editors at once, each saving every 5 seconds"),
}


def main() -> int:
    """Read the command line and run."""
    listed = "\n".join(f"  {name:18} {run.count:6} × {run.about}" for name, run in RUNS.items())
    parser = argparse.ArgumentParser(
        prog="python3 run.py faults",
        description="Break things while the app is at work and look whether anything got lost.",
        epilog=f"Runs:\n{listed}\n\nResults are kept in var/faults/.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which runs; all of them if none is named")
    parser.add_argument("--count", type=int, help="how often to strike instead of the full number")
    parser.add_argument("--database", choices=("postgresql", "sqlite"), help="only on this database")
    parser.add_argument("--results", type=Path, default=ROOT / "var" / "faults", help="folder for the results (JSON)")
    options = parser.parse_args()
    names = options.names or list(RUNS)
    if unknown := set(names) - set(RUNS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}\n{listed}")
    chosen = [
        (name, database) for name in names for database in RUNS[name].databases if options.database in (None, database)
    ]
    if len(chosen) == 1:
        name, database = chosen[0]
        return _run(name, database, options.count or RUNS[name].count, options.results)
    # Each in a process of its own: Django is set up for one database.
    command = [sys.executable, "-m", "tests.faults", "--results", str(options.results.absolute())]
    command += ["--count", str(options.count)] if options.count else []
    codes = [
        subprocess.run([*command, "--database", database, name], cwd=ROOT, check=False).returncode
        for name, database in chosen
    ]
    return max(codes, default=1)


def _run(name: str, database: Kind, count: int, results: Path) -> int:
    is_fine = True
    with own_instance(database, is_prepared=RUNS[name].is_prepared) as instance:
        # Models can be imported from here on.
        module = importlib.import_module(f".{name.replace('-', '_')}", __package__)
        for outcome in module.run(instance, count):
            outcome.print()
            outcome.store(results)
            is_fine &= outcome.is_fine
    return 0 if is_fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
