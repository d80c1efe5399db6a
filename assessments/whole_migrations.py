"""Migrations that may be killed at any moment and run again.

Django commits a migration first and notes that it ran afterwards, if it leaves indexes or keys for its end. Killed in
between, the next run finds tables that it wants to make. Here both are one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor


class WholeMigrations(MigrationExecutor):
    """Applies a migration and records it, or neither."""

    def apply_migration(self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False) -> Any:
        """Apply one migration; one that wants no transaction is left to Django."""
        if not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        with _tables_may_change(self.connection), transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, fake, fake_initial)


@contextmanager
def _tables_may_change(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """SQLite changes tables only while foreign keys are not enforced, which it settles outside of transactions."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.disable_constraint_checking()
    try:
        yield
    finally:
        connection.enable_constraint_checking()
