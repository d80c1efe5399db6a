"""``manage.py seed``: load the catalogue and what surrounds it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.seeding import FIXTURES, SeedError, seed


class Command(BaseCommand):
    """Loads every fixture; safe to repeat, and refuses to change a published catalogue version."""

    help = "Load catalogue, perspectives, contexts, groups, glossary and organisations; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Another directory than the project's own fixtures."""
        parser.add_argument("--directory", type=Path, default=FIXTURES, help="where the fixtures are")

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        """Seed and say what was written."""
        try:
            report = seed(directory)
        except SeedError as error:
            raise CommandError(str(error)) from error
        if report.is_empty:
            self.stdout.write("Fixtures: nothing to do.")
        for verb, counts in (("added", report.added), ("changed", report.changed)):
            for label, number in counts.items():
                self.stdout.write(f"{label}: {number} {verb}")
