"""``manage.py clean_up``: forget what is due, every day."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from assessments.retention import clean_up


class Command(BaseCommand):
    """Deletes expired sessions, ended invitations and the like. Safe to repeat."""

    help = "Delete personal data whose time is over (docs/retention.md); --dry-run only counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to look only."""
        parser.add_argument("--dry-run", action="store_true", help="count only")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        """Tell how many of each kind."""
        for name, count in clean_up(timezone.now(), dry_run=dry_run).items():
            self.stdout.write(f"{name}: {count} {'due' if dry_run else 'deleted'}")
