"""F02: PostgreSQL restarts while people type; F03: the control, with acknowledgements before the disk has the data."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db import connection

from .editors import Editors
from .instance import Instance
from .journal import Journal, compare
from .kill_workers import EDITORS, settle
from .outcome import Outcome

TRAFFIC_SECONDS = 0.3
CONTROL_ROUNDS = 10


def run(instance: Instance, count: int) -> Iterator[Outcome]:
    """Restart ``count`` times: two of three in the fast way, one like a crash. Then the control."""
    instance.serve()
    for mode, restarts in (("fast", count - count // 3), ("immediate", count // 3)):
        yield _restart(instance, mode, restarts)
    yield _control(instance)


def _restart(instance: Instance, mode: str, count: int) -> Outcome:
    assert instance.postgres
    outcome = Outcome(f"restart-database-{mode}", instance.database, count)
    journal = Journal(instance.folder / f"journal-{mode}")
    editors = Editors(instance.port, journal, EDITORS)
    with editors:
        for _ in range(count):
            editors.wait_for_a_save(time.monotonic())
            time.sleep(TRAFFIC_SECONDS)
            instance.postgres.restart(mode)
            recovery = editors.wait_for_a_save(time.monotonic())
            if recovery is None:
                outcome.faults.append("the app did not recover by itself")
                break
            outcome.recovery.append(recovery)
    _reconnect()
    settle(outcome, journal, editors)
    return outcome.finish()


def _control(instance: Instance) -> Outcome:
    """The same, on a server that acknowledges before the data is on the disk: the harness has to see the loss."""
    assert instance.postgres
    outcome = Outcome("restart-database-immediate", instance.database, 0, is_control=True)
    instance.postgres.set("wal_writer_delay", "10s")
    for number in range(CONTROL_ROUNDS):
        outcome.count += 1
        journal = Journal(instance.folder / f"journal-control-{number}")
        # Their accounts shall survive; only what they type is at stake.
        editors = Editors(instance.port, journal, EDITORS)
        instance.postgres.set("synchronous_commit", "off")
        with editors:
            editors.wait_for_a_save(time.monotonic())
            time.sleep(TRAFFIC_SECONDS)
            instance.postgres.restart("immediate")
            # What people saw as stored is gone, so their next save is refused; they stop at that.
            editors.wait_for_a_save(time.monotonic())
        _reconnect()
        instance.postgres.set("synchronous_commit", "on")
        verdict = compare(journal.read())
        outcome.acknowledged += verdict.acknowledged
        outcome.lost += verdict.lost
        if outcome.lost:
            break
    return outcome.finish()


def _reconnect() -> None:
    """Drop this process's own connection, which a restart has cut."""
    connection.close()
