"""Measures CPU time, one candidate after the other in every round, so that all share the same noise."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from django.db import connection

Work = Callable[[], object]
NANOSECONDS = 1_000_000
WARM_UP_ROUNDS = 5


def cpu_milliseconds() -> float:
    """CPU time of this process so far, and of its PostgreSQL backend where that runs on this machine."""
    return (time.process_time_ns() + _backend_nanoseconds()) / NANOSECONDS


def measure(candidates: Mapping[str, Work], rounds: int) -> dict[str, float]:
    """Median CPU time of each candidate in milliseconds, round robin after a few rounds to warm up."""
    for _ in range(WARM_UP_ROUNDS):
        for work in candidates.values():
            work()
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, work in candidates.items():
            # Garbage of one candidate is not to be paid by the next.
            gc.collect()
            start = cpu_milliseconds()
            work()
            taken[name].append(cpu_milliseconds() - start)
    return {name: median(values) for name, values in taken.items()}


def _backend_nanoseconds() -> int:
    """The first figure of the kernel's scheduler statistics is the time on CPU."""
    if connection.vendor != "postgresql":
        return 0
    connection.ensure_connection()
    folder = Path("/proc", str(connection.connection.info.backend_pid))
    try:
        if not (folder / "comm").read_text().startswith("postgres"):
            return 0
        return int((folder / "schedstat").read_text().split()[0])
    except OSError:
        return 0
