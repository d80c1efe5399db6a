"""``manage.py migrate``, which may be killed at any moment and run again."""

from typing import Any
from unittest.mock import patch

from django.core.management.commands import migrate

from ...whole_migrations import WholeMigrations


class Command(migrate.Command):
    """Django's command with whole migrations."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what Django's command does; it names its executor in its module alone."""
        with patch.object(migrate, "MigrationExecutor", WholeMigrations):
            super().handle(*args, **options)
