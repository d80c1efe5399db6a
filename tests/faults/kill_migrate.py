"""F14: SIGKILL of ``migrate`` at random moments, then again to its end: the same tables and rows as undisturbed."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from .instance import Instance, manage
from .outcome import Outcome

LONGEST_PAUSE = 0.1


def run(instance: Instance, count: int) -> Iterator[Outcome]:
    """Kill ``count`` times: after a random line of ``migrate``, a random moment later."""
    outcome = Outcome("kill-migrate", instance.database, count)
    _empty()
    lines, _code = _migrate()
    applied = sum("Applying" in line for line in lines)
    expected = _look()
    seen: Counter[str] = Counter()
    for _ in range(count):
        _empty()
        number = random.randrange(applied)
        seen[_kill_after(number)] += 1
        started = time.monotonic()
        lines, code = _migrate()
        outcome.recovery.append(time.monotonic() - started)
        found = _look()
        if code or found != expected:
            outcome.lost += 1
            differing = [name for name in expected if found.get(name) != expected[name]]
            outcome.faults.append(f"after line {number}: exit code {code}, differs: {differing}, {lines[-1:]}")
        else:
            outcome.acknowledged += 1
    outcome.figures |= {"migrations": applied, **dict(sorted(seen.items()))}
    yield outcome.finish()


def _empty() -> None:
    """An empty database."""
    connection.close()
    if connection.vendor == "sqlite":
        name = settings.DATABASES["default"]["NAME"]
        for path in (name, f"{name}-wal", f"{name}-shm"):
            Path(path).unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _migrate() -> tuple[list[str], int]:
    process = manage("migrate", "--no-color")
    text, _nothing = process.communicate()
    return text.splitlines(), process.returncode


def _kill_after(number: int) -> str:
    """Kill ``migrate`` while it is about its ``number``-th migration, or just past it; how it was found."""
    process = manage("migrate", "--no-color")
    assert process.stdout
    seen = 0
    # Without waiting for the end of the line: that comes when the migration is done.
    text = ""
    while seen <= number and (letter := process.stdout.read(1)):
        text += letter
        if text.endswith("Applying "):
            seen += 1
    time.sleep(random.uniform(0, LONGEST_PAUSE))
    was_running = process.poll() is None
    process.kill()
    process.communicate()
    return "killed at work" if was_running else "had just ended"


def _look() -> dict[str, Any]:
    """Columns, keys and number of rows of every table, and which migrations are recorded."""
    connection.close()
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            constraints = connection.introspection.get_constraints(cursor, table)
            kinds = sorted(str((name, sorted(one["columns"] or []))) for name, one in constraints.items())
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            found[table] = (columns, kinds, cursor.fetchone())
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        found["recorded migrations"] = cursor.fetchall()
    return found
