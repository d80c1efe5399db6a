"""``python -m tests.mutants``: mutation testing of the rules (scoring, next steps, rights, workflow, review).

mutmut changes one thing in a function of a module, runs the tests that go through it, and notes whether one fails. As a
plugin of pytest (``-p tests.mutants``) this puts the quickest tests first: a mutant falls with the first that fails.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STATISTICS = ROOT / "mutants" / "mutmut-cicd-stats.json"
SHARE_KILLED = 95
"""Percentage of mutants that a test must notice (design: quality)."""

DATABASE = {"db", "transactional_db", "_django_db_helper"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Plain calls, then generated examples, then what wants a database."""
    items.sort(key=price)


def price(item: pytest.Item) -> tuple[bool, bool]:
    """Sorts as the time does that a test takes."""
    fixtures: Sequence[str] = getattr(item, "fixturenames", ())
    needs_database = item.get_closest_marker("django_db") is not None or bool(DATABASE & set(fixtures))
    is_generated = hasattr(getattr(item, "function", None), "hypothesis")
    return needs_database, is_generated


def share_killed(statistics: dict[str, int]) -> float:
    """Percentage of the mutants tried that a test noticed; one that never ends is noticed too."""
    tried = statistics["total"] - statistics["skipped"] - statistics["not_checked"]
    return 100 * (statistics["killed"] + statistics["timeout"]) / tried if tried else 0.0


def main(names: Sequence[str]) -> int:
    """Try the mutants, list those that no test noticed, say how many were."""
    mutmut = Path(sys.executable).with_name("mutmut")
    done = subprocess.run([mutmut, "run", *names], cwd=ROOT, check=False).returncode
    if done:
        return done
    print("\nNoticed by no test (mutmut show NAME tells what was changed):", flush=True)
    listed = subprocess.run([mutmut, "results"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    print("\n".join(line for line in listed.splitlines() if not line.endswith(": not checked")))
    subprocess.run([mutmut, "export-cicd-stats"], cwd=ROOT, check=True, capture_output=True)
    share = share_killed(json.loads(STATISTICS.read_text("utf-8")))
    print(f"{share:.1f} % of the mutants tried were noticed, {SHARE_KILLED} % are wanted.")
    return 0 if share >= SHARE_KILLED else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
